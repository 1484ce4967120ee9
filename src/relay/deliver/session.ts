// An open connection to a next hop: who we are there, one transaction after another, and its end.
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Content, RemoteReply } from '../envelope.ts'
import type { Dialogue } from './dialogue.ts'
import { durationText, type Patience } from './patience.ts'
import { ownReply, remoteReply } from './replies.ts'

/** A recipient as it is put to the server. */
export interface WireRecipient {
  readonly address: string
  /** DSN parameters, each with a leading space; empty when there is none. */
  readonly parameters: string
}

/** A transaction without its recipients. */
export interface WireMail {
  readonly sender: string
  readonly content: Content
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
  readonly dsn: { readonly ret: 'full' | 'hdrs' | undefined; readonly envid: string | undefined }
}

/**
 * `answered`: a reply for each recipient, in their order. `lost`: the connection ended; `replies` holds what was decided
 * before. When the message had not begun, another host may be tried for the rest.
 */
export type TransactionEnd =
  | { readonly kind: 'answered'; readonly replies: readonly RemoteReply[] }
  | {
      readonly kind: 'lost'
      readonly replies: readonly (RemoteReply | undefined)[]
      readonly reply: RemoteReply
      readonly begun: boolean
    }

const BLOCK = 64 * 1024

/** What went wrong, as nodemailer tells it. */
export interface Fault {
  readonly message: string
  readonly response?: string | undefined
  readonly command?: string | undefined
}

/** nodemailer repeats the reply in its message. */
export function faultText({ message, response }: Fault): string {
  const text = response === undefined ? message : message.replaceAll(response, '')
  return text.replace(/(\.? response=)?[:\s]*$/, '').replace(/^[A-Z](?=[a-z])/, first => first.toLowerCase())
}

/** An open connection past EHLO. Not for two transactions at a time. */
export class Session {
  readonly #dialogue: Dialogue
  readonly #by: string
  readonly #patience: Patience
  /** Transactions so far. */
  transactions = 0
  /** Called when the connection has ended; one at a time. */
  onEnd: (() => void) | undefined

  constructor(dialogue: Dialogue, by: string, patience: Patience) {
    this.#dialogue = dialogue
    this.#by = by
    this.#patience = patience
    dialogue.once('end', () => this.onEnd?.())
  }

  get usable(): boolean {
    return !this.#dialogue.destroyed
  }

  get secure(): boolean {
    return this.#dialogue.secure
  }

  /** What the server takes: keywords of EHLO in upper case (RFC 5321 §4.1.1.1). */
  offers(keyword: 'SMTPUTF8' | '8BITMIME' | 'DSN'): boolean {
    return this.#dialogue._supportedExtensions.includes(keyword)
  }

  /** Octets of the largest message that the server takes; 0 when it does not say (RFC 1870 §4). */
  get largestMessage(): number {
    return this.#dialogue._maxAllowedSize
  }

