// A Connection out of a transcript: what came then comes again, as long as the same is said.
import type { Connection, TlsWish } from '../dialer.ts'
import { NOT_HELD } from './not-held.ts'
import { never } from './recording-connection.ts'
import type { Handshake, Step, Transcript } from './transcript.ts'

/** What is told of the replay to whoever holds the recording. */
export interface ReplayListener {
  /** Each thing that is to come waits for this. */
  readonly pause: () => Promise<void>
  /** Something other than recorded was said or awaited: what would have come is not known. */
  strayed(): void
  /** What is awaited now had not come when the time was over. */
  waitsForEver(): void
}

export class ReplayedConnection implements Connection {
  readonly kind = 'connected'
  readonly #transcript: Transcript
  readonly #listener: ReplayListener
  #next = 0
  /** Octets of the step that is being written now which were said already. */
  #said = 0
  #at = 0
  #strayed = false

  constructor(transcript: Transcript, listener: ReplayListener) {
    this.#transcript = transcript
    this.#listener = listener
  }

  elapsed(): number {
    return this.#at
  }

  async read(): Promise<Uint8Array | 'closed' | 'timeout'> {
    await this.#listener.pause()
    const step = this.#take('read', 'nothing')
    if (step === 'for ever') return never()
    // A time-out is what nothing can be concluded from.
    if (step === undefined) return 'timeout'
    this.#at = step.at
    return step.kind === 'read' ? step.bytes : step.why
  }

  pending(): number {
    const step = this.#take('pending')
    return typeof step === 'object' ? step.octets : 0
  }

  write(bytes: Uint8Array | string): void {
    for (let left: Buffer = Buffer.from(bytes); left.length > 0 && !this.#strayed; ) {
      const step = this.#steps[this.#next]
      if (step === undefined && this.#transcript.unfinished) return
      const wanted = step?.kind === 'write' ? Buffer.from(step.bytes).subarray(this.#said) : Buffer.alloc(0)
      const length = Math.min(wanted.length, left.length)
      if (length === 0 || !wanted.subarray(0, length).equals(left.subarray(0, length))) {
        this.#stray()
        return
      }
      left = left.subarray(length)
      this.#said += length
      if (length === wanted.length) this.#advance()
    }
  }

  async startTls(wish: TlsWish): Promise<Handshake> {
    await this.#listener.pause()
    const step = this.#take('tls')
    if (step === 'for ever') return never()
    if (step === undefined || JSON.stringify(step.wish) !== JSON.stringify(wish)) {
      this.#stray()
      return { kind: 'failed', why: 'network', detail: NOT_HELD }
    }
    this.#at = step.at
    return step.came
  }

  close(): void {}

  get #steps(): readonly Step[] {
    return this.#transcript.steps
  }

  #take<K extends Step['kind']>(...kinds: readonly K[]): Extract<Step, { kind: K }> | 'for ever' | undefined {
    const step = this.#steps[this.#next]
    if (step === undefined && this.#transcript.unfinished && !this.#strayed) {
      this.#listener.waitsForEver()
      return 'for ever'
    }
    if (step === undefined || this.#strayed || this.#said > 0 || !kinds.includes(step.kind as K)) {
      this.#stray()
      return undefined
    }
    this.#advance()
    return step as Extract<Step, { kind: K }>
  }

  #advance(): void {
    this.#next++
    this.#said = 0
  }

  #stray(): void {
    if (this.#strayed) return
    this.#strayed = true
    this.#listener.strayed()
  }
}
