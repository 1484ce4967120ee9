// The certificate of a listener and its key: that they can be read, belong together and still hold.
import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { TlsMaterial } from '../relay/settings.ts'
import { type Building, referred } from './building.ts'
import { readPrivateKey } from './private-key.ts'
import type { Path } from './problem.ts'
import type { RawListener } from './schema.ts'

const DAY = 86_400_000
/** Whoever renews by hand needs some days. */
const SOON = 14 * DAY

/** Reads and checks both; undefined when something is wrong, which has been told. */
export function tlsMaterial(
  building: Building,
  path: Path,
  { certificate: certificateText, key: keyText }: RawListener,
  hostname: string | undefined,
): TlsMaterial | undefined {
  const certificatePath = [...path, 'certificate']
  const keyPath = [...path, 'key']
  if (certificateText === undefined || keyText === undefined) {
    if (certificateText === undefined)
      building.fault(path, 'TLS needs a certificate: set certificate and key, or tls: none')
    else building.fault(path, 'the certificate needs its private key: set key')
    return undefined
  }
  const chainText = referred(building, certificatePath, certificateText, false)?.text
  const keyPem = referred(building, keyPath, keyText, true)?.text
  const chain = chainText === undefined ? undefined : certificatesOf(building, certificatePath, chainText)
  if (keyPem === undefined) return undefined
  const read = readPrivateKey(keyPem)
  if (!read.ok) building.fault(keyPath, read.why)
  if (!read.ok || chain === undefined || chainText === undefined) return undefined
  const owner = chain.findIndex(certificate => certificate.checkPrivateKey(read.key))
  if (owner !== 0) {
    building.fault(
      keyPath,
      owner < 0
        ? 'the key does not belong to the certificate'
        : `the key belongs to certificate ${owner + 1} of the file: its own must stand first, then those above it`,
    )
    return undefined
  }
  if (!acceptable(building, certificatePath, chainText, keyPem)) return undefined
  remark(building, certificatePath, chain[0]!, hostname)
  return { certificate: chainText, key: keyPem }
}

function certificatesOf(building: Building, path: Path, text: string): readonly X509Certificate[] | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) {
    building.fault(path, 'it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)')
    return undefined
  }
  const certificates: X509Certificate[] = []
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block))
    } catch {
      building.fault(path, `certificate ${index + 1} of the file cannot be read: the PEM text is damaged`)
      return undefined
    }
  }
  return certificates
}

/** What OpenSSL refuses to serve, such as keys that are too short, would otherwise be found at the first connection. */
function acceptable(building: Building, path: Path, cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch (error) {
    const { reason, message } = error as Error & { readonly reason?: string }
    building.fault(path, `TLS cannot use it: ${reason ?? message}`)
    return false
  }
}

// An expired certificate is no reason to refuse the file: a relay that was restarted would stay down.
function remark(building: Building, path: Path, own: X509Certificate, hostname: string | undefined): void {
  const now = building.now.getTime()
  const left = own.validToDate.getTime() - now
  const day = (date: Date): string => date.toISOString().slice(0, 10)
  if (left < 0) building.warn(path, `the certificate expired on ${day(own.validToDate)}`)
  else if (left < SOON) building.warn(path, `the certificate expires on ${day(own.validToDate)}`)
  if (own.validFromDate.getTime() > now)
    building.warn(path, `the certificate is not valid before ${day(own.validFromDate)}`)
  if (hostname !== undefined && own.checkHost(hostname, { subject: 'never' }) === undefined) {
    building.warn(path, `the certificate is not for ${hostname}: clients that look will refuse it`)
  }
}
