// Writing down what has become of mail must not fail: while the disk is full it is tried again, and nothing else is done.
import type { QueueStore, Submission } from '../../store/store.ts'
import { StoreFailure } from '../../store/store.ts'
import type { Envelope } from '../envelope.ts'
import type { Clock } from './clock.ts'

/** How long a full disk is waited for before the next try. */
const AGAIN_MS = 2_000

/**
 * What was done and cannot be written down would be done again after a restart: a message delivered twice. So nothing new
 * is begun while somebody waits here.
 */
export class PatientStore {
  readonly #store: QueueStore
  readonly #clock: Clock
  readonly #onPause: (because: string | undefined) => void
  #waiting = 0
  #given = false
  readonly #givingUp = new Set<() => void>()

  constructor(store: QueueStore, clock: Clock, onPause: (because: string | undefined) => void) {
    this.#store = store
    this.#clock = clock
    this.#onPause = onPause
  }

  /** Whether nothing new may be begun. */
  get blocked(): boolean {
    return this.#waiting > 0 || this.#store.health.kind === 'failed'
  }

  /** @param envelopes made anew for each try: the clock may be set in between. */
  record(
    envelopes: () => readonly Envelope[],
    brought: readonly Submission[],
  ): Promise<readonly (readonly Envelope[])[]> {
    return this.#insist(() => this.#store.record(envelopes(), brought))
  }

  shift(by: number): Promise<void> {
    return this.#insist(() => this.#store.shift(by))
  }

  /** Ends the waiting: what could not be written down is done again after the next start. */
  giveUp(): void {
    this.#given = true
    for (const go of this.#givingUp) go()
  }

  async #insist<T>(act: () => Promise<T>): Promise<T> {
    let waited = false
    try {
      for (;;) {
        try {
          return await act()
        } catch (error) {
          if (!(error instanceof StoreFailure)) throw error
          if (error.fault === 'io' || error.fault === 'closed') this.#onPause(error.message)
          if (error.fault !== 'full' || this.#given) throw error
          if (!waited && this.#waiting++ === 0) this.#onPause(error.message)
          waited = true
          await this.#pause()
        }
      }
    } finally {
      if (waited && --this.#waiting === 0) this.#onPause(undefined)
    }
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      const go = (): void => {
        cancel()
        this.#givingUp.delete(go)
        resolve()
      }
      const cancel = this.#clock.after(AGAIN_MS, go)
      this.#givingUp.add(go)
    })
  }
}
