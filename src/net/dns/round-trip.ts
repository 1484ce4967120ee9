// How soon a question over UDP is worth asking again: found out from how long answers take (RFC 6298). A datagram that
// was lost is then missed in a fraction of a second, and not only when all patience with the server is at its end.

const LEAST_MS = 200

export class RoundTrip {
  #smoothed: number | undefined
  #variation = 0

  /** An answer came so many milliseconds after its question. Each has its own id, so no two are mistaken (RFC 6298 §3). */
  took(ms: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ms
      this.#variation = ms / 2
      return
    }
    this.#variation += (Math.abs(this.#smoothed - ms) - this.#variation) / 4
    this.#smoothed += (ms - this.#smoothed) / 8
  }

  /**
   * How long to wait before asking again for the `nth` time (RFC 6298 §5.5: twice as long each time), at most `most`: of a
   * server that was never heard nothing else is known.
   */
  wait(nth: number, most: number): number {
    if (this.#smoothed === undefined) return most
    return Math.min(most, Math.max(LEAST_MS, this.#smoothed + 4 * this.#variation) * 2 ** nth)
  }
}
