// Where does the name that an egress gives in HELO lead? Asked only when it is a full name.
import { defineFact } from '../audit/fact.ts'
import { type IpAddress, sameAddress } from '../names/address.ts'
import { readHelo } from '../protocol/helo.ts'
import type { HeloState } from '../report/report.ts'
import { addressesIn, type FamilyAddresses } from './family-addresses.ts'

/** What is known of the HELO name. `leadsBack` is about the family of the egress: the other cannot lead back. */
export type HeloAddresses =
  | { readonly kind: 'not-given' }
  | { readonly kind: 'malformed'; readonly helo: string; readonly fault: string }
  | { readonly kind: 'literal'; readonly helo: string; readonly address: string; readonly isEgress: boolean }
  | {
      readonly kind: 'name'
      readonly name: string
      readonly ipv4: FamilyAddresses
      readonly ipv6: FamilyAddresses
      readonly leadsBack: 'yes' | 'no' | 'unknown'
    }

export const heloAddresses = defineFact({
  name: 'helo-addresses',
  scope: 'egress',
  async gather({ address, helo }, { resolver }): Promise<HeloAddresses> {
    if (helo === undefined) return { kind: 'not-given' }
    const form = readHelo(helo)
    if (form.kind === 'malformed') return { kind: 'malformed', helo, fault: form.fault }
    if (form.kind === 'literal') {
      return { kind: 'literal', helo, address: form.address.text, isEgress: sameAddress(form.address, address) }
    }
    const { name } = form
    const [a, aaaa] = await Promise.all([resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')])
    const [ipv4, ipv6] = [addressesIn(a, name, 'A'), addressesIn(aaaa, name, 'AAAA')]
    return { kind: 'name', name, ipv4, ipv6, leadsBack: leadsBack(address.family === 4 ? ipv4 : ipv6, address) }
  },
})

function leadsBack(own: FamilyAddresses, egress: IpAddress): 'yes' | 'no' | 'unknown' {
  if (own.state === 'unknown') return 'unknown'
  return own.state === 'found' && own.addresses.some(found => sameAddress(found, egress)) ? 'yes' : 'no'
}

/** What a HELO name is worth: at worst what its checks call a failure, and unknown where they cannot tell. */
export function heloState(found: HeloAddresses): HeloState {
  switch (found.kind) {
    case 'not-given':
      return 'unknown'
    case 'malformed':
      return 'malformed'
    case 'literal':
      return found.isEgress ? 'leads-back' : 'elsewhere'
    case 'name': {
      const { ipv4, ipv6 } = found
      if (found.leadsBack === 'yes') return 'leads-back'
      const families = [ipv4, ipv6]
      // RFC 8020: a name that does not exist has nothing of the other family either.
      if (families.some(one => one.state === 'none' && !one.exists)) return 'unresolvable'
      if (found.leadsBack === 'unknown') return 'unknown'
      if (families.some(one => one.state === 'found')) return 'elsewhere'
      return families.some(one => one.state === 'unknown') ? 'unknown' : 'unresolvable'
    }
  }
}
