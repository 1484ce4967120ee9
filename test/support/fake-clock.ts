// A clock whose hands a test turns: time passes only when told, and the wall can be set apart from it.
import type { Clock } from '../../src/relay/queue/clock.ts'
import { MORNING } from './queue-messages.ts'

interface Alarm {
  readonly at: number
  readonly act: () => void
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise(resolve => setImmediate(resolve))
}

export class FakeClock implements Clock {
  #wall = MORNING
  #monotonic = 5000
  readonly #alarms = new Set<Alarm>()

  wall(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(milliseconds: number, act: () => void): () => void {
    const alarm = { at: this.#monotonic + milliseconds, act }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** Time passes; what is to happen on the way happens in its order. */
  async pass(milliseconds: number): Promise<void> {
    await settled()
    const until = this.#monotonic + milliseconds
    for (;;) {
      const next = [...this.#alarms].toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.#go(next.at)
      this.#alarms.delete(next)
      next.act()
      await settled()
    }
    this.#go(until)
    await settled()
  }

  /** Somebody sets the wall clock. */
  set(by: number): void {
    this.#wall += by
  }

  #go(to: number): void {
    this.#wall += Math.max(0, to - this.#monotonic)
    this.#monotonic = Math.max(to, this.#monotonic)
  }
}
