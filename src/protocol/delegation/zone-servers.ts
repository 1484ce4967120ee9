// Which zone holds a name, and which servers answer for that zone: found by asking the resolver upwards from the name.
import { isLoopback, parseAddress } from '../../names/address.ts'
import { canonicalName } from '../../names/domain.ts'
import type { Elsewhere, Resolver } from '../../net/resolver.ts'
import { whyUnreachable } from '../unreachable.ts'

/** One server of a zone, by the name that the zone gives it. */
export interface ZoneServer {
  readonly name: string
  /** IPv4 first. */
  readonly addresses: readonly string[]
  /** Why there is no address to ask. */
  readonly unaddressed?: string
}

export interface ZoneServers {
  /** The closest zone around the name; the root is the empty string. */
  readonly zone: string
  readonly servers: readonly ZoneServer[]
  /** Servers beyond those that are looked at. */
  readonly omitted: number
}

/** The servers, or why they could not be learned. */
export type ZoneSearch = ({ readonly known: true } & ZoneServers) | { readonly known: false; readonly reason: string }

/** Questions upwards from a name: nobody nests zones deeper, and a hostile name has 127 labels. */
const MOST_STEPS = 12
/** Servers of one zone that are asked. The root has 13; few zones have more than 8. */
const MOST_SERVERS = 13
const MOST_ADDRESSES = 4

/** The zone around `name`, by its NS records, and its servers with their addresses. */
export async function zoneServersOf(resolver: Resolver, name: string): Promise<ZoneSearch> {
  let zone = canonicalName(name)
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await resolver.resolve(zone, 'NS')
    if (answer.kind === 'unreachable') return { known: false, reason: whyUnreachable(answer, zone || '.', 'NS') }
    // Behind a CNAME stands the NS set of another zone, and says nothing about this one.
    if (answer.kind === 'records' && answer.chain.length === 1) return addressed(resolver, zone, answer.records)
    if (zone === '') break
    zone = parentOf(zone)
  }
  return { known: false, reason: `DNS names no servers for ${name} or for any zone around it` }
}

/** The servers that a referral names. Glue is taken for servers within the zone alone; others are looked up (RFC 9471). */
export function serversOfReferral(
  resolver: Resolver,
  { zone, servers, glue }: Extract<Elsewhere, { kind: 'referral' }>,
): Promise<ZoneSearch> {
  return addressed(resolver, zone, servers, name => {
    const given = glue.filter(one => one.name === name && isBelow(name, zone)).map(one => one.address)
    return given.length > 0 ? given : undefined
  })
}

/** The name without its first label. */
export function parentOf(name: string): string {
  // A dot inside a label is escaped.
  const dot = /(?:^|[^\\])(?:\\\\)*\./.exec(name)
  return dot === null ? '' : name.slice(dot.index + dot[0].length)
}

/** The name and those above it up to the top level, the nearest first; no more than nobody nests zones beyond. */
export function upwards(name: string): readonly string[] {
  const names: string[] = []
  for (let one = name; one !== '' && names.length < MOST_STEPS; one = parentOf(one)) names.push(one)
  return names
}

/** True when the name is the zone's own or below it. */
export function isBelow(name: string, zone: string): boolean {
  for (let rest = name; ; rest = parentOf(rest)) {
    if (rest === zone) return true
    if (rest === '') return false
  }
}

async function addressed(
  resolver: Resolver,
  zone: string,
  names: readonly string[],
  given: (name: string) => readonly string[] | undefined = () => undefined,
): Promise<ZoneSearch> {
  const all = [...new Set(names)].sort()
  const servers = await Promise.all(
    all.slice(0, MOST_SERVERS).map(async (name): Promise<ZoneServer> => {
      const known = given(name)
      if (known !== undefined) return { name, ...askable(known) }
      const [a, aaaa] = await Promise.all([resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')])
      const found = [a, aaaa].flatMap(answer => (answer.kind === 'records' ? answer.records : []))
      if (found.length > 0) return { name, ...askable(found) }
      const failed = a.kind === 'unreachable' ? a : aaaa.kind === 'unreachable' ? aaaa : undefined
      const reason =
        failed === undefined ? 'it has no address' : whyUnreachable(failed, name, failed === a ? 'A' : 'AAAA')
      return { name, addresses: [], unaddressed: reason }
    }),
  )
  return { known: true, zone, servers, omitted: Math.max(0, all.length - MOST_SERVERS) }
}

/** Our own machine and those beside it are no servers of anybody's zone: a record must not make us ask them. */
export function askable(found: readonly string[]): Pick<ZoneServer, 'addresses' | 'unaddressed'> {
  const addresses = found
    .flatMap(text => parseAddress(text) ?? [])
    .filter(
      address => !isLoopback(address) && !/^(0\.|169\.254\.|2(2[4-9]|[3-5]\d)\.|::$|fe[89ab]|ff)/.test(address.text),
    )
    .map(({ text }) => text)
  if (addresses.length > 0) return { addresses: [...new Set(addresses)].slice(0, MOST_ADDRESSES) }
  return { addresses: [], unaddressed: `its address ${found[0]} is not one that a server for others can have` }
}
