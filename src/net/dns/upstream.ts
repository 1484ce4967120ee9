// One name server that is asked within its window: over UDP, over TCP for what was cut short, or over TLS or HTTPS alone;
// without EDNS if need be.

import type { ServerAddress } from '../resolver.ts'
import { HttpsTransport } from './https-transport.ts'
import { QuestionWindow } from './question-window.ts'
import { type Failure, failure, type Learning, readMessage } from './reading.ts'
import { RoundTrip } from './round-trip.ts'
import { describeServer } from './server-address.ts'
import { StreamTransport } from './stream-transport.ts'
import type { TlsSockets } from './tls-socket.ts'
import type { Listener, Sent } from './transport.ts'
import { UdpTransport } from './udp-transport.ts'
import { decodeMessage, type WireMessage } from './wire-message.ts'
import type { Question } from './wire-query.ts'

/** How one attempt is made. */
export interface Manner {
  /** After so long another attempt may begin. Counted from the sending, not from the waiting before it. */
  readonly timeoutMs: number
  /** After so long the question counts as lost; an answer that comes later is heard all the same. */
  readonly lostMs: number
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

/** Three questions in a row that ran out put a server behind the others, until it is heard again. */
const SILENT_AFTER = 3
/** How often a silent server is asked something beside the others, to hear whether it is back. */
const PROBE_EVERY_MS = 5_000

const MOMENT_MS = 5

type Way = 'udp' | 'tcp' | 'tls' | 'https'

export class Upstream {
  readonly name: string
  readonly window = new QuestionWindow()
  readonly roundTrip = new RoundTrip()
  /** What was sent, and what became of it. */
  readonly counts = { udp: 0, tcp: 0, tls: 0, https: 0, timeouts: 0 }
  /** The way that questions go first; `tcp` is there for what does not fit a datagram. */
  readonly way: Way
  readonly #udp: UdpTransport | undefined
  readonly #stream: StreamTransport | HttpsTransport
  readonly #now: () => number
  readonly #attempts = new Set<OneAttempt>()
  #unanswered = 0
  #lastProbe = 0
  #lastHeard = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(address: ServerAddress, now: () => number, tls: TlsSockets) {
    this.name = describeServer(address)
    this.way = address.transport ?? 'udp'
    this.#udp = this.way === 'udp' ? new UdpTransport(address) : undefined
    this.#stream =
      this.way === 'https'
        ? new HttpsTransport(address, tls)
        : new StreamTransport(address, this.way === 'tls' ? tls : undefined)
    this.#now = now
  }

  get ignored(): number {
    return this.#udp?.ignored ?? 0
  }

  /** How many connections were opened. */
  get connections(): number {
    return this.#stream.connections
  }

  /** True when it has lately answered nothing. */
  get silent(): boolean {
    return this.#unanswered >= SILENT_AFTER
  }

  /** True, now and then, for a silent server: it may be back. */
  takeProbe(): boolean {
    if (!this.silent || this.#now() - this.#lastProbe < PROBE_EVERY_MS) return false
    this.#lastProbe = this.#now()
    return true
  }

  /**
   * Milliseconds after which a question that it has been asked `asked` times before is asked again; at most `most`. Over a
   * connection nothing gets lost: there, asking again sooner would help nobody.
   */
  wait(asked: number, most: number): number {
    return this.way === 'udp' ? this.roundTrip.wait(asked, most) : most
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
    this.#udp?.close()
    this.#stream.close()
  }

  /** For the attempts. */
  send(by: Way, question: Question, edns: boolean, listener: Listener): Sent {
    this.counts[by]++
    return (by === 'udp' ? this.#udp! : this.#stream).send(question, edns, listener)
  }

  /** For the attempts. */
  heard(ms: number | undefined): void {
    this.#unanswered = 0
    this.#lastHeard = performance.now()
    if (ms !== undefined) this.roundTrip.took(ms)
  }

  /** For the attempts: it is time to ask again. */
  timedOut(): void {
    this.counts.timeouts++
  }

  /** For the attempts: a question of that moment (`performance.now`) got no answer; it counts if no other did since. */
  ranOut(since: number): void {
    if (this.#lastHeard >= since) return
    this.#unanswered++
    if (this.#unanswered === SILENT_AFTER) this.#lastProbe = this.#now()
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
  #ranOut = false
  #started = 0
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
    // Whoever asked again has been answered before: this one was lost on the way.
    if (this.#overdue) this.#runOut()
    else this.#place?.leave()
    for (const sent of this.#sent) sent.forget()
    this.#upstream.done(this)
  }

  fail(why: Failure): void {
    this.#tellOver(why)
    this.abandon()
  }

  #start(): void {
    this.#started = performance.now()
    const { timeoutMs, lostMs, alsoTcp } = this.#manner
    // Timers run before sockets are read: after our own program was busy for long, the answer may have been here all
    // the time. A moment more lets it be read.
    const after = (ms: number, act: () => void): void => {
      this.#timer = setTimeout(() => {
        this.#timer = setTimeout(act, MOMENT_MS)
      }, ms)
    }
    after(timeoutMs, () => {
      this.#runOver()
      after(Math.max(0, lostMs - timeoutMs), () => this.#runOut())
    })
    this.#send(this.#upstream.way, true)
    if (alsoTcp && this.#upstream.way === 'udp') this.#send('tcp', true)
  }

  #runOver(): void {
    this.#overdue = true
    this.#upstream.timedOut()
    for (const sent of this.#sent) sent.overdue()
    this.#tellOver(failure('timeout', false))
  }

  #runOut(): void {
    if (this.#ranOut) return
    this.#ranOut = true
    this.#upstream.ranOut(this.#started)
    this.#place.lost()
  }

  #send(by: Way, edns: boolean): void {
    this.#ways++
    let over = false
    const listener = {
      message: (bytes: Buffer) => {
        if (over || this.#abandoned) return
        over = true
        sent.forget()
        this.#upstream.heard(by === 'udp' ? performance.now() - this.#started : undefined)
        this.#message(bytes, by, edns)
      },
      failed: (detail: string, final = false) => {
        if (over || this.#abandoned) return
        over = true
        this.#endWay(failure('network', final, detail))
      },
    }
    const sent = this.#upstream.send(by, this.#question, edns, listener)
    this.#sent.push(sent)
  }

  #message(bytes: Buffer, by: Way, edns: boolean): void {
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

  #sendInstead(by: Way, edns: boolean): void {
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
