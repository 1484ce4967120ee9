// Where the mail of a domain is taken: the addresses to try in order, or why there is none, for now or for ever.
import { type IpAddress, parseAddress } from '../../names/address.ts'
import { canonicalName, parseDomain } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import { readMxSet } from '../../protocol/mx.ts'
import { whyUnreachable } from '../../protocol/unreachable.ts'
import { visible } from '../../report/visible.ts'
import type { RemoteReply } from '../envelope.ts'
import type { RouteSettings } from '../settings.ts'
import type { AddressGuard } from './inward-addresses.ts'

/** One endpoint to connect to. */
export interface NextHop {
  /** The name it was found by: what its certificate should say. The address itself where a smart host has no name. */
  readonly name: string
  readonly address: string
  readonly port: number
}

export type NextHops =
  | { readonly kind: 'hosts'; readonly hosts: readonly NextHop[] }
  | { readonly kind: 'deferred' | 'failed'; readonly reply: RemoteReply }

/** Who we are, so that mail does not come back to us for ever (RFC 5321 §5.1): lower-case names, and addresses. */
export interface Ourselves {
  readonly names: readonly string[]
  readonly addresses: readonly string[]
}

/** What finding the way needs. */
export interface Surroundings {
  readonly resolver: Resolver
  readonly guard: AddressGuard
  readonly ourselves: Ourselves
  /** From 0 up to, not with, 1: which of equal hosts is tried first. */
  readonly random: () => number
}

/** More hosts than these are not looked at: a hostile MX set may be of any length. */
const MOST_HOSTS = 20
/** Of one host, more addresses than these are not tried. */
const MOST_ADDRESSES = 8

/**
 * Finds the next hops of a route for a recipient domain (`recipientDomain` of the address).
 * @param families of the egress: an address of another family is never a next hop.
 */
export async function nextHops(
  route: Pick<RouteSettings, 'via'>,
  domain: string,
  families: readonly (4 | 6)[],
  around: Surroundings,
): Promise<NextHops> {
  return route.via === 'mx' ? byMx(domain, families, around) : smartHosts(route.via, families, around)
}

async function byMx(domain: string, families: readonly (4 | 6)[], around: Surroundings): Promise<NextHops> {
  if (domain.startsWith('[')) return failed('5.1.2', `Mail to the address literal ${visible(domain)} is not sent`)
  const named = parseDomain(domain)
  if (!named.ok) return failed('5.1.2', `"${visible(domain)}" is no mail domain: ${named.reason}`)
  const answer = await around.resolver.resolve(named.name, 'MX')
  if (answer.kind === 'unreachable') return deferred('4.4.3', whyUnreachable(answer, domain, 'MX'))
  if (answer.kind === 'nxdomain') return failed('5.1.2', `The domain ${domain} does not exist`)
  // RFC 5321 §5.1: without MX records the domain is its own host, with preference 0.
  if (answer.kind !== 'records') return hostsOf(domain, [{ host: domain, preference: 0 }], true, families, around)
  const set = readMxSet(answer.records)
  if (set.kind === 'null') {
    if (answer.malformed.length > 0) return deferred('4.4.3', `MX records of ${domain} cannot be read`)
    // RFC 7505 §4.1: 556 and 5.1.10 are the codes of a sender that finds a null MX.
    return failed('5.1.10', `The domain ${domain} takes no mail: its MX record says so (null MX)`, 556)
  }
  const usable = set.hosts.filter(host => host.fault === undefined)
  if (usable.length === 0) {
    const names = set.hosts.map(host => host.host).join(', ')
    return failed('5.4.4', `The MX records of ${domain} name no host that could be connected: ${visible(names)}`)
  }
  return hostsOf(domain, shuffledAmongEquals(usable, around.random).slice(0, MOST_HOSTS), false, families, around)
}

type Candidate = { readonly host: string; readonly preference: number }

