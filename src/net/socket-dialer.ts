// The real Dialer: TCP and TLS of this machine. Old protocol versions are seen as old, not as broken.
import { constants, X509Certificate } from 'node:crypto'
import { createConnection, isIP, type Socket } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { parseAddress } from '../names/address.ts'
import type { Dialer, DialFailure } from './dialer.ts'
import { limitedDialer } from './limited-dialer.ts'
import { dialFailure, SocketConnection } from './socket-connection.ts'

export interface DialerOptions {
  /** PEM texts of roots that are trusted beside those of Node and of the system. */
  readonly ca?: readonly string[]
  /** How many connections may be open at once, in all and to one address and port. */
  readonly most?: { readonly total?: number; readonly perEndpoint?: number }
}

/** A Dialer that holds sockets. */
export interface SocketDialer extends Dialer {
  /** Ends every connection, also those that are being made: whoever waits for one is told that it was closed. */
  close(): void
}

/**
 * A Dialer over real sockets. MX hosts are shared by many domains, so there is a limit of connections to each.
 * @throws Error when a text in `ca` is no certificate.
 */
export function createDialer({ ca = [], most = {} }: DialerOptions = {}): SocketDialer {
  for (const pem of ca) readRoot(pem)
  let context: SecureContext | undefined
  // Loading some hundred roots takes a moment that an audit without TLS need not spend.
  const secureContext = () => (context ??= tolerantContext(ca))
  const open = new Set<Socket>()
  let closed = false
  const dialer: Dialer = {
    connect({ address, port }, timeoutMs) {
      const family = parseAddress(address)?.family ?? isIP(address)
      if (family === 0) return failed('network', 'this is no IP address')
      if (closed) return failed('closed', CLOSED_BY_US)
      return new Promise(resolve => {
        const socket = createConnection({ host: address, port, noDelay: true })
        open.add(socket)
        socket.once('close', () => {
          open.delete(socket)
          clearTimeout(timer)
          resolve({ kind: 'failed', why: 'closed', detail: CLOSED_BY_US })
        })
        const timer = setTimeout(() => {
          socket.destroy()
          resolve({ kind: 'failed', why: 'timeout', detail: `no connection within ${timeoutMs / 1000} s` })
        }, timeoutMs)
        socket.once('error', fault => {
          clearTimeout(timer)
          resolve(dialFailure(fault))
        })
        socket.once('connect', () => {
          clearTimeout(timer)
          resolve(new SocketConnection(socket, secureContext))
        })
      })
    },
  }
  const limited = limitedDialer(dialer, { total: most.total ?? 50, perEndpoint: most.perEndpoint ?? 2 })
  return {
    connect: (to, timeoutMs) => limited.connect(to, timeoutMs),
    close() {
      closed = true
      for (const socket of open) socket.destroy()
    },
  }
}

const CLOSED_BY_US = 'the connection was closed here'

async function failed(why: DialFailure['why'], detail: string): Promise<DialFailure> {
  return { kind: 'failed', why, detail }
}

function readRoot(pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw new Error('a trusted root that was given is no PEM certificate', { cause })
  }
}

/** Speaks with everyone: what a server should not offer is found out and told, not refused. */
function tolerantContext(ca: readonly string[]): SecureContext {
  return createSecureContext({
    ca: [...getCACertificates('default'), ...getCACertificates('system'), ...ca],
    minVersion: 'TLSv1',
    // Anonymous suites would be chosen by some servers, and then there is no certificate to see.
    ciphers: 'ALL:!aNULL:!eNULL:@SECLEVEL=0',
    // Servers from before RFC 5746 are old, not broken.
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  })
}
