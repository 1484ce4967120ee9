// Time for a queue that outlives its process: the wall's, because it is written down, but without the wall's jumps.

/** Where time comes from; a test turns its hands. */
export interface Clock {
  /** Milliseconds since the epoch; may be set at any moment. */
  wall(): number
  /** Milliseconds from any start; only goes on. */
  monotonic(): number
  /** Does it later; what is returned keeps it from being done. */
  after(milliseconds: number, act: () => void): () => void
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** A clock that differs from itself by more was set; by less, it is being led to the right time, and is followed. */
const JUMP_MS = 5_000

/** Goes on as the monotonic clock does, and reads as the wall's did before it was set. */
export class SteadyTime {
  readonly #clock: Clock
  #offset: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offset = clock.wall() - clock.monotonic()
  }

  now(): number {
    return Math.round(this.#clock.monotonic() + this.#offset)
  }

  /**
   * Compares with the wall, and takes its time over.
   * @returns by how much the wall was set since; 0 when it was not. Whoever has written times down moves them by this.
   */
  jumped(): number {
    const off = Math.round(this.#clock.wall() - this.now())
    this.#offset += off
    return Math.abs(off) > JUMP_MS ? off : 0
  }
}
