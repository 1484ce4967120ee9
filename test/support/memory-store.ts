// A store that keeps nothing: for tests of the queue, where time stands still between two lines. It passes the same tests as the real one.
import type { Content, Envelope, Message } from '../../src/relay/envelope.ts'
import {
  type Cursor,
  type NewEnvelope,
  type QueueStore,
  type Selection,
  type Stored,
  StoreFailure,
  type StoreHealth,
  type Submission,
  type Waiting,
} from '../../src/store/store.ts'

interface Kept {
  readonly message: Message
  content: Content | undefined
  takenAt: number
  endedAt: number | undefined
}

const isOpen = (envelope: Envelope): boolean => envelope.state === 'queued' || envelope.state === 'held'

export class MemoryStore implements QueueStore {
  health: StoreHealth = { kind: 'healthy' }
  /** What the next writes fail with, one after the other. */
  readonly failures: StoreFailure[] = []
  readonly #messages = new Map<string, Kept>()
  readonly #envelopes = new Map<number, Envelope>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** All envelopes, for assertions. */
  get envelopes(): Envelope[] {
    return [...this.#envelopes.values()]
  }

  async put(message: Message, content: Content, envelopes: readonly NewEnvelope[]): Promise<readonly Envelope[]> {
    this.#mayFail()
    return this.#put({ message, content, envelopes })
  }

  async record(envelopes: readonly Envelope[], brought: readonly Submission[] = []) {
    this.#mayFail()
    const numbered = brought.map(one => this.#put(one))
    for (const envelope of envelopes) {
      const before = this.#envelopes.get(envelope.id)
      if (before === undefined || !isOpen(before)) continue
      this.#envelopes.set(envelope.id, envelope)
      if (this.#of(envelope.message).some(isOpen)) continue
      const kept = this.#messages.get(envelope.message)!
      kept.content = undefined
      kept.endedAt = this.#now()
    }
    return numbered
  }

  async waiting(after: Cursor | undefined, most: number): Promise<Waiting[]> {
    return this.envelopes
      .filter(e => e.state === 'queued')
      .filter(e => !after || e.dueAt > after.dueAt || (e.dueAt === after.dueAt && e.id > after.envelope))
      .toSorted((a, b) => a.dueAt - b.dueAt || a.id - b.id)
      .slice(0, most)
      .map(waitingOf)
  }

  async heldUntil(expiresBy: number, most: number): Promise<Waiting[]> {
    return this.envelopes
      .filter(e => e.state === 'held' && e.expiresAt <= expiresBy)
      .slice(0, most)
      .map(waitingOf)
  }

  async find(message: string): Promise<Stored | undefined> {
    const kept = this.#messages.get(message)
    return kept && { message: kept.message, envelopes: this.#of(message) }
  }

  async content(message: string): Promise<Content | undefined> {
    return this.#messages.get(message)?.content
  }

  async sign(message: string, signatures: Uint8Array): Promise<void> {
    const kept = this.#messages.get(message)
    if (kept?.content === undefined) throw new StoreFailure('refused', `${message} is not in the queue`)
    kept.content = { ...kept.content, signatures }
  }

  async list({ state, after = '' }: Selection, most: number): Promise<Stored[]> {
    return [...this.#messages.values()]
      .map(({ message }) => ({ message, envelopes: this.#of(message.id) }))
      .filter(({ message, envelopes }) => message.id > after && (!state || envelopes.some(e => e.state === state)))
      .toSorted((a, b) => (a.message.id < b.message.id ? -1 : 1))
      .slice(0, most)
  }

  async counts() {
    const open = [...this.#messages.values()].filter(kept => kept.endedAt === undefined).map(kept => kept.takenAt)
    return {
      queued: this.envelopes.filter(e => e.state === 'queued').length,
      held: this.envelopes.filter(e => e.state === 'held').length,
      oldestTakenAt: open.toSorted((a, b) => a - b)[0],
    }
  }

  async newest() {
    const kept = this.#newest()
    return kept && { message: kept.message.id, takenAt: kept.takenAt }
  }

  async shift(by: number): Promise<void> {
    this.#mayFail()
    for (const e of this.envelopes.filter(isOpen)) {
      const warnAt = e.warnAt === undefined ? undefined : e.warnAt + by
      this.#envelopes.set(e.id, { ...e, dueAt: e.dueAt + by, expiresAt: e.expiresAt + by, warnAt })
    }
    const newest = this.#newest()
    for (const kept of this.#messages.values()) if (kept.endedAt === undefined || kept === newest) kept.takenAt += by
  }

  async forget(endedBefore: number): Promise<number> {
    const newest = this.#newest()
    const old = [...this.#messages.values()].filter(kept => kept !== newest && (kept.endedAt ?? Infinity) < endedBefore)
    for (const { message } of old) {
      this.#messages.delete(message.id)
      for (const e of this.#of(message.id)) this.#envelopes.delete(e.id)
    }
    return old.length
  }

  #mayFail(): void {
    const failure = this.failures.shift()
    if (failure) throw failure
  }

  #newest(): Kept | undefined {
    return [...this.#messages.values()].toSorted((a, b) => (a.message.id < b.message.id ? 1 : -1))[0]
  }

  #of(message: string): Envelope[] {
    return this.envelopes.filter(e => e.message === message)
  }

  #put({ message, content, envelopes }: Submission): Envelope[] {
    if (this.#messages.has(message.id) || envelopes.length === 0) {
      throw new StoreFailure('refused', `${message.id} cannot be taken`)
    }
    this.#messages.set(message.id, { message, content, takenAt: message.takenAt, endedAt: undefined })
    return envelopes.map(envelope => {
      const numbered = { ...envelope, id: this.#envelopes.size + 1, message: message.id }
      this.#envelopes.set(numbered.id, numbered)
      return numbered
    })
  }
}

function waitingOf({ message, id, recipient, dueAt }: Envelope): Waiting {
  return { message, envelope: id, recipient, dueAt }
}
