// Writes down all that an audit hears, as it comes: every answer of DNS and the transcript of every connection.
//
// A run hears one answer to each question: what was learned once is told again to whoever asks later, so that the report that
// is made now and the one that is made of the file lean on the same. Only after a failure is the world asked again. What one
// named server is asked, and what is connected to, happens anew each time.
import { endpointText } from '../../names/endpoint.ts'
import type { Connection, Dialer, DialFailure } from '../dialer.ts'
import type { Answer, RecordType, RecordTypes, Resolver } from '../resolver.ts'
import type { Ear, EndedAudit, Witness } from '../witness.ts'
import { type HeaderLine, writeLine } from './lines.ts'
import { type Question, questionKey } from './question.ts'
import { never, RecordingConnection } from './recording-connection.ts'
import type { Transcript } from './transcript.ts'

/** Answers that are told again. Beyond these the oldest is forgotten, and its question asked again. */
const MOST_KNOWN = 50_000

/** An answer as it was told, and its line. `first`: no line before it is about the same question. */
interface Told {
  readonly id: number
  readonly answer: Answer<never>
  readonly first: boolean
}

/** Something that is awaited, and what is written when the time is over before it came. */
type Open = Map<number, () => void>

/** Everything that goes through the ears of a recorder is written by it. */
export class Recorder implements Witness {
  readonly #resolver: Resolver
  readonly #dialer: Dialer
  readonly #write: (line: string) => void
  readonly #known = new Map<string, Promise<Told>>()
  readonly #seen = new Set<string>()
  readonly #open: Open = new Map()
  readonly #took = new WeakMap<object, number>()
  #ids = 0
  #deaf = false

  /** @param write takes the lines, each as it is done */
  constructor(
    world: { readonly resolver: Resolver; readonly dialer: Dialer },
    header: Omit<HeaderLine, 'kind'>,
    write: (line: string) => void,
  ) {
    this.#resolver = world.resolver
    this.#dialer = world.dialer
    this.#write = write
    write(writeLine({ kind: 'header', ...header }))
  }

  hear(): RecordingEar {
    return new RecordingEar(this)
  }

  ended({ domain, at, cut, ears }: EndedAudit): void {
    const heard = new Map<string, readonly number[]>()
    for (const [fact, ear] of ears) {
      const ids = ear instanceof RecordingEar ? ear.heard(cut !== undefined) : []
      if (ids.length > 0) heard.set(fact, ids)
    }
    this.#write(writeLine({ kind: 'audit', domain, at: at.toISOString(), cut, heard }))
  }

  /** True when the time is over. */
  get deaf(): boolean {
    return this.#deaf
  }

