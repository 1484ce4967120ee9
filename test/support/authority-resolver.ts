// A resolver beside the authoritative servers of a little internet, all of zone text: what a delegation walk asks in unit tests.
import { Zone } from '../../src/lab/zone.ts'
import { isWithin } from '../../src/names/domain.ts'
import type { Answer, AskedServer, RecordType, RecordTypes, Resolver, Unchecked } from '../../src/net/resolver.ts'
import { zoneResolver } from './zone-resolver.ts'

/** One authoritative server: the zones that it answers for, and what they hold. */
export interface Authority {
  readonly zones: readonly string[]
  readonly text: string
  /** It answers, but without AA, as one does that only has a cache. */
  readonly hearsay?: true
  /** Nothing comes back over TCP. */
  readonly udpOnly?: true
  /** What it does instead of answering. */
  readonly fault?: 'timeout' | 'servfail' | 'refused' | 'network' | 'malformed'
}

export interface AuthorityResolver extends Resolver {
  /** `name TYPE @address`, in the order asked; without the address where the resolver itself was asked. */
  readonly asked: readonly string[]
}

/** @param recursive what the resolver sees @param authorities by address */
export function authorityResolver(
  recursive: string,
  authorities: { readonly [address: string]: Authority },
): AuthorityResolver {
  const asked: string[] = []
  const seen = zoneResolver(recursive)
  const worlds = new Map(Object.entries(authorities).map(([address, one]) => [address, new Zone(one.text)]))
  return {
    asked,
    async resolve<T extends RecordType>(
      name: string,
      type: T,
      from?: AskedServer | Unchecked,
    ): Promise<Answer<RecordTypes[T]>> {
      if (from === undefined || 'unchecked' in from) {
        asked.push(`${name} ${type}`)
        return seen.resolve(name, type, from)
      }
      asked.push(`${name} ${type} @${from.address}${from.transport === 'tcp' ? ' tcp' : ''}`)
      const server = from.address
      const authority = authorities[server]
      const world = worlds.get(server)
      if (authority === undefined || world === undefined) return { kind: 'unreachable', why: 'network', server }
      if (authority.udpOnly && from.transport === 'tcp') return { kind: 'unreachable', why: 'timeout', server }
      if (authority.fault) return { kind: 'unreachable', why: authority.fault, server }
      const zone = authority.zones.filter(one => isWithin(name, one)).toSorted((a, b) => b.length - a.length)[0]
      if (zone === undefined) return { kind: 'unreachable', why: 'refused', server }
      const cut = cutBelow(world, zone, name)
      if (cut !== undefined) {
        const servers = records(world, cut, 'NS')
        const glue = servers.flatMap(ns =>
          [...records(world, ns, 'A'), ...records(world, ns, 'AAAA')].map(address => ({ name: ns, address })),
        )
        const elsewhere = { kind: 'referral' as const, zone: cut, servers, glue, ttl: 300 }
        return { kind: 'unreachable', why: 'refused', server, elsewhere }
      }
      const answer = { ...(await zoneResolver(world).resolve(name, type)), server }
      if (answer.kind === 'unreachable') return answer
      const authoritative = authority.hearsay === undefined
      const left = answer.chain.findIndex(link => !isWithin(link, zone))
      if (left < 0) return { ...answer, authoritative }
      const { ttl } = answer
      const told = { ttl, authentic: false, server, authoritative, chain: answer.chain.slice(0, left) }
      const elsewhere = { kind: 'alias' as const, target: answer.chain[left]!, ...told }
      return { kind: 'unreachable', why: 'refused', server, elsewhere }
    },
  }
}

function cutBelow(world: Zone, zone: string, name: string): string | undefined {
  if (name === zone) return undefined
  const below = (zone === '' ? name : name.slice(0, -zone.length - 1)).split('.')
  return below
    .map((_, index) => [...below.slice(index), ...(zone === '' ? [] : [zone])].join('.'))
    .toReversed()
    .find(owner => records(world, owner, 'NS').length > 0)
}

function records(world: Zone, name: string, type: 'NS' | 'A' | 'AAAA'): readonly string[] {
  const found = world.lookup(name, type)
  if (found.fault !== undefined || found.chain.length > 1) return []
  return found.records.map(record => record.value as string)
}
