// How much room the disk has: mail is refused while there is still enough of it to write down what becomes of the rest.
import { statfsSync } from 'node:fs'

/** Beyond the reserve, before mail is taken again: otherwise every message would change the answer. */
const MARGIN = 1024 * 1024

export class DiskRoom {
  readonly #path: string
  readonly #reserve: number
  #short = false
  #free = Number.POSITIVE_INFINITY

  /** @param reserve octets that no new mail may use. */
  constructor(path: string, reserve: number) {
    this.#path = path
    this.#reserve = reserve
  }

  /** Octets, when it was looked last. */
  get free(): number {
    return this.#free
  }

  /** Looks, and says whether there is too little room for more mail. */
  look(): boolean {
    this.#free = this.#ask()
    this.#short = this.#free < (this.#short ? this.#reserve * 1.25 + MARGIN : this.#reserve)
    return this.#short
  }

  /** A write found the disk full. Says whether that is its state, and not only that this write was large. */
  ranOut(): boolean {
    this.#short = true
    return this.look()
  }

  #ask(): number {
    try {
      const told = statfsSync(this.#path)
      return told.bavail * told.bsize
    } catch {
      // Some file systems do not tell: then only writing shows it.
      return Number.POSITIVE_INFINITY
    }
  }
}
