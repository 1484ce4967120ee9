// One TCP connection and the TLS on it, as a Connection: bounded buffer, bounded waits, failures as values.
import type { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { type SecureContext, connect as startTls, type TLSSocket } from 'node:tls'
import type { Connection, DialFailure, TlsSession, TlsWish } from './dialer.ts'

/** Octets kept for a reader that does not read; then the peer has to wait. */
const MOST_BUFFERED = 64 * 1024

const MOST_CERTIFICATES = 20

export class SocketConnection implements Connection {
  readonly kind = 'connected'
  #socket: Socket | TLSSocket
  #chunks: Uint8Array[] = []
  #buffered = 0
  #closed = false
  /** Told that something came or that the connection ended. */
  #wake: (() => void) | undefined
  /** Leaves the socket to the TLS on it; its errors stay ours, since an error that nobody hears ends the process. */
  #unlisten: () => void = () => {}
  readonly #secureContext: () => SecureContext
  readonly #made = performance.now()

  constructor(socket: Socket, secureContext: () => SecureContext) {
    this.#socket = socket
    this.#secureContext = secureContext
    this.#listen()
  }

  async read(timeoutMs: number): Promise<Uint8Array | 'closed' | 'timeout'> {
    if (this.#buffered === 0 && !this.#closed && timeoutMs > 0) await this.#somethingWithin(timeoutMs)
    if (this.#buffered > 0) {
      const bytes = Buffer.concat(this.#chunks)
      this.#drop()
      this.#socket.resume()
      return bytes
    }
    return this.#closed ? 'closed' : 'timeout'
  }

  elapsed(): number {
    return performance.now() - this.#made
  }

  pending(): number {
    return this.#buffered
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#closed) this.#socket.write(bytes)
  }

  async startTls(
    { serverName }: TlsWish,
    timeoutMs: number,
  ): Promise<{ readonly kind: 'secured'; readonly session: TlsSession } | DialFailure> {
    if (this.#closed) return { kind: 'failed', why: 'closed', detail: 'the connection was closed before TLS began' }
    this.#drop()
    const plain = this.#socket
    this.#unlisten()
    const handshake = Promise.withResolvers<DialFailure | undefined>()
    const timer = setTimeout(() => {
      handshake.resolve({ kind: 'failed', why: 'timeout', detail: `no TLS within ${timeoutMs / 1000} s` })
    }, timeoutMs)
    let secure: TLSSocket
    try {
      secure = startTls({
        socket: plain,
        secureContext: this.#secureContext(),
        // RFC 6066 §3: an address is no server name.
        ...(isIP(serverName) ? {} : { servername: serverName }),
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        minDHSize: 1,
      })
    } catch (fault) {
      clearTimeout(timer)
      this.close()
      return dialFailure(fault as NodeJS.ErrnoException)
    }
    secure.once('secureConnect', () => handshake.resolve(undefined))
    secure.once('error', fault => handshake.resolve(dialFailure(fault, 'tls')))
    secure.once('close', () => handshake.resolve({ kind: 'failed', why: 'closed', detail: CLOSED_IN_HANDSHAKE }))
    const failure = await handshake.promise
    clearTimeout(timer)
    this.#socket = secure
    this.#listen()
    if (failure) {
      this.close()
      return failure
    }
    return { kind: 'secured', session: describeSession(secure) }
  }

  close(): void {
    this.#end()
    this.#socket.destroy()
  }

  #listen(): void {
    const socket = this.#socket
    const take = (chunk: Uint8Array): void => {
      this.#chunks.push(chunk)
      this.#buffered += chunk.length
      if (this.#buffered >= MOST_BUFFERED) socket.pause()
      this.#wake?.()
    }
    const end = (): void => this.#end()
    socket.on('data', take).on('end', end).on('close', end)
    // A reset ends the dialogue like any other end; what was said before it still counts.
    socket.on('error', end)
    this.#unlisten = () => socket.off('data', take).off('end', end).off('close', end)
  }

  #end(): void {
    this.#closed = true
    this.#wake?.()
  }

  #drop(): void {
    this.#chunks = []
    this.#buffered = 0
  }

  #somethingWithin(timeoutMs: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#wake = done
    })
  }
}

const CLOSED_IN_HANDSHAKE = 'the connection was closed during the handshake'

const reasons: { readonly [code: string]: Pick<DialFailure, 'why' | 'detail'> } = {
  ECONNREFUSED: { why: 'refused', detail: 'connection refused' },
  ETIMEDOUT: { why: 'timeout', detail: 'connection timed out' },
  ECONNRESET: { why: 'closed', detail: 'connection reset' },
  EPIPE: { why: 'closed', detail: 'connection closed' },
  ENETUNREACH: { why: 'network', detail: 'network unreachable' },
  EHOSTUNREACH: { why: 'network', detail: 'host unreachable' },
  EADDRNOTAVAIL: { why: 'network', detail: 'no address of this family here' },
  EACCES: { why: 'network', detail: 'not permitted here' },
  EPERM: { why: 'network', detail: 'not permitted here' },
}

/** An error of a socket as a value. Codes that nobody foresaw are `otherwise`. */
export function dialFailure(fault: Error, otherwise: DialFailure['why'] = 'network'): DialFailure {
  const { code, reason, message } = fault as NodeJS.ErrnoException & { reason?: string }
  const known = reasons[code ?? '']
  if (known) return { kind: 'failed', ...known }
  return { kind: 'failed', why: otherwise, detail: reason ?? code ?? message }
}

function describeSession(socket: TLSSocket): TlsSession {
  const chain: Uint8Array[] = []
  // The links of this chain are the certificates as sent, in their order; roots of our own are not among them.
  for (
    let link: X509Certificate | undefined = socket.getPeerX509Certificate();
    link !== undefined && chain.length < MOST_CERTIFICATES;
    link = link.issuerCertificate
  ) {
    chain.push(link.raw)
  }
  const trusted = socket.authorized && chain.length > 0
  const fault: unknown = socket.authorizationError
  const code = typeof fault === 'string' ? fault : ((fault as NodeJS.ErrnoException | null)?.code ?? 'NO_CERTIFICATE')
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    ...dhOf(socket),
    chain,
    trusted,
    ...(trusted ? {} : { trustFault: code }),
  }
}

function dhOf(socket: TLSSocket): Pick<TlsSession, 'dhBits'> {
  const exchange = socket.getEphemeralKeyInfo()
  return exchange !== null && 'type' in exchange && exchange.type === 'DH' && typeof exchange.size === 'number'
    ? { dhBits: exchange.size }
    : {}
}
