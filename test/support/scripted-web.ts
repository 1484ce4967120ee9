// A web server out of a script, without a socket: its certificate, and the bytes that it answers with.
import { X509Certificate } from 'node:crypto'
import type { ServerCertificate } from '../../src/lab/certificates.ts'
import type { Dialer, DialFailure, TlsSession } from '../../src/net/dialer.ts'

/** What is read in turn after the request; then the connection ends, or nothing more comes. */
export interface ScriptedWeb {
  readonly certificate?: ServerCertificate
  readonly trust?: Pick<TlsSession, 'trusted' | 'trustFault'>
  readonly tls?: DialFailure
  readonly answers: readonly (string | Uint8Array)[]
  readonly ends?: 'closed' | 'timeout'
  /** Told of what was asked. */
  readonly onRequest?: (request: string) => void
}

/** A dialer that reaches this server at every address. */
export function webDialer(web: ScriptedWeb): Dialer {
  return {
    async connect() {
      const left = [...web.answers]
      return {
        kind: 'connected',
        async read() {
          const next = left.shift()
          if (next === undefined) return web.ends ?? 'closed'
          return typeof next === 'string' ? Buffer.from(next, 'latin1') : next
        },
        elapsed: () => 0,
        pending: () => 0,
        write: bytes => web.onRequest?.(Buffer.from(bytes as string).toString('latin1')),
        async startTls() {
          if (web.tls) return web.tls
          const pem = web.certificate?.certificate
          const chain = pem === undefined ? [] : [new X509Certificate(pem).raw]
          return {
            kind: 'secured',
            session: {
              protocol: 'TLSv1.3',
              cipher: 'TLS_AES_128_GCM_SHA256',
              chain,
              ...(web.trust ?? { trusted: true }),
            },
          }
        },
        close() {},
      }
    },
  }
}

/** A whole answer. */
export function httpAnswer(status: number, fields: readonly string[], body: string): string {
  return [`HTTP/1.1 ${status} Whatever`, ...fields, '', body].join('\r\n')
}
