// IP addresses as bytes: parsing, canonical text, networks and reverse names. Text forms are never compared.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IPv4 (4 octets) or IPv6 (16 octets) address. `text` is canonical: dotted quad, or RFC 5952. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bytes: readonly number[]
  readonly text: string
}

/**
 * Reads an address in its usual text form. IPv4-mapped IPv6 addresses (`::ffff:192.0.2.1`) become IPv4, as RFC 7208 §5
 * demands and as every comparison wants. A scope (`%eth0`), octal or short forms are refused.
 * @returns undefined when the text is no address.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined
  return fromBytes(ipaddr.parse(text).toByteArray())
}

/** The address made of 4 or 16 octets; IPv4-mapped ones become IPv4. */
export function fromBytes(octets: readonly number[]): IpAddress {
  const bytes = isMapped(octets) ? octets.slice(12) : octets
  const parsed = ipaddr.fromByteArray([...bytes])
  const text = parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString()
  return { family: bytes.length === 4 ? 4 : 6, bytes, text }
}

/** True when both are the same address, whatever text they came from. */
export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  return inNetwork(a, b, b.bytes.length * 8)
}

/** True when `address` lies in `network`/`prefix`; addresses of the other family never do. */
export function inNetwork(address: IpAddress, network: IpAddress, prefix: number): boolean {
  if (address.family !== network.family) return false
  let bits = prefix
  for (let i = 0; i < address.bytes.length && bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff
    if (((address.bytes[i]! ^ network.bytes[i]!) & mask) !== 0) return false
  }
  return true
}

/** True for an address that never leaves the machine: 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3). */
export function isLoopback({ family, bytes, text }: IpAddress): boolean {
  return family === 4 ? bytes[0] === 127 : text === '::1'
}

// RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5.6, and what is the asking machine itself.
const notPublic: ReadonlySet<string> = new Set([
  'private',
  'carrierGradeNat',
  'linkLocal',
  'uniqueLocal',
  'loopback',
  'unspecified',
])

/** False for an address that means something only in its own network, or on its own machine. */
export function isPublic({ bytes }: IpAddress): boolean {
  return !notPublic.has(ipaddr.fromByteArray([...bytes]).range())
}

/** The labels of the address in reverse order: `10.2.0.192`, or 32 nibbles for IPv6 (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reversedLabels(address: IpAddress): string {
  const parts =
    address.family === 4
      ? address.bytes.map(String)
      : address.bytes.flatMap(byte => [(byte >> 4).toString(16), (byte & 15).toString(16)])
  return parts.toReversed().join('.')
}

/** The name where the PTR records of the address live. */
export function reverseName(address: IpAddress): string {
  return `${reversedLabels(address)}.${address.family === 4 ? 'in-addr' : 'ip6'}.arpa`
}

function isMapped(octets: readonly number[]): boolean {
  return octets.length === 16 && octets.slice(0, 10).every(o => o === 0) && octets[10] === 255 && octets[11] === 255
}
