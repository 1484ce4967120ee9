// Speaks SMTP on one connection as a client that waits for each reply, and writes down what was said and heard.
import { type Certificate, readCertificate } from './certificate.ts'
import type { Connection, TlsSession } from './dialer.ts'
import { type ReplyFault, ReplyReader, replyText, type SmtpReply } from './smtp-replies.ts'

/** One thing said, or in parentheses awaited, and what came. `ms` is the time it took. */
export interface Exchange {
  readonly said: string
  readonly heard: string
  readonly ms: number
}

/** What came in answer: a reply, something that is none, or nothing. */
export type Heard = SmtpReply | ReplyFault | 'timeout' | 'closed'

/** Whoever opened the connection closes it. */
export class SmtpDialogue {
  readonly exchanges: Exchange[] = []
  #replies = new ReplyReader()
  readonly #connection: Connection
  readonly #patience: { readonly banner: number; readonly reply: number; readonly handshake: number }

  /** @param patience milliseconds to wait for each step, whole: a server that sends one octet now and then does not get more */
  constructor(
    connection: Connection,
    patience: { readonly banner: number; readonly reply: number; readonly handshake: number },
  ) {
    this.#connection = connection
    this.#patience = patience
  }

  banner(): Promise<Heard> {
    return this.#hear('(banner)', this.#patience.banner)
  }

  say(command: string, timeoutMs = this.#patience.reply): Promise<Heard> {
    this.#connection.write(`${command}\r\n`)
    return this.#hear(command, timeoutMs)
  }

  /** Forgets what stands in a buffer, which anybody on the way may have said. @returns how many octets that were */
  forget(): number {
    const octets = this.#replies.left + this.#connection.pending()
    this.#replies = new ReplyReader()
    return octets
  }

  /** Begins TLS. What came in clear must be forgotten before: nothing of it may be taken for a word said under TLS. */
  async startTls(serverName: string): Promise<{
    readonly outcome: Awaited<ReturnType<Connection['startTls']>>
    readonly certificates: readonly Certificate[]
  }> {
    const started = this.#connection.elapsed()
    const outcome = await this.#connection.startTls({ serverName }, this.#patience.handshake)
    const chain = outcome.kind === 'failed' ? [] : outcome.session.chain
    const certificates = chain.flatMap(der => readCertificate(der) ?? [])
    this.exchanges.push({
      said: `(TLS handshake for ${serverName})`,
      heard: outcome.kind === 'failed' ? `${outcome.why}: ${outcome.detail}` : describe(outcome.session, certificates),
      ms: Math.round(this.#connection.elapsed() - started),
    })
    return { outcome, certificates }
  }

  async #hear(said: string, timeoutMs: number): Promise<Heard> {
    const started = this.#connection.elapsed()
    const heard = await this.#nextReply(started + timeoutMs)
    const shown = isReply(heard)
      ? replyText(heard)
      : `${typeof heard === 'string' ? (heard === 'timeout' ? 'no answer in time' : 'hung up') : heard.fault}${this.#remains()}`
    this.exchanges.push({
      said,
      heard: shown.slice(0, MOST_SHOWN),
      ms: Math.round(this.#connection.elapsed() - started),
    })
    return heard
  }

  async #nextReply(deadline: number): Promise<Heard> {
    for (;;) {
      const reply = this.#replies.next()
      if (reply) return reply
      const left = deadline - this.#connection.elapsed()
      if (left <= 0) return 'timeout'
      const bytes = await this.#connection.read(left)
      if (typeof bytes === 'string') return bytes
      this.#replies.push(bytes)
    }
  }

  #remains(): string {
    const text = this.#replies.remains.trim()
    return text === '' ? '' : ` after ${JSON.stringify(text)}`
  }
}

const MOST_SHOWN = 2000

/** True when what came is a reply. */
export function isReply(heard: Heard): heard is SmtpReply {
  return typeof heard === 'object' && 'code' in heard
}

function describe({ protocol, cipher, trusted, trustFault }: TlsSession, certificates: readonly Certificate[]): string {
  const trust = trusted ? 'trusted' : `not trusted (${trustFault})`
  const shown = certificates.map(c => `${c.subject || '(no subject)'} until ${c.validTo}`)
  return `${protocol} ${cipher}, ${trust}, ${shown.join(' ← ') || 'no certificate'}`
}
