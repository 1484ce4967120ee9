// Looks at an SMTP server as a patient stranger: banner, EHLO, STARTTLS, its certificates, QUIT. It sends no mail.
import type { Certificate } from './certificate.ts'
import type { Connection, Dialer, DialFailure, TlsSession } from './dialer.ts'
import { type Exchange, type Heard, isReply, SmtpDialogue } from './smtp-dialogue.ts'
import { replyText, type SmtpReply } from './smtp-replies.ts'

/** Where in the dialogue something happened. */
export type SmtpStep = 'banner' | 'EHLO' | 'STARTTLS'

/** How a probe ended. Only `no-starttls`, `starttls-refused`, `handshake-failed` and `secured` tell about TLS. */
export type ProbeEnd =
  | { readonly kind: 'not-connected'; readonly why: DialFailure['why']; readonly detail: string }
  /** 4xx or 5xx: it does not want to talk with us, or not now. It may talk with others. */
  | { readonly kind: 'turned-away'; readonly at: SmtpStep; readonly reply: SmtpReply }
  /** It said nothing more, or hung up. */
  | { readonly kind: 'lost'; readonly at: SmtpStep; readonly why: 'timeout' | 'closed' }
  /** What came was not what SMTP says at this point. */
  | { readonly kind: 'not-smtp'; readonly at: SmtpStep; readonly reason: string }
  /** EHLO was answered, or not known at all (RFC 5321 §4.1.4), without STARTTLS among the extensions. */
  | { readonly kind: 'no-starttls' }
  | { readonly kind: 'starttls-refused'; readonly reply: SmtpReply }
  | { readonly kind: 'handshake-failed'; readonly why: DialFailure['why']; readonly detail: string }
  | {
      readonly kind: 'secured'
      readonly session: TlsSession
      /** As sent: the server's own first. Those that cannot be read are left out. */
      readonly certificates: readonly Certificate[]
    }

/** Everything that a probe saw. */
export interface SmtpProbe {
  readonly end: ProbeEnd
  readonly banner?: SmtpReply
  /** Milliseconds until the banner was over. */
  readonly bannerMs?: number
  /** What stands first in the reply to EHLO: the server's own name (RFC 5321 §4.1.1.1). */
  readonly greeting?: string
  /** The whole first line of that reply: many servers repeat there at which address they see the client. */
  readonly greetingLine?: string
  /** The EHLO keywords with their parameters, as sent; before TLS and, where it came so far, under TLS (RFC 3207 §4.2). */
  readonly extensions?: readonly string[]
  readonly extensionsUnderTls?: readonly string[]
  /** Octets that came in clear between the reply to STARTTLS and the handshake: nobody honest sends any. */
  readonly injected: number
  readonly dialogue: readonly Exchange[]
}

/** Milliseconds to wait for each step, whole: a server that sends one octet now and then does not get more. */
export interface ProbePatience {
  readonly connect: number
  readonly banner: number
  readonly reply: number
  readonly handshake: number
  readonly quit: number
}

// Greet pauses of 20 to 30 s are a common trap for spam senders; RFC 5321 §4.5.3.2 would have us wait for minutes.
export const patience: ProbePatience = {
  connect: 15_000,
  banner: 30_000,
  reply: 30_000,
  handshake: 20_000,
  quit: 3_000,
}

export interface ProbeTarget {
  readonly address: string
  readonly port: number
  /** The MX name, for SNI. */
  readonly serverName: string
  readonly ehloName: string
  /** TLS at once, as on port 465 (RFC 8314 §3.3), instead of STARTTLS. */
  readonly implicit?: boolean
}

/** Looks at one endpoint. Never throws for anything that a server does. */
export async function probeSmtp(
  dialer: Dialer,
  target: ProbeTarget,
  waits: Partial<ProbePatience> = {},
): Promise<SmtpProbe> {
  const timeouts = { ...patience, ...waits }
  const connection = await dialer.connect({ address: target.address, port: target.port }, timeouts.connect)
  if (connection.kind === 'failed') {
    const { why, detail } = connection
    return { end: { kind: 'not-connected', why, detail }, injected: 0, dialogue: [] }
  }
  const dialogue = new SmtpDialogue(connection, timeouts)
  const probe = new Probe(connection, dialogue, target, timeouts.quit)
  try {
    const end = await probe.run()
    await probe.quit(end)
    return { end, ...probe.seen, dialogue: dialogue.exchanges }
  } finally {
    connection.close()
  }
}

class Probe {
  seen: Omit<SmtpProbe, 'end' | 'dialogue'> = { injected: 0 }
  readonly #connection: Connection
  readonly #dialogue: SmtpDialogue
  readonly #target: ProbeTarget
  readonly #quitMs: number