async function hostsOf(
  domain: string,
  candidates: readonly Candidate[],
  implicit: boolean,
  families: readonly (4 | 6)[],
  around: Surroundings,
): Promise<NextHops> {
  const found = await Promise.all(
    candidates.map(async one => ({ ...one, has: await addressesOf(one.host, around.resolver) })),
  )
  // RFC 5321 §5.1: ourselves, and everything that is not better than us, is left out.
  const ours = found.filter(({ host, has }) => isOurs(host, has.addresses, around.ourselves))
  const limit = Math.min(...ours.map(one => one.preference))
  const better = found.filter(one => one.preference < limit)
  const hosts: NextHop[] = []
  const blocked: string[] = []
  for (const { host, has } of better) {
    for (const address of shuffled(has.addresses, around.random).slice(0, MOST_ADDRESSES)) {
      const why = around.guard(address)
      if (why !== undefined) blocked.push(`${address.text} of ${host} is ${why}`)
      else if (families.includes(address.family)) hosts.push({ name: host, address: address.text, port: 25 })
    }
  }
  if (hosts.length > 0) return { kind: 'hosts', hosts }
  const unlearnt = better.flatMap(one => one.has.unlearnt)
  if (unlearnt.length > 0) return deferred('4.4.3', unlearnt[0]!)
  if (better.length === 0) {
    return failed('5.4.6', `Mail for ${domain} would come back to this server: its mail host is this server itself`)
  }
  if (blocked.length > 0) {
    return failed('5.4.4', `Mail for ${domain} has nowhere to go that may be connected: ${blocked.join('; ')}`)
  }
  if (better.some(one => one.has.addresses.length > 0)) {
    const family = families.map(one => `IPv${one}`).join(' and ')
    return failed(
      '5.4.4',
      `The mail hosts of ${domain} have no ${family} address, and this server sends by nothing else`,
    )
  }
  if (implicit) return failed('5.1.2', `The domain ${domain} has neither MX records nor an address`)
  const names = better.map(one => one.host).join(', ')
  return failed('5.4.4', `No mail host of ${domain} has an address: ${visible(names)}`)
}

/** Our own setting, so nothing here is the fault of the mail: what does not work is deferred. */
async function smartHosts(
  via: readonly { readonly host: string; readonly port: number }[],
  families: readonly (4 | 6)[],
  { resolver, random }: Surroundings,
): Promise<NextHops> {
  const found = await Promise.all(
    via.map(async ({ host, port }) => {
      const literal = parseAddress(host.replace(/^\[(.*)\]$/, '$1'))
      const has = literal ? { addresses: [literal], unlearnt: [] } : await addressesOf(canonicalName(host), resolver)
      const usable = has.addresses.filter(address => families.includes(address.family))
      const name = literal?.text ?? canonicalName(host)
      return {
        name,
        unlearnt: has.unlearnt,
        hops: shuffled(usable, random)
          .slice(0, MOST_ADDRESSES)
          .map(address => ({ name, address: address.text, port })),
      }
    }),
  )
  const hosts = found.flatMap(one => one.hops)
  if (hosts.length > 0) return { kind: 'hosts', hosts }
  const unlearnt = found.flatMap(one => one.unlearnt)
  if (unlearnt.length > 0) return deferred('4.4.3', unlearnt[0]!)
  const family = families.map(one => `IPv${one}`).join(' or ')
  return deferred('4.4.4', `The smart host ${found.map(one => one.name).join(', ')} has no ${family} address`)
}

interface HostAddresses {
  readonly addresses: readonly IpAddress[]
  /** Why a family could not be learnt. */
  readonly unlearnt: readonly string[]
}

/** Both families are asked, whichever we send by: our own address may be of either. */
async function addressesOf(host: string, resolver: Resolver): Promise<HostAddresses> {
  const addresses: IpAddress[] = []
  const unlearnt: string[] = []
  const asked = (['A', 'AAAA'] as const).map(async type => ({ type, answer: await resolver.resolve(host, type) }))
  for (const { type, answer } of await Promise.all(asked)) {
    if (answer.kind === 'unreachable') unlearnt.push(whyUnreachable(answer, host, type))
    if (answer.kind !== 'records') continue
    for (const text of answer.records) {
      const address = parseAddress(text)
      // An AAAA record with an IPv4-mapped address is none that IPv6 could reach.
      if (address?.family === (type === 'A' ? 4 : 6)) addresses.push(address)
    }
  }
  return { addresses, unlearnt }
}

function isOurs(host: string, addresses: readonly IpAddress[], { names, addresses: ours }: Ourselves): boolean {
  if (names.some(name => canonicalName(name) === host)) return true
  const texts = new Set(ours.map(text => parseAddress(text)?.text))
  return addresses.some(address => texts.has(address.text))
}

/** RFC 5321 §5.1: among equal preferences the sender must spread its load. */
function shuffledAmongEquals<T extends Candidate>(hosts: readonly T[], random: () => number): readonly T[] {
  return shuffled(hosts, random).toSorted((a, b) => a.preference - b.preference)
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items]
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[list[last], list[other]] = [list[other]!, list[last]!]
  }
  return list
}

function failed(enhanced: string, text: string, code = 0): NextHops {
  return { kind: 'failed', reply: { code, enhanced, text, by: undefined } }
}

function deferred(enhanced: string, text: string): NextHops {
  return { kind: 'deferred', reply: { code: 0, enhanced, text, by: undefined } }
}
