// An `mx` with more hosts than receivers may ask for: all of them as addresses, to be written in its place.
import { type IpAddress, parseAddress } from '../../names/address.ts'
import { nameFault } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import { networkSet, networksOf, unionOf } from './address-set.ts'
import { askForSpf } from './questions.ts'
import { type SpfNode, type SpfStep, stepsOf } from './tree.ts'

/** Hosts that are asked for; a domain with more has another plan than SPF. */
const MOST_HOSTS = 40
const MOST_NETWORKS = 64

/** What to write in the place of each `mx` of the record that has too many hosts; nothing, where they are not all known. */
export type Crowds = ReadonlyMap<SpfStep, readonly string[]>

/** Asks for the addresses of all hosts of every crowded `mx` of the record itself. */
export async function allHosts(tree: SpfNode, resolver: Resolver): Promise<Crowds> {
  const crowded = stepsOf(tree).filter(step => step.tooManyHosts !== undefined)
  const written = await Promise.all(crowded.map(async step => [step, await hostsOf(step, resolver)] as const))
  return new Map(written)
}

async function hostsOf({ term, target }: SpfStep, resolver: Resolver): Promise<readonly string[]> {
  if (term.name !== 'mx' || target === undefined) return []
  const answer = await askForSpf(resolver, target, 'MX')
  const hosts = answer.kind === 'records' ? answer.records.map(mx => mx.exchange) : []
  const askable = hosts.filter(host => host !== '' && nameFault(host) === undefined)
  if (askable.length > MOST_HOSTS) return []
  const found = await Promise.all(askable.map(host => addressesOf(host, resolver)))
  if (found.some(addresses => addresses === undefined)) return []
  const sets = found.flatMap(addresses =>
    addresses!.map(one => networkSet(one, one.family === 4 ? term.prefix4 : term.prefix6)),
  )
  const sign = term.qualifier === '+' ? '' : term.qualifier
  const networks = networksOf(unionOf(sets), MOST_NETWORKS) ?? []
  return networks.map(text => `${sign}${text.includes(':') ? 'ip6' : 'ip4'}:${text}`)
}

async function addressesOf(host: string, resolver: Resolver): Promise<readonly IpAddress[] | undefined> {
  const [a, aaaa] = await Promise.all([askForSpf(resolver, host, 'A'), askForSpf(resolver, host, 'AAAA')])
  if (a.kind === 'failed' || aaaa.kind === 'failed') return undefined
  return [...a.records, ...aaaa.records].flatMap(text => parseAddress(text) ?? [])
}
