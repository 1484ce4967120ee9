// Reads a mark certificate for BIMI and those sent with it: what they are for, and the logo that the first one vouches for.
import { X509Certificate } from 'node:crypto'
import { dnsNames } from './certificate.ts'
import { type DerValue, derChildren, derObjectId } from './der-reading.ts'

/** One certificate of the file. */
export interface MarkFileCertificate {
  readonly subject: string
  readonly issuer: string
  /** RFC 3339, UTC. */
  readonly validFrom: string
  readonly validTo: string
  readonly isAuthority: boolean
  /** Extended key usage by object identifiers; undefined when it is for anything. */
  readonly purposes: readonly string[] | undefined
  /** True when the next one in the file issued it. */
  readonly issuedByNext: boolean
}

/** The picture that a certificate vouches for (RFC 9399 §4.1). */
export interface Logotype {
  readonly mediaType: string
  readonly hashes: readonly { readonly algorithm: string | undefined; readonly value: Uint8Array }[]
  /** A `data:` URI, as BIMI wants it, or another. */
  readonly uri: string | undefined
}

export interface MarkCertificate {
  /** In the order of the file; the first is the mark certificate. */
  readonly chain: readonly [MarkFileCertificate, ...MarkFileCertificate[]]
  readonly altNames: readonly string[]
  /** `Registered Mark`, `Government Mark`, `Prior Use Mark`, …; undefined where it does not say. */
  readonly markType: string | undefined
  readonly logotype: Logotype | undefined
}

/** Certificates that are read at most: a chain has three or four. */
const MOST = 10

const LOGOTYPE = '1.3.6.1.5.5.7.1.12'
const MARK_TYPE = '1.3.6.1.4.1.53087.1.13'

/** Digests by their object identifiers (RFC 5754 §2, RFC 3370 §2.1). */
const digests: { readonly [objectId: string]: string } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** Reads a PEM file (RFC 7468). @returns undefined when its first certificate is none. */
export function readMarkCertificate(pem: string): MarkCertificate | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,100000}-----END CERTIFICATE-----/g) ?? []
  const read = blocks.slice(0, MOST).map(certificateIn)
  const unreadable = read.indexOf(undefined)
  const certificates = (unreadable < 0 ? read : read.slice(0, unreadable)) as X509Certificate[]
  const [first] = certificates
  if (first === undefined) return undefined
  const chain = certificates.map((one, i) => describe(one, certificates[i + 1]))
  return {
    chain: chain as [MarkFileCertificate, ...MarkFileCertificate[]],
    altNames: dnsNames(first.subjectAltName ?? ''),
    markType: markTypeOf(first.raw),
    logotype: logotypeOf(first.raw),
  }
}

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem)
    // Dates that are none make it as useless as octets that are none.
    const dates = [certificate.validFromDate, certificate.validToDate]
    return dates.some(date => Number.isNaN(date.getTime())) ? undefined : certificate
  } catch {
    return undefined
  }
}

function describe(one: X509Certificate, next: X509Certificate | undefined): MarkFileCertificate {
  return {
    subject: oneLine(one.subject),
    issuer: oneLine(one.issuer),
    validFrom: one.validFromDate.toISOString(),
    validTo: one.validToDate.toISOString(),
    isAuthority: one.ca,
    // By this name Node has the extended key usage.
    purposes: (one.keyUsage as readonly string[] | undefined) ?? undefined,
    issuedByNext: next !== undefined && issued(next, one),
  }
}

function issued(issuer: X509Certificate, child: X509Certificate): boolean {
  try {
    return child.checkIssued(issuer) && child.verify(issuer.publicKey)
  } catch {
    return false
  }
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ')
}

/** The fields of tbsCertificate (RFC 5280 §4.1). */
function signedFields(der: Uint8Array): readonly DerValue[] {
  const signed = inside(der, inside(der, { start: 0, end: der.length })[0])[0]
  return inside(der, signed)
}

const inside = (der: Uint8Array, value: Pick<DerValue, 'start' | 'end'> | undefined): readonly DerValue[] =>
  value === undefined ? [] : derChildren(der, value)

const octets = (der: Uint8Array, value: DerValue): Uint8Array => der.subarray(value.start, value.end)

const text = (der: Uint8Array, value: DerValue): string => Buffer.from(octets(der, value)).toString('latin1')

// The subject is a sequence of sets of pairs; it is the second of the two names among the fields.
function markTypeOf(der: Uint8Array): string | undefined {
  for (const name of signedFields(der).filter(field => field.tag === 0x30)) {
    for (const set of inside(der, name)) {
      for (const pair of inside(der, set)) {
        const [id, value] = inside(der, pair)
        if (value !== undefined && derObjectId(der, id) === MARK_TYPE) return text(der, value).slice(0, 100)
      }
    }
  }
  return undefined
}

function extensionOf(der: Uint8Array, wanted: string): DerValue | undefined {
  const [list] = inside(
    der,
    signedFields(der).find(field => field.tag === 0xa3),
  )
  for (const extension of inside(der, list)) {
    const [id, ...rest] = inside(der, extension)
    // A flag may stand between: whether it is critical.
    if (derObjectId(der, id) === wanted) return rest.find(value => value.tag === 0x04)
  }
  return undefined
}

// RFC 9399 §4.1: LogotypeExtn.subjectLogo [2] is LogotypeInfo, of which `direct` [0] has images first; each begins with its
// LogotypeDetails: media type, digests, places.
function logotypeOf(der: Uint8Array): Logotype | undefined {
  const [extension] = inside(der, extensionOf(der, LOGOTYPE))
  const subject = inside(der, extension).find(value => value.tag === 0xa2)
  const direct = inside(der, subject).find(value => value.tag === 0xa0)
  const images = inside(der, direct).find(value => value.tag === 0x30)
  const [image] = inside(der, images)
  const [details] = inside(der, image)
  const [mediaType, hashes, places] = inside(der, details)
  if (mediaType?.tag !== 0x16 || hashes?.tag !== 0x30) return undefined
  const [place] = inside(der, places)
  return {
    mediaType: text(der, mediaType).slice(0, 100),
    hashes: inside(der, hashes).flatMap(hash => {
      const [algorithm, value] = inside(der, hash)
      if (value?.tag !== 0x04) return []
      const [id] = inside(der, algorithm)
      return [{ algorithm: digests[derObjectId(der, id) ?? ''], value: octets(der, value) }]
    }),
    uri: place?.tag === 0x16 ? text(der, place) : undefined,
  }
}
