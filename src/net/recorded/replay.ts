// Recites what one audit heard: each fact is told what it was told then, at once, and in the time that it took then.
import { endpointText } from '../../names/endpoint.ts'
import type { Connection, Dialer, DialFailure } from '../dialer.ts'
import type { Answer, RecordType, RecordTypes, Resolver } from '../resolver.ts'
import type { Ear, Witness } from '../witness.ts'
import type { AuditLine, ConnectionLine, QuestionLine } from './lines.ts'
import { noAnswerHeld, noConnectionHeld } from './not-held.ts'
import { type Question, questionKey } from './question.ts'
import { lineKey, type Recording } from './recording.ts'
import { never } from './recording-connection.ts'
import { ReplayedConnection } from './replayed-connection.ts'

export interface ReplayOptions {
  /** Each thing that is heard waits for this: a test shuffles them. At once by default. */
  readonly pause?: () => Promise<void>
}

/** The replay of one audit. It asks nobody. */
export class Replay implements Witness {
  readonly #recording: Recording
  readonly #audit: AuditLine
  readonly #pause: () => Promise<void>
  readonly #took = new WeakMap<object, number>()
  readonly #allHeard = Promise.withResolvers<void>()
  #notHeld = 0
  /** Counts what happens, to see when nothing does any more. */
  #steps = 0
  #pausing = 0
  #watching = false

  constructor(recording: Recording, audit: AuditLine, { pause = async () => {} }: ReplayOptions = {}) {
    this.#recording = recording
    this.#audit = audit
    this.#pause = async () => {
      this.#steps++
      this.#pausing++
      await pause()
      this.#pausing--
    }
  }

  /** Questions, connections and turns of a dialogue that the recording does not hold. */
  get notHeld(): number {
    return this.#notHeld
  }

  /** Of an audit that was cut short: resolves when all was heard that was heard then, and something is still awaited. */
  get allHeard(): Promise<void> {
    return this.#allHeard.promise
  }

  hear(fact: string): Ear {
    const ids = this.#audit.heard.get(fact)
    const told = ids === undefined ? undefined : new ToldLines(ids.map(id => this.#recording.line(id)))
    const turns = new Map<string, number>()
    /** The line of the next time that this happens. */
    const next = (key: string): QuestionLine | ConnectionLine | undefined => {
      const turn = turns.get(key) ?? 0
      turns.set(key, turn + 1)
      return (told?.about(key) ?? (this.#cut ? [] : this.#recording.about(key)))[turn]
    }
    const resolver: Resolver = {
      resolve: async <T extends RecordType>(name: string, type: T, from?: Question['from']) => {
        const key = questionKey({ name, type, ...(from && { from }) })
        const anew = from === undefined ? undefined : next(key)
        await this.#pause()
        const line = from === undefined ? (told?.about(key) ?? (this.#cut ? [] : this.#recording.about(key)))[0] : anew
        return this.#answer(line as QuestionLine | undefined) as Promise<Answer<RecordTypes[T]>>
      },
    }
    const dialer: Dialer = {
      connect: async ({ address, port }) => {
        const line = next(`connect ${endpointText(address, port)}`)
        await this.#pause()
        return this.#connection(line as ConnectionLine | undefined)
      },
    }
    return { resolver, dialer, took: heard => this.#took.get(heard) ?? 0 }
  }

  ended(): void {}

  get #cut(): boolean {
    return this.#audit.cut !== undefined
  }

  async #answer(line: QuestionLine | undefined): Promise<Answer<never>> {
    if (line?.answer !== undefined) return this.#timed(line.answer, line.ms)
    if (this.#cut) return this.#waitForEver()
    this.#notHeld++
    return noAnswerHeld()
  }

  async #connection(line: ConnectionLine | undefined): Promise<Connection | DialFailure> {
    const connected = line?.transcript.connected
    if (line === undefined || connected === undefined) {
      if (this.#cut) return this.#waitForEver()
      this.#notHeld++
      return noConnectionHeld()
    }
    if (connected.failure) return this.#timed(connected.failure, connected.ms)
    const transcript = { ...line.transcript, unfinished: line.transcript.unfinished && this.#cut }
    const replayed = new ReplayedConnection(transcript, {
      pause: this.#pause,
      strayed: () => {
        this.#notHeld++
      },
      waitsForEver: () => void this.#waitForEver(),
    })
    return this.#timed(replayed, connected.ms)
  }

  #waitForEver(): Promise<never> {
    if (!this.#watching) {
      this.#watching = true
      void this.#watch()
    }
    return never()
  }

  /** Nothing here takes time: when some turns of the event loop bring nothing new, nothing will come. */
  async #watch(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < 5; ) {
      quiet = seen === this.#steps && this.#pausing === 0 ? quiet + 1 : 0
      seen = this.#steps
      await new Promise(resolve => setImmediate(resolve))
    }
    this.#allHeard.resolve()
  }

  #timed<T extends object>(heard: T, ms: number): T {
    this.#took.set(heard, ms)
    return heard
  }
}

/** The lines that one fact was told by, by what they are about. */
class ToldLines {
  readonly #byKey: ReadonlyMap<string, readonly (QuestionLine | ConnectionLine)[]>

  constructor(lines: readonly (QuestionLine | ConnectionLine)[]) {
    this.#byKey = Map.groupBy(lines, lineKey)
  }

  /** Undefined when none of them is about it. */
  about(key: string): readonly (QuestionLine | ConnectionLine)[] | undefined {
    return this.#byKey.get(key)
  }
}
