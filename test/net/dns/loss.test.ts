// Thousands of names at full speed over a bad path: what exists is never told as missing, and what does not is never invented.
import { describe, expect, it } from 'vitest'
import type { Behavior } from '../../../src/lab/name-server.ts'
import type { ResolverOptions } from '../../../src/net/dns/stub-resolver.ts'
import { loopback } from '../../support/loopback-dns.ts'

const NAMES = 2000
const ABSENT = 500
const zone = Array.from({ length: NAMES }, (_, i) => `n${i}.example TXT "v=spf1 ip4:192.0.2.${i % 256} -all"`).join(
  '\n',
)

/** Asks for every name, and for some that are not there, all at once. */
async function ask(behavior: Behavior, options: ResolverOptions) {
  const { resolver, server } = await loopback(zone, behavior, options)
  const told = { right: 0, unknown: 0, wrong: [] as unknown[] }
  const judge = async (name: string, kind: string, text?: string): Promise<void> => {
    const answer = await resolver.resolve(name, 'TXT')
    if (answer.kind === 'unreachable') told.unknown++
    else if (answer.kind === kind && (answer.kind === 'records' ? answer.records[0]![0] : undefined) === text)
      told.right++
    else told.wrong.push({ name, answer })
  }
  await Promise.all([
    ...Array.from({ length: NAMES }, (_, i) => judge(`n${i}.example`, 'records', `v=spf1 ip4:192.0.2.${i % 256} -all`)),
    ...Array.from({ length: ABSENT }, (_, i) => judge(`m${i}.example`, 'nxdomain')),
  ])
  return { told, server, stats: resolver.stats() }
}

describe('nothing is falsely missing', () => {
  it('at full speed', async () => {
    const { told } = await ask({}, {})
    expect(told).toEqual({ right: NAMES + ABSENT, unknown: 0, wrong: [] })
  })

  it.each([0.05, 0.2])('when %f of the packets get lost, each way', async fraction => {
    const { told, stats } = await ask({ loss: { fraction, seed: 4711 } }, { timeoutMs: 25 })
    expect(told.wrong).toEqual([])
    // The last try goes over TCP as well, so that hardly anything stays unknown.
    expect(told.unknown).toBeLessThan(NAMES / 200)
    expect(stats.timeouts).toBeGreaterThan(NAMES * fraction)
  })

  it('when there is no TCP either', async () => {
    const { told } = await ask({ loss: { fraction: 0.2, seed: 42 }, udpOnly: true }, { timeoutMs: 25 })
    expect(told.wrong).toEqual([])
    expect(told.unknown).toBeLessThan(NAMES / 20)
    expect(told.right + told.unknown).toBe(NAMES + ABSENT)
  })

  it('when the server holds only 50 questions and drops the others', async () => {
    const { told, server, stats } = await ask({ most: 50, delayMs: 5 }, { timeoutMs: 60 })
    expect(told.wrong).toEqual([])
    expect(told.unknown).toBeLessThan(NAMES / 200)
    expect(server.counts.dropped).toBeGreaterThan(0)
    // It has found out about how much the server takes, rather than trying again and again.
    expect(stats.servers[0]!.window).toBeLessThan(100)
    expect(server.counts.dropped).toBeLessThan(NAMES)
  })
})
