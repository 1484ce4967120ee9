// Name servers over TCP, TLS and HTTPS that do exactly what a test tells them, well or badly, with the octets of each query.
import { once } from 'node:events'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { createAuthority, type ServerCertificate } from '../../src/lab/certificates.ts'
import type { ServerAddress } from '../../src/net/resolver.ts'

export const authority = createAuthority(new Date())

/** A certificate of the test's authority for `localhost`, unless other names are given. */
export function certificate(...names: string[]): ServerCertificate {
  const day = 86_400_000
  const now = Date.now()
  return authority.issue({
    names: names.length === 0 ? ['localhost'] : names,
    from: new Date(now - day),
    to: new Date(now + day),
  })
}

/** One query on a connection: `connection` and `nth` count from 1. */
export interface Heard {
  readonly query: Buffer
  /** The first label of the asked name. */
  readonly label: string
  readonly connection: number
  readonly nth: number
  readonly socket: Socket
  /** Sends messages, each with its length before it. */
  answer(...messages: readonly Buffer[]): void
}

export interface StreamServer {
  readonly server: ServerAddress
  readonly counts: { connections: number; queries: number }
  close(): Promise<void>
}

/** A server over TCP, or TLS where there is a certificate. */
export async function streamServer(
  hear: (heard: Heard) => void,
  tls?: ServerCertificate,
  port = 0,
): Promise<StreamServer> {
  const counts = { connections: 0, queries: 0 }
  const serve = (socket: Socket): void => {
    const connection = ++counts.connections
    let nth = 0
    let received: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', piece => {
      received = Buffer.concat([received, piece])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0)
        const query = received.subarray(2, end)
        received = received.subarray(end)
        counts.queries++
        nth++
        const answer = (...messages: readonly Buffer[]): void => {
          socket.write(Buffer.concat(messages.flatMap(m => [Buffer.of(m.length >> 8, m.length & 255), m])))
        }
        hear({ query, label: labelOf(query), connection, nth, socket, answer })
      }
    })
  }
  const server: Server = tls
    ? createTls({ cert: tls.certificate, key: tls.key, ALPNProtocols: ['dot'] }, serve as (socket: TLSSocket) => void)
    : createServer(serve)
  const close = await listening(server, port)
  const bound = (server.address() as AddressInfo).port
  const address = tls ? 'localhost' : '127.0.0.1'
  return { server: { address, port: bound, transport: tls ? 'tls' : 'tcp' }, counts, close }
}

/** What an HTTP server says to one POST. */
export interface HttpReply {
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Buffer
  /** Ends the connection instead. */
  readonly hangUp?: true
  /** Says nothing at all. */
  readonly silent?: true
}

export interface HttpServer extends StreamServer {
  readonly requests: {
    readonly version: string
    readonly method: string
    readonly path: string
    readonly type: string
  }[]
}

/** A server over HTTPS: HTTP/2 and, where it may, HTTP/1.1; or HTTP/1.1 alone. */
export async function httpServer(
  reply: (query: Buffer, nth: number) => HttpReply,
  version: 'h2' | 'http/1.1' = 'h2',
): Promise<HttpServer> {
  const counts = { connections: 0, queries: 0 }
  const requests: HttpServer['requests'] = []
  const { certificate: cert, key } = certificate()
  const server = (
    version === 'h2' ? createSecureServer({ cert, key }) : createHttps({ cert, key })
  ) as Http2SecureServer
  server.on('secureConnection', () => {
    counts.connections++
  })
  server.on('request', (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('error', () => {})
    request.on('end', () => {
      // What is cut off by the end of its connection ends empty.
      if (pieces.length === 0) return
      counts.queries++
      const { method, url: path } = request
      requests.push({ version: request.httpVersion, method, path, type: request.headers['content-type'] ?? '' })
      const said = reply(Buffer.concat(pieces), counts.queries)
      if (said.silent) return
      if (said.hangUp) {
        request.stream?.session?.destroy()
        request.socket?.destroy?.()
        return
      }
      response.statusCode = said.status ?? 200
      const headers = { 'content-type': 'application/dns-message', ...said.headers }
      for (const [name, value] of Object.entries(headers)) if (value !== '') response.setHeader(name, value)
      response.end(said.body ?? Buffer.alloc(0))
    })
  })
  const close = await listening(server)
  const { port } = server.address() as AddressInfo
  return { server: { address: 'localhost', port, transport: 'https' }, counts, requests, close }
}

/** A response that holds one TXT record. */
export function txtAnswer(query: Buffer, text: string): Buffer {
  const end = query.indexOf(0, 12) + 5
  const head = Buffer.from(query.subarray(0, end))
  head.writeUInt16BE(0x8180, 2)
  for (const [at, count] of [
    [4, 1],
    [6, 1],
    [8, 0],
    [10, 0],
  ] as const) {
    head.writeUInt16BE(count, at)
  }
  const data = Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
  return Buffer.concat([head, Buffer.from('c00c001000010000012c', 'hex'), Buffer.of(0, data.length), data])
}

/** The answer that says the first label of the asked name. */
export function echo(query: Buffer): Buffer {
  return txtAnswer(query, labelOf(query))
}

function labelOf(query: Buffer): string {
  return query.toString('latin1', 13, 13 + query[12]!)
}

async function listening(server: Server | Http2SecureServer, port = 0): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  server.on('sessionError', () => {})
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  let open = true
  const close = async (): Promise<void> => {
    if (!open) return
    open = false
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  onTestFinished(close)
  return close
}
