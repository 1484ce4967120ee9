// Makes one attempt, whatever it does: outcomes become what they mean for the envelopes, and so do faults of ours.
import { StoreFailure } from '../../store/store.ts'
import type { Outcome } from '../envelope.ts'
import type { Claims } from './claims.ts'
import type { SteadyTime } from './clock.ts'
import type { Ledger } from './ledger.ts'
import type { QueueJob, QueuePorts } from './ports.ts'
import { crash, drop, hold, moved, type Settled, settle } from './settle.ts'

export class Attempts {
  readonly #ports: Pick<QueuePorts, 'attempt' | 'retry'>
  readonly #ledger: Ledger
  readonly #claims: Claims
  readonly #time: SteadyTime

  constructor(ports: Pick<QueuePorts, 'attempt' | 'retry'>, ledger: Ledger, claims: Claims, time: SteadyTime) {
    this.#ports = ports
    this.#ledger = ledger
    this.#claims = claims
    this.#time = time
  }

  /** Never throws. */
  async run(job: QueueJob): Promise<readonly Settled[]> {
    const asOf = this.#ledger.moved
    let outcomes: readonly (Outcome | undefined)[] = []
    let fault: unknown = 'it gave no outcome'
    try {
      outcomes = await this.#ports.attempt(job)
    } catch (error) {
      fault = error
      this.#ledger.fault(`${job.message.id}: an attempt ended by a fault`, error)
    }
    const now = this.#time.now()
    const says = fault instanceof Error ? fault.message : String(fault)
    const damaged = fault instanceof StoreFailure && fault.fault === 'damaged'
    return job.envelopes.map((before, index) => {
      const envelope = moved(before, this.#ledger.moved - asOf)
      const outcome = outcomes[index]
      if (outcome) return this.#asWished(settle(envelope, outcome, now, this.#ports.retry), now)
      // The octets will not be better next time.
      if (damaged) return hold(envelope, says, now)
      return this.#asWished(crash(envelope, says, now, this.#ports.retry), now)
    })
  }

  /** Somebody held or dropped it while it was being tried. */
  #asWished(settled: Settled, now: number): Settled {
    const wish = this.#claims.wishFor(settled.envelope.id)
    if (wish === undefined || settled.kind === 'delivered') return settled
    if (wish.kind === 'drop') return drop(settled.envelope)
    return settled.kind === 'deferred' ? hold(settled.envelope, wish.because, now) : settled
  }
}
