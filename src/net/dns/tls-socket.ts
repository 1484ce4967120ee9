// TLS to a name server, for DNS over TLS and over HTTPS: here a certificate that is not right ends the connection.
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from 'node:tls'
import type { ServerAddress } from '../resolver.ts'
import { networkFault } from './transport.ts'

/** Opens connections to name servers, trusting the usual roots and those that were given. */
export class TlsSockets {
  readonly #roots: readonly string[]
  #context: SecureContext | undefined

  /** @param roots PEM texts. @throws Error when one is no certificate. */
  constructor(roots: readonly string[]) {
    for (const pem of roots) checkRoot(pem)
    this.#roots = roots
  }

  /** A socket that emits `secureConnect` once the server has shown that it is the one that was meant. */
  open(server: ServerAddress, protocols: readonly string[]): TLSSocket {
    const name = certifiedName(server)
    // RFC 8310 §8.1: the name, or the address, must stand in the certificate; there is no falling back to another way.
    this.#context ??= createSecureContext({
      ca: [...getCACertificates('default'), ...getCACertificates('system'), ...this.#roots],
      minVersion: 'TLSv1.2',
    })
    return connect({
      host: server.address,
      port: server.port,
      secureContext: this.#context,
      ALPNProtocols: [...protocols],
      // RFC 6066 §3: an address is no server name. Node holds the certificate against `host` then.
      ...(isIP(name) === 0 ? { servername: name } : {}),
    })
  }
}

/** What the certificate of a server must hold: a name, or an IP address. */
export function certifiedName({ certifiedAs, address }: ServerAddress): string {
  return certifiedAs ?? address
}

/** Why a connection with TLS failed, and whether asking again is of no use. */
export function tlsFault(fault: Error, server: ServerAddress): { readonly detail: string; readonly final: boolean } {
  const code = (fault as NodeJS.ErrnoException).code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { detail: `its certificate is not for ${certifiedName(server)}`, final: true }
  }
  if (code === 'CERT_HAS_EXPIRED') return { detail: 'its certificate has expired', final: true }
  if (/^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|HOSTNAME_MISMATCH)/.test(code)) {
    return { detail: `its certificate is not trusted (${code})`, final: true }
  }
  if (code.startsWith('ERR_SSL_')) return { detail: `the TLS handshake failed (${code})`, final: true }
  return { detail: networkFault(fault), final: false }
}

function checkRoot(pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw new Error('a trusted root that was given is no PEM certificate', { cause })
  }
}
