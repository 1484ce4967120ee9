// An MX host without a socket that answers to each command by a rule: what it takes, whom it refuses, when it hangs up.
import type { Dialer } from '../../src/net/dialer.ts'

/** What the server says to a command; `closed` hangs up, undefined is the usual. */
export type Rule = (command: string, heard: readonly string[]) => string | 'closed' | undefined

/** A dialer to it. `heard` has every command of all connections. */
export function obligingMx(rule: Rule): { readonly dialer: Dialer; readonly heard: string[]; connections(): number } {
  const heard: string[] = []
  let connections = 0
  return {
    heard,
    connections: () => connections,
    dialer: {
      async connect() {
        connections++
        let next: string | undefined = rule('(banner)', heard) ?? '220 mx.example.org ESMTP'
        return {
          kind: 'connected',
          async read() {
            const said = next
            next = undefined
            if (said === undefined) return 'timeout'
            return said === 'closed' ? 'closed' : Buffer.from(`${said}\r\n`)
          },
          elapsed: () => 0,
          pending: () => 0,
          write(bytes) {
            const command = bytes.toString().trim()
            heard.push(command)
            next = rule(command, heard) ?? usual(command)
          },
          startTls: async () => ({ kind: 'failed', why: 'tls', detail: 'no TLS here' }),
          close() {},
        }
      },
    },
  }
}

function usual(command: string): string {
  if (command.startsWith('EHLO')) return '250-mx.example.org\r\n250 SIZE'
  return command === 'QUIT' ? '221 Bye' : '250 2.0.0 Ok'
}
