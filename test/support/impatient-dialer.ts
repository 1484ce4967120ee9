// A dialer for tests with hosts that say nothing: nobody waits longer than so many milliseconds for anything.
import type { Dialer } from '../../src/net/dialer.ts'

export function impatient(dialer: Dialer, mostMs: number): Dialer {
  return {
    async connect(to, timeoutMs) {
      const connection = await dialer.connect(to, timeoutMs)
      if (connection.kind === 'failed') return connection
      return {
        kind: 'connected',
        read: ms => connection.read(Math.min(ms, mostMs)),
        elapsed: () => connection.elapsed(),
        pending: () => connection.pending(),
        write: bytes => connection.write(bytes),
        startTls: (wish, ms) => connection.startTls(wish, Math.min(ms, mostMs)),
        close: () => connection.close(),
      }
    },
  }
}
