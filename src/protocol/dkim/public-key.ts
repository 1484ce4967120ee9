// Public keys of DKIM: read from the octets of a key record, named by their hash, and written as a record.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** A key that signatures can be verified with. `bits` is the length of the modulus (RSA), or 256 (Ed25519). */
export interface DkimPublicKey {
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  /** `sha256:` and the hex digest of the DER SubjectPublicKeyInfo (RSA), or of the 32 raw octets (Ed25519). */
  readonly keyHash: string
}

/** The key, or why the octets are none: a whole clause about p=. */
export type ReadKey =
  | { readonly ok: true; readonly key: DkimPublicKey; readonly remark?: string }
  | { readonly ok: false; readonly why: string }

/** The DER that precedes the 32 octets in a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** OpenSSL verifies with no longer modulus (OPENSSL_RSA_MAX_MODULUS_BITS). */
const LONGEST_MODULUS = 16_384

/** An RSA key: a SubjectPublicKeyInfo as everyone publishes it, or the bare RSAPublicKey that RFC 6376 §3.6.1 names. */
export function readRsaKey(octets: Buffer): ReadKey {
  const declared = derLength(octets)
  if (declared !== undefined && declared > octets.length) {
    return { ok: false, why: `p= is cut off: it holds ${octets.length} of the ${declared} octets of the key` }
  }
  const der = octets.subarray(0, declared)
  const spki = declared === undefined ? undefined : publicKeyFrom(der, 'spki')
  const key = spki ?? (declared === undefined ? undefined : publicKeyFrom(der, 'pkcs1'))
  if (octets.length === 32 || key?.asymmetricKeyType === 'ed25519') {
    return { ok: false, why: 'p= holds an Ed25519 key, but k= does not say ed25519' }
  }
  if (key === undefined) return { ok: false, why: 'p= does not hold an RSA public key' }
  if (key.asymmetricKeyType !== 'rsa') {
    return { ok: false, why: `p= holds a key of the type ${key.asymmetricKeyType}, which DKIM does not have` }
  }
  const fault = rsaFault(key)
  if (fault !== undefined) return { ok: false, why: fault }
  const stray = octets.length - der.length
  const { publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  const remarks = [
    ...(spki === undefined
      ? ['p= holds a bare RSAPublicKey (PKCS #1), which opendkim and Mail::DKIM cannot read']
      : []),
    ...(stray > 0 ? [`${stray} stray octets follow the key in p=`] : []),
    // Go and BoringSSL refuse what is longer; OpenSSL does so from 64 bits on.
    ...(publicExponent >= 2n ** 31n
      ? [`its public exponent, ${publicExponent}, is one that many verifiers refuse`]
      : []),
  ]
  return { ok: true, key: describe(key), ...(remarks.length > 0 ? { remark: remarks.join('; ') } : {}) }
}

/** The SubjectPublicKeyInfo of an RSA key in either form, which everyone can read. */
export function rsaSpki(octets: Buffer): Buffer | undefined {
  const der = octets.subarray(0, derLength(octets))
  const key = publicKeyFrom(der, 'spki') ?? publicKeyFrom(der, 'pkcs1')
  return key?.asymmetricKeyType === 'rsa' ? key.export({ type: 'spki', format: 'der' }) : undefined
}

/** Why no signature can be made or believed with an RSA key that can be read (RFC 8017 §3.1). */
function rsaFault(key: KeyObject): string | undefined {
  const { publicExponent = 0n, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (publicExponent < 3n || publicExponent % 2n === 0n) {
    return `the public exponent of the RSA key is ${publicExponent}; it must be odd and at least 3, and is usually 65537`
  }
  if (publicExponent >= 2n ** 64n) {
    return `the public exponent of the RSA key has ${publicExponent.toString(2).length} bits, which verifiers refuse; it is usually 65537`
  }
  if (modulusLength > LONGEST_MODULUS) {
    return `the RSA key has ${modulusLength} bits; verifiers cannot use more than ${LONGEST_MODULUS}`
  }
  const { n = '' } = key.export({ format: 'jwk' }) as { readonly n?: string }
  const last = Buffer.from(n, 'base64url').at(-1) ?? 0
  return last % 2 === 0 ? 'the modulus of the RSA key is even, so it is no product of two large primes' : undefined
}

/** An Ed25519 key: 32 octets and nothing around them (RFC 8463 §4.2). */
export function readEd25519Key(octets: Buffer): ReadKey {
  if (octets.length === 32) return { ok: true, key: { type: 'ed25519', bits: 256, keyHash: hashOf(octets) } }
  if (bareEd25519(octets) !== undefined) {
    return { ok: false, why: 'p= wraps the Ed25519 key in 44 octets of ASN.1; only its 32 raw octets are published' }
  }
  if (readRsaKey(octets).ok) return { ok: false, why: 'p= holds an RSA key, but k= says ed25519' }
  return { ok: false, why: `p= holds ${octets.length} octets; an Ed25519 key has 32` }
}

/** The 32 raw octets of a SubjectPublicKeyInfo of Ed25519, or of the raw key itself. */
export function bareEd25519(octets: Buffer): Buffer | undefined {
  if (octets.length === 32) return octets
  const wrapped = octets.length === 44 && octets.subarray(0, 12).equals(ED25519_PREFIX)
  return wrapped ? octets.subarray(12) : undefined
}

/**
 * The name by which keys are compared: `sha256:` and the hex digest of the DER SubjectPublicKeyInfo (RSA), or of the 32
 * raw octets (Ed25519).
 * @param key a public or private key, or a SubjectPublicKeyInfo in DER.
 * @throws Error when it is neither RSA nor Ed25519.
 */
export function publicKeyHash(key: KeyObject | Uint8Array): string {
  return describe(publicHalf(key)).keyHash
}

/** The text of the key record for one of our keys, public or private (RFC 6376 §3.6.1, RFC 8463 §4). */
export function keyRecordText(key: KeyObject | Uint8Array): string {
  const half = publicHalf(key)
  const { type } = describe(half)
  const spki = half.export({ type: 'spki', format: 'der' })
  const octets = type === 'rsa' ? spki : bareEd25519(spki)!
  return `v=DKIM1; k=${type}; p=${octets.toString('base64')}`
}

function publicHalf(key: KeyObject | Uint8Array): KeyObject {
  if (key instanceof Uint8Array) return createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' })
  return key.type === 'private' ? createPublicKey(key) : key
}

function describe(key: KeyObject): DkimPublicKey {
  const spki = key.export({ type: 'spki', format: 'der' })
  if (key.asymmetricKeyType === 'rsa') {
    return { type: 'rsa', bits: key.asymmetricKeyDetails?.modulusLength ?? 0, keyHash: hashOf(spki) }
  }
  if (key.asymmetricKeyType === 'ed25519') {
    return { type: 'ed25519', bits: 256, keyHash: hashOf(bareEd25519(spki)!) }
  }
  throw new Error(`DKIM has no keys of the type ${key.asymmetricKeyType}`)
}

function publicKeyFrom(der: Buffer, type: 'spki' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type })
  } catch {
    return undefined
  }
}

function hashOf(octets: Uint8Array): string {
  return `sha256:${createHash('sha256').update(octets).digest('hex')}`
}

/** The whole length that the outermost SEQUENCE claims, header included (X.690 §8.1.3). */
function derLength(octets: Buffer): number | undefined {
  if (octets.length < 2 || octets[0] !== 0x30) return undefined
  const first = octets[1]!
  if (first < 0x80) return 2 + first
  const count = first & 0x7f
  if (count === 0 || count > 3 || octets.length < 2 + count) return undefined
  return 2 + count + octets.readUIntBE(2, count)
}
