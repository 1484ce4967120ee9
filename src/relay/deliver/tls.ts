// Which TLS a route wants of its next hops, and what that means for the handshake.
import { constants, X509Certificate } from 'node:crypto'
import { type ConnectionOptions, createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { parseAddress } from '../../names/address.ts'
import type { RouteSettings } from '../settings.ts'

/**
 * `none`: never. `opportunistic`: whatever TLS can be had, else in clear (RFC 7435). `required`: TLS, with any certificate.
 * `verify`: a certificate that leads to a trusted root and names the host.
 */
export type TlsPolicy = 'none' | 'opportunistic' | 'required' | 'verify'

/**
 * The policy of a route. `auto` is `opportunistic` for now: DANE (RFC 7672) and MTA-STS (RFC 8461) are to come, and will make
 * it stricter for the domains that publish them. Credentials go to whom they are meant for: with them `auto` is `verify`,
 * and nothing is less than `required`.
 */
export function tlsPolicy({ tls, auth }: Pick<RouteSettings, 'tls' | 'auth'>): TlsPolicy {
  if (tls === 'auto') return auth === undefined ? 'opportunistic' : 'verify'
  return auth !== undefined && tls === 'opportunistic' ? 'required' : tls
}

/** The options of a handshake with a host that goes by this name. */
export type TlsOptions = (policy: TlsPolicy, name: string) => ConnectionOptions

/** @param ca PEM texts of roots that are trusted beside those of Node and of the system. */
export function tlsOptions(ca: readonly string[]): TlsOptions {
  const contexts = new Map<'tolerant' | 'strict', SecureContext>()
  const context = (kind: 'tolerant' | 'strict'): SecureContext => {
    const made = contexts.get(kind) ?? createSecureContext(kind === 'strict' ? strict(ca) : tolerant)
    contexts.set(kind, made)
    return made
  }
  return (policy, name) => ({
    // RFC 6066 §3: an address is no server name.
    ...(parseAddress(name) === undefined ? { servername: name } : {}),
    secureContext: context(policy === 'opportunistic' ? 'tolerant' : 'strict'),
    rejectUnauthorized: policy === 'verify',
    checkServerIdentity: (_, { raw }) => (policy === 'verify' ? nameFault(new X509Certificate(raw), name) : undefined),
  })
}

const strict = (ca: readonly string[]) => ({
  ca: [...getCACertificates('default'), ...getCACertificates('system'), ...ca],
  minVersion: 'TLSv1.2' as const,
})

/** Old TLS is better than none, which would be the alternative. */
const tolerant = {
  minVersion: 'TLSv1' as const,
  ciphers: 'ALL:!aNULL:!eNULL:@SECLEVEL=0',
  // Servers from before RFC 5746.
  secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
}

/** RFC 9525 §2 and §6.3: the subjectAltName alone names a host; a wildcard stands for one whole label. */
function nameFault(certificate: X509Certificate, name: string): Error | undefined {
  const address = parseAddress(name)
  const names = address
    ? certificate.checkIP(address.text)
    : certificate.checkHost(name, { subject: 'never', partialWildcards: false })
  return names === undefined
    ? new Error(`it is for ${certificate.subjectAltName ?? 'no name'}, not for ${name}`)
    : undefined
}
