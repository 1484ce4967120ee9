import { describe, expect, it, vi } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { blocklistListing } from '../../src/facts/blocklist-listing.ts'
import {
  type BlocklistStanding,
  blocklistStanding,
  listedZones,
  unaskedZones,
} from '../../src/facts/blocklist-standing.ts'
import { parseAddress } from '../../src/names/address.ts'
import type { Answer, RecordType, RecordTypes, Resolver } from '../../src/net/resolver.ts'
import { blocklists } from '../../src/rules/blocklists.ts'
import { aliveExcept, listing } from '../support/blocklist-zones.ts'
import { nobody } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const zen = 'zen.spamhaus.org'
const spamcop = 'bl.spamcop.net'
const gathererOver = (resolver: Resolver): Gatherer =>
  new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, new SharedFacts())

async function standing(zone: string, address = '192.0.2.10'): Promise<BlocklistStanding> {
  return await gathererOver(zoneResolver(zone)).know(blocklistStanding, { address: parseAddress(address)! })
}

describe('the standing of an address with the blocklists', () => {
  it('names the lists that list it, without those that only inform', async () => {
    const found = await standing(
      [
        aliveExcept(),
        listing('192.0.2.10', zen, '127.0.0.10'),
        listing('192.0.2.10', spamcop, '127.0.0.2'),
        listing('192.0.2.10', 'dnsbl-2.uceprotect.net', '127.0.0.2'),
      ].join('\n'),
    )
    expect(listedZones(found)).toEqual([zen, spamcop])
    expect(unaskedZones(found)).toEqual([])
  })

  it('names the lists that did not tell, and not the dead ones', async () => {
    const found = await standing(
      [
        aliveExcept(zen, spamcop, 'psbl.surriel.com'),
        `*.${zen} A 127.255.255.254`,
        `2.0.0.127.${spamcop} FAULT timeout`,
      ].join('\n'),
    )
    expect(listedZones(found)).toEqual([])
    expect(unaskedZones(found)).toEqual([zen, spamcop])
  })

  it('names all of them when none works', async () => {
    expect(unaskedZones(await standing(''))).toEqual(blocklists.map(list => list.zone))
  })

  it('asks each test entry once for several addresses', async () => {
    const resolver = zoneResolver(aliveExcept())
    const gatherer = gathererOver(resolver)
    for (const address of ['192.0.2.10', '192.0.2.11']) {
      await gatherer.know(blocklistStanding, { address: parseAddress(address)! })
    }
    expect(resolver.asked.filter(asked => asked === `2.0.0.127.${zen} A`)).toHaveLength(1)
    expect(resolver.asked).toHaveLength(4 * blocklists.length)
  })

  it('keeps names out of zones for addresses: nothing but reversed addresses is asked', async () => {
    const resolver = zoneResolver(aliveExcept())
    await gathererOver(resolver).know(blocklistStanding, { address: parseAddress('2001:db8::25')! })
    expect(resolver.asked.every(asked => /^([0-9a-f]\.){32}[a-z]/.test(asked))).toBe(true)
  })

  it('believes no answer of which a part cannot be read', async () => {
    const told = { ttl: 60, authentic: false, server: 'test', authoritative: false, chain: [] }
    const resolver: Resolver = {
      resolve: async <T extends RecordType>(): Promise<Answer<RecordTypes[T]>> =>
        ({
          kind: 'records',
          records: ['127.0.0.2'],
          malformed: [{ type: 'A', reason: 'three octets' }],
          ...told,
        }) as never,
    }
    const listed = await gathererOver(resolver).know(blocklistListing, {
      address: parseAddress('192.0.2.10')!,
      zone: zen,
    })
    expect(listed).toMatchObject({ state: 'unknown' })
  })
})

describe('answers of lists in a long run', () => {
  const told = { authentic: false, server: 'test', authoritative: false, chain: [] }

  /** How often the list was asked about the address by two audits of one run, the second after a while. */
  async function askedTwice(ttl: number): Promise<number> {
    const asked: string[] = []
    const resolver: Resolver = {
      resolve: async <T extends RecordType>(name: string): Promise<Answer<RecordTypes[T]>> => {
        asked.push(name)
        const isTest = name.startsWith('2.0.0.127.')
        return (
          isTest
            ? { kind: 'records', records: ['127.0.0.2'], malformed: [], ttl: 3600, ...told }
            : { kind: 'nxdomain', ttl, ...told }
        ) as never
      },
    }
    const shared = new SharedFacts()
    const address = parseAddress('192.0.2.10')!
    const audit = () => new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, shared)
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const first = audit()
      await first.know(blocklistStanding, { address })
      vi.advanceTimersByTime(61_000)
      // One report never contradicts itself.
      await first.know(blocklistStanding, { address })
      await audit().know(blocklistStanding, { address })
    } finally {
      vi.useRealTimers()
    }
    return asked.filter(name => name === `10.2.0.192.${zen}`).length
  }

  it('are not kept past their TTL', async () => {
    expect(await askedTwice(60)).toBe(2)
  })

  it('are kept until then', async () => {
    expect(await askedTwice(62)).toBe(1)
  })
})
