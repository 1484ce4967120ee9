// What the connections of a listener share, and the steps that a dialogue goes.
import type { IpAddress } from '../../names/address.ts'
import type { ListenerSettings } from '../settings.ts'
import type { Authenticator } from './authentication.ts'
import type { ClientDirectory } from './clients.ts'
import type { IntakeLimits } from './limits.ts'
import type { Memory, MessageReader } from './message-reader.ts'
import { type Reply, reply } from './reply.ts'
import type { Allowance } from './standing.ts'
import type { IntakePorts } from './submission.ts'

export interface House {
  readonly hostname: string
  readonly listener: ListenerSettings
  readonly directory: ClientDirectory
  readonly authenticator: Authenticator
  readonly allowance: Allowance
  readonly memory: Memory
  readonly limits: IntakeLimits
  readonly ports: IntakePorts
  readonly now: () => number
}

/** Who is at the other end of a connection. `id` is random, for logs. */
export interface Peer {
  readonly id: string
  readonly address: IpAddress
  readonly port: number
}

/** What to say, and what comes next: another command, the end, the handshake, or the content of a message. */
export type Step =
  | { readonly reply: Reply; readonly next: 'command' | 'end' | 'handshake' }
  | { readonly reply: Reply; readonly next: 'content'; readonly reader: MessageReader }

/** The dialogue goes on. */
export function say(code: number, enhanced: string | undefined, ...lines: readonly string[]): Step {
  return { reply: reply(code, enhanced, ...lines), next: 'command' }
}

/** These are our last words. */
export function end(code: number, enhanced: string, says: string): Step {
  return { reply: reply(code, enhanced, says), next: 'end' }
}
