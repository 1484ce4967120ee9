// An SMTP client that sends exactly the octets it is told, at once or in pieces, over plain sockets or TLS, and reads whole replies.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { onTestFinished } from 'vitest'

/** Long enough for a busy machine, short enough to fail. */
const PATIENCE_MS = 8_000

export class RawSmtp {
  #socket: Socket
  #heard = ''
  #closed = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#listen()
  }

  /** Connects; over TLS from the first octet when `implicit`. */
  static async connect(to: { address?: string; port: number; implicit?: boolean; from?: string }): Promise<RawSmtp> {
    const where = { host: to.address ?? '127.0.0.1', port: to.port, ...(to.from ? { localAddress: to.from } : {}) }
    const socket = to.implicit ? connectTls({ ...where, rejectUnauthorized: false }) : connect(where)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    onTestFinished(() => {
      socket.destroy()
    })
    const client = new RawSmtp(socket)
    await once(socket, to.implicit ? 'secureConnect' : 'connect')
    return client
  }

  get socket(): Socket {
    return this.#socket
  }

  /** Everything said so far that no `reply` has taken. */
  get unread(): string {
    return this.#heard
  }

  #listen(): void {
    this.#socket.on('data', chunk => {
      this.#heard += chunk.toString('latin1')
      this.#wake()
    })
    this.#socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  send(octets: string | Buffer): void {
    this.#socket.write(octets)
  }

  /** Sends a line, and reads the reply to it. */
  async ask(line: string): Promise<string> {
    this.send(Buffer.from(`${line}\r\n`))
    return this.reply()
  }

  /** The next reply, its lines parted by LF. `closed` when the server ended the connection instead. */
  async reply(): Promise<string> {
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      const found = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.#heard)
      if (found !== null) {
        this.#heard = this.#heard.slice(found[0].length)
        return found[0].trimEnd().replaceAll('\r\n', '\n')
      }
      if (this.#closed) return 'closed'
      await this.#change(until - Date.now(), 'a reply')
    }
  }

  /** Waits for the end of the connection. */
  async closed(): Promise<void> {
    const until = Date.now() + PATIENCE_MS
    while (!this.#closed) await this.#change(until - Date.now(), 'the end of the connection')
  }

  async #change(ms: number, forWhat: string): Promise<void> {
    const changed = new Promise<'changed'>(resolve => {
      this.#wake = () => resolve('changed')
    })
    const patience = new AbortController()
    const late = wait(Math.max(0, ms), 'late' as const, { signal: patience.signal }).catch(() => 'changed' as const)
    const came = await Promise.race([changed, late])
    patience.abort()
    if (came === 'late') throw new Error(`waited in vain for ${forWhat}; heard: ${JSON.stringify(this.#heard)}`)
  }

  /** The TLS handshake after a 220 to STARTTLS. */
  async handshake(): Promise<void> {
    const plain = this.#socket
    plain.removeAllListeners('data')
    plain.removeAllListeners('close')
    this.#socket = connectTls({ socket: plain, rejectUnauthorized: false })
    this.#socket.on('error', () => undefined)
    this.#listen()
    await once(this.#socket, 'secureConnect')
  }

  end(): void {
    this.#socket.end()
  }
}
