// DANE for SMTP (RFC 7672): which TLSA records can be used, and whether the certificates that a host shows match one of them.
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { RecordTypes } from '../net/resolver.ts'
import { namesHost } from './certificate-names.ts'

/** A TLSA record; `data` is lower-case hex. */
export type Tlsa = RecordTypes['TLSA']

/** Why nobody can use a record, as a clause about it; undefined when senders can. */
export function tlsaFault({ usage, selector, matchingType, data }: Tlsa): string | undefined {
  // RFC 7672 §3.1.3: SMTP clients cannot be expected to have the roots that 0 and 1 presume.
  if (usage === 0 || usage === 1) return `usage ${usage} is not for SMTP: use 3 or 2`
  if (usage > 3) return `nobody knows the usage ${usage}`
  if (selector > 1) return `nobody knows the selector ${selector}`
  if (matchingType > 2) return `nobody knows the matching type ${matchingType}`
  const octets = data.length / 2
  if (matchingType === 1 && octets !== 32) return `SHA-256 has 32 octets, not ${octets}`
  if (matchingType === 2 && octets !== 64) return `SHA-512 has 64 octets, not ${octets}`
  if (matchingType > 0)
    return EMPTY.has(data) ? 'it is the digest of nothing: the key could not be read when it was made' : undefined
  const isWhole = selector === 0 ? readable(data) !== undefined : publicKey(data) !== undefined
  return isWhole ? undefined : selector === 0 ? 'its data is no certificate' : 'its data is no public key'
}

const EMPTY: ReadonlySet<string> = new Set(['sha256', 'sha512'].map(name => createHash(name).digest('hex')))

/** What came of comparing. `depth`: 0 is the host's own certificate. */
export type DaneMatch =
  | { readonly kind: 'match'; readonly record: Tlsa; readonly depth: number }
  /** A record of usage 2 fits a certificate of the chain, but the host's own is not for this host, or one is outside its dates. */
  | { readonly kind: 'unfit'; readonly record: Tlsa; readonly why: 'name' | 'dates'; readonly depth: number }
  | { readonly kind: 'none' }

/**
 * Compares the certificates of a host with usable records.
 * @param chain as the host sent them, DER, its own first
 * @param names those that a certificate under a trust anchor may be for (RFC 7672 §3.2.2): the host, and the mail domain
 */
export function matchTlsa(
  records: readonly Tlsa[],
  chain: readonly Uint8Array[],
  names: readonly string[],
  now: Date,
): DaneMatch {
  const sent = chain.flatMap(der => readable(Buffer.from(der).toString('hex')) ?? [])
  const [own] = sent
  if (own === undefined) return { kind: 'none' }
  // RFC 7672 §3.1.1: with usage 3 neither names nor dates of the certificate count.
  const exact = records.find(record => record.usage === 3 && fits(record, own))
  if (exact !== undefined) return { kind: 'match', record: exact, depth: 0 }
  const anchors = records.filter(record => record.usage === 2)
  return anchors.length === 0 ? { kind: 'none' } : matchAnchor(anchors, sent, names, now)
}

/** A chain is climbed no further; hosts send two or three certificates. */
const LONGEST_CHAIN = 10

function matchAnchor(
  anchors: readonly Tlsa[],
  sent: readonly X509Certificate[],
  names: readonly string[],
  now: Date,
): DaneMatch {
  // RFC 7671 §5.2.2: an anchor that stands whole in DNS need not be sent.
  const published = anchors.flatMap(({ selector, matchingType, data }) =>
    selector === 0 && matchingType === 0 ? (readable(data) ?? []) : [],
  )
  const path: X509Certificate[] = []
  for (let current: X509Certificate | undefined = sent[0]; current && path.length < LONGEST_CHAIN; ) {
    path.push(current)
    const at: X509Certificate = current
    const depth = path.length - 1
    const byCertificate = anchors.find(record => fits(record, at))
    // §5.2.3: a bare key that stands whole in DNS vouches for what it signed.
    const byKey = anchors.find(({ selector, matchingType, data }) => {
      const key = selector === 1 && matchingType === 0 ? publicKey(data) : undefined
      return key !== undefined && verifies(at, key)
    })
    const record = byCertificate ?? byKey
    if (record !== undefined) {
      const why = unfit(path, names, now)
      return why === undefined ? { kind: 'match', record, depth } : { kind: 'unfit', record, why, depth }
    }
    current = [...sent.slice(1), ...published].find(other => !path.includes(other) && issued(other, at))
  }
  return { kind: 'none' }
}

function unfit(path: readonly X509Certificate[], names: readonly string[], now: Date): 'name' | 'dates' | undefined {
  const isInside = (one: X509Certificate): boolean => one.validFromDate <= now && now <= one.validToDate
  if (!path.every(isInside)) return 'dates'
  return names.some(name => isFor(path[0]!, name)) ? undefined : 'name'
}

// RFC 7672 §3.2.3 with RFC 6125: names of the extension, and the common name only where there are none.
function isFor(certificate: X509Certificate, name: string): boolean {
  const alternative = certificate.subjectAltName
  if (alternative === undefined) return namesHost(commonNames(certificate), name)
  return certificate.checkHost(name, { subject: 'never' }) !== undefined
}

function commonNames({ subject }: X509Certificate): readonly string[] {
  return (subject ?? '').split('\n').flatMap(line => (line.startsWith('CN=') ? [line.slice(3)] : []))
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && verifies(certificate, issuer.publicKey)
}

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key)
  } catch {
    return false
  }
}

/** RFC 6698 §2.1: the whole certificate or its key, as it is or as a digest. */
function fits({ selector, matchingType, data }: Tlsa, certificate: X509Certificate): boolean {
  const octets = selector === 0 ? certificate.raw : keyOctets(certificate)
  if (octets === undefined) return false
  if (matchingType === 0) return octets.toString('hex') === data
  return (
    createHash(matchingType === 1 ? 'sha256' : 'sha512')
      .update(octets)
      .digest('hex') === data
  )
}

/** The SubjectPublicKeyInfo. */
function keyOctets(certificate: X509Certificate): Buffer | undefined {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' })
  } catch {
    return undefined
  }
}

/** The record that a certificate asks for: usage 3, its key, SHA-256 (RFC 7672 §3.1.1 recommends `3 1 1`). */
export function tlsaFor(certificate: Uint8Array): Tlsa | undefined {
  const read = readable(Buffer.from(certificate).toString('hex'))
  const octets = read === undefined ? undefined : keyOctets(read)
  if (octets === undefined) return undefined
  return { usage: 3, selector: 1, matchingType: 1, data: createHash('sha256').update(octets).digest('hex') }
}

/** The record as a zone file has it. */
export function tlsaText({ usage, selector, matchingType, data }: Tlsa): string {
  return `${usage} ${selector} ${matchingType} ${data}`
}

function readable(hex: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(hex, 'hex'))
  } catch {
    return undefined
  }
}

function publicKey(hex: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(hex, 'hex'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
