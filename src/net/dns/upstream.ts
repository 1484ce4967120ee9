// One name server that is asked: over UDP within its window, over TCP for what was cut short, without EDNS if need be.

import { QuestionWindow } from './question-window.ts'
import { type Failure, failure, type Learning, readMessage } from './reading.ts'
import { describeServer, type ServerAddress } from './server-address.ts'
import { askByTcp } from './tcp-question.ts'
import { type Sent, UdpTransport } from './udp-transport.ts'
import { decodeMessage, type WireMessage } from './wire-message.ts'
import type { Question } from './wire-query.ts'

/** How one attempt is made. */
export interface Manner {
  /** Counted from the sending, not from the waiting before it. */
  readonly timeoutMs: number
  /** The question has been lost before. */
  readonly again: boolean
  /** Ask over TCP at the same time: the last means against loss. */
  readonly alsoTcp: boolean
}

/** One attempt at one server. */
export interface Attempt {
  /** How it failed; never settled when it succeeded, nor after it was abandoned. An overdue answer is still heard. */
  readonly over: Promise<Failure>
  /** What came of it after it was overdue, when that was a failure too. */
  readonly late: Failure | undefined
  abandon(): void
}

/** What an attempt taught, and from which server. */
export interface Taught {
  readonly learning: Learning
  readonly server: string
}

/** Three time-outs in a row put a server behind the others for half a minute. */
const SILENT_AFTER = 3
const SILENT_FOR_MS = 30_000

const MOMENT_MS = 5

export class Upstream {
  readonly name: string
  readonly window = new QuestionWindow()
  /** What was sent, and what became of it. */
  readonly counts = { udp: 0, tcp: 0, timeouts: 0 }
  readonly #address: ServerAddress
  readonly #udp: UdpTransport
  readonly #now: () => number
  readonly #attempts = new Set<OneAttempt>()
  #unanswered = 0
  #lastTimeout = 0
  #closed = false

  constructor(address: ServerAddress, now: () => number) {
    this.name = describeServer(address)
    this.#address = address
    this.#udp = new UdpTransport(address)
    this.#now = now
  }

  get ignored(): number {
    return this.#udp.ignored
  }

  /** True when it has lately answered nothing. */
  get silent(): boolean {
    return this.#unanswered >= SILENT_AFTER && this.#now() - this.#lastTimeout < SILENT_FOR_MS
  }

