// One SMTP dialogue: what was said so far decides what the next line means. Knows no socket: lines in, replies and next steps out.
import type { ClientSettings } from '../settings.ts'
import { AuthExchange } from './auth-exchange.ts'
import { mayUseSender } from './clients.ts'
import { type Command, type MailCommand, parseCommand, parseMail, parseRcpt, routingTrick } from './command.ts'
import { end, type House, type Peer, type Step, say } from './house.ts'
import { MessageReader } from './message-reader.ts'
import { type Reply, reply } from './reply.ts'
import type { IntakeEvent, SessionFacts, SubmittedRecipient, SubmittedSender } from './submission.ts'

interface Transaction {
  readonly client: ClientSettings
  readonly mail: MailCommand
  readonly sender: SubmittedSender
  readonly recipients: Map<string, SubmittedRecipient>
  readonly since: number
}

// RFC 5321 §4.5.3.1.4 with the additions of RFC 1870, 3461, 4954, 6152 and 6531; RFC 4954 §4 for the line of AUTH.
const LONGEST_COMMAND = 2_048

const HTTP = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH) \S+ HTTP\/\d/i

/** Commands that bring no message any nearer. */
const idle: ReadonlySet<string> = new Set(['EHLO', 'HELO', 'NOOP', 'RSET', 'VRFY', 'HELP', 'MAIL', 'AUTH', 'STARTTLS'])

export class Dialogue {
  readonly #house: House
  readonly #peer: Peer
  readonly #auth: AuthExchange
  #tls: SessionFacts['tls']
  #ehlo: { readonly name: string; readonly extended: boolean } | undefined
  #transaction: Transaction | undefined
  #errors = 0
  #idle = 0

  constructor(house: House, peer: Peer, tls: SessionFacts['tls']) {
    this.#house = house
    this.#peer = peer
    this.#auth = new AuthExchange(house, peer)
    this.#tls = tls
  }

  /** Milliseconds since the epoch at which the transaction began that is under way. */
  get transactionSince(): number | undefined {
    return this.#transaction?.since
  }

  greeting(): Reply {
    return reply(220, undefined, `${this.#house.hostname} ESMTP`)
  }

  /** RFC 3207 §4.2: under TLS nothing counts that was said before. */
  forget(): void {
    this.#ehlo = undefined
    this.#auth.forget()
    this.#transaction = undefined
  }

  secured(tls: NonNullable<SessionFacts['tls']>): void {
    this.#tls = tls
  }

