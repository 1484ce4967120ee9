// Passwords of clients: how they are hashed (scrypt, RFC 7914), and checked in a time that tells nothing.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** What a `scrypt:…` text says. */
interface PasswordHash {
  /** Binary logarithm of N. */
  readonly logN: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** The parts of the text, or a clause that says why it is none. */
export type ParsedPasswordHash =
  | { readonly ok: true; readonly parts: PasswordHash }
  | { readonly ok: false; readonly why: string }

/** 32 MiB and some 80 ms of one core. */
const LOG_N = 15
const R = 8
const P = 1
const SALT_OCTETS = 16
const HASH_OCTETS = 32

/** More memory than this for one login would be an attack on ourselves. */
const MOST_MEMORY = 256 * 1024 * 1024
/** RFC 4616 §2 sets no limit; a line of SMTP does. */
const LONGEST = 1024

/** Compared against when there is no such user, so that both answers take as long. */
const NOBODY: PasswordHash = {
  logN: LOG_N,
  r: R,
  p: P,
  salt: Buffer.alloc(SALT_OCTETS),
  hash: Buffer.alloc(HASH_OCTETS),
}

/**
 * The text that stands in the configuration: `scrypt:15:8:1:SALT:HASH`, the numbers being log2(N), r and p, the rest
 * base64url. Nothing in it needs quotes in YAML.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_OCTETS)
  const hash = await derive(password, { logN: LOG_N, r: R, p: P, salt, hash: Buffer.alloc(HASH_OCTETS) })
  return ['scrypt', LOG_N, R, P, salt.toString('base64url'), hash.toString('base64url')].join(':')
}

/** Why a password cannot be one; undefined when it can. A clause. */
export function passwordFault(password: string): string | undefined {
  if (password === '') return 'it is empty'
  if (Buffer.byteLength(password) > LONGEST) return `it is longer than ${LONGEST} octets`
  // RFC 4616 §2: NUL separates what AUTH PLAIN sends.
  return /[\p{Cc}]/u.test(password) ? 'a control character stands in it' : undefined
}

/** Reads the text. The reason never repeats it: it may be a password that somebody wrote there. */
export function parsePasswordHash(text: string): ParsedPasswordHash {
  if (!text.startsWith('scrypt:')) {
    return {
      ok: false,
      why: 'no password stands here as it is: `mailworthy clients password` makes the scrypt:… text of one',
    }
  }
  const fields = /^scrypt:([0-9]{1,2}):([0-9]{1,3}):([0-9]{1,2}):([A-Za-z0-9_-]{11,88}):([A-Za-z0-9_-]{22,88})$/.exec(
    text,
  )
  if (fields === null) {
    return { ok: false, why: 'is not a whole scrypt:… text: copy what `mailworthy clients password` prints' }
  }
  const [logN, r, p] = [Number(fields[1]), Number(fields[2]), Number(fields[3])] as [number, number, number]
  if (logN < 14 || r < 8 || p < 1)
    return { ok: false, why: 'its hash is too cheap to guess: N of at least 2^14, r of at least 8' }
  if (memoryOf({ logN, r, p }) > MOST_MEMORY || p > 16) {
    return { ok: false, why: 'its hash would take more than 256 MB of memory for one login' }
  }
  const [salt, hash] = [Buffer.from(fields[4]!, 'base64url'), Buffer.from(fields[5]!, 'base64url')]
  return { ok: true, parts: { logN, r, p, salt, hash } }
}

/**
 * Whether this is the password. Takes as long for a user who does not exist.
 * @param stored the `scrypt:…` text; undefined when there is no such user
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const parsed = parsePasswordHash(stored ?? '')
  const parts = parsed.ok ? parsed.parts : NOBODY
  const possible = passwordFault(password) === undefined
  const hash = await derive(possible ? password : 'x', parts)
  return timingSafeEqual(hash, parts.hash) && parsed.ok && possible
}

function derive(password: string, { logN, r, p, salt, hash }: PasswordHash): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** logN, r, p, maxmem: 2 * memoryOf({ logN, r, p }) }
  return new Promise((resolve, reject) => {
    // RFC 8265 §4.2.2: two ways to write one character must be one password.
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

/** RFC 7914 §6: V takes 128 * N * r octets, B 128 * r * p. */
function memoryOf({ logN, r, p }: Pick<PasswordHash, 'logN' | 'r' | 'p'>): number {
  return 128 * r * (2 ** logN + p)
}
