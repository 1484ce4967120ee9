// The DKIM signer (RFC 6376, 8301, 8463): every key of a domain signs, over one body hash. What cannot be signed is a value
// that says so; there is no way to get an unsigned message out of here.
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { relaxedField } from '../../protocol/dkim/canonical.ts'
import { publicKeyHash } from '../../protocol/dkim/public-key.ts'
import { selectFields } from '../../protocol/dkim/verify.ts'
import { type Layout, noCaps, readFields } from '../message/fields.ts'
import { isRefusal } from '../message/refusal.ts'
import { bodyHash } from './canonical.ts'
import { type Algorithm, signedField, unsignedField } from './signature-field.ts'
import { namesToSign } from './signed-fields.ts'

export interface SigningDomain {
  /** A-label form: becomes d=. */
  readonly name: string
  /** Private keys, kept from message to message: reading a PEM file anew costs more than the signature. */
  readonly dkim: readonly { readonly selector: string; readonly key: KeyObject }[]
}

/** Milliseconds since the epoch. */
export interface SigningTimes {
  readonly now: number
  /** Becomes x=; must be later than the last attempt to deliver. Undefined: the signature does not expire. */
  readonly expiresAt: number | undefined
}

/** One signature that was made. */
export interface MadeSignature {
  readonly domain: string
  readonly selector: string
  readonly algorithm: Algorithm
  /** Of the public half, as readings of published keys have it. */
  readonly keyHash: string
  readonly publicKey: KeyObject
}

export interface Signed {
  readonly kind: 'signed'
  /** DKIM-Signature fields, each ended by CRLF, to stand in front of the message. Never empty. */
  readonly signatures: Buffer
  /** In the order of the fields. */
  readonly made: readonly [MadeSignature, ...MadeSignature[]]
}

/** Nothing was signed. The reply is for the client, `cause` for the log. */
export interface NotSigned {
  readonly kind: 'not-signed'
  readonly code: 451
  readonly enhanced: '4.3.5'
  readonly says: string
  readonly cause: unknown
}

/**
 * Signs a message with all keys of a domain; when one of them fails, with none.
 * @param message header and body with CRLF line endings, as it will be sent.
 */
export async function signMessage(
  message: Uint8Array,
  domain: SigningDomain,
  times: SigningTimes,
): Promise<Signed | NotSigned> {
  if (domain.dkim.length === 0) return notSigned(`No DKIM key is set for ${domain.name}`)
  try {
    const octets = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    const layout = readFields(octets, 0, octets.length, noCaps)
    if (isRefusal(layout)) return notSigned('The message cannot be signed', layout.says)
    const hash = await bodyHash(octets.subarray(layout.bodyAt))
    const made = await Promise.all(domain.dkim.map(key => signWith(key, octets, layout, hash, domain.name, times)))
    const [first, ...others] = made.map(one => one.made)
    const signatures = Buffer.from(made.map(one => one.field).join(''), 'latin1')
    return { kind: 'signed', signatures, made: [first!, ...others] }
  } catch (cause) {
    return notSigned(`The message cannot be signed with the keys of ${domain.name}`, cause)
  }
}

/** RFC 6376 §3.5 d= and s=. */
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

const signAsync = promisify<string | null, Buffer, KeyObject, Buffer>(sign)

async function signWith(
  { selector, key }: SigningDomain['dkim'][number],
  octets: Buffer,
  { fields }: Layout,
  hash: string,
  domain: string,
  times: SigningTimes,
): Promise<{ readonly field: string; readonly made: MadeSignature }> {
  if (!NAME.test(domain) || !NAME.test(selector)) throw new Error('the domain or selector is no DNS name')
  const { algorithm, publicKey, keyHash } = known(key)
  const names = namesToSign(fields.map(field => field.key))
  if (!fields.some(field => field.key === 'from')) throw new Error('the message has no From field')
  const unsigned = unsignedField({ algorithm, domain, selector, names, bodyHash: hash }, seconds(times))
  const selected = selectFields(fields, names).map(field => octets.toString('latin1', field.start, field.end))
  const signature = await signatureOf(signedOctets(selected, unsigned), algorithm, key)
  return { field: signedField(unsigned, signature), made: { domain, selector, algorithm, keyHash, publicKey } }
}

/** What a signature is made over: the selected fields and then itself without b= and last CRLF (RFC 6376 §3.7). */
export function signedOctets(selected: readonly string[], unsigned: string): Buffer {
  return Buffer.from([...selected, unsigned].map(relaxedField).join('\r\n'), 'latin1')
}

/** RSA takes a quarter of a millisecond and goes to the pool; Ed25519 is done sooner than it would get there. */
async function signatureOf(octets: Buffer, algorithm: Algorithm, key: KeyObject): Promise<Buffer> {
  // RFC 8463 §3: Ed25519 signs the SHA-256 hash, not the octets themselves.
  if (algorithm === 'ed25519-sha256') return sign(null, createHash('sha256').update(octets).digest(), key)
  return signAsync('sha256', octets, key)
}

interface Known {
  readonly algorithm: Algorithm
  readonly publicKey: KeyObject
  readonly keyHash: string
}

const knownKeys = new WeakMap<KeyObject, Known>()

/** What is to be known of a private key, found out once. Throws for a key that DKIM cannot sign with. */
function known(key: KeyObject): Known {
  const before = knownKeys.get(key)
  if (before) return before
  if (key.type !== 'private') throw new Error(`a ${key.type} key cannot sign`)
  const type = key.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ed25519') throw new Error(`DKIM has no keys of the type ${type}`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  // RFC 8301 §3.2: signers must use at least 1024 bits.
  if (type === 'rsa' && bits < 1024) throw new Error(`an RSA key of ${bits} bits is too short to sign with`)
  const publicKey = createPublicKey(key)
  const found: Known = { algorithm: `${type}-sha256`, publicKey, keyHash: publicKeyHash(publicKey) }
  knownKeys.set(key, found)
  return found
}

function seconds({ now, expiresAt }: SigningTimes): { readonly signed: number; readonly expires: number | undefined } {
  const signed = Math.floor(now / 1000)
  const expires = expiresAt === undefined ? undefined : Math.ceil(expiresAt / 1000)
  // RFC 6376 §3.5: x= must be greater than t=.
  if (expires !== undefined && expires <= signed) throw new Error('the signature would expire before it is made')
  return { signed, expires }
}

function notSigned(says: string, cause?: unknown): NotSigned {
  return { kind: 'not-signed', code: 451, enhanced: '4.3.5', says, cause }
}
