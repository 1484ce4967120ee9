// What the keys, delegation signers and signatures of a zone say when they are laid side by side (RFC 4034): which key a DS means,
// how long a key is, and why a chain of trust does not hold. Nothing is verified here: that is the resolver's work.
import { createHash } from 'node:crypto'
import type { RecordTypes, Signature } from '../net/resolver.ts'

type ZoneKey = RecordTypes['DNSKEY']
type DelegationSigner = RecordTypes['DS']

/** The data of the record as they are on the wire. */
function keyData({ flags, protocol, algorithm, key }: ZoneKey): Buffer {
  return Buffer.concat([Buffer.of(flags >> 8, flags & 255, protocol, algorithm), Buffer.from(key, 'base64')])
}

/** RFC 4034 appendix B. */
export function keyTagOf(key: ZoneKey): number {
  const data = keyData(key)
  // Appendix B.1: of RSAMD5 it is the last but one 16 bits of the modulus.
  if (key.algorithm === 1) return data.length < 7 ? 0 : data.readUInt16BE(data.length - 3)
  let sum = 0
  for (const [index, octet] of data.entries()) sum += index % 2 === 0 ? octet << 8 : octet
  return (sum + (sum >>> 16)) & 0xffff
}

const digests: { readonly [type: number]: string } = { 1: 'sha1', 2: 'sha256', 4: 'sha384' }

/** True when the DS is that of the key (RFC 4034 §5.1.4); for a digest that is not known here, when tag and algorithm fit. */
export function isSignerOf(zone: string, signer: DelegationSigner, key: ZoneKey): boolean {
  if (signer.algorithm !== key.algorithm || signer.keyTag !== keyTagOf(key)) return false
  const digest = digests[signer.digestType]
  if (digest === undefined) return true
  return createHash(digest).update(wireName(zone)).update(keyData(key)).digest('hex') === signer.digest.toLowerCase()
}

function wireName(zone: string): Buffer {
  if (zone === '') return Buffer.of(0)
  // RFC 4034 §6.2: in lower case. Zones with escaped labels do not occur; their digest does not fit then.
  const labels = zone.toLowerCase().split('.')
  return Buffer.concat([
    ...labels.flatMap(one => [Buffer.of(one.length & 63), Buffer.from(one, 'latin1')]),
    Buffer.of(0),
  ])
}

/** The bits of the modulus of an RSA key (RFC 3110 §2), or undefined when its octets are none. */
export function rsaBits({ key }: ZoneKey): number | undefined {
  const octets = Buffer.from(key, 'base64')
  const [start, exponent] = octets[0] === 0 ? [3, octets.length < 3 ? 0 : octets.readUInt16BE(1)] : [1, octets[0] ?? 0]
  let at = start + exponent
  if (exponent === 0 || at >= octets.length) return undefined
  while (octets[at] === 0) at++
  return at >= octets.length ? undefined : (octets.length - at) * 8 - (Math.clz32(octets[at]!) - 24)
}

/** RFC 4034 §2.1.1: it signs records of the zone. RFC 5011 §3: a revoked one is no key of the zone any more. */
export function isZoneKey({ flags }: ZoneKey): boolean {
  return (flags & 0x0100) !== 0 && (flags & 0x0080) === 0
}

/** The codes of extended errors (RFC 8914) in the words that an answer tells them with. */
export function extendedCodes(words: string): readonly number[] {
  return [...words.matchAll(/(?:^|; )EDE (\d+)/g)].map(([, code]) => Number(code))
}

/**
 * True when the resolver says that signatures are what it fails for (RFC 8914 §4.7 to §4.13). Missing keys and signatures may
 * be due to servers that it cannot reach, if it says so too.
 */
export function blamesSignatures(words: string): boolean {
  const codes = extendedCodes(words)
  const unreached = codes.some(code => code === 22 || code === 23)
  return codes.some(code => code >= 6 && code <= 12 && !(unreached && (code === 9 || code === 10)))
}

/** What is known of a zone whose records do not validate; undefined for what could not be learned. */
export interface BrokenZone {
  readonly zone: string
  readonly signers: readonly DelegationSigner[] | undefined
  readonly keys: readonly ZoneKey[] | undefined
  readonly signatures: readonly Signature[]
}

/** Why a chain of trust does not hold, as far as it can be seen without verifying. */
export type BrokenCause =
  | { readonly kind: 'no-keys' | 'no-signatures' | 'unseen' }
  | { readonly kind: 'no-match'; readonly signers: readonly number[]; readonly keys: readonly number[] }
  | { readonly kind: 'expired' | 'not-yet'; readonly at: Date }

/** Looks for the cause from the top of the chain down: the keys that the zone above names, the keys there, what they signed, and when. */
export function brokenCause({ zone, signers, keys, signatures }: BrokenZone, now: Date): BrokenCause {
  if (signers !== undefined && signers.length > 0) {
    if (keys?.length === 0) return { kind: 'no-keys' }
    const fits = (signer: DelegationSigner): boolean => keys!.some(key => isSignerOf(zone, signer, key))
    if (keys !== undefined && !signers.some(fits)) {
      return { kind: 'no-match', signers: tags(signers.map(one => one.keyTag)), keys: tags(keys.map(keyTagOf)) }
    }
    if (signatures.length === 0) return { kind: 'no-signatures' }
  }
  const seconds = now.getTime() / 1000
  const [first] = signatures
  if (first !== undefined && signatures.every(({ until }) => until < seconds)) {
    return { kind: 'expired', at: new Date(Math.max(...signatures.map(({ until }) => until)) * 1000) }
  }
  if (first !== undefined && signatures.every(({ from }) => from > seconds)) {
    return { kind: 'not-yet', at: new Date(Math.min(...signatures.map(({ from }) => from)) * 1000) }
  }
  return { kind: 'unseen' }
}

function tags(all: readonly number[]): readonly number[] {
  return [...new Set(all)].sort((a, b) => a - b)
}
