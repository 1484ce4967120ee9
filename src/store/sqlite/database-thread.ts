// The relay's side of the database thread: collects what is asked while a commit runs, and sends it as the next batch.
import { Worker } from 'node:worker_threads'
import { StoreFailure, type StoreHealth } from '../store.ts'
import type { Answers, Batch, Opened, Read, Reply, Result, Slice, ThreadSettings, Write } from './orders.ts'

/** A batch is not larger than this, so that the first of it does not wait for the last. */
const MOST_WRITES = 1000
const MOST_READS = 200
const MOST_OCTETS = 16 * 1024 * 1024

/** How often a full disk is looked at. */
const LOOK_MS = 1000

interface Asked<T> {
  readonly order: T
  readonly done: (value: unknown) => void
  readonly failed: (failure: StoreFailure) => void
}

/** A write, and the octets that it speaks of. */
interface AskedWrite extends Asked<(place: (octets: Uint8Array) => Slice) => Write> {
  readonly octets: number
}

/** What came of a batch: for figures. */
export interface BatchFigures {
  batches: number
  writes: number
}

export class DatabaseThread {
  readonly newestEnvelope: number
  readonly figures: BatchFigures = { batches: 0, writes: 0 }
  readonly #worker: Worker
  readonly #failed = Promise.withResolvers<string>()
  #health: StoreHealth
  #writes: AskedWrite[] = []
  #reads: Asked<Read>[] = []
  /** The batch that the thread has; undefined when it waits for one. */
  #under: { readonly writes: readonly AskedWrite[]; readonly reads: readonly Asked<Read>[] } | undefined
  #planned = false
  #ended: StoreFailure | undefined
  #closing: PromiseWithResolvers<void> | undefined
  #look: NodeJS.Timeout | undefined

  /** @throws StoreFailure when the database cannot be opened. */
  static async open(settings: ThreadSettings): Promise<DatabaseThread> {
    // A checkout runs its sources, an installed package has only what was made of them.
    const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js'
    const worker = new Worker(new URL(file, import.meta.url), { workerData: settings, name: 'store' })
    const opened = await new Promise<Opened>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the thread of the store ended before it began')))
    })
    if (opened.ok) return new DatabaseThread(worker, opened)
    await worker.terminate()
    throw new StoreFailure(opened.fault, opened.message)
  }

  private constructor(worker: Worker, opened: Opened & { ok: true }) {
    this.#worker = worker
    this.newestEnvelope = opened.newestEnvelope
    this.#health = opened.health
    worker.on('message', (reply: Reply) => this.#hear(reply))
    worker.on('error', error => this.#end(new StoreFailure('io', `the thread of the store failed: ${error.message}`)))
    worker.on('exit', () => this.#end(new StoreFailure('io', 'the thread of the store has ended')))
    this.#watch()
  }

  get health(): StoreHealth {
    return this.#health
  }

  /** See Store. */
  get failed(): Promise<string> {
    return this.#failed.promise
  }

  /** @param order makes the write once its octets have their place in the batch. */
  write(octets: number, order: (place: (octets: Uint8Array) => Slice) => Write): Promise<unknown> {
    return this.#ask((done, failed) => this.#writes.push({ order, octets, done, failed }))
  }

  read<Q extends Read['ask']>(order: Read & { ask: Q }): Promise<Answers[Q]> {
    return this.#ask((done, failed) => this.#reads.push({ order, done, failed })) as Promise<Answers[Q]>
  }

  async close(): Promise<void> {
    if (this.#ended) return
    this.#closing ??= Promise.withResolvers<void>()
    this.#plan()
    await this.#closing.promise
  }

  #ask(push: (done: (value: unknown) => void, failed: (failure: StoreFailure) => void) => void): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    if (this.#closing) return Promise.reject(new StoreFailure('closed', 'the store is closed'))
    this.#plan()
    return new Promise(push)
  }

  /** At the end of this turn of the event loop: what belongs together often comes together. */
  #plan(): void {
    if (this.#planned || this.#under) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      if (!this.#under && !this.#ended) this.#send()
    })
  }

  #send(): void {
    const writes = this.#takeWrites()
    const reads = this.#reads.splice(0, MOST_READS)
    if (writes.length === 0 && reads.length === 0) {
      if (this.#closing) this.#worker.postMessage('close')
      return
    }
    this.#under = { writes, reads }
    if (writes.length > 0) {
      this.figures.batches++
      this.figures.writes += writes.length
    }
    // Copied once, into a buffer that is then given away: what callers hand over stays theirs.
    const octets = new Uint8Array(writes.reduce((sum, write) => sum + write.octets, 0))
    let used = 0
    const place = (part: Uint8Array): Slice => {
      octets.set(part, used)
      used += part.byteLength
      return { from: used - part.byteLength, length: part.byteLength }
    }
    const batch: Batch = { writes: writes.map(w => w.order(place)), reads: reads.map(r => r.order), octets }
    this.#worker.postMessage(batch, [octets.buffer])
  }

  #takeWrites(): AskedWrite[] {
    let octets = 0
    let count = 0
    for (const write of this.#writes) {
      octets += write.octets
      if (count > 0 && (octets > MOST_OCTETS || count >= MOST_WRITES)) break
      count++
    }
    return this.#writes.splice(0, count)
  }

  #hear(reply: Reply): void {
    const under = this.#under
    if (!under) return
    this.#health = reply.health
    if (reply.health.kind === 'failed') this.#failed.resolve(reply.health.because)
    this.#watch()
    if (reply.last) this.#under = undefined
    for (const [index, asked] of under[reply.of].entries()) settle(asked, reply.results[index]!)
    if (reply.last && (this.#writes.length > 0 || this.#reads.length > 0 || this.#closing)) this.#plan()
  }

  /** While the disk is full, somebody must see when it no longer is. */
  #watch(): void {
    if (this.#health.kind !== 'full' || this.#look !== undefined) return
    this.#look = setTimeout(() => {
      this.#look = undefined
      if (!this.#ended && !this.#closing)
        void this.read({ ask: 'room' }).then(
          () => this.#watch(),
          () => undefined,
        )
    }, LOOK_MS)
    this.#look.unref()
  }

  #end(why: StoreFailure): void {
    if (this.#ended) return
    clearTimeout(this.#look)
    this.#ended = this.#closing ? new StoreFailure('closed', 'the store is closed') : why
    this.#health = { kind: 'failed', because: this.#ended.message }
    if (!this.#closing) this.#failed.resolve(why.message)
    const left = [...(this.#under?.writes ?? []), ...(this.#under?.reads ?? []), ...this.#writes, ...this.#reads]
    this.#under = undefined
    for (const asked of left) asked.failed(this.#ended)
    this.#closing?.resolve()
  }
}

function settle(asked: Asked<unknown>, result: Result): void {
  if (result.ok) asked.done(result.value)
  else asked.failed(new StoreFailure(result.fault, result.message))
}
