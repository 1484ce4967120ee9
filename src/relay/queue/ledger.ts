// Writes down what has become of envelopes, with the notices that senders are owed for it, and tells it to whoever listens.
import type { Submission } from '../../store/store.ts'
import { StoreFailure } from '../../store/store.ts'
import type { Envelope } from '../envelope.ts'
import type { SteadyTime } from './clock.ts'
import type { QueueEvent } from './events.ts'
import type { PatientStore } from './patient-store.ts'
import type { QueueJob, QueuePorts } from './ports.ts'
import { hold, moved, type Settled } from './settle.ts'

export class Ledger {
  readonly #ports: Pick<QueuePorts, 'notices' | 'onEvent'>
  readonly #store: PatientStore
  readonly #time: SteadyTime
  #moved = 0

  constructor(ports: Pick<QueuePorts, 'notices' | 'onEvent'>, store: PatientStore, time: SteadyTime) {
    this.#ports = ports
    this.#store = store
    this.#time = time
  }

  /** By how much all times were moved since the start: what was read earlier is that much behind. */
  get moved(): number {
    return this.#moved
  }

  /** The clock was set. */
  async shift(by: number): Promise<void> {
    this.#moved += by
    await this.#store.shift(by)
    this.#ports.onEvent({ kind: 'clock-set', at: this.#time.now(), by })
  }

  /**
   * Durable when it resolves; told after that.
   * @returns the envelopes as they are now, and those of notices.
   */
  async write(job: QueueJob, happened: readonly Settled[]): Promise<readonly Envelope[]> {
    const owed = happened.filter(isOwed)
    let brought: readonly Submission[] = []
    if (owed.length > 0 && this.#ports.notices) {
      try {
        brought = await this.#ports.notices(job, owed)
      } catch (bug) {
        return this.#writeHeld(job, happened, bug)
      }
    }
    try {
      return await this.#record(job, happened, brought)
    } catch (error) {
      const wrong = error instanceof StoreFailure && error.fault === 'refused' && brought.length > 0
      if (!wrong) throw error
      return this.#writeHeld(job, happened, error)
    }
  }

  fault(says: string, cause: unknown): void {
    this.#ports.onEvent({ kind: 'fault', at: this.#time.now(), says, cause })
  }

  /** Mail whose sender cannot be told must not vanish: a person has to look. */
  async #writeHeld(job: QueueJob, happened: readonly Settled[], cause: unknown): Promise<readonly Envelope[]> {
    this.fault(`${job.message.id}: the sender could not be told what happened`, cause)
    const kept = happened.map(one =>
      one.kind === 'failed' || one.kind === 'expired'
        ? hold(one.envelope, `it failed (${one.reply.text}), and its sender could not be told`, this.#time.now())
        : one,
    )
    return this.#record(job, kept, [])
  }

  async #record(
    job: QueueJob,
    happened: readonly Settled[],
    brought: readonly Submission[],
  ): Promise<readonly Envelope[]> {
    const asOf = this.#moved
    const now = (): Envelope[] => happened.map(one => moved(one.envelope, this.#moved - asOf))
    const numbered = await this.#store.record(now, brought)
    const at = this.#time.now()
    for (const one of happened) this.#ports.onEvent(eventOf(job, one, at))
    for (const [index, { message }] of brought.entries()) {
      this.#ports.onEvent({ kind: 'accepted', at, message, envelopes: numbered[index]! })
    }
    return [...now(), ...numbered.flat()]
  }
}

/** What a sender may have to be told; RFC 3461 decides. */
function isOwed(one: Settled): boolean {
  return (
    one.kind === 'delivered' || one.kind === 'failed' || one.kind === 'expired' || (one.kind === 'deferred' && one.late)
  )
}

function eventOf({ message }: QueueJob, happened: Settled, at: number): QueueEvent {
  return { ...happened, at, message }
}
