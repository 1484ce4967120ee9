// One connection of a client, on smtp-server's: its socket, TLS, timeouts and end. What is said, the dialogue decides.
import { TLSSocket } from 'node:tls'
import type { SMTPServer } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import type { IpAddress } from '../../names/address.ts'
import { CommandStream } from './command-stream.ts'
import { Dialogue } from './dialogue.ts'
import { end, type House, type Step } from './house.ts'
import type { MessageReader } from './message-reader.ts'
import { type Reply, renderReply, reply } from './reply.ts'
import type { SessionFacts } from './submission.ts'

type Socket = SMTPConnection['_socket']

export class IntakeConnection extends SMTPConnection {
  readonly #house: House
  readonly #dialogue: Dialogue
  readonly #address: IpAddress
  readonly #connectedAt: number
  /** The last complete command, reply or message. */
  #progressAt: number
  /** The TLS socket as soon as there is one, handshake included. */
  #outermost: Socket
  #upgradingSince: number | undefined
  #isAnswering = false
  #isLeaving = false
  #reader: MessageReader | undefined
  /** Content at the beginning of the present window, for the least rate. */
  #window = { since: 0, received: 0 }
  #greeting: NodeJS.Timeout | undefined
  readonly #onGone: () => void

  /** `onGone` is called once, when nothing is left of the connection. */
  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions,
    address: IpAddress,
    house: House,
    onGone: () => void,
  ) {
    super(server, socket, options)
    this.#house = house
    this.#onGone = onGone
    this.#address = address
    this.#outermost = socket
    this.#connectedAt = house.now()
    this.#progressAt = this.#connectedAt
    this.#dialogue = new Dialogue(house, { id: this.id, address, port: this.remotePort }, tlsFacts(socket))
  }

  /** Greets at once whom we know by its address; others must first show that they can wait. */
  override init(): void {
    this._setListeners(() => {
      this._resetSession()
      const { directory, authenticator, limits, now } = this.#house
      this.#tell('connected')
      const isKnown = directory.byAddress(this.#address) !== undefined || authenticator.hasSeen(this.#address, now())
      if (isKnown || limits.greetingDelayMs === 0) this.#greet()
      else this.#greeting = setTimeout(() => this.#greet(), limits.greetingDelayMs).unref()
    })
  }

  #greet(): void {
    if (this._closing || this._closed) return
    this._ready = true
    this.#say(this.#dialogue.greeting())
  }

  // Called by the constructor above us: nothing of ours is there yet, and nothing is asked before data comes.
  override _createParser(): SMTPStream {
    return new CommandStream({
      mayTalk: () => this.#mayTalk(),
      line: (line, resume) => this.#answer(() => this.#dialogue.line(line), resume),
      progress: reader => this.#checkExcess(reader),
      content: (reader, resume) => {
        this.#answer(() => this.#dialogue.message(reader).finally(() => this.#forgetContent()), resume)
      },
      broken: why => {
        const says = why === 'bare-lf' ? 'Lines must end in CRLF, not in LF alone' : 'Line too long'
        this.#sayLast(reply(500, '5.5.2', says))
      },
    })
  }

  #mayTalk(): boolean {
    if (this._ready) return true
    clearTimeout(this.#greeting)
    this.#sayLast(reply(421, '4.7.0', 'You talk before the greeting'))
    return false
  }

  #answer(question: () => Step | Promise<Step>, resume: () => void): void {
    this.#isAnswering = true
    const fail = (cause: unknown): void => this.#take(this.#fault(cause), resume)
    try {
      const step = question()
      if (step instanceof Promise) step.then(one => this.#take(one, resume)).catch(fail)
      else this.#take(step, resume)
    } catch (cause) {
      fail(cause)
    }
  }

  /** A bug of ours ends one connection, not the server. */
  #fault(cause: unknown): Step {
    const { ports, listener } = this.#house
    ports.onEvent?.({ kind: 'fault', listener: listener.name, because: 'a command could not be handled', cause })
    return end(451, '4.3.0', 'Something went wrong here; try again later')
  }

  #take(step: Step, resume: () => void): void {
    this.#isAnswering = false
    this.#progressAt = this.#house.now()
    const isOver = this._closing || this._closed
    if (!isOver) this.#say(step.reply)
    if (isOver) resume()
    else if (step.next === 'handshake') this.upgrade(resume)
    else {
      if (step.next === 'end') this.close()
      else if (step.next === 'content') this.#receive(step.reader)
      else if (this.#isLeaving) this.#sayLast(shuttingDown)
      this._whenWritable(resume)
    }
  }

  #receive(reader: MessageReader): void {
    this.#reader = reader
    this.#window = { since: this.#house.now(), received: 0 }
    if (this._parser) (this._parser as CommandStream).receive(reader)
  }

  /** Who sends on after its message has become too large is cut off: it would go on for hours. */
  #checkExcess(reader: MessageReader): void {
    const most = this.#house.listener.maxMessageSize
    if (!reader.isLost || reader.received <= most + this.#house.limits.excess) return
    this.#sayLast(reply(552, '5.3.4', `The message is larger than ${most} octets`))
  }

  #forgetContent(): void {
    this.#reader?.release()
    this.#reader = undefined
  }

  override upgrade(resume: () => void, done?: () => void): void {
    // Node crashes when TLS is begun on a closed socket.
    if (this._socket.destroyed) {
      resume()
      return
    }
    this.#upgradingSince = this.#house.now()
    this.#dialogue.forget()
    super.upgrade(resume, () => {
      this.#upgradingSince = undefined
      this.#progressAt = this.#house.now()
      const facts = tlsFacts(this._socket)
      if (facts !== undefined) this.#dialogue.secured(facts)
      done?.()
    })
  }

  /** Ends what takes too long. Time that we take ourselves does not count. */
  checkTime(now: number): void {
    const { limits } = this.#house
    const since = this.#dialogue.transactionSince
    if (this._closing || this._closed || this.#isAnswering) return
    if (this.#upgradingSince !== undefined) {
      if (now - this.#upgradingSince > limits.tlsHandshakeMs) this.abort()
    } else if (since !== undefined && now - since > limits.transactionMs)
      this.#sayLast(timeout('The message takes too long'))
    else if (this.#reader !== undefined) this.#checkRate(this.#reader, now)
    else if (now - this.#progressAt > limits.idleMs) this.#sayLast(timeout('Timeout'))
    else if (since === undefined && now - this.#connectedAt > limits.sessionMs) this.#sayLast(timeout('Connect again'))
  }

  #checkRate(reader: MessageReader, now: number): void {
    const { leastRate, rateWindowMs } = this.#house.limits
    const passed = now - this.#window.since
    if (passed < rateWindowMs) return
    const octets = reader.received - this.#window.received
    if (octets * 1000 < leastRate * passed) this.#sayLast(timeout('The message comes too slowly'))
    this.#window = { since: now, received: reader.received }
  }

  /** Ends the connection after what it is about: a message that is being received is answered first. */
  leave(): void {
    this.#isLeaving = true
    if (this._upgrading) this.abort()
    else if (!this.#isAnswering && this.#reader === undefined) this.#sayLast(shuttingDown)
  }

  /** Ends the connection now, without a word. */
  abort(): void {
    // The TLS socket, not the one below: to take that away during a handshake is more than Node bears.
    this.#outermost.destroy()
  }

  /** What smtp-server says by itself: that it closes. */
  override send(code: number, data?: string | string[] | null): void {
    const said = reply(code, code === 421 ? '4.3.2' : undefined, ...[data ?? []].flat())
    if (code === 421) this.#sayLast(said)
    else this.#say(said)
  }

  #say(said: Reply): void {
    if (!this._upgrading && this._socket.writable) this._socket.write(renderReply(said), 'latin1')
  }

  #sayLast(said: Reply): void {
    this.#say(said)
    this.close()
  }

  override _onClose(): void {
    const wasOpen = !this._closed
    clearTimeout(this.#greeting)
    if (!this.#isAnswering) this.#forgetContent()
    super._onClose()
    if (!wasOpen) return
    this.#onGone()
    this.#tell('disconnected')
  }

  // Time is kept by `checkTime`; an idle timeout starts anew with each octet. It is called with each new socket.
  override _armTimeout(socket?: Socket): void {
    this.#outermost = socket ?? this._socket
  }

  #tell(kind: 'connected' | 'disconnected'): void {
    const { ports, listener } = this.#house
    ports.onEvent?.({ kind, listener: listener.name, peer: this.#address.text, session: this.id })
  }
}

const shuttingDown = reply(421, '4.3.2', 'Shutting down; try again later')
const timeout = (says: string): Reply => reply(421, '4.4.2', says)

function tlsFacts(socket: Socket): SessionFacts['tls'] {
  if (!(socket instanceof TLSSocket)) return undefined
  return { protocol: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher()?.name ?? 'unknown' }
}
