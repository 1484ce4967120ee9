// What is remembered of addresses, users and clients beyond one connection: connections open, failed passwords, messages per time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IpAddress } from '../../names/address.ts'

/** Whoever has an IPv6 address has its /64 (RFC 4291 §2.5.4): one neighbor counts for all. */
export function neighborhood({ family, bytes, text }: IpAddress): string {
  return family === 4 ? text : bytes.slice(0, 8).join('.')
}

/** Counts what happens to keys within a window of time; bounded, however many keys come. */
export class Recent {
  readonly #windowMs: number
  readonly #counts = new Map<string, { count: number; since: number }>()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(key: string, now: number): void {
    const count = this.count(key, now)
    const since = count === 0 ? now : this.#counts.get(key)!.since
    // Put at the end: the first are the oldest, and go first when there are too many.
    this.#counts.delete(key)
    this.#counts.set(key, { count: count + 1, since })
    if (this.#counts.size > MOST_KEYS) this.#counts.delete(this.#counts.keys().next().value!)
  }

  count(key: string, now: number): number {
    const found = this.#counts.get(key)
    return found === undefined || now - found.since >= this.#windowMs ? 0 : found.count
  }

  /** Takes back one `add`. */
  undo(key: string): void {
    const found = this.#counts.get(key)
    if (found === undefined) return
    if (found.count > 1) found.count--
    else this.#counts.delete(key)
  }
}

const MOST_KEYS = 20_000

/** How many of something are open for a key. */
export class Open {
  readonly #open = new Map<string, number>()

  count(key: string): number {
    return this.#open.get(key) ?? 0
  }

  add(key: string, by: 1 | -1): void {
    const count = this.count(key) + by
    if (count > 0) this.#open.set(key, count)
    else this.#open.delete(key)
  }
}

/** So many messages in so much time, for each client: a bucket that fills evenly and holds the whole allowance. */
export class Allowance {
  readonly #buckets = new Map<string, { left: number; at: number }>()

  /** Whether one more message may come now. `take` counts it. */
  allows(client: string, rate: { messages: number; perMs: number }, now: number, take: boolean): boolean {
    const bucket = this.#buckets.get(client) ?? { left: rate.messages, at: now }
    const gained = (Math.max(0, now - bucket.at) * rate.messages) / rate.perMs
    const left = Math.min(rate.messages, bucket.left + gained)
    if (left < 1) return false
    if (take) this.#buckets.set(client, { left: left - 1, at: now })
    return true
  }
}

/**
 * The last good password of each user, as a keyed hash in memory alone: a client that connects for each message does not
 * cost 80 ms of scrypt each time. A changed stored password is forgotten by itself.
 */
export class GoodPasswords {
  readonly #key = randomBytes(32)
  readonly #good = new Map<string, { stored: string; mac: Buffer }>()

  knows(user: string, password: string, stored: string): boolean {
    const good = this.#good.get(user)
    return good !== undefined && good.stored === stored && timingSafeEqual(good.mac, this.#mac(user, password))
  }

  remember(user: string, password: string, stored: string): void {
    this.#good.set(user, { stored, mac: this.#mac(user, password) })
  }

  #mac(user: string, password: string): Buffer {
    return createHmac('sha256', this.#key).update(`${user.length}:${user}${password}`).digest()
  }
}
