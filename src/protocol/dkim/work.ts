// A bound on the work of finding out what broke a signature: octets that are hashed, and things that are tried.

export interface WorkLimits {
  readonly octets: number
  readonly tries: number
}

/** Counts down; once it is used up, nothing more is tried. */
export class Work {
  #octets: number
  #tries: number

  constructor({ octets, tries }: WorkLimits) {
    this.#octets = octets
    this.#tries = tries
  }

  /** Takes one try over so many octets. False when that is more than is left. */
  take(octets: number): boolean {
    this.#octets -= octets
    this.#tries--
    return this.#octets >= 0 && this.#tries >= 0
  }
}
