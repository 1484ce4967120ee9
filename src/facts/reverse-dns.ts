// Which names does an address have, and which of them lead back to it? Follows the aliases of classless delegation.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type IpAddress, isPublic, parseAddress, reverseName, sameAddress } from '../names/address.ts'
import { canonicalName, nameFault } from '../names/domain.ts'
import type { Resolver } from '../net/resolver.ts'
import { readHelo } from '../protocol/helo.ts'
import { learned, recordsOf, whyUnreachable } from './answers.ts'

/** More than receivers look at, since which of them they take is chance; a hostile answer could have thousands. */
const MOST_NAMES = 50

/** RFC 7208 §5.5, and common practice: a receiver looks at this many names at most. */
export const NAMES_LOOKED_AT = 10

/** A name that a PTR record gives. `unknown`: its addresses could not be learned, for `reason`. */
export interface PtrName {
  readonly name: string
  readonly leadsBack: 'confirmed' | 'not' | 'unknown'
  /** Its addresses of the family that was asked about, in canonical text. */
  readonly addresses: readonly string[]
  readonly reason: string | undefined
}

export interface ReverseDns {
  /** The name that was asked for PTR records. */
  readonly reverseName: string
  /** Where the PTR records stand or should stand: another name when the reverse name is an alias (RFC 2317). */
  readonly owner: string
  /** At most fifty, by name: DNS gives them in no order. */
  readonly names: readonly PtrName[]
  /** Names beyond those, which nobody asked about. */
  readonly unused: readonly string[]
}

export const reverseDns = defineFact({
  name: 'reverse-dns',
  scope: 'address',
  async gather({ address }, { resolver }): Promise<ReverseDns> {
    const asked = reverseName(address)
    const answer = learned(await resolver.resolve(asked, 'PTR'), asked, 'PTR')
    const all = [...new Set(recordsOf(answer).map(canonicalName))]
    if (all.length === 0 && answer.kind === 'records') {
      throw new Unknowable(`the PTR record at ${asked} cannot be read (${answer.malformed[0]?.reason ?? 'malformed'})`)
    }
    const sorted = all.sort()
    const used = sorted.slice(0, MOST_NAMES)
    return {
      reverseName: asked,
      owner: answer.chain.at(-1) ?? asked,
      names: await Promise.all(used.map(name => lookUp(name, address, resolver))),
      unused: sorted.slice(MOST_NAMES),
    }
  },
})

/** True when a name leads back to the address, false when none does or there is none, null when it could not be learned. */
export function forwardConfirmed({ names, unused }: ReverseDns): boolean | null {
  if (names.some(n => n.leadsBack === 'confirmed')) return true
  // One of those that nobody asked about may be the one.
  return unused.length > 0 || names.some(n => n.leadsBack === 'unknown') ? null : false
}

/** The first name that leads back to the address, else the first of all, else null. */
export function ptrName({ names }: ReverseDns): string | null {
  return (names.find(n => n.leadsBack === 'confirmed') ?? names[0])?.name ?? null
}

// Only records of the same family can lead back: A for IPv4, AAAA for IPv6.
async function lookUp(name: string, address: IpAddress, resolver: Resolver): Promise<PtrName> {
  const type = address.family === 4 ? 'A' : 'AAAA'
  const fault = name === '' ? 'it is the root' : nameFault(name)
  if (fault !== undefined) return { name: name || '.', leadsBack: 'not', addresses: [], reason: fault }
  const answer = await resolver.resolve(name, type)
  if (answer.kind === 'unreachable') {
    return { name, leadsBack: 'unknown', addresses: [], reason: whyUnreachable(answer, name, type) }
  }
  // Compared as addresses: 2001:DB8:0::1 and 2001:db8::1 are one (RFC 5952 §1).
  const addresses = recordsOf(answer).flatMap(text => parseAddress(text) ?? [])
  if (addresses.some(a => sameAddress(a, address))) {
    return { name, leadsBack: 'confirmed', addresses: texts(addresses), reason: undefined }
  }
  if (isInnerView(name, addresses, address)) {
    const seen = texts(addresses).join(', ')
    const reason = `${name} has ${seen} here, which nobody outside can reach; a resolver outside (--resolver) may show another address`
    return { name, leadsBack: 'unknown', addresses: texts(addresses), reason }
  }
  const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
  if (unread !== undefined) {
    return {
      name,
      leadsBack: 'unknown',
      addresses: texts(addresses),
      reason: `${name} ${type} cannot be read (${unread.reason})`,
    }
  }
  return { name, leadsBack: 'not', addresses: texts(addresses), reason: undefined }
}

// Resolvers of a network often give inner addresses for its own hosts (split horizon), which no receiver sees.
function isInnerView(name: string, found: readonly IpAddress[], egress: IpAddress): boolean {
  return found.length > 0 && !found.some(isPublic) && isPublic(egress) && readHelo(name).kind === 'name'
}

function texts(addresses: readonly IpAddress[]): readonly string[] {
  return [...new Set(addresses.map(a => a.text))].sort()
}
