// Which addresses does a host have, in each family? What DNS did not answer stays unknown, and the other family counts.
import { defineFact } from '../audit/fact.ts'
import type { IpAddress } from '../names/address.ts'
import type { Answer } from '../net/resolver.ts'
import { addressesIn, type FamilyAddresses } from './family-addresses.ts'

export interface HostAddresses {
  readonly ipv4: FamilyAddresses
  readonly ipv6: FamilyAddresses
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
    const [a, aaaa] = await Promise.all([resolver.resolve(host, 'A'), resolver.resolve(host, 'AAAA')])
    const [ipv4, ipv6] = [addressesIn(a, host, 'A'), addressesIn(aaaa, host, 'AAAA')]
    return {
      ipv4: first(ipv4),
      ipv6: first(ipv6),
      alias: aliasIn(a) ?? aliasIn(aaaa),
      omitted: count(ipv4) - count(first(ipv4)) + count(ipv6) - count(first(ipv6)),
    }
  },
})

/** All addresses that are known, IPv6 last. */
export function knownAddresses({ ipv4, ipv6 }: HostAddresses): readonly IpAddress[] {
  return [ipv4, ipv6].flatMap(family => (family.state === 'found' ? family.addresses : []))
}

/** Why addresses of a family, or of both, could not be learned; undefined when both were. */
export function unlearned({ ipv4, ipv6 }: HostAddresses): string | undefined {
  const reasons = [ipv4, ipv6].flatMap(family => (family.state === 'unknown' ? family.reason : []))
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

function first(family: FamilyAddresses): FamilyAddresses {
  return family.state === 'found' ? { state: 'found', addresses: family.addresses.slice(0, MOST_ADDRESSES) } : family
}

function count(family: FamilyAddresses): number {
  return family.state === 'found' ? family.addresses.length : 0
}

function aliasIn(answer: Answer<string>): string | undefined {
  return answer.kind !== 'unreachable' && answer.chain.length > 1 ? answer.chain.at(-1) : undefined
}
