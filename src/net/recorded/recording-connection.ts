// A Connection that writes down its own transcript while it is used.
import type { Connection, TlsWish } from '../dialer.ts'
import type { Handshake, Step } from './transcript.ts'

/** What is told of the connection to whoever keeps its transcript. */
export interface TranscriptKeeper {
  /** True when nothing more is to be heard: whoever waits then waits for ever, as the report was made without it. */
  readonly deaf: boolean
  /** The connection is over. */
  over(steps: readonly Step[]): void
}

/** Everything that happens passes through, and is kept. */
export class RecordingConnection implements Connection {
  readonly kind = 'connected'
  readonly #inner: Connection
  readonly #keeper: TranscriptKeeper
  readonly #steps: Step[] = []
  #at = 0
  #over = false

  constructor(inner: Connection, keeper: TranscriptKeeper) {
    this.#inner = inner
    this.#keeper = keeper
  }

  get steps(): readonly Step[] {
    return this.#steps
  }

  /**
   * The moment of the last thing that came. Between two things time stands still, as it does at the replay: whoever
   * reckons with it comes to the same both times.
   */
  elapsed(): number {
    return this.#at
  }

  async read(timeoutMs: number): Promise<Uint8Array | 'closed' | 'timeout'> {
    const came = await this.#inner.read(timeoutMs)
    if (this.#keeper.deaf) return never()
    const at = this.#now()
    this.#steps.push(typeof came === 'string' ? { kind: 'nothing', why: came, at } : { kind: 'read', bytes: came, at })
    return came
  }

  pending(): number {
    const octets = this.#inner.pending()
    this.#steps.push({ kind: 'pending', octets })
    return octets
  }

  write(bytes: Uint8Array | string): void {
    this.#steps.push({ kind: 'write', bytes: Buffer.from(bytes) })
    this.#inner.write(bytes)
  }

  async startTls(wish: TlsWish, timeoutMs: number): Promise<Handshake> {
    const came = await this.#inner.startTls(wish, timeoutMs)
    if (this.#keeper.deaf) return never()
    this.#steps.push({ kind: 'tls', wish, came, at: this.#now() })
    return came
  }

  close(): void {
    this.#inner.close()
    if (this.#over) return
    this.#over = true
    this.#keeper.over(this.#steps)
  }

  #now(): number {
    this.#at = Math.round(this.#inner.elapsed())
    return this.#at
  }
}

/** What comes when nothing comes any more. */
export function never<V>(): Promise<V> {
  return new Promise(() => {})
}
