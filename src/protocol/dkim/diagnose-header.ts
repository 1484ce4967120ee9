// What happened to the signed header after it was signed, where it can be told: a signature with RSA holds the hash of what was
// signed, and changes are undone field by field until it is met again. A match is a proof. The work is bounded.
import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto'
import type { Field } from '../message/field.ts'
import { type Undoing, undoings } from './header-undoings.ts'
import type { Signature } from './signature.ts'
import { fitsHeader, selectedTexts, signedHeader } from './verify.ts'
import { Work } from './work.ts'

export interface HeaderDiagnosis {
  /** What fits when it is undone, one for each field. Empty when nothing that was tried does. */
  readonly changes: readonly { readonly field: string; readonly says: string }[]
  /** RSA: b= was not made with this key, or is damaged itself. */
  readonly otherKey: boolean
  /** Names of h= of which no field is there, though each is named no more often than a field of its name usually stands. */
  readonly absent: readonly string[]
}

/** Each try hashes a header: a few microseconds with RSA. Ed25519 tells no hash, and each try is a verification. */
const LIMITS = {
  rsa: { octets: 32 * 1024 * 1024, tries: 3_000 },
  ed25519: { octets: 4 * 1024 * 1024, tries: 400 },
} as const

/** Looks for what was changed in the fields that a signature covers, which does not fit them with its key. */
export function diagnoseHeader(
  octets: Buffer,
  fields: readonly Field[],
  signature: Signature,
  key: KeyObject,
): HeaderDiagnosis {
  const absent = absentNames(fields, signature)
  const hash = signature.keyType === 'rsa' ? signedHash(signature, key) : undefined
  if (signature.keyType === 'rsa' && hash === undefined) return { changes: [], otherKey: true, absent }
  const work = new Work(LIMITS[signature.keyType!])
  const fits = (texts: readonly string[]): boolean => {
    const header = signedHeader(texts, signature)
    if (!work.take(header.length)) return false
    return hash === undefined
      ? fitsHeader(signature, header, key)
      : createHash('sha256').update(header).digest().equals(hash)
  }
  const selected = selectedTexts(octets, fields, signature)
  const all = undoings(octets, fields, selected, signature)
  const found = one(all, selected, fits) ?? two(all, selected, fits)
  return { changes: (found ?? []).map(({ field, says }) => ({ field, says })), otherKey: false, absent }
}

function one(
  all: readonly Undoing[],
  selected: readonly string[],
  fits: (texts: readonly string[]) => boolean,
): readonly Undoing[] | undefined {
  const found = all.find(undoing => fits(applied(selected, [undoing])))
  return found && [found]
}

/** Two fields at once, the likelier changes first. */
function two(
  all: readonly Undoing[],
  selected: readonly string[],
  fits: (texts: readonly string[]) => boolean,
): readonly Undoing[] | undefined {
  const likely = all.filter(undoing => undoing.likely)
  for (const [index, first] of likely.entries()) {
    for (const second of likely.slice(index + 1)) {
      if (first.at !== second.at && fits(applied(selected, [first, second]))) return [first, second]
    }
  }
  return undefined
}

function applied(selected: readonly string[], undone: readonly Undoing[]): readonly string[] {
  return selected.flatMap((text, at) => {
    const undoing = undone.find(one => one.at === at)
    if (undoing === undefined) return [text]
    return undoing.before === undefined ? [] : [undoing.before]
  })
}

/** DER before a SHA-256 hash in a signature of PKCS #1 v1.5 (RFC 8017 §9.2, note 1). */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** The hash that b= was made over; undefined when it was not made with this key. */
function signedHash({ signature }: Signature, key: KeyObject): Buffer | undefined {
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
    const hash = info.subarray(SHA256_INFO.length)
    return hash.length === 32 && info.subarray(0, SHA256_INFO.length).equals(SHA256_INFO) ? hash : undefined
  } catch {
    return undefined
  }
}

/** Fields that nearly every message has: named in h= and not there, they were most likely taken away. */
const usual = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type']

function absentNames(fields: readonly Field[], { names }: Signature): readonly string[] {
  const there = new Set(fields.map(field => field.key))
  const keys = [...new Set(names.map(name => name.toLowerCase()))]
  return keys.filter(key => usual.includes(key) && !there.has(key))
}
