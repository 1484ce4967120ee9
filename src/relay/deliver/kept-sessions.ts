// Connections that were used and may be used again: a handshake per message would cost more than the message.
import type { Session } from './session.ts'

/** Some hosts count messages, and all of them connections. */
export interface KeepingLimits {
  readonly transactionsPerSession: number
  readonly idleMs: number
  /** Idle ones per key; a burst leaves more behind than are needed. */
  readonly idlePerKey: number
}

/** Sessions by a key that says all that makes one as good as another: egress, next hop, TLS policy, credentials. */
export class KeptSessions {
  readonly #limits: KeepingLimits
  readonly #idle = new Map<string, { readonly session: Session; readonly timer: NodeJS.Timeout }[]>()
  #closed = false

  constructor(limits: KeepingLimits) {
    this.#limits = limits
  }

  /** The one that was used last, so that what is too much grows old. It is the caller's until it is kept again. */
  take(key: string): Session | undefined {
    const list = this.#idle.get(key) ?? []
    const kept = list.pop()
    if (list.length === 0) this.#idle.delete(key)
    if (!kept) return undefined
    clearTimeout(kept.timer)
    return kept.session.usable ? kept.session : this.take(key)
  }

  /** Keeps a session, or ends it when it has served long enough. */
  keep(key: string, session: Session): void {
    if (!session.usable) return
    const list = this.#idle.get(key) ?? []
    const { transactionsPerSession, idlePerKey, idleMs } = this.#limits
    if (this.#closed || session.transactions >= transactionsPerSession || list.length >= idlePerKey) {
      void session.quit()
      return
    }
    const timer = setTimeout(() => {
      this.#forget(key, session)
      void session.quit()
    }, idleMs)
    // Nothing is lost when the process ends before.
    timer.unref()
    session.onEnd = () => this.#forget(key, session)
    this.#idle.set(key, [...list, { session, timer }])
  }

  /** Ends the idle ones, and from now on each as soon as it is idle. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#idle.values()].flat()
    this.#idle.clear()
    for (const { timer } of all) clearTimeout(timer)
    await Promise.all(all.map(({ session }) => session.quit()))
  }

  #forget(key: string, session: Session): void {
    const list = this.#idle.get(key) ?? []
    for (const one of list) if (one.session === session) clearTimeout(one.timer)
    const left = list.filter(one => one.session !== session)
    if (left.length === 0) this.#idle.delete(key)
    else this.#idle.set(key, left)
  }
}