  /** Authenticates. Undefined when it worked; whatever did not is a matter of our settings, and deferred. */
  async login(auth: { readonly user: string; readonly password: string }): Promise<RemoteReply | undefined> {
    if (!this.secure) return ownReply('4.7.11', `the password is not sent to ${this.#by} without TLS`)
    const method = (['PLAIN', 'LOGIN'] as const).find(one => this.#dialogue._supportedAuth.includes(one))
    if (!method) return ownReply('4.7.4', `${this.#by} offers neither AUTH PLAIN nor AUTH LOGIN`)
    const credentials = { user: auth.user, pass: auth.password }
    const fault = await this.#bounded(this.#patience.command, 'no reply to AUTH', done =>
      this.#dialogue.login({ method, ...credentials, credentials }, fault => done(fault ?? undefined)),
    )
    if (!fault) return undefined
    return fault.response === undefined
      ? ownReply('4.4.2', `${this.#by}: ${faultText(fault)}`)
      : remoteReply(fault.response, this.#by)
  }

  /** Sends one message. Afterwards the session may be used again if it is still `usable`. */
  async deliver(mail: WireMail, recipients: readonly WireRecipient[]): Promise<TransactionEnd> {
    this.transactions++
    const dialogue = this.#dialogue
    const { signatures, message } = mail.content
    let begun = false
    const fault = await this.#watched((waitsFor, done) => {
      dialogue.begin({
        smtpUtf8: mail.smtpUtf8,
        recipientParameters: recipients.map(one => one.parameters),
        waitsFor,
      })
      const { ret, envid } = mail.dsn
      const envelope = {
        from: mail.sender,
        to: recipients.map(one => one.address),
        size: signatures.length + message.length,
        use8BitMime: mail.eightBit,
        ...(ret === undefined && envid === undefined ? {} : { dsn: { ret: ret?.toUpperCase(), envid } }),
      }
      const blocks = function* (): Generator<Buffer> {
        begun = true
        for (const part of [signatures, message]) {
          for (let at = 0; at < part.length; at += BLOCK) {
            waitsFor('block')
            const length = Math.min(BLOCK, part.length - at)
            yield Buffer.from(part.buffer, part.byteOffset + at, length)
          }
        }
        waitsFor('finalDot')
      }
      dialogue.send(envelope, Readable.from(blocks(), { objectMode: false }), fault => done(fault ?? undefined))
    })
    const end = this.#judge(recipients.length, fault, begun)
    // RFC 5321 §4.1.1.5: a transaction that did not come to DATA still stands there.
    if (fault && end.kind === 'answered' && !begun && this.usable) await this.#reset()
    else if (fault) this.destroy()
    return end
  }

  /** What the replies that were heard come to. */
  #judge(count: number, fault: Fault | undefined, begun: boolean): TransactionEnd {
    const { mail, recipients, data, final } = this.#dialogue.heard
    const said = (raw: string): RemoteReply => remoteReply(raw, this.#by)
    // RFC 5321 §3.8: after a 421 the server goes away, whatever it answered to.
    const closing = [mail, ...recipients, data].find(raw => raw?.startsWith('421'))
    const all = Array.from({ length: count }, (_, index) => recipients[index])
    if (mail !== undefined && !closing && !mail.startsWith('2')) {
      return { kind: 'answered', replies: all.map(() => said(mail)) }
    }
    const replies = all.map(raw => (raw === undefined || /^(2|421)/.test(raw) ? undefined : said(raw)))
    const forTheRest = final ?? (data !== undefined && !/^[23]/.test(data) ? data : undefined)
    if (!closing && recipients.length === count) {
      if (forTheRest !== undefined) {
        return { kind: 'answered', replies: replies.map(reply => reply ?? said(forTheRest)) }
      }
      const decided = replies.filter(reply => reply !== undefined)
      if (decided.length === count) return { kind: 'answered', replies: decided }
    }
    const last = closing ?? fault?.response
    const words = `${this.#by}: ${fault ? faultText(fault) : 'no answer'}`
    return { kind: 'lost', replies, reply: last === undefined ? ownReply('4.4.2', words) : said(last), begun }
  }

  async #reset(): Promise<void> {
    const fault = await this.#bounded(this.#patience.command, 'no reply to RSET', done =>
      this.#dialogue.reset(fault => done(fault ?? undefined)),
    )
    if (fault) this.destroy()
  }

  /** Waits for a callback, and not longer than said. */
  #bounded(ms: number, late: string, begin: (done: (fault?: Fault) => void) => void): Promise<Fault | undefined> {
    return this.#watched((_, done) => begin(done), { first: ms, late })
  }

  /** Waits for a callback through several phases, each with its time, all of them with a total. */
  #watched(
    begin: (waitsFor: (what: 'command' | 'data' | 'block' | 'finalDot') => void, done: (fault?: Fault) => void) => void,
    { first, late }: { readonly first: number; readonly late?: string } = { first: this.#patience.command },
  ): Promise<Fault | undefined> {
    return new Promise(resolve => {
      let phase: NodeJS.Timeout | undefined
      const done = (fault?: Fault): void => {
        clearTimeout(phase)
        clearTimeout(total)
        this.#dialogue.off('end', ended)
        resolve(fault)
      }
      const expire = (message: string) => (): void => {
        done({ message })
        this.destroy()
      }
      const ended = (): void => done({ message: 'the connection was closed' })
      const total = setTimeout(
        expire(`not done within ${durationText(this.#patience.transaction)}`),
        this.#patience.transaction,
      )
      const wait = (ms: number, what: string): void => {
        clearTimeout(phase)
        phase = setTimeout(expire(`${what} within ${durationText(ms)}`), ms)
      }
      wait(first, late ?? 'no reply')
      this.#dialogue.once('end', ended)
      begin(what => wait(this.#patience[what], waits[what]), done)
    })
  }

  /** Says QUIT and closes; for idle sessions only. Whoever does not answer soon is left. */
  async quit(): Promise<void> {
    if (!this.usable) return
    const end = once(this.#dialogue, 'end')
    const timer = setTimeout(() => this.destroy(), Math.min(this.#patience.command, 2_000))
    this.#dialogue.quit()
    await end
    clearTimeout(timer)
  }

  /** Ends the connection at once. After the message has begun this is the only way: a QUIT would become a part of it. */
  destroy(): void {
    this.#dialogue.close()
  }
}

const waits = {
  command: 'no reply',
  data: 'no reply to DATA',
  block: 'the message could not be sent on',
  finalDot: 'no reply to the message',
} as const
