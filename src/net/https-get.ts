// Fetches one small document by HTTPS over the Dialer, so that it is recorded as all else is: no redirects, bounded in size and time.
import { type Certificate, readCertificate } from './certificate.ts'
import type { Dialer, DialFailure, TlsSession } from './dialer.ts'
import { type HttpResponse, type HttpSilence, readResponse } from './http-response.ts'

/** What is fetched, and how much of it. */
export interface HttpsTarget {
  /** Tried in this order until one takes the connection. */
  readonly addresses: readonly string[]
  readonly port?: number
  /** The host name: for SNI and the Host field. */
  readonly host: string
  readonly path: string
  /** Octets of the body that are read at most. */
  readonly mostBody: number
  /** Milliseconds for everything together. */
  readonly timeoutMs: number
}

/** The TLS that came about. Nothing is refused: whether the certificate is good enough is for the caller to judge. */
export interface HttpsSession {
  readonly address: string
  readonly tls: Omit<TlsSession, 'chain'>
  /** As sent: the server's own first. Those that cannot be read are left out. */
  readonly certificates: readonly Certificate[]
}

/** How it ended. Only `response` says what the server holds. */
export type HttpsAnswer =
  | (HttpResponse & HttpsSession)
  | { readonly kind: 'not-connected'; readonly why: DialFailure['why']; readonly detail: string }
  | { readonly kind: 'tls-failed'; readonly why: DialFailure['why']; readonly detail: string; readonly address: string }
  /** TLS came about; what followed was no answer. */
  | (HttpSilence & HttpsSession)

/** Addresses that are tried at most; each costs up to a share of the time. */
const MOST_ADDRESSES = 4

/** Fetches it. Never throws for anything that a server does. */
export async function httpsGet(dialer: Dialer, target: HttpsTarget): Promise<HttpsAnswer> {
  const deadline = performance.now() + target.timeoutMs
  const left = (): number => Math.max(0, deadline - performance.now())
  const { host, port = 443, path } = target
  let failure: DialFailure = { kind: 'failed', why: 'network', detail: 'there is no address to connect to' }
  for (const address of target.addresses.slice(0, MOST_ADDRESSES)) {
    const connection = await dialer.connect({ address, port }, Math.min(left(), target.timeoutMs / 2))
    if (connection.kind === 'failed') {
      failure = connection
      continue
    }
    try {
      const secured = await connection.startTls({ serverName: host }, left())
      if (secured.kind === 'failed') {
        return { kind: 'tls-failed', why: secured.why, detail: secured.detail, address }
      }
      const { chain, ...tls } = secured.session
      const session = { address, tls, certificates: chain.flatMap(der => readCertificate(der) ?? []) }
      // HTTP/1.1 with one request: nothing else of it is wanted here.
      connection.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\nConnection: close\r\n\r\n`)
      return { ...(await readResponse(connection, target.mostBody, left)), ...session }
    } finally {
      connection.close()
    }
  }
  return { kind: 'not-connected', why: failure.why, detail: failure.detail }
}
