// Which addresses does a host have, in each family? What DNS did not answer stays unknown, and the other family counts.
import { defineFact } from '../audit/fact.ts'
import { type IpAddress, parseAddress } from '../names/address.ts'
import type { Resolver } from '../net/resolver.ts'
import { recordsOf, whyUnreachable } from './answers.ts'

/** The addresses of one family. */
export type AddressesOfFamily =
  | { readonly state: 'found'; readonly addresses: readonly IpAddress[] }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly reason: string }

export interface HostAddresses {
  readonly ipv4: AddressesOfFamily
  readonly ipv6: AddressesOfFamily
  /** The name that a CNAME at the host leads to. */
  readonly alias: string | undefined
  /** How many addresses there are beyond those that are looked at. */
  readonly omitted: number
}

/** Nobody honest has more in one family; a hostile answer could have thousands, each to be connected to. */
const MOST_ADDRESSES = 32

export const hostAddresses = defineFact({
  name: 'host-addresses',
  scope: 'host',
  async gather({ host }, { resolver }): Promise<HostAddresses> {
    const [a, aaaa] = await Promise.all([ask(resolver, host, 'A', 4), ask(resolver, host, 'AAAA', 6)])
    return {
      ipv4: a.found,
      ipv6: aaaa.found,
      alias: a.alias ?? aaaa.alias,
      omitted: a.omitted + aaaa.omitted,
    }
  },
})

/** All addresses that are known, IPv6 last. */
export function knownAddresses({ ipv4, ipv6 }: HostAddresses): readonly IpAddress[] {
  return [ipv4, ipv6].flatMap(family => (family.state === 'found' ? family.addresses : []))
}

/** Why addresses of a family, or of both, could not be learnt; undefined when both were. */
export function unlearnt({ ipv4, ipv6 }: HostAddresses): string | undefined {
  const reasons = [ipv4, ipv6].flatMap(family => (family.state === 'unknown' ? family.reason : []))
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

async function ask(resolver: Resolver, host: string, type: 'A' | 'AAAA', family: 4 | 6) {
  const answer = await resolver.resolve(host, type)
  if (answer.kind === 'unreachable') {
    const found: AddressesOfFamily = { state: 'unknown', reason: whyUnreachable(answer, host, type) }
    return { found, alias: undefined, omitted: 0 }
  }
  const alias = answer.chain.length > 1 ? answer.chain.at(-1) : undefined
  const byText = new Map<string, IpAddress>()
  for (const text of recordsOf(answer)) {
    const address = parseAddress(text)
    if (address?.family === family) byText.set(address.text, address)
  }
  const addresses = [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
  const omitted = Math.max(0, addresses.length - MOST_ADDRESSES)
  return { found: state(addresses.slice(0, MOST_ADDRESSES)), alias, omitted }

  function state(some: readonly IpAddress[]): AddressesOfFamily {
    if (some.length > 0) return { state: 'found', addresses: some }
    if (answer.kind === 'records') return { state: 'unknown', reason: `the ${type} records of ${host} cannot be read` }
    return { state: 'none' }
  }
}
