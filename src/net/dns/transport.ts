// What every way of carrying questions to one server has in common.
import type { Question } from './wire-query.ts'

/** What becomes of one question: any number of messages that match it, or one failure of the way. Never called at once. */
export interface Listener {
  message(bytes: Buffer): void
  /** @param final asking again this way is of no use */
  failed(detail: string, final?: boolean): void
}

/** A question that was sent. */
export interface Sent {
  /** Nothing has come for long: what is asked next should not rely on the same connection. */
  overdue(): void
  /** Stops listening for answers. */
  forget(): void
}

/** Questions to one server. Waiting is bounded by whoever forgets. */
export interface Transport {
  /** Sends the question, with EDNS unless the server cannot have it. Answers are heard until they are forgotten. */
  send(question: Question, edns: boolean, listener: Listener): Sent
  close(): void
}

/** What the operating system said, in words. */
export function networkFault(fault: Error): string {
  const code = (fault as NodeJS.ErrnoException).code
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there'
    case 'ENETUNREACH':
      return 'there is no route to its network'
    case 'EHOSTUNREACH':
      return 'there is no route to it'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it broke the connection off'
    case 'ENOTFOUND':
      return 'this system knows no address of its name'
    case 'EAI_AGAIN':
      return 'this system could not look its name up'
    default:
      return code ?? fault.message
  }
}
