// What DNS said, kept for as long as it said so, and in bounded room: what was used longest ago goes first.

/** Nothing is kept longer than a day, whatever its TTL (RFC 8767 §4 advises a cap of days). */
const LONGEST_S = 86_400

interface Kept<V> {
  readonly value: V
  readonly ttl: number
  readonly since: number
}

export class TtlCache<V> {
  readonly #kept = new Map<string, Kept<V>>()
  readonly #most: number
  readonly #now: () => number

  /** @param now milliseconds, from any start. */
  constructor(most: number, now: () => number) {
    this.#most = most
    this.#now = now
  }

  get size(): number {
    return this.#kept.size
  }

  /** The value and the whole seconds that its TTL has left, or undefined. */
  get(key: string): { readonly value: V; readonly ttl: number } | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    const age = (this.#now() - kept.since) / 1000
    this.#kept.delete(key)
    if (age >= Math.min(kept.ttl, LONGEST_S)) return undefined
    this.#kept.set(key, kept)
    return { value: kept.value, ttl: Math.ceil(kept.ttl - age) }
  }

  /** Keeps the value for `ttl` seconds; a TTL of 0 is for this one question only (RFC 1035 §3.2.1). */
  set(key: string, value: V, ttl: number): void {
    this.#kept.delete(key)
    if (ttl <= 0) return
    this.#kept.set(key, { value, ttl, since: this.#now() })
    if (this.#kept.size > this.#most) this.#makeRoom()
  }

  /** A tenth at a time: finding the oldest of a Map again and again is slow. */
  #makeRoom(): void {
    const enough = this.#most - Math.floor(this.#most / 10)
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= enough) return
      this.#kept.delete(key)
    }
  }
}
