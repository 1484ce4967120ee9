// How blocklists in DNS are asked and what their answers may be taken for (RFC 5782). An answer is a listing only when the
// list is known to list with it: everything else is a refusal or nothing that was learned, never "listed" by default.
import { type IpAddress, inNetwork, parseAddress, reversedLabels } from '../names/address.ts'
import { nameFault } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import { type AnyBlocklist, type Severity, sharedRefusals } from '../rules/blocklists.ts'
import type { DomainBlocklist } from '../rules/domain-blocklists.ts'

/** The name under which a list keeps an address: RFC 5782 §2.1 (octets) and §2.4 (nibbles). */
export function listingName(address: IpAddress, zone: string): string {
  return `${reversedLabels(address)}.${zone}`
}

// RFC 5782 §5: 127.0.0.2 and ::FFFF:7F00:2 must be listed, 127.0.0.1 and ::FFFF:7F00:1 must not. The IPv6 ones are written
// out octet by octet because they are IPv4-mapped: read as text they would become the IPv4 ones.
const testAddress = (family: 4 | 6, last: 1 | 2): IpAddress =>
  family === 4
    ? { family, bytes: [127, 0, 0, last], text: `127.0.0.${last}` }
    : { family, bytes: [...Array(10).fill(0), 255, 255, 127, 0, 0, last], text: `::ffff:7f00:${last}` }

/** The two names by which a list proves that it works for a family of addresses. */
export function testNames(family: 4 | 6, zone: string): { readonly listed: string; readonly unlisted: string } {
  return { listed: listingName(testAddress(family, 2), zone), unlisted: listingName(testAddress(family, 1), zone) }
}

/**
 * The names by which a list of domains proves that it works: RFC 5782 §5 wants TEST listed and INVALID not. Some publish
 * other entries for it, and any of them will do.
 */
export function domainTestNames({ zone, testPoints }: DomainBlocklist): {
  readonly listed: readonly string[]
  readonly unlisted: string
} {
  return { listed: ['test', ...testPoints].map(name => `${name}.${zone}`), unlisted: `invalid.${zone}` }
}

/**
 * What a list of domains is asked about a name, the most exact first. Never an address, nor a name that is none: lists answer
 * those with errors.
 */
export function namesForList(name: string, { asksFor }: DomainBlocklist): readonly string[] {
  const top = name.slice(name.lastIndexOf('.') + 1)
  if (nameFault(name) !== undefined || top === name || !/[a-z]/i.test(top)) return []
  const registered = publicSuffixOrganization(name) ?? name
  return asksFor === 'registered' ? [registered] : [...new Set([name, registered])]
}

/** A listing, as the registry of lists explains it. */
export interface ListingCode {
  readonly code: string
  readonly meaning: string
  readonly severity: Severity
}

/**
 * What the A records of an answer are. `listed`: known codes, all of them. `refused`: the list refuses whoever asked.
 * `unknown-code`: inside 127.0.0.0/8, but nobody said what it means. `foreign`: something outside 127.0.0.0/8, which no
 * list answers: its domain is parked or hijacked, or the resolver rewrites answers.
 */
export type ListAnswer =
  | { readonly kind: 'listed'; readonly codes: readonly [ListingCode, ...ListingCode[]] }
  | { readonly kind: 'refused'; readonly code: string; readonly meaning: string }
  | { readonly kind: 'unknown-code'; readonly codes: readonly string[] }
  | { readonly kind: 'foreign'; readonly answers: readonly string[] }

const LISTINGS = parseAddress('127.0.0.0')!
const REFUSALS = parseAddress('127.255.255.0')!

/**
 * Reads every A record of an answer that has records. What speaks against a listing weighs more than what speaks for it: an
 * answer with anything foreign or any refusal in it lists nothing.
 */
export function readListAnswer(list: AnyBlocklist, answers: readonly string[]): ListAnswer {
  const values = answers.map(answer => ({ answer, address: parseAddress(answer) }))
  const foreign = values.filter(v => v.address === undefined || !inNetwork(v.address, LISTINGS, 8))
  if (foreign.length > 0 || values.length === 0) return { kind: 'foreign', answers: foreign.map(v => v.answer) }

  const codes = [...new Set(values.map(v => v.address!.text))].sort(byOctets)
  const meant = codes.filter(code => !list.testCodes.includes(code))
  for (const code of meant) {
    const meaning = refusalMeaning(list, code)
    if (meaning !== undefined) return { kind: 'refused', code, meaning }
  }
  const [first, ...rest] = meant.flatMap(code => meaningsOf(list, code))
  return first === undefined ? { kind: 'unknown-code', codes } : { kind: 'listed', codes: [first, ...rest] }
}

function meaningsOf({ codes, bits }: AnyBlocklist, code: string): ListingCode[] {
  if (Object.hasOwn(codes, code)) return [{ code, ...codes[code]! }]
  const [, second, third, last] = parseAddress(code)!.bytes
  if (bits === undefined || second !== 0 || third !== 0) return []
  return Object.entries(bits).flatMap(([value, known]) => (last! & Number(value) ? [{ code, ...known }] : []))
}

function refusalMeaning(list: AnyBlocklist, code: string): string | undefined {
  if (Object.hasOwn(list.refusals, code)) return list.refusals[code]
  if (Object.hasOwn(sharedRefusals, code)) return sharedRefusals[code]
  // A list of bits has none for whom it refuses: with 1 in it the answer is no listing.
  const [, second, third, last] = parseAddress(code)!.bytes
  if (list.bits !== undefined && second === 0 && third === 0 && last! & 1) return sharedRefusals['127.0.0.1']
  // Spamhaus keeps the whole of 127.255.255.0/24 for errors, and adds to it.
  return inNetwork(parseAddress(code)!, REFUSALS, 24) ? 'an error that the list does not explain' : undefined
}

function byOctets(a: string, b: string): number {
  const [left, right] = [parseAddress(a)!.bytes, parseAddress(b)!.bytes]
  const at = left.findIndex((octet, i) => octet !== right[i])
  return at < 0 ? 0 : left[at]! - right[at]!
}
