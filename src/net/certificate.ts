// What an administrator wants to know of a certificate, read from its DER. Plain data; whatever cannot be read is left out.
import { X509Certificate } from 'node:crypto'

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

const curveBits: { readonly [curve: string]: number } = { prime256v1: 256, secp384r1: 384, secp521r1: 521 }

function keyOf(certificate: X509Certificate): Certificate['key'] {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
    if (type === undefined) return undefined
    return { type, bits: details?.modulusLength ?? curveBits[details?.namedCurve ?? ''] }
  } catch {
    return undefined
  }
}