  /** From now on nothing is heard any more: whoever waits, waits. Called when the time that was allowed is over. */
  stop(): void {
    if (this.#deaf) return
    this.#deaf = true
    for (const close of this.#open.values()) close()
    this.#open.clear()
  }

  /** Called once, after the last audit. */
  finish(): void {
    this.stop()
    this.#write(writeLine({ kind: 'end' }))
  }

  took(heard: object): number {
    // What somebody put together on the way took no time of the world.
    return this.#took.get(heard) ?? 0
  }

  /** What the run was told about a question, or what it is told now. */
  async ask(question: Question): Promise<Told> {
    const key = questionKey(question)
    let told = this.#known.get(key)
    if (told === undefined) {
      told = this.#askAnew(question, this.nextId())
      this.#known.set(key, told)
      if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!)
      const asked = told
      const forget = (): void => {
        if (this.#known.get(key) === asked) this.#known.delete(key)
      }
      // Whoever asks after a failure deserves another try.
      asked.then(({ answer }) => answer.kind === 'unreachable' && forget(), forget)
    }
    const came = await told
    return this.#deaf ? never() : came
  }

  /** What one server is asked: anew each time. */
  async askServer(question: Question, id: number): Promise<Answer<never>> {
    this.#open.set(id, () => this.#write(writeLine({ kind: 'question', id, question, answer: undefined, ms: 0 })))
    return (await this.#askAnew(question, id)).answer
  }

  async connect(id: number, ...[to, timeoutMs]: Parameters<Dialer['connect']>): Promise<Connection | DialFailure> {
    const endpoint = endpointText(to.address, to.port)
    const close = (transcript: Transcript): void => {
      this.#open.delete(id)
      this.#write(writeLine({ kind: 'connection', id, endpoint, transcript }))
    }
    this.#open.set(id, () => close({ connected: undefined, steps: [], unfinished: true }))
    const started = performance.now()
    const came = await this.#dialer.connect(to, timeoutMs)
    const ms = Math.round(performance.now() - started)
    if (this.#deaf) {
      if (came.kind === 'connected') came.close()
      return never()
    }
    if (came.kind === 'failed') {
      const failure = { ...came }
      close({ connected: { ms, failure }, steps: [], unfinished: false })
      return this.#timed(failure, ms)
    }
    const recorder = this
    const connection = new RecordingConnection(came, {
      get deaf() {
        return recorder.#deaf
      },
      over: steps => {
        if (this.#open.has(id)) close({ connected: { ms }, steps, unfinished: false })
      },
    })
    this.#open.set(id, () => close({ connected: { ms }, steps: connection.steps, unfinished: true }))
    return this.#timed(connection, ms)
  }

  nextId(): number {
    return ++this.#ids
  }

  async #askAnew(question: Question, id: number): Promise<Told> {
    const { name, type, from } = question
    const started = performance.now()
    // A copy: what is timed here must be nobody else's.
    const answer = { ...(await this.#resolver.resolve(name, type, from)) } as Answer<never>
    if (this.#deaf) return never()
    const ms = Math.round(performance.now() - started)
    const key = questionKey(question)
    const first = this.#seen.size < MOST_KNOWN && !this.#seen.has(key)
    if (first) this.#seen.add(key)
    this.#open.delete(id)
    this.#write(writeLine({ kind: 'question', id, question, answer, ms }))
    return { id, answer: this.#timed(answer, ms), first }
  }

  #timed<T extends object>(heard: T, ms: number): T {
    this.#took.set(heard, ms)
    return heard
  }
}

/** What one fact hears, and by which lines. */
class RecordingEar implements Ear {
  readonly #recorder: Recorder
  /** A fact is told one thing about one question, however often it asks. */
  readonly #told = new Map<string, Promise<Told>>()
  readonly #answers: Told[] = []
  /** What happens anew each time, in the order in which it was asked for. */
  readonly #anew: number[] = []

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  readonly resolver: Resolver = {
    resolve: async <T extends RecordType>(name: string, type: T, from?: Question['from']) =>
      (await this.#resolve({ name, type, ...(from && { from }) })) as Answer<RecordTypes[T]>,
  }

  readonly dialer: Dialer = {
    connect: (to, timeoutMs) =>
      this.#recorder.deaf ? never() : this.#recorder.connect(this.#reserve(), to, timeoutMs),
  }

  took(heard: object): number {
    return this.#recorder.took(heard)
  }

  /** The lines that have to be named: all of them, or those that nobody would find by the question alone. */
  heard(all: boolean): readonly number[] {
    const named = this.#answers.filter(told => all || !told.first).map(told => told.id)
    return [...named.toSorted((a, b) => a - b), ...this.#anew]
  }

  async #resolve(question: Question): Promise<Answer<never>> {
    if (this.#recorder.deaf) return never()
    if (question.from !== undefined) return this.#recorder.askServer(question, this.#reserve())
    const key = questionKey(question)
    let told = this.#told.get(key)
    if (told === undefined) {
      told = this.#recorder.ask(question).then(came => {
        this.#answers.push(came)
        return came
      })
      this.#told.set(key, told)
    }
    return (await told).answer
  }

  #reserve(): number {
    const id = this.#recorder.nextId()
    this.#anew.push(id)
    return id
  }
}
