// Addresses of clients as administrators write them, as networks: single ones, CIDR, and Exchange's a-b ranges; and how they overlap.
import { fromBytes, type IpAddress, parseAddress } from '../names/address.ts'
import { quoted } from './problem.ts'

/** First and last address, both included. */
export interface AddressRange {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
  /** As it was written. */
  readonly text: string
}

export type ParsedRange =
  | { readonly ok: true; readonly range: AddressRange }
  /** A clause about the text, which it names. */
  | { readonly ok: false; readonly why: string }

/** Reads `10.0.0.5`, `10.0.0.0/24`, `10.0.0.5-10.0.0.9` and the same of IPv6. */
export function parseRange(text: string): ParsedRange {
  const typed = text.trim()
  const dash = typed.indexOf('-')
  if (dash > 0) return between(typed, typed.slice(0, dash).trim(), typed.slice(dash + 1).trim())
  const slash = typed.indexOf('/')
  const address = parseAddress(slash < 0 ? typed : typed.slice(0, slash))
  if (address === undefined) {
    return refuse(`${quoted(text)} is no address: write 192.0.2.5, 192.0.2.0/24 or 192.0.2.5-192.0.2.9`)
  }
  const bits = address.family === 4 ? 32 : 128
  if (slash < 0) return network(typed, address, bits)
  const digits = typed.slice(slash + 1)
  // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
  const mapped = address.family === 4 && typed.includes(':') ? 96 : 0
  const prefix = Number(digits) - mapped
  if (!/^\d{1,3}$/.test(digits) || prefix < 0 || prefix > bits) {
    return refuse(`the part after the slash in ${quoted(text)} must be a number from 1 to ${bits + mapped}`)
  }
  if (prefix === 0) return refuse(`${quoted(text)} is the whole internet: whoever matches may relay`)
  const parsed = network(typed, address, prefix)
  if (parsed.ok && parsed.range.first !== numberOf(address)) {
    const meant = `${addressOf(parsed.range.first, address.family).text}/${prefix}`
    return refuse(`${quoted(text)} is no network: write ${meant} for the network, or ${address.text} for the address`)
  }
  return parsed
}

function between(text: string, from: string, to: string): ParsedRange {
  const first = parseAddress(from)
  const last = parseAddress(to)
  if (first === undefined || last === undefined) {
    return refuse(`${quoted(text)} is no range: ${quoted(first === undefined ? from : to)} is no address`)
  }
  if (first.family !== last.family) return refuse(`${quoted(text)} goes from one address family to the other`)
  const range = { family: first.family, first: numberOf(first), last: numberOf(last), text }
  if (range.first > range.last) return refuse(`${quoted(text)} ends before it begins`)
  if (sizeOf(range) === 1n << (first.family === 4 ? 32n : 128n)) {
    return refuse(`${quoted(text)} is the whole internet: whoever matches may relay`)
  }
  return { ok: true, range }
}

function network(text: string, address: IpAddress, prefix: number): ParsedRange {
  const host = BigInt((address.family === 4 ? 32 : 128) - prefix)
  const first = (numberOf(address) >> host) << host
  return { ok: true, range: { family: address.family, first, last: first + (1n << host) - 1n, text } }
}

/** How many addresses it has. */
export function sizeOf({ first, last }: AddressRange): bigint {
  return last - first + 1n
}

/** `apart`: no address in both. `inside`: all of `a` lie in `b`. `around`: the other way. `across`: some do. */
export function relation(a: AddressRange, b: AddressRange): 'apart' | 'same' | 'inside' | 'around' | 'across' {
  if (a.family !== b.family || a.last < b.first || b.last < a.first) return 'apart'
  if (a.first === b.first && a.last === b.last) return 'same'
  if (a.first >= b.first && a.last <= b.last) return 'inside'
  return a.first <= b.first && a.last >= b.last ? 'around' : 'across'
}

/** The fewest networks that have the same addresses: `10.0.0.5-10.0.0.9` is `10.0.0.5/32`, `10.0.0.6/31`, `10.0.0.8/31`. */
export function networksOf({ family, first, last }: AddressRange): readonly string[] {
  const bits = family === 4 ? 32 : 128
  const networks: string[] = []
  for (let at = first; at <= last; ) {
    let host = 0
    while (host < bits && at % (1n << BigInt(host + 1)) === 0n && at + (1n << BigInt(host + 1)) - 1n <= last) host++
    networks.push(`${addressOf(at, family).text}/${bits - host}`)
    at += 1n << BigInt(host)
  }
  return networks
}

function numberOf({ bytes }: IpAddress): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function addressOf(number: bigint, family: 4 | 6): IpAddress {
  const length = family === 4 ? 4 : 16
  return fromBytes(Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 255n)))
}

function refuse(why: string): ParsedRange {
  return { ok: false, why }
}
