// What an administrator wants to know of a certificate, read from its DER. Plain data; whatever cannot be read is left out.
import { X509Certificate } from 'node:crypto'
import { type DerValue, derChildren, derObjectId } from './der-reading.ts'

export interface Certificate {
  /** `CN=mx.example.org, O=Example`: for people, never compared with a host name (RFC 9525 §2). */
  readonly subject: string
  readonly issuer: string
  /** The DNS names of the subjectAltName extension, lower case. Only these say what the certificate is for. */
  readonly altNames: readonly string[]
  /** RFC 3339, UTC. */
  readonly validFrom: string
  readonly validTo: string
  readonly serial: string
  /** SHA-256 over the DER, as OpenSSL shows it: `AB:CD:…`. */
  readonly fingerprint: string
  readonly selfSigned: boolean
  /** `rsa`, `ec`, `ed25519` and so on; undefined for a key that cannot be read. `bits` is the size of the key or curve. */
  readonly key: { readonly type: string; readonly bits: number | undefined } | undefined
  /** The digest under the signature of its issuer: `sha256`, `sha1`, …; undefined where there is none (Ed25519), or an unknown one. */
  readonly digest: string | undefined
  /** What it is for, by object identifiers (RFC 5280 §4.2.1.12); undefined when it is for anything. */
  readonly purposes: readonly string[] | undefined
  /** Whoever takes it wants an OCSP answer with it (RFC 7633). */
  readonly mustStaple: boolean
}

/** Reads one certificate. @returns undefined when the bytes are none. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    return {
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      altNames: dnsNames(certificate.subjectAltName ?? ''),
      validFrom: certificate.validFromDate.toISOString(),
      validTo: certificate.validToDate.toISOString(),
      serial: certificate.serialNumber,
      fingerprint: certificate.fingerprint256,
      selfSigned: isSelfSigned(certificate),
      key: keyOf(certificate),
      digest: digestOf(der),
      // By this name Node has the extended key usage.
      purposes: (certificate.keyUsage as readonly string[] | undefined) ?? undefined,
      mustStaple: extensionsOf(der).includes(TLS_FEATURE),
    }
  } catch {
    return undefined
  }
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ')
}

/**
 * The DNS names in Node's text form, in which a value that could be taken for two is a JSON string in quotes: a name that
 * holds `, DNS:evil.example` must not become two names.
 */
export function dnsNames(subjectAltName: string): readonly string[] {
  const entry = /([^:,]+):("(?:\\.|[^"\\])*"|[^,]*)(?:, |$)/gy
  return [...subjectAltName.matchAll(entry)]
    .filter(([, kind, value]) => kind === 'DNS' && !value!.startsWith('"'))
    .map(([, , value]) => value!.toLowerCase())
}

function isSelfSigned(certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)
  } catch {
    return false
  }
}

function keyOf(certificate: X509Certificate): Certificate['key'] {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
    if (type === undefined) return undefined
    // Curves have their size in their names: prime256v1, secp384r1, brainpoolP512r1, sect163k1.
    const curve = /[0-9]{3}/.exec(details?.namedCurve ?? '')
    return { type, bits: details?.modulusLength ?? (curve === null ? undefined : Number(curve[0])) }
  } catch {
    return undefined
  }
}

const TLS_FEATURE = '1.3.6.1.5.5.7.1.24'
const RSASSA_PSS = '1.2.840.113549.1.1.10'

/** Digests by the object identifiers of signature algorithms (RFC 3279, RFC 4055, RFC 5758), and of themselves for RSASSA-PSS. */
const digests: { readonly [objectId: string]: string } = {
  '1.2.840.113549.1.1.2': 'md2',
  '1.2.840.113549.1.1.3': 'md4',
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.3.14.3.2.29': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10040.4.3': 'sha1',
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** RFC 5280 §4.1: Certificate is tbsCertificate, signatureAlgorithm, signatureValue. */
function partsOf(der: Uint8Array): readonly DerValue[] {
  const [certificate] = derChildren(der, { start: 0, end: der.length })
  return certificate === undefined ? [] : derChildren(der, certificate)
}

function digestOf(der: Uint8Array): string | undefined {
  const algorithm = partsOf(der)[1]
  if (algorithm === undefined) return undefined
  const [id, parameters] = derChildren(der, algorithm)
  const name = derObjectId(der, id)
  if (name !== RSASSA_PSS) return digests[name ?? '']
  // RFC 4055 §3.1: the digest stands in [0]; without one it is SHA-1.
  const hash = parameters && derChildren(der, parameters).find(({ tag }) => tag === 0xa0)
  if (hash === undefined) return 'sha1'
  const [identifier] = derChildren(der, hash)
  return digests[derObjectId(der, identifier && derChildren(der, identifier)[0]) ?? '']
}

/** The object identifiers of its extensions: the field [3] of tbsCertificate. */
function extensionsOf(der: Uint8Array): readonly string[] {
  const [signed] = partsOf(der)
  const field = signed && derChildren(der, signed).find(({ tag }) => tag === 0xa3)
  const [list] = field ? derChildren(der, field) : []
  return list ? derChildren(der, list).flatMap(one => derObjectId(der, derChildren(der, one)[0]) ?? []) : []
}
