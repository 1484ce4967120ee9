import { describe, expect, it } from 'vitest'
import type { Connection, Dialer } from '../../src/net/dialer.ts'
import { limitedDialer } from '../../src/net/limited-dialer.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'

/** Connects at once; `refused` is refused. Counts what is open. */
function countingDialer() {
  const counts = { open: 0, made: [] as string[] }
  const dialer: Dialer = {
    async connect({ address, port }) {
      counts.made.push(`${address} ${port}`)
      if (address === '192.0.2.99') return { kind: 'failed', why: 'refused', detail: 'connection refused' }
      counts.open++
      return {
        kind: 'connected',
        read: async () => 'timeout',
        elapsed: () => 0,
        pending: () => 0,
        write: () => {},
        startTls: async () => ({ kind: 'failed', why: 'tls', detail: 'none' }),
        close: () => void counts.open--,
      }
    },
  }
  return { counts, dialer }
}

const settled = () => new Promise(resolve => setImmediate(resolve))

describe('the limited dialer', () => {
  it('keeps at most so many connections to one endpoint, and lets others through', async () => {
    const { counts, dialer } = countingDialer()
    const limited = limitedDialer(dialer, { total: 10, perEndpoint: 1 })
    const first = (await limited.connect({ address: '192.0.2.1', port: 25 }, 1)) as Connection
    const waiting = limited.connect({ address: '192.0.2.1', port: 25 }, 1)
    await limited.connect({ address: '192.0.2.2', port: 25 }, 1)
    await settled()
    expect(counts.made).toEqual(['192.0.2.1 25', '192.0.2.2 25'])
    first.close()
    await waiting
    expect(counts.made).toHaveLength(3)
  })

  it('counts an address once, however it is written', async () => {
    const { counts, dialer } = countingDialer()
    const limited = limitedDialer(dialer, { total: 10, perEndpoint: 1 })
    await limited.connect({ address: '2001:db8::1', port: 25 }, 1)
    void limited.connect({ address: '2001:DB8:0::1', port: 25 }, 1)
    await settled()
    expect(counts.made).toHaveLength(1)
  })

  it('keeps at most so many in all', async () => {
    const { counts, dialer } = countingDialer()
    const limited = limitedDialer(dialer, { total: 2, perEndpoint: 1 })
    const all = Array.from({ length: 6 }, (_, i) => limited.connect({ address: `192.0.2.${i}`, port: 25 }, 1))
    await settled()
    expect(counts.open).toBe(2)
    for (const one of all) ((await one) as Connection).close()
    expect(counts.made).toHaveLength(6)
    expect(counts.open).toBe(0)
  })

  it('a failure and a second close give back one place, not two', async () => {
    const { counts, dialer } = countingDialer()
    const limited = limitedDialer(dialer, { total: 1, perEndpoint: 1 })
    expect(await limited.connect({ address: '192.0.2.99', port: 25 }, 1)).toMatchObject({ kind: 'failed' })
    const one = (await limited.connect({ address: '192.0.2.1', port: 25 }, 1)) as Connection
    one.close()
    one.close()
    await limited.connect({ address: '192.0.2.2', port: 25 }, 1)
    void limited.connect({ address: '192.0.2.3', port: 25 }, 1)
    await settled()
    expect(counts.made).toEqual(['192.0.2.99 25', '192.0.2.1 25', '192.0.2.2 25'])
  })
})

describe('the mapped dialer', () => {
  it('leads what is in the map to where the map says, and nothing else anywhere', async () => {
    const { counts, dialer } = countingDialer()
    const mapped = mappedDialer(dialer, new Map([['[2001:db8::1]:25', { address: '127.0.0.1', port: 4025 }]]))
    expect(await mapped.connect({ address: '2001:DB8::0001', port: 25 }, 1)).toMatchObject({ kind: 'connected' })
    expect(await mapped.connect({ address: '2001:db8::1', port: 26 }, 1)).toMatchObject({ why: 'network' })
    expect(await mapped.connect({ address: '198.51.100.1', port: 25 }, 1)).toMatchObject({ why: 'network' })
    expect(counts.made).toEqual(['127.0.0.1 4025'])
  })
})
