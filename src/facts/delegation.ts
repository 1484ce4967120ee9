// How is the domain's zone delegated: what the zone above says of its servers, and what each of these says at each of its addresses?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Answer, RecordTypes, Resolver } from '../net/resolver.ts'
import { askServer, type NotHeard } from '../protocol/delegation/server-reply.ts'
import { askable, isBelow, parentOf, type ZoneServers } from '../protocol/delegation/zone-servers.ts'
import { whyUnreachable } from './answers.ts'
import { findZone } from './zone-servers.ts'

/** One address of a server, asked itself. `tcp`: it was heard over TCP as well. */
export type AddressView = { readonly address: string; readonly family: 4 | 6; readonly tcp: boolean } & (
  | {
      readonly state: 'answers'
      readonly soa: RecordTypes['SOA'] | undefined
      /** The servers of the zone as it knows them, sorted; undefined when it did not say. */
      readonly names: readonly string[] | undefined
    }
  | { readonly state: Exclude<NotHeard, 'unaddressed'>; readonly reason: string }
)

export interface ServerView {
  readonly name: string
  /** Where an alias at its name leads, which must not be there. */
  readonly alias: string | undefined
  /** As DNS tells them; undefined when that could not be learned. */
  readonly addresses: readonly string[] | undefined
  /** Why there is none that can be asked. */
  readonly unaddressed: string | undefined
  readonly views: readonly AddressView[]
}

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

/** The ways on which anybody was heard: on another one, silence may be due to where the question is asked from. */
export type Way = 'udp4' | 'udp6' | 'tcp4' | 'tcp6'

export type Delegation =
  | { readonly kind: 'no-zone' }
  | {
      readonly kind: 'zone'
      readonly zone: string
      readonly parent: ParentView
      readonly servers: readonly ServerView[]
      /** Servers beyond those that are asked. */
      readonly omitted: number
      readonly open: ReadonlySet<Way>
    }

/** Servers of the zone above that are asked, one after the other, until one says something: they copy the same zone. */
const MOST_PARENTS = 3
const MOST_SERVERS = 13
const DNS_PORT = 53

export const delegation = defineFact({
  name: 'delegation',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Delegation> {
    const found = await findZone(know, domain)
    const organization = publicSuffixOrganization(domain) ?? domain
    // Of a domain that is not delegated the registry's servers are found, which are not the domain's.
    if (found.known && !isBelow(found.zone, organization)) return { kind: 'no-zone' }
    const top = found.known ? found.zone : organization
    const above = top === '' ? undefined : await findZone(know, parentOf(top))
    const parent = above?.known
      ? await parentView(resolver, above, top)
      : ({ state: 'unknown', reason: above?.reason ?? 'there is no zone above the root' } as const)
    // Where no server answers a resolver cannot tell their names; the zone above still can.
    if (!found.known && parent.state !== 'delegates') throw new Unknowable(found.reason)
    const named = parent.state === 'delegates' ? parent.names : []
    const names = [...new Set([...(found.known ? found.servers.map(({ name }) => name) : []), ...named])].sort()
    const glue = parent.state === 'delegates' ? parent.glue : []
    const servers = await Promise.all(
      names.slice(0, MOST_SERVERS).map(name =>
        serverView(
          resolver,
          name,
          top,
          glue.filter(one => one.name === name),
        ),
      ),
    )
    return {
      kind: 'zone',
      zone: top,
      parent,
      servers,
      omitted: Math.max(0, names.length - MOST_SERVERS) + (found.known ? found.omitted : 0),
      open: await openWays(resolver, servers, above?.known ? above : undefined),
    }
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

async function serverView(
  resolver: Resolver,
  name: string,
  zone: string,
  glue: readonly { readonly address: string }[],
): Promise<ServerView> {
  const [a, aaaa] = await Promise.all([resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')])
  const failed = a.kind === 'unreachable' ? a : aaaa.kind === 'unreachable' ? aaaa : undefined
  const told = [a, aaaa].flatMap(answer => (answer.kind === 'records' ? answer.records : []))
  const alias = [a, aaaa].flatMap(answer => (answer.kind !== 'unreachable' && answer.chain.slice(1).at(-1)) || [])[0]
  const { addresses, unaddressed } = askable([...told, ...(told.length === 0 ? glue.map(one => one.address) : [])])
  const nothing = failed === undefined ? 'it has no address' : whyUnreachable(failed, name, failed === a ? 'A' : 'AAAA')
  return {
    name,
    alias,
    addresses: failed === undefined ? told : undefined,
    unaddressed: addresses.length > 0 ? undefined : told.length + glue.length > 0 ? unaddressed : nothing,
    views: await Promise.all(addresses.map(address => addressView(resolver, name, address, zone))),
  }
}

async function addressView(resolver: Resolver, name: string, address: string, zone: string): Promise<AddressView> {
  const server = { name, addresses: [address] }
  const [soa, ns, overTcp] = await Promise.all([
    askServer(resolver, server, zone, zone, 'SOA'),
    askServer(resolver, server, zone, zone, 'NS'),
    resolver.resolve(zone, 'SOA', { address, port: DNS_PORT, transport: 'tcp' }),
  ])
  const own = { address, family: familyOf(address), tcp: isHeard(overTcp) }
  if ('reason' in soa) {
    return { ...own, state: soa.kind === 'unaddressed' ? 'silent' : soa.kind, reason: soa.reason }
  }
  if (soa.kind !== 'says') return { ...own, state: 'lame', reason: 'it does not hold the zone itself' }
  return {
    ...own,
    state: 'answers',
    soa: soa.answer.kind === 'records' ? soa.answer.records[0]! : undefined,
    names: ns.kind === 'says' && ns.answer.kind === 'records' ? ns.answer.records.toSorted() : undefined,
  }
}

/** What else nobody heard on a way is tried with the servers of the zone above: if these are heard, it is open. */
async function openWays(
  resolver: Resolver,
  servers: readonly ServerView[],
  above: ZoneServers | undefined,
): Promise<ReadonlySet<Way>> {
  const views = servers.flatMap(server => server.views)
  const open = new Set<Way>()
  for (const { family, state, tcp } of views) {
    if (state !== 'silent') open.add(`udp${family}`)
    if (tcp) open.add(`tcp${family}`)
  }
  const isWanted = (way: Way): boolean =>
    !open.has(way) &&
    views.some(({ family, state, tcp }) => way.endsWith(`${family}`) && (way[0] === 't' ? !tcp : state === 'silent'))
  const tries = (['udp4', 'udp6', 'tcp4', 'tcp6'] as const).filter(isWanted).map(async way => {
    const addresses = (above?.servers ?? []).flatMap(server =>
      server.addresses.filter(one => familyOf(one) === Number(way[3])).slice(0, 1),
    )
    const transport = way[0] === 't' ? ({ transport: 'tcp' } as const) : {}
    for (const address of addresses.slice(0, MOST_PARENTS)) {
      const answer = await resolver.resolve(above!.zone, 'SOA', { address, port: DNS_PORT, ...transport })
      if (isHeard(answer)) return open.add(way)
    }
    return open
  })
  await Promise.all(tries)
  return open
}

/** Something came back, whatever it says. */
function isHeard(answer: Answer<unknown>): boolean {
  return answer.kind !== 'unreachable' || (answer.why !== 'timeout' && answer.why !== 'network')
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}
