// Posts a document by HTTP to a service that somebody named, over the Dialer: no redirects, bounded in size and time.
import { type Certificate, readCertificate } from './certificate.ts'
import type { Connection, Dialer, DialFailure, TlsSession } from './dialer.ts'
import { type HttpResponse, type HttpSilence, readResponse } from './http-response.ts'

export interface HttpPost {
  /** Tried in this order until one takes the connection. */
  readonly addresses: readonly string[]
  readonly port: number
  /** The host as the URL has it: for the Host field, and for SNI where `secure`. */
  readonly host: string
  readonly secure: boolean
  readonly path: string
  /** Besides Host, Content-Length and the like. Neither names nor values may hold line ends. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
  /** Octets of the answer's body that are read at most. */
  readonly mostBody: number
  /** Milliseconds for everything together. */
  readonly timeoutMs: number
  /** Asked before anything is said; a sentence part refuses what TLS turned out to be. */
  readonly refuses?: (leaf: Certificate | undefined, tls: Omit<TlsSession, 'chain'>) => string | undefined
}

/** How it ended. `address` is where the connection led to. */
export type HttpPostAnswer =
  | (HttpResponse & { readonly address: string })
  | (HttpSilence & { readonly address: string })
  | { readonly kind: 'not-connected'; readonly why: DialFailure['why']; readonly detail: string }
  | { readonly kind: 'not-secured'; readonly detail: string; readonly address: string }

/** Each costs up to a share of the time. */
const MOST_ADDRESSES = 4

/** Posts it. Never throws for anything that a server does. */
export async function httpPost(dialer: Dialer, post: HttpPost): Promise<HttpPostAnswer> {
  const deadline = performance.now() + post.timeoutMs
  const left = (): number => Math.max(0, deadline - performance.now())
  let failure: DialFailure = { kind: 'failed', why: 'network', detail: 'there is no address to connect to' }
  for (const address of post.addresses.slice(0, MOST_ADDRESSES)) {
    const connection = await dialer.connect({ address, port: post.port }, Math.min(left(), post.timeoutMs / 2))
    if (connection.kind === 'failed') {
      failure = connection
      continue
    }
    try {
      const fault = post.secure ? await securedOrFault(connection, post, left()) : undefined
      if (fault !== undefined) return { kind: 'not-secured', detail: fault, address }
      connection.write(headOf(post))
      connection.write(post.body)
      return { ...(await readResponse(connection, post.mostBody, left)), address }
    } finally {
      connection.close()
    }
  }
  return { kind: 'not-connected', why: failure.why, detail: failure.detail }
}

async function securedOrFault(connection: Connection, { host, refuses }: HttpPost, timeoutMs: number) {
  const secured = await connection.startTls({ serverName: host }, timeoutMs)
  if (secured.kind === 'failed') return secured.detail
  const { chain, ...tls } = secured.session
  const [first] = chain
  return refuses?.(first === undefined ? undefined : readCertificate(first), tls)
}

function headOf({ host, port, secure, path, fields, body }: HttpPost): string {
  const name = host.includes(':') ? `[${host}]` : host
  const authority = port === (secure ? 443 : 80) ? name : `${name}:${port}`
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${authority}`,
    ...fields.map(([field, value]) => `${field}: ${value}`),
    `Content-Length: ${body.length}`,
    'Accept: */*',
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
