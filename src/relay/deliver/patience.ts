// How long the other side may take, phase by phase: idle time alone would let a server that says an octet a minute hold us for ever.

/** Milliseconds. */
export interface Patience {
  /** Until the connection stands. */
  readonly connect: number
  /** Until the whole greeting is there; the same for a TLS handshake. */
  readonly greeting: number
  /** For the reply to EHLO, AUTH, MAIL, RCPT, RSET. */
  readonly command: number
  /** For the reply to DATA. */
  readonly data: number
  /** For each block of the message to leave. */
  readonly block: number
  /** For the reply to the final dot. */
  readonly finalDot: number
  /** For one transaction as a whole, whatever its phases do. */
  readonly transaction: number
  /** For finding a host that answers, all hosts together: no further one is tried after it. */
  readonly search: number
  /** How long a connection is kept for the next message. */
  readonly idle: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** RFC 5321 §4.5.3.2, with a total for what it leaves open. */
export const usualPatience: Patience = {
  connect: 30 * SECOND,
  greeting: 5 * MINUTE,
  command: 5 * MINUTE,
  data: 2 * MINUTE,
  block: 3 * MINUTE,
  finalDot: 10 * MINUTE,
  transaction: 60 * MINUTE,
  search: 10 * MINUTE,
  idle: 10 * SECOND,
}

/** `5 minutes`, `1.5 seconds`: for sentences. */
export function durationText(ms: number): string {
  const [count, unit] = ms % MINUTE === 0 && ms > 0 ? [ms / MINUTE, 'minute'] : [ms / SECOND, 'second']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
