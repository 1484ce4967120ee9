// How is the domain's zone delegated: what the zone above says of its servers, and what each of these says of itself?
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { askServer, type NotHeard } from '../protocol/delegation/server-reply.ts'
import { parentOf, type ZoneServer, type ZoneServers } from '../protocol/delegation/zone-servers.ts'
import { findZone } from './zone-servers.ts'

/** One server of the zone, asked itself. */
export type ZoneServerState = { readonly server: ZoneServer } & (
  | {
      readonly state: 'answers'
      readonly address: string
      /** Of its SOA; undefined when it has none. */
      readonly serial: number | undefined
      /** The servers of the zone as it knows them, sorted; undefined when it did not say. */
      readonly names: readonly string[] | undefined
    }
  | { readonly state: NotHeard; readonly reason: string }
)

/** What the zone above says. `same`: its servers hold both zones, and answer for the lower one. */
export type ParentView =
  | {
      readonly state: 'delegates'
      readonly zone: string
      readonly names: readonly string[]
      readonly glue: readonly { readonly name: string; readonly address: string }[]
      /** Which server said it. */
      readonly by: string
    }
  | { readonly state: 'same'; readonly zone: string }
  | { readonly state: 'unknown'; readonly reason: string }

export interface Delegation extends ZoneServers {
  readonly parent: ParentView
  readonly states: readonly ZoneServerState[]
}

/** Servers of the zone above that are asked, one after the other, until one says something: they copy the same zone. */
const MOST_PARENTS = 3

export const delegation = defineFact({
  name: 'delegation',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Delegation> {
    const found = await findZone(know, domain)
    if (!found.known) throw new Unknowable(found.reason)
    const { zone, servers, omitted } = found
    const above = zone === '' ? undefined : await findZone(know, parentOf(zone))
    const [parent, states] = await Promise.all([
      above?.known
        ? parentView(resolver, above, zone)
        : ({ state: 'unknown', reason: above?.reason ?? 'there is no zone above the root' } as const),
      Promise.all(servers.map(server => stateOf(resolver, server, zone))),
    ])
    return { zone, servers, omitted, parent, states }
  },
})

async function parentView(resolver: Resolver, above: ZoneServers, zone: string): Promise<ParentView> {
  const reasons: string[] = []
  for (const server of above.servers.slice(0, MOST_PARENTS)) {
    const reply = await askServer(resolver, server, above.zone, zone, 'NS')
    if (reply.kind === 'delegates' && reply.to.zone === zone) {
      const { servers, glue } = reply.to
      return { state: 'delegates', zone: above.zone, names: servers.toSorted(), glue, by: server.name }
    }
    if (reply.kind === 'says' && reply.answer.kind === 'records') return { state: 'same', zone: above.zone }
    reasons.push(`${server.name}: ${'reason' in reply ? reply.reason : `it knows no zone ${zone}`}`)
  }
  return { state: 'unknown', reason: reasons.length === 0 ? 'the zone above has no servers' : reasons.join('; ') }
}

async function stateOf(resolver: Resolver, server: ZoneServer, zone: string): Promise<ZoneServerState> {
  const [soa, ns] = await Promise.all([
    askServer(resolver, server, zone, zone, 'SOA'),
    askServer(resolver, server, zone, zone, 'NS'),
  ])
  if ('reason' in soa) return { server, state: soa.kind, reason: soa.reason }
  if (soa.kind !== 'says') return { server, state: 'lame', reason: 'it does not hold the zone itself' }
  return {
    server,
    state: 'answers',
    address: soa.address ?? '',
    serial: soa.answer.kind === 'records' ? soa.answer.records[0]!.serial : undefined,
    names: ns.kind === 'says' && ns.answer.kind === 'records' ? ns.answer.records.toSorted() : undefined,
  }
}
