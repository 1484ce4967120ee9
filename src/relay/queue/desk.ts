// What people do with queued mail: hold it, release it, try it now, drop it.
import type { QueueStore, Stored } from '../../store/store.ts'
import type { Envelope, EnvelopeState, Message } from '../envelope.ts'
import type { RetrySettings } from '../settings.ts'
import type { Claims, Wish } from './claims.ts'
import type { Ledger } from './ledger.ts'
import type { QueueJob } from './ports.ts'
import { drop, expireHeld, hold, release, retryNow, type Settled } from './settle.ts'

/** Which envelopes: those of one message, or of all, for which `where` is true. */
export interface Which {
  readonly message?: string
  readonly where?: (message: Message, envelope: Envelope) => boolean
}

/** Messages that are changed in one go. */
const AT_ONCE = 100

interface Act {
  readonly states: readonly EnvelopeState[]
  readonly make: (envelope: Envelope) => Settled
  /** Left for envelopes that are being tried at this moment; without one they are let alone. */
  readonly wish?: Wish
}

interface DeskPorts {
  readonly store: QueueStore
  readonly claims: Claims
  readonly ledger: Ledger
  readonly now: () => number
  readonly retry: RetrySettings
  readonly jobOf: (stored: Stored, envelopes: readonly Envelope[]) => QueueJob
  /** Told of envelopes that wait for another time from now on. */
  readonly onQueued: (envelopes: readonly Envelope[]) => void
}

export class Desk {
  readonly #ports: DeskPorts

  constructor(ports: DeskPorts) {
    this.#ports = ports
  }

  /** Keeps queued mail back. All of these say how many envelopes they changed. */
  hold(which: Which, because: string): Promise<number> {
    const make = (envelope: Envelope): Settled => hold(envelope, because, this.#ports.now())
    return this.#do(which, { states: ['queued'], make, wish: { kind: 'hold', because } })
  }

  /** Lets held mail go, at once, with new time to arrive. */
  release(which: Which): Promise<number> {
    return this.#do(which, { states: ['held'], make: e => release(e, this.#ports.now(), this.#ports.retry) })
  }

  /** Tries waiting mail at once. */
  retry(which: Which): Promise<number> {
    return this.#do(which, { states: ['queued'], make: e => retryNow(e, this.#ports.now()) })
  }

  /** Ends mail without telling anybody. */
  drop(which: Which): Promise<number> {
    return this.#do(which, { states: ['queued', 'held'], make: drop, wish: { kind: 'drop' } })
  }

  /** Returns held mail whose time is over. */
  async expireHeld(): Promise<void> {
    const now = this.#ports.now()
    const over = await this.#ports.store.heldUntil(now, AT_ONCE)
    const where = (_: Message, envelope: Envelope): boolean => envelope.expiresAt <= now
    for (const message of new Set(over.map(one => one.message))) {
      await this.#do({ message, where }, { states: ['held'], make: expireHeld })
    }
  }

  async #do(which: Which, act: Act): Promise<number> {
    if (which.message !== undefined) {
      const stored = await this.#ports.store.find(which.message)
      return stored === undefined ? 0 : this.#change(stored, which, act)
    }
    let changed = 0
    for (const state of act.states) {
      let after = ''
      for (;;) {
        const page = await this.#ports.store.list({ state, after }, AT_ONCE)
        // Together, so that they share commits.
        const counts = await Promise.all(page.map(stored => this.#change(stored, which, act)))
        changed += counts.reduce((sum, count) => sum + count, 0)
        if (page.length < AT_ONCE) break
        after = page.at(-1)!.message.id
      }
    }
    return changed
  }

  async #change(stored: Stored, { where = () => true }: Which, act: Act): Promise<number> {
    const meant = stored.envelopes.filter(e => act.states.includes(e.state) && where(stored.message, e))
    const { claims, ledger, jobOf, onQueued } = this.#ports
    const taken = meant.filter(e => claims.has(e.id))
    const free = meant.filter(e => !claims.has(e.id))
    const { wish } = act
    if (wish !== undefined) for (const envelope of taken) claims.wish(envelope.id, wish)
    if (free.length > 0) {
      const now = await claims.holding(free, () => ledger.write(jobOf(stored, free), free.map(act.make)))
      onQueued(now)
    }
    return free.length + (wish === undefined ? 0 : taken.length)
  }
}