  ask(question: Question, manner: Manner, learned: (taught: Taught) => void): Attempt {
    if (this.#closed) return { over: Promise.resolve(closed), late: undefined, abandon() {} }
    const attempt = new OneAttempt(this, question, manner, learning => learned({ learning, server: this.name }))
    this.#attempts.add(attempt)
    return attempt
  }

  /** Ends everything that is open. */
  close(): void {
    this.#closed = true
    for (const attempt of this.#attempts) attempt.fail(closed)
    this.#udp.close()
  }

  /** For the attempts. */
  byUdp(question: Question, edns: boolean, listener: Parameters<UdpTransport['send']>[2]): Sent {
    this.counts.udp++
    return this.#udp.send(question, edns, listener)
  }

  /** For the attempts. */
  byTcp(question: Question, edns: boolean, listener: Parameters<UdpTransport['send']>[2]): Sent {
    this.counts.tcp++
    return askByTcp(this.#address, question, edns, listener)
  }

  /** For the attempts. */
  heard(): void {
    this.#unanswered = 0
  }

  /** For the attempts. */
  timedOut(): void {
    this.counts.timeouts++
    this.#unanswered++
    this.#lastTimeout = this.#now()
  }

  /** For the attempts. */
  done(attempt: OneAttempt): void {
    this.#attempts.delete(attempt)
  }
}

/** What every question is told once nobody asks any more. */
export const closed = failure('network', true, 'the resolver was closed')

class OneAttempt implements Attempt {
  readonly over: Promise<Failure>
  readonly #tellOver: (failure: Failure) => void
  readonly #upstream: Upstream
  readonly #question: Question
  readonly #manner: Manner
  readonly #learned: (learning: Learning) => void
  readonly #place: ReturnType<QuestionWindow['enter']>
  readonly #sent: Sent[] = []
  #timer: NodeJS.Timeout | undefined
  /** Ways on which an answer may still come. */
  #ways = 0
  #overdue = false
  #late: Failure | undefined
  #abandoned = false

  constructor(upstream: Upstream, question: Question, manner: Manner, learned: (learning: Learning) => void) {
    const { promise, resolve } = Promise.withResolvers<Failure>()
    this.over = promise
    this.#tellOver = resolve
    this.#upstream = upstream
    this.#question = question
    this.#manner = manner
    this.#learned = learned
    this.#place = upstream.window.enter(() => this.#start(), manner.again)
  }

  get late(): Failure | undefined {
    return this.#late
  }

  abandon(): void {
    this.#abandoned = true
    clearTimeout(this.#timer)
    this.#place?.leave()
    for (const sent of this.#sent) sent.forget()
    this.#upstream.done(this)
  }

  fail(why: Failure): void {
    this.#tellOver(why)
    this.abandon()
  }

  #start(): void {
    // Timers run before sockets are read: after our own program was busy for long, the answer may have been here all
    // the time. A moment more lets it be read.
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#runOver(), MOMENT_MS)
    }, this.#manner.timeoutMs)
    this.#send('udp', true)
    if (this.#manner.alsoTcp) this.#send('tcp', true)
  }

  #runOver(): void {
    this.#overdue = true
    this.#upstream.timedOut()
    this.#place.lost()
    this.#tellOver(failure('timeout', false))
  }

  #send(by: 'udp' | 'tcp', edns: boolean): void {
    this.#ways++
    let over = false
    const listener = {
      message: (bytes: Buffer) => {
        if (over || this.#abandoned) return
        over = true
        sent.forget()
        this.#upstream.heard()
        this.#message(bytes, by, edns)
      },
      failed: (detail: string) => {
        if (over || this.#abandoned) return
        over = true
        this.#endWay(failure('network', false, detail))
      },
    }
    const sent =
      by === 'udp'
        ? this.#upstream.byUdp(this.#question, edns, listener)
        : this.#upstream.byTcp(this.#question, edns, listener)
    this.#sent.push(sent)
  }

  #message(bytes: Buffer, by: 'udp' | 'tcp', edns: boolean): void {
    const message = decodeMessage(bytes)
    // RFC 6891 §7, §6.1.3: FORMERR, NOTIMP or BADVERS may mean that the server knows no EDNS, or not ours.
    if (edns && (message?.rcode === 1 || message?.rcode === 4 || message?.rcode === 16)) {
      this.#sendInstead(by, false)
    } else if (message?.truncated && by === 'udp') {
      // RFC 2181 §9: what was cut short is no answer. It is asked for again over TCP, and nothing of it is used.
      this.#sendInstead('tcp', edns)
    } else {
      const read = this.#read(message)
      if (read.kind === 'failure') this.#endWay(read)
      else this.#succeed(read)
    }
  }

  #read(message: WireMessage | undefined): Learning | Failure {
    if (message === undefined) return failure('malformed', true, 'the answer has no header')
    if (message.truncated) return failure('malformed', true, 'the answer is cut short even over TCP')
    return readMessage(message, this.#question.name, this.#question.type)
  }

  #succeed(learning: Learning): void {
    this.#place.answered()
    this.#learned(learning)
  }

  #sendInstead(by: 'udp' | 'tcp', edns: boolean): void {
    this.#send(by, edns)
    this.#ways--
  }

  /** One way has failed; the attempt has when there is no other. */
  #endWay(why: Failure): void {
    this.#ways--
    if (this.#ways > 0) return
    if (this.#overdue) this.#late = why
    clearTimeout(this.#timer)
    if (why.why === 'network') this.#place.leave()
    else this.#place.answered()
    this.#tellOver(why)
  }
}
