// Does a certificate name a host? By its subjectAltName only, as RFC 9525 and MTA-STS (RFC 8461 §4.1) want it.
import { canonicalName, nameFault } from '../names/domain.ts'

/**
 * True when one of the DNS names is the host, or is a wildcard for exactly its left-most label (RFC 9525 §6.3).
 * All names are A-labels; the common name of the subject is no name (RFC 9525 §2).
 */
export function namesHost(altNames: readonly string[], host: string): boolean {
  const wanted = canonicalName(host)
  if (wanted === '' || nameFault(wanted) !== undefined) return false
  const parent = wanted.slice(wanted.indexOf('.') + 1)
  return altNames.map(canonicalName).some(name => {
    if (name === wanted) return true
    // Senders' TLS libraries take no wildcard for a whole top-level domain.
    return name === `*.${parent}` && wanted.includes('.') && parent.includes('.')
  })
}
