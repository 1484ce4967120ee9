// A Dialer that keeps few connections open at once: MX hosts are shared, and one that feels attacked turns us away.
import { endpointText } from '../names/endpoint.ts'
import type { Connection, Dialer } from './dialer.ts'

/** How many connections may be open at once, in all and to one address and port. */
export interface ConnectionLimits {
  readonly total: number
  readonly perEndpoint: number
}

/** Waits for a free place before each connect; a place is free again when its connection is closed. */
export function limitedDialer(dialer: Dialer, limits: ConnectionLimits): Dialer {
  const all = new Places(limits.total)
  const byEndpoint = new Map<string, Places>()
  return {
    async connect(to, timeoutMs) {
      const key = endpointText(to.address, to.port)
      const here = byEndpoint.get(key) ?? new Places(limits.perEndpoint)
      byEndpoint.set(key, here)
      // The endpoint first: whoever waits for a busy host must not hold a place that others could use.
      await here.take()
      await all.take()
      const leave = once(() => {
        all.leave()
        here.leave()
        if (here.empty) byEndpoint.delete(key)
      })
      try {
        const connection = await dialer.connect(to, timeoutMs)
        if (connection.kind === 'connected') return leavingOnClose(connection, leave)
        leave()
        return connection
      } catch (bug) {
        leave()
        throw bug
      }
    },
  }
}

function leavingOnClose(connection: Connection, leave: () => void): Connection {
  return {
    kind: 'connected',
    read: timeoutMs => connection.read(timeoutMs),
    elapsed: () => connection.elapsed(),
    pending: () => connection.pending(),
    write: bytes => connection.write(bytes),
    startTls: (wish, timeoutMs) => connection.startTls(wish, timeoutMs),
    close() {
      connection.close()
      leave()
    },
  }
}

/** Places that are taken and left; who finds none waits in line. */
class Places {
  #taken = 0
  readonly #most: number
  readonly #line: (() => void)[] = []

  constructor(most: number) {
    this.#most = most
  }

  get empty(): boolean {
    return this.#taken === 0
  }

  async take(): Promise<void> {
    if (this.#taken < this.#most) this.#taken++
    else await new Promise<void>(resolve => this.#line.push(resolve))
  }

  leave(): void {
    const next = this.#line.shift()
    // The place goes from hand to hand, so that nobody overtakes the line.
    if (next) next()
    else this.#taken--
  }
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}
