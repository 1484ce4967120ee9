// Where does the name that an egress gives in HELO lead? Asked only when it is a full name.
import { defineFact } from '../audit/fact.ts'
import { type IpAddress, parseAddress, sameAddress } from '../names/address.ts'
import type { Resolver } from '../net/resolver.ts'
import { readHelo } from '../protocol/helo.ts'
import { recordsOf, whyUnreachable } from './answers.ts'

/** The addresses of one family. `none` with `exists: false`: the name itself does not exist (RFC 8020). */
export type FamilyAddresses =
  | { readonly state: 'found'; readonly addresses: readonly string[] }
  | { readonly state: 'none'; readonly exists: boolean }
  | { readonly state: 'unknown'; readonly reason: string }

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
    const [ipv4, ipv6] = await Promise.all([ask(form.name, 'A', resolver), ask(form.name, 'AAAA', resolver)])
    const own = address.family === 4 ? ipv4 : ipv6
    return { kind: 'name', name: form.name, ipv4, ipv6, leadsBack: leadsBack(own, address) }
  },
})

async function ask(name: string, type: 'A' | 'AAAA', resolver: Resolver): Promise<FamilyAddresses> {
  const answer = await resolver.resolve(name, type)
  if (answer.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(answer, name, type) }
  const addresses = recordsOf(answer).flatMap(text => parseAddress(text)?.text ?? [])
  if (addresses.length > 0) return { state: 'found', addresses: [...new Set(addresses)].sort() }
  if (answer.kind === 'records') return { state: 'unknown', reason: `the ${type} record of ${name} cannot be read` }
  return { state: 'none', exists: answer.kind === 'nodata' }
}

function leadsBack(own: FamilyAddresses, egress: IpAddress): 'yes' | 'no' | 'unknown' {
  if (own.state === 'unknown') return 'unknown'
  return own.state === 'found' && own.addresses.some(text => sameAddress(parseAddress(text)!, egress)) ? 'yes' : 'no'
}