  /** Answers a line, given without its CRLF. */
  line(line: Buffer): Step | Promise<Step> {
    if (this.#auth.isUnderWay) return this.#countedLater('AUTH', this.#auth.answer(line.toString('latin1').trimEnd()))
    // A web page that was made to talk to us (RFC 5321 knows no such command).
    if (HTTP.test(line.toString('latin1'))) return end(421, '4.7.0', 'This is a mail server')
    const command = parseCommand(line)
    const isTooLong = line.length > LONGEST_COMMAND && command.verb !== 'AUTH'
    return this.#countedLater(command.verb, isTooLong ? tooLong : this.#answer(command))
  }

  /** Answers the content of a message, which came in full. */
  async message(reader: MessageReader): Promise<Step> {
    const transaction = this.#transaction
    this.#transaction = undefined
    this.#idle = 0
    const content = reader.content()
    if (content.kind === 'too-big') return tooBig(this.#house.listener.maxMessageSize)
    if (content.kind === 'no-memory') return noRoom
    if (transaction === undefined) return say(503, '5.5.1', 'Send MAIL first')
    const { client, sender, recipients } = transaction
    const session = this.#facts(client, sender.smtpUtf8)
    const submission = { session, sender, recipients: [...recipients.values()] }
    const said = await this.#ask(() => this.#house.ports.onMessage(submission, content.raw, content.lineEndings))
    const isReply = said !== undefined && [2, 4, 5].includes(Math.floor(said.code / 100))
    const answer = isReply ? said : reply(451, '4.3.0', 'Something went wrong here; try again later')
    // Where bare line endings were refused, what follows may be a message that was hidden in the content.
    return { reply: answer, next: answer.code >= 500 && reader.hasBareEndings ? 'end' : 'command' }
  }

  #answer(command: Command): Step | Promise<Step> {
    const { verb, argument } = command
    // RFC 3207 §4; AUTH has its own word for it.
    const tlsFirst = this.#house.listener.tls === 'required' && this.#tls === undefined
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb, argument)
      case 'NOOP':
        return say(250, '2.0.0', 'Ok')
      case 'QUIT':
        return argument === '' ? end(221, '2.0.0', 'Bye') : noArgument(verb)
      case 'STARTTLS':
        return this.#startTls(argument)
      case 'AUTH':
        return this.#authenticate(argument)
      case 'MAIL':
      case 'RCPT':
      case 'DATA':
      case 'RSET':
      case 'VRFY':
      case 'HELP':
        if (tlsFirst) return say(530, '5.7.0', 'Must issue a STARTTLS command first')
        return this.#mailCommand(verb, argument)
      case 'BDAT':
        // Its octets follow at once, and nobody may take them for commands (RFC 3030 §2).
        return end(502, '5.5.1', 'BDAT is not offered')
      case 'EXPN':
      case 'TURN':
      case 'ETRN':
        return say(502, '5.5.1', `${verb} is not offered`)
      default:
        return say(500, '5.5.2', 'Command not recognized')
    }
  }

  #mailCommand(verb: string, argument: string): Step | Promise<Step> {
    switch (verb) {
      case 'MAIL':
        return this.#mail(argument)
      case 'RCPT':
        return this.#rcpt(argument)
      case 'DATA':
        return this.#data(argument)
      case 'RSET':
        if (argument !== '') return noArgument(verb)
        this.#transaction = undefined
        return say(250, '2.0.0', 'Ok')
      case 'VRFY':
        return say(252, '2.0.0', 'Send mail to it, and see')
      default:
        return say(214, '2.0.0', 'See RFC 5321')
    }
  }

  #hello(verb: 'EHLO' | 'HELO', name: string): Step {
    // RFC 5321 §4.1.1.1 wants a domain or an address literal; much of what sends mail gives neither. It ends up in headers.
    if (!/^[\x21-\x7e]{1,255}$/.test(name)) return say(501, undefined, `Syntax: ${verb} hostname`)
    this.#ehlo = { name, extended: verb === 'EHLO' }
    this.#transaction = undefined
    const { hostname } = this.#house
    return say(250, undefined, hostname, ...(verb === 'EHLO' ? this.#extensions() : []))
  }

  #extensions(): string[] {
    const { listener } = this.#house
    const secure = this.#tls !== undefined
    const startTls = !secure && (listener.tls === 'optional' || listener.tls === 'required')
    const auth = secure && this.#offersAuth() && this.#auth.user === undefined
    return [
      'PIPELINING',
      `SIZE ${listener.maxMessageSize}`,
      ...(startTls ? ['STARTTLS'] : []),
      ...(auth ? [`AUTH ${listener.auth.join(' ').toUpperCase()}`] : []),
      ...['ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8', 'DSN'],
    ]
  }

  #startTls(argument: string): Step {
    if (argument !== '') return noArgument('STARTTLS')
    if (this.#tls !== undefined) return say(503, '5.5.1', 'TLS is already active')
    const { tls } = this.#house.listener
    if (tls !== 'optional' && tls !== 'required') return say(502, '5.5.1', 'STARTTLS is not offered')
    return { reply: reply(220, '2.0.0', 'Ready to start TLS'), next: 'handshake' }
  }

  #offersAuth(): boolean {
    return this.#house.listener.auth.length > 0 && this.#house.directory.hasUsers
  }

  #authenticate(argument: string): Step | Promise<Step> {
    if (!this.#offersAuth()) return say(502, '5.5.1', 'AUTH is not offered')
    if (this.#tls === undefined) return say(538, '5.7.11', 'AUTH needs TLS: issue a STARTTLS command first')
    if (!this.#ehlo?.extended) return say(503, '5.5.1', 'Send EHLO first')
    if (this.#auth.user !== undefined) return say(503, '5.5.1', 'Already authenticated')
    if (this.#transaction !== undefined) return say(503, '5.5.1', 'Not while a message is being sent') // RFC 4954 §4
    return this.#auth.begin(argument)
  }

  async #mail(argument: string): Promise<Step> {
    if (this.#ehlo === undefined) return say(503, '5.5.1', 'Send EHLO first')
    if (this.#transaction !== undefined) return say(503, '5.5.1', 'A message is being sent already')
    const { directory, listener, allowance, now, ports } = this.#house
    const client = this.#auth.user?.client ?? directory.byAddress(this.#peer.address)
    if (client === undefined && this.#offersAuth() && listener.tls !== 'none')
      return say(
        530,
        '5.7.0',
        this.#tls ? 'Authentication required' : 'Authentication required: issue a STARTTLS command first',
      )
    if (client === undefined)
      return say(550, '5.7.1', `${this.#peer.address.text} may not send mail through this server`)
    const read = parseMail(argument)
    if (!read.ok) return { reply: read.reply, next: 'command' }
    const { sender, size } = read.value
    if (size !== undefined && size > listener.maxMessageSize) return tooBig(listener.maxMessageSize)
    const address = sender?.address ?? ''
    if (!mayUseSender(client, sender))
      return say(550, '5.7.1', `The client ${client.name} may not send as <${address}>`)
    if (client.rate && !allowance.allows(client.name, client.rate, now(), false)) return tooFast
    const { smtpUtf8, body, ret, envid } = read.value
    const submitted = { address, domain: sender?.domain ?? '', smtpUtf8, body, size, ret, envid }
    const session = this.#facts(client, smtpUtf8)
    const objection = await this.#ask(async () => (await ports.onSender(session, submitted)) ?? 'none')
    if (objection === undefined) return say(451, '4.3.0', 'Something went wrong here; try again later')
    if (objection !== 'none') return { reply: objection, next: 'command' }
    this.#transaction = { client, mail: read.value, sender: submitted, recipients: new Map(), since: now() }
    return say(250, '2.1.0', 'Ok')
  }

  #rcpt(argument: string): Step {
    const transaction = this.#transaction
    if (transaction === undefined) return say(503, '5.5.1', 'Send MAIL first')
    const read = parseRcpt(argument, transaction.mail.smtpUtf8)
    if (!read.ok) return { reply: read.reply, next: 'command' }
    const { mailbox, notify, orcpt } = read.value
    const trick = mailbox && routingTrick(mailbox)
    if (trick !== undefined) return say(550, '5.7.1', trick)
    const domain = mailbox?.domain ?? this.#house.hostname
    const address = mailbox?.address ?? `postmaster@${domain}`
    const { recipients } = transaction
    if (!recipients.has(address) && recipients.size >= this.#house.listener.maxRecipients)
      return say(452, '4.5.3', `Too many recipients: this server takes ${this.#house.listener.maxRecipients}`)
    recipients.set(address, { address, domain, notify, orcpt })
    return say(250, '2.1.5', 'Ok')
  }

  #data(argument: string): Step {
    if (argument !== '') return noArgument('DATA')
    const transaction = this.#transaction
    if (transaction === undefined) return say(503, '5.5.1', 'Send MAIL first')
    if (transaction.recipients.size === 0) return say(554, '5.5.1', 'No valid recipients')
    const { allowance, memory, now, listener } = this.#house
    const { client } = transaction
    if (memory.used >= memory.most) return noRoom
    if (client.rate && !allowance.allows(client.name, client.rate, now(), true)) return tooFast
    const reader = new MessageReader(listener.maxMessageSize, memory, transaction.mail.size)
    return { reply: reply(354, undefined, 'End data with <CR><LF>.<CR><LF>'), next: 'content', reader }
  }

  #facts(client: ClientSettings, smtpUtf8: boolean): SessionFacts {
    const { id, address, port } = this.#peer
    const [tls, user] = [this.#tls, this.#auth.user?.name]
    const suffix = `${tls ? 'S' : ''}${user === undefined ? '' : 'A'}`
    const extended = this.#ehlo?.extended ?? false
    const protocol = smtpUtf8 ? `UTF8SMTP${suffix}` : extended ? `ESMTP${suffix}` : 'SMTP'
    const peer = { address: address.text, port }
    const ehlo = this.#ehlo?.name ?? ''
    return { id, listener: this.#house.listener.name, peer, ehlo, extended, tls, user, client, protocol }
  }

  #countedLater(verb: string, step: Step | Promise<Step>): Step | Promise<Step> {
    return step instanceof Promise ? step.then(one => this.#counted(verb, one)) : this.#counted(verb, step)
  }

  /** Counts what leads nowhere, and ends what leads nowhere too long. */
  #counted(verb: string, step: Step): Step {
    const { errors, idleCommands } = this.#house.limits
    if (step.reply.code >= 400 && (verb === 'MAIL' || verb === 'RCPT' || verb === 'DATA'))
      this.#tell({ kind: 'refused', ...this.#where(), session: this.#peer.id, command: verb, reply: step.reply })
    if (step.reply.code >= 500) this.#errors++
    if (idle.has(verb)) this.#idle++
    if (step.next === 'end') return step
    if (this.#errors >= errors) return end(421, '4.7.0', 'Too many errors')
    if (this.#idle > idleCommands) return end(421, '4.7.0', 'Too many commands without a message')
    return step
  }

  /** A fault of a port is ours, and never the end of the server. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question()
    } catch (cause) {
      this.#tell({
        kind: 'fault',
        listener: this.#house.listener.name,
        because: 'a message could not be handled',
        cause,
      })
      return undefined
    }
  }

  #where(): { listener: string; peer: string } {
    return { listener: this.#house.listener.name, peer: this.#peer.address.text }
  }

  #tell(event: IntakeEvent): void {
    this.#house.ports.onEvent?.(event)
  }
}

const tooLong = say(500, '5.5.2', 'Line too long')
const tooFast = say(451, '4.7.28', 'Too many messages in this time; try again later')
const noRoom = say(452, '4.3.1', 'Too much mail is arriving at once; try again later')
const noArgument = (verb: string): Step => say(501, '5.5.4', `Syntax: ${verb}`)
const tooBig = (most: number): Step => say(552, '5.3.4', `The message is larger than ${most} octets`)
