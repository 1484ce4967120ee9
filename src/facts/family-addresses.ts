// The addresses of one family that a name has: found, none, or not learned. What facts about hosts and HELO names share.
import { type IpAddress, parseAddress } from '../names/address.ts'
import type { Answer } from '../net/resolver.ts'
import { recordsOf, whyUnreachable } from './answers.ts'

/** The addresses of one family, each once, by their text. `none` with `exists: false`: the name itself does not exist (RFC 8020). */
export type FamilyAddresses =
  | { readonly state: 'found'; readonly addresses: readonly IpAddress[] }
  | { readonly state: 'none'; readonly exists: boolean }
  | { readonly state: 'unknown'; readonly reason: string }

/** What an answer for the A or AAAA records of a name says. */
export function addressesIn(answer: Answer<string>, name: string, type: 'A' | 'AAAA'): FamilyAddresses {
  if (answer.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(answer, name, type) }
  const byText = new Map<string, IpAddress>()
  for (const text of recordsOf(answer)) {
    const address = parseAddress(text)
    // An IPv4-mapped address in an AAAA record is none that IPv6 could reach.
    if (address?.family === (type === 'A' ? 4 : 6)) byText.set(address.text, address)
  }
  const addresses = [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
  if (addresses.length > 0) return { state: 'found', addresses }
  if (answer.kind === 'records') return { state: 'unknown', reason: `the ${type} records of ${name} cannot be read` }
  return { state: 'none', exists: answer.kind === 'nodata' }
}
