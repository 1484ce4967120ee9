// What a signature is made over, computed anew for a message that is in memory (RFC 6376 §3.7), and whether it fits.
import { createHash, type KeyObject, verify } from 'node:crypto'
import type { Field } from '../message/field.ts'
import { canonicalBody, canonicalField } from './canonical.ts'
import type { Signature } from './signature.ts'

/** The hash of a body as a signature takes it, in base64, and how far l= reaches. */
export interface TakenBody {
  readonly hash: string
  /** Octets of the canonical body that l= leaves out. */
  readonly unsigned: number
  /** Octets that l= counts and the body does not have. */
  readonly missing: number
}

export function takeBody(body: Buffer, { bodyForm, hash, length }: Signature): TakenBody {
  const canonical = canonicalBody(body, bodyForm)
  const reach = Math.min(length ?? canonical.length, canonical.length)
  const digest = createHash(hash ?? 'sha256').update(canonical.subarray(0, reach))
  return {
    hash: digest.digest('base64'),
    unsigned: canonical.length - reach,
    missing: length === undefined ? 0 : Math.max(0, length - canonical.length),
  }
}

/** Whether a signature's bh= is this hash; padding says nothing. */
export function isBodyHash({ bodyHash }: Pick<Signature, 'bodyHash'>, hash: string): boolean {
  return bodyHash.replace(/=+$/, '') === hash.replace(/=+$/, '')
}

/** The fields that h= selects, in its order: of several with one name the lowest first; one too many selects nothing (§5.4.2). */
export function selectFields<F extends { readonly key: string }>(
  fields: readonly F[],
  names: readonly string[],
): readonly F[] {
  const left = new Map<string, F[]>()
  for (const field of fields) {
    const same = left.get(field.key)
    if (same) same.push(field)
    else left.set(field.key, [field])
  }
  return names.flatMap(name => left.get(name.toLowerCase())?.pop() ?? [])
}

/** Fields as latin1 text, each with its last CRLF, as `h=` selects them. */
export function selectedTexts(octets: Buffer, fields: readonly Field[], { names }: Signature): readonly string[] {
  return selectFields(fields, names).map(field => octets.toString('latin1', field.start, field.end))
}

/** What b= is made over: the selected fields and then the signature field without it. */
export function signedHeader(selected: readonly string[], { headerForm, unsigned }: Signature): Buffer {
  const lines = selected.map(field => `${canonicalField(field, headerForm)}\r\n`)
  return Buffer.from(lines.join('') + canonicalField(unsigned, headerForm), 'latin1')
}

/** Whether b= was made with the key over these octets. */
export function fitsHeader(
  { keyType, hash = 'sha256', signature }: Signature,
  octets: Buffer,
  key: KeyObject,
): boolean {
  if (keyType !== key.asymmetricKeyType) return false
  try {
    // RFC 8463 §3: Ed25519 signs the SHA-256 hash, not the octets themselves.
    if (keyType === 'ed25519') return verify(null, createHash('sha256').update(octets).digest(), key, signature)
    return verify(hash, octets, key, signature)
  } catch {
    return false
  }
}
