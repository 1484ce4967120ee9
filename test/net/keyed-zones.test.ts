import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withKeyedZones } from '../../src/net/keyed-zones.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const key = 'abcdefgh1234567890abcdefgh'
const zone = 'zen.spamhaus.org'
const keyedZone = `${key}.zen.dq.spamhaus.net`
const keyed = [{ zone, keyedZone, key }]

describe('zones that are asked with a key', () => {
  const world = zoneResolver(
    [
      `10.2.0.192.${keyedZone} A 127.0.0.2`,
      `10.2.0.192.${keyedZone} TXT "see https://check.example/?key=${key.toUpperCase()} for 10.2.0.192.${keyedZone}"`,
      `10.2.0.192.${zone} A 127.255.255.254`,
      `${zone} A 192.0.2.1`,
      'example.org A 192.0.2.7',
    ].join('\n'),
  )
  const resolver = withKeyedZones(world, keyed)

  it('are asked below the key, and what lies beside them as it is', async () => {
    expect(await resolver.resolve(`10.2.0.192.${zone}`, 'A')).toMatchObject({ kind: 'records', records: ['127.0.0.2'] })
    expect(await resolver.resolve(`10.2.0.192.${zone.toUpperCase()}`, 'A')).toMatchObject({ records: ['127.0.0.2'] })
    expect(await resolver.resolve(zone, 'A')).toMatchObject({ records: ['192.0.2.1'] })
    expect(await resolver.resolve('example.org', 'A')).toMatchObject({ records: ['192.0.2.7'] })
    expect(world.asked).toContain(`10.2.0.192.${keyedZone} A`)
  })

  it('come back under their public names, without the key', async () => {
    const answer = await resolver.resolve(`10.2.0.192.${zone}`, 'TXT')
    expect(answer).toMatchObject({
      chain: [`10.2.0.192.${zone}`],
      records: [[`see https://check.example/?key=… for 10.2.0.192.${zone}`]],
    })
  })

  it('are left alone where a certain server is asked', async () => {
    const from = { address: '192.0.2.53', port: 53 }
    const asked: unknown[] = []
    const spy = { resolve: async (...question: unknown[]) => void asked.push(question) } as unknown as Resolver
    await withKeyedZones(spy, keyed).resolve(`2.0.0.127.${zone}`, 'A', from)
    expect(asked).toEqual([[`2.0.0.127.${zone}`, 'A', from]])
  })

  it('change nothing when there is no key', () => {
    expect(withKeyedZones(world, [])).toBe(world)
  })

  it('never show the key, whatever a server says', async () => {
    const part = fc.oneof(fc.constantFrom(key, key.toUpperCase(), keyedZone, key.slice(1), 'İ'), fc.string())
    const text = fc.array(part, { maxLength: 6 }).map(parts => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, text, fc.constantFrom('records', 'unreachable'), async (one, other, kind) => {
        const answer = {
          kind,
          records: [[one]],
          malformed: [{ type: one, reason: other }],
          extended: other,
          chain: [one],
        }
        const said = withKeyedZones({ resolve: async () => answer as never }, keyed)
        const shown = JSON.stringify(await said.resolve(`a.${zone}`, 'TXT'))
        expect(shown.toLowerCase()).not.toContain(key)
      }),
    )
  })
})
