import { afterEach, describe, expect, it } from 'vitest'
import { type MxServer, startMx } from '../../src/lab/mx-server.ts'
import type { Connection } from '../../src/net/dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'

const servers: MxServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

describe('closing the dialer', () => {
  it('ends every connection at once, whatever it waits for', async () => {
    const server = await startMx({ hostname: 'mx.example.org', misbehavior: 'silent' })
    servers.push(server)
    const dialer = createDialer({ most: { perEndpoint: 2 } })
    const to = { address: '127.0.0.1', port: server.port }
    const [reading, shaking] = (await Promise.all([dialer.connect(to, 9000), dialer.connect(to, 9000)])) as Connection[]
    const waiting = dialer.connect(to, 9000)
    const read = reading!.read(9000)
    const shaken = shaking!.startTls({ serverName: 'mx.example.org' }, 9000)
    const started = performance.now()
    dialer.close()
    expect(await read).toBe('closed')
    expect(await shaken).toMatchObject({ kind: 'failed', why: 'closed' })
    // Whoever stands in line comes to a closed door.
    reading!.close()
    expect(await waiting).toMatchObject({ kind: 'failed', why: 'closed' })
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
