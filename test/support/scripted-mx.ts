// MX hosts out of a script, without a socket: what each says in turn, and the TLS that comes after STARTTLS.
import { X509Certificate } from 'node:crypto'
import type { ServerCertificate } from '../../src/lab/certificates.ts'
import { endpointText } from '../../src/names/endpoint.ts'
import type { Dialer, DialFailure, TlsSession } from '../../src/net/dialer.ts'

/** Replies in the order of banner, EHLO, STARTTLS, EHLO under TLS, QUIT. Where they end, nothing more is said. */
export interface ScriptedMx {
  readonly says: readonly (string | 'closed')[]
  readonly tls?: TlsSession | DialFailure
}

const greeting = ['220 mx.example.org ESMTP', '250-mx.example.org\r\n250-PIPELINING\r\n250 STARTTLS', '220 Ready']

/** An MX whose STARTTLS works and shows this certificate. */
export function secured(certificate: ServerCertificate, trust: Pick<TlsSession, 'trusted' | 'trustFault'>): ScriptedMx {
  const pems = certificate.certificate.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const chain = pems.map(pem => new X509Certificate(pem).raw)
  const session = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', chain, ...trust }
  return { says: [...greeting, '250 mx.example.org', '221 Bye'], tls: session }
}

/** An MX that goes along up to STARTTLS; then the handshake ends like this. */
export function handshakeEnds(why: DialFailure['why'], detail: string): ScriptedMx {
  return { says: greeting, tls: { kind: 'failed', why, detail } }
}

/** A dialer to the scripted hosts, by `endpointText`; one script for all when only one is given. */
export function scriptedDialer(script: ScriptedMx | DialFailure | { readonly [endpoint: string]: ScriptedMx }): Dialer {
  return {
    async connect({ address, port }) {
      if ('kind' in script) return script as DialFailure
      const mx = 'says' in script ? (script as ScriptedMx) : script[endpointText(address, port)]
      if (mx === undefined) return { kind: 'failed', why: 'timeout', detail: 'nobody is there' }
      const left = [...mx.says]
      let heard = left.shift()
      return {
        kind: 'connected',
        async read() {
          const next = heard ?? 'timeout'
          heard = undefined
          return next === 'timeout' || next === 'closed' ? next : Buffer.from(`${next}\r\n`)
        },
        elapsed: () => 0,
        pending: () => 0,
        write() {
          heard = left.shift()
        },
        async startTls() {
          const { tls } = mx
          if (tls === undefined) return { kind: 'failed', why: 'tls', detail: 'no TLS in the script' }
          return 'kind' in tls ? tls : { kind: 'secured', session: tls }
        },
        close() {},
      }
    },
  }
}