  constructor(connection: Connection, dialogue: SmtpDialogue, target: ProbeTarget, quitMs: number) {
    this.#connection = connection
    this.#dialogue = dialogue
    this.#target = target
    this.#quitMs = quitMs
  }

  async run(): Promise<ProbeEnd> {
    return this.#target.implicit ? this.#secureAtOnce() : this.#clear()
  }

  async #clear(): Promise<ProbeEnd> {
    const banner = await this.#banner()
    if (!isReply(banner)) return unheard('banner', banner)
    if (banner.code !== 220) return unwelcome('banner', banner)
    const greeting = await this.#say(`EHLO ${this.#target.ehloName}`)
    if (!isReply(greeting)) return unheard('EHLO', greeting)
    // A server that does not know EHLO has no extensions; one that refuses us has not said which it has.
    if ([500, 502, 504].includes(greeting.code)) return { kind: 'no-starttls' }
    if (greeting.code !== 250) return unwelcome('EHLO', greeting)
    const extensions = extensionsOf(greeting)
    this.seen = { ...this.seen, ...greetingIn(greeting), extensions }
    if (!extensions.some(e => /^STARTTLS(\s|$)/i.test(e))) return { kind: 'no-starttls' }
    return this.#secure()
  }

  /** Takes leave where the dialogue still stands, and does not wait long for the answer. */
  async quit(end: ProbeEnd): Promise<void> {
    if (end.kind === 'lost' || end.kind === 'not-smtp' || end.kind === 'handshake-failed') return
    if (end.kind === 'turned-away' && end.reply.code === 421) return
    await this.#dialogue.say('QUIT', this.#quitMs)
  }

  async #banner(): Promise<Heard> {
    const started = this.#connection.elapsed()
    const banner = await this.#dialogue.banner()
    if (isReply(banner)) this.seen = { ...this.seen, banner, bannerMs: this.#connection.elapsed() - started }
    return banner
  }

  async #secure(): Promise<ProbeEnd> {
    const go = await this.#say('STARTTLS')
    if (!isReply(go)) return unheard('STARTTLS', go)
    // RFC 3207 §4: 454 is about TLS. 421 and other 4xx are about the moment.
    if (go.code === 454 || (go.code >= 500 && go.code < 600)) return { kind: 'starttls-refused', reply: go }
    if (go.code !== 220) return unwelcome('STARTTLS', go)
    this.seen = { ...this.seen, injected: this.#dialogue.forget() }
    const ends = await this.#handshake()
    // RFC 3207 §4.2: what was learned in clear is forgotten.
    if (ends.kind === 'secured') await this.#greetUnderTls()
    return ends
  }

  // What follows the handshake takes nothing back: the certificates were seen.
  async #secureAtOnce(): Promise<ProbeEnd> {
    const ends = await this.#handshake()
    if (ends.kind !== 'secured') return ends
    const banner = await this.#banner()
    if (isReply(banner) && banner.code === 220) await this.#greetUnderTls()
    return ends
  }

  async #handshake(): Promise<Extract<ProbeEnd, { kind: 'secured' | 'handshake-failed' }>> {
    const { outcome, certificates } = await this.#dialogue.startTls(this.#target.serverName)
    if (outcome.kind === 'failed') return { kind: 'handshake-failed', why: outcome.why, detail: outcome.detail }
    return { kind: 'secured', session: outcome.session, certificates }
  }

  async #greetUnderTls(): Promise<void> {
    const greeting = await this.#say(`EHLO ${this.#target.ehloName}`)
    if (!isReply(greeting) || greeting.code !== 250) return
    const { seen } = this
    const first = seen.greeting === undefined ? greetingIn(greeting) : {}
    this.seen = { ...seen, ...first, extensionsUnderTls: extensionsOf(greeting) }
  }

  #say(command: string): Promise<Heard> {
    return this.#dialogue.say(command)
  }
}

function unheard(at: SmtpStep, heard: Exclude<Heard, SmtpReply>): ProbeEnd {
  return typeof heard === 'string' ? { kind: 'lost', at, why: heard } : { kind: 'not-smtp', at, reason: heard.fault }
}

function unwelcome(at: SmtpStep, reply: SmtpReply): ProbeEnd {
  if (reply.code >= 400 && reply.code < 600) return { kind: 'turned-away', at, reply }
  return { kind: 'not-smtp', at, reason: `"${replyText(reply).slice(0, 80)}" is no answer to this` }
}

/** RFC 5321 §4.1.1.1: the first line greets, each further one is a keyword with parameters. */
function extensionsOf({ lines }: SmtpReply): readonly string[] {
  return lines.slice(1).map(line => line.trim())
}

function greetingIn({ lines }: SmtpReply): { readonly greeting: string; readonly greetingLine: string } {
  const greetingLine = lines[0]?.trim() ?? ''
  return { greeting: greetingLine.split(/\s/)[0]!, greetingLine }
}
