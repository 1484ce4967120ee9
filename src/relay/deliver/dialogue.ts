// nodemailer's SMTP client, held to what a relay must be sure of: every reply kept, no reply taken for another, extensions read exactly.
//
// It reaches into methods that nodemailer keeps to itself. Its version is pinned, and a test asks for each of them by name.
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'

/** What nodemailer does not declare, as it is in the pinned version. */
export interface Internals {
  _supportedExtensions: string[]
  readonly _supportedAuth: readonly string[]
  /** The lines of the EHLO reply without codes and without the first. */
  readonly _ehloLines?: readonly string[]
  readonly _maxAllowedSize: number
  /** Replies that were received and not yet read, and what has come of the next. */
  readonly _responseQueue: readonly string[]
  readonly _remainder: string
  /** Recipients in the order of their RCPT commands, without those whose reply was read. */
  readonly _recipientQueue: readonly string[]
  /** False once the final dot was handed to the socket. */
  readonly _currentDataStream: unknown
  _sendCommand(command: string, logged?: string): void
  _parseEhloExtensions(reply: string): void
  _upgradeConnection(done: (error: Error | null, secured?: boolean) => void): void
  _getDsnRcptToArgs(): string
  _actionMAIL(reply: string, done: Done): void
  _actionRCPT(reply: string, done: Done): void
  _actionDATA(reply: string, done: Done): void
  _actionSMTPStream(reply: string, done: Done): void
}

/** A callback of nodemailer's own. */
export type Done = (error: Error | null, result?: unknown) => void

const Client = SMTPConnection as unknown as new (options: SMTPConnectionOptions) => SMTPConnection & Internals

/** What a transaction says beyond addresses and size, and who is told how it goes on. */
export interface Conversation {
  /** Whether `SMTPUTF8` is said, though no address needs it: the header may (RFC 6531 §3.4). */
  readonly smtpUtf8: boolean
  /** DSN parameters of each recipient, in their order, with a leading space where there is one. */
  readonly recipientParameters: readonly string[]
  /** Called after each reply of the envelope: the wait begins anew, now for this. */
  readonly waitsFor: (what: 'command' | 'data') => void
}

/** What has been said in the current transaction. */
export interface Heard {
  mail: string | undefined
  readonly recipients: string[]
  data: string | undefined
  final: string | undefined
}

/** One connection's client. After an error it is good for nothing but `close()`. */
export class Dialogue extends Client {
  #conversation: Conversation | undefined
  #asked = 0
  heard: Heard = { mail: undefined, recipients: [], data: undefined, final: undefined }
  /** TLS was asked for; once it stands, `secure` is true as well. */
  tlsBegun = false
  /** The reply to EHLO that counts was read. */
  introduced = false

  begin(conversation: Conversation): void {
    this.#conversation = conversation
    this.#asked = 0
    this.heard = { mail: undefined, recipients: [], data: undefined, final: undefined }
  }

  override _upgradeConnection(done: (error: Error | null, secured?: boolean) => void): void {
    this.tlsBegun = true
    super._upgradeConnection(done)
  }

  override _parseEhloExtensions(reply: string): void {
    super._parseEhloExtensions(reply)
    this.introduced = true
    // nodemailer searches the whole reply, where a host named dsn.example offers DSN. RFC 5321 §4.1.1.1: keywords begin lines.
    const keywords = (this._ehloLines ?? []).map(line => line.split(/[\s=]/, 1)[0]!.toUpperCase())
    this._supportedExtensions = [...new Set(keywords)]
  }

  override _sendCommand(command: string, logged?: string): void {
    if (command === 'STARTTLS') this.tlsBegun = true
    const parameters = command.startsWith('MAIL FROM:') ? command.slice(command.lastIndexOf('>')) : undefined
    const adds = parameters !== undefined && this.#conversation?.smtpUtf8 && !/ SMTPUTF8\b/.test(parameters)
    super._sendCommand(adds ? `${command} SMTPUTF8` : command, logged)
  }

  /** nodemailer knows one set of DSN parameters for all recipients; each has its own (RFC 3461 §4). */
  override _getDsnRcptToArgs(): string {
    return this.#conversation?.recipientParameters[this.#asked++] ?? ''
  }

  override _actionMAIL(reply: string, done: Done): void {
    this.heard.mail = reply
    this.#conversation?.waitsFor('command')
    super._actionMAIL(reply, done)
  }

  override _actionRCPT(reply: string, done: Done): void {
    this.heard.recipients.push(reply)
    const last = this.heard.recipients.length === this.#conversation?.recipientParameters.length
    this.#conversation?.waitsFor(last ? 'data' : 'command')
    super._actionRCPT(reply, done)
  }

  override _actionDATA(reply: string, done: Done): void {
    this.heard.data = reply
    const saidMore = this._responseQueue.length > 0 || this._remainder !== ''
    // RFC 5321 §4.3.2: 354 and nothing else. After a 250 the server would read the message as commands.
    if (reply.startsWith('2')) done(new Error('DATA was not answered with 354'))
    // Nothing may be said between 354 and the final dot: a 250 that came with it would be taken for the last one.
    else if (reply.startsWith('3') && saidMore) done(new Error(TOO_EARLY))
    else super._actionDATA(reply, done)
  }

  override _actionSMTPStream(reply: string, done: Done): void {
    // A refusal in the middle of the message is an answer; a success cannot be.
    if (/^[23]/.test(reply) && this._currentDataStream) {
      done(new Error(TOO_EARLY))
      return
    }
    this.heard.final = reply
    super._actionSMTPStream(reply, done)
  }
}

const TOO_EARLY = 'the server answered before it had the message'
