// How soon a lost datagram is missed: by what the server's answers took, never by what only one of them did.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoundTrip } from '../../../src/net/dns/round-trip.ts'
import { loopback, nameServer, resolverOf } from '../../support/loopback-dns.ts'

function roundTrip(...samples: readonly number[]): RoundTrip {
  const trip = new RoundTrip()
  for (const ms of samples) trip.took(ms)
  return trip
}

describe('RoundTrip', () => {
  it('waits as long as it may for a server that was never heard', () => {
    expect(roundTrip().wait(0, 1000)).toBe(1000)
  })

  it('waits 200 ms at least, and twice as long each time', () => {
    const trip = roundTrip(...Array(50).fill(1))
    expect([0, 1, 2, 3].map(nth => trip.wait(nth, 1000))).toEqual([200, 400, 800, 1000])
  })

  it('begins by RFC 6298 §2.2: the first and four times its half', () => {
    expect(roundTrip(200).wait(0, 1000)).toBe(600)
  })

  it('leaves room where answers take now this, now that', () => {
    const steady = roundTrip(...Array(100).fill(60))
    const unsteady = roundTrip(...Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 10 : 110)))
    expect(unsteady.wait(0, 1000)).toBeGreaterThan(steady.wait(0, 1000))
  })

  it('never waits less than 200 ms nor more than it may, whatever came', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true })), fc.nat(10), (samples, nth) => {
        const wait = roundTrip(...samples).wait(nth, 1500)
        expect(wait).toBeGreaterThanOrEqual(200)
        expect(wait).toBeLessThanOrEqual(1500)
      }),
    )
  })
})

describe('a resolver that has heard its server', () => {
  it('asks again soon after a loss, and waits as long as ever before it gives up', async () => {
    let lost = false
    const { resolver } = await loopback('a.example A 192.0.2.1\nb.example A 192.0.2.2\nc.example FAULT timeout', {
      replace: (response, { name }) => {
        if (name !== 'b.example' || lost) return [response]
        lost = true
        return []
      },
    })
    for (let i = 0; i < 5; i++) await resolver.resolve('a.example', 'A')
    const started = performance.now()
    expect(await resolver.resolve('b.example', 'A')).toMatchObject({ kind: 'records' })
    expect(performance.now() - started).toBeLessThan(600)
    const patient = performance.now()
    expect(await resolver.resolve('c.example', 'A')).toMatchObject({ why: 'timeout' })
    expect(performance.now() - patient).toBeGreaterThan(7_500)
  }, 20_000)

  it('believes the answer to a slow question, though it was asked again meanwhile', async () => {
    const { resolver, server } = await loopback('a.example A 192.0.2.1', { delayMs: 300 }, { cache: 0, timeoutMs: 250 })
    expect(await resolver.resolve('a.example', 'A')).toMatchObject({ kind: 'records' })
    expect(server.counts.udp).toBeGreaterThan(1)
  })
})

describe('a server that lets three questions in a row run out', () => {
  it('is asked last, and heard again once it is back', async () => {
    let clock = 0
    let silent = true
    const first = await nameServer('*.example A 192.0.2.1', { replace: response => (silent ? [] : [response]) })
    const second = await nameServer('*.example A 192.0.2.2')
    const resolver = resolverOf([first, second], { timeoutMs: 25, cache: 0, now: () => clock })
    const who = async (): Promise<unknown> => {
      const answer = await resolver.resolve('x.example', 'A')
      return answer.kind === 'records' ? answer.records[0] : answer
    }
    for (let i = 0; i < 3; i++) expect(await who()).toBe('192.0.2.2')
    const before = first.counts.udp
    for (let i = 0; i < 5; i++) expect(await who()).toBe('192.0.2.2')
    expect(first.counts.udp).toBe(before)
    silent = false
    clock = 6_000
    // The probe goes to it beside the question to the other; whichever answers first is believed.
    await who()
    await expect.poll(who).toBe('192.0.2.1')
  })
})
