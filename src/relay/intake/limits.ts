// How much one client may take of time, memory and patience. Data: the listener's settings say the rest.

/** Milliseconds and octets. */
export interface IntakeLimits {
  /** Before the greeting, for those whom nobody knows by address: who talks now is no mail client. */
  readonly greetingDelayMs: number
  /** Without a complete command. RFC 5321 §4.5.3.2.7 wants 5 minutes. */
  readonly idleMs: number
  /** A connection, between messages. */
  readonly sessionMs: number
  /** From MAIL to the end of the content. */
  readonly transactionMs: number
  /** In each `rateWindowMs` of content, so much must come per second. */
  readonly leastRate: number
  readonly rateWindowMs: number
  readonly tlsHandshakeMs: number
  /** How long `close` waits for messages that are being received. */
  readonly graceMs: number
  /** Connections at one time from one address (one /64 of IPv6), unless a client is known by it. */
  readonly connectionsPerAddress: number
  /** Commands refused with 5xx in one connection. */
  readonly errors: number
  /** Commands without a message (RSET, NOOP, EHLO, MAIL, …) in a row. */
  readonly idleCommands: number
  /** Failed AUTH: in one connection; from one address, and for one user, within `failureWindowMs`. */
  readonly authFailures: number
  readonly authFailuresPerAddress: number
  readonly authFailuresPerUser: number
  readonly failureWindowMs: number
  /** How long the answer to a failed AUTH takes. */
  readonly tarpitMs: number
  /** Content of all messages that are being received. */
  readonly memory: number
  /** Octets over the size limit after which a client is cut off. */
  readonly excess: number
}

export const defaultLimits: IntakeLimits = {
  greetingDelayMs: 100,
  idleMs: 300_000,
  sessionMs: 3_600_000,
  transactionMs: 1_800_000,
  leastRate: 256,
  rateWindowMs: 60_000,
  tlsHandshakeMs: 30_000,
  graceMs: 30_000,
  connectionsPerAddress: 20,
  errors: 20,
  idleCommands: 100,
  authFailures: 5,
  authFailuresPerAddress: 20,
  authFailuresPerUser: 20,
  failureWindowMs: 600_000,
  tarpitMs: 1_000,
  memory: 512 * 1024 * 1024,
  excess: 1024 * 1024,
}
