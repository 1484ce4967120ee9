// A connection as it is taken down: what was written and what came, step by step, each with its moment.
import type { Connection, DialFailure, TlsSession, TlsWish } from '../dialer.ts'

/** How a handshake ended. */
export type Handshake = Awaited<ReturnType<Connection['startTls']>>

/** `at` is in whole milliseconds since the connection stood. */
export type Step =
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly at: number }
  | { readonly kind: 'nothing'; readonly why: 'closed' | 'timeout'; readonly at: number }
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'pending'; readonly octets: number }
  | { readonly kind: 'tls'; readonly wish: TlsWish; readonly came: Handshake; readonly at: number }

/** `connected: undefined`: when the time was over, it was not known yet. */
export interface Transcript {
  readonly connected: { readonly ms: number; readonly failure?: DialFailure } | undefined
  readonly steps: readonly Step[]
  /** The time was over before the dialogue was: nobody knows what would have come. */
  readonly unfinished: boolean
}

/** A step as it stands in the file. Octets that are plain text stand as they are, others in base64. */
export function writeStep(step: Step): object {
  switch (step.kind) {
    case 'read':
      return { ...octets('read', step.bytes), at: step.at }
    case 'write':
      return octets('write', step.bytes)
    case 'nothing':
      return { nothing: step.why, at: step.at }
    case 'pending':
      return { pending: step.octets }
    case 'tls': {
      const { came, wish, at } = step
      return came.kind === 'failed'
        ? { tls: wish, at, failed: writeFailure(came) }
        : { tls: wish, at, session: writeSession(came.session) }
    }
  }
}

export function writeFailure({ why, detail }: DialFailure): object {
  return { why, detail }
}

function writeSession({ chain, ...session }: TlsSession): object {
  return { ...session, chain: chain.map(base64) }
}

function octets(name: 'read' | 'write', bytes: Uint8Array): object {
  const text = Buffer.from(bytes).toString('latin1')
  return /^[\t\r\n\x20-\x7e]*$/.test(text) ? { [name]: text } : { [`${name}64`]: base64(bytes) }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
