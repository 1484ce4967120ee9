// THE WORDS of the store: what must survive a crash (the queue, the last reports), and how a store says that it cannot.
import type { Content, Envelope, Message } from '../relay/envelope.ts'
import type { Report } from '../report/report.ts'

/** An envelope before the store has it. */
export type NewEnvelope = Omit<Envelope, 'id' | 'message'>

/** A message on its way into the store. */
export interface Submission {
  readonly message: Message
  readonly content: Content
  readonly envelopes: readonly NewEnvelope[]
}

/** A message with its envelopes, as the store has them. */
export interface Stored {
  readonly message: Message
  readonly envelopes: readonly Envelope[]
}

/** That there is something to do, and when: all that needs to be in memory of a message that waits. */
export interface Waiting {
  /** The queue id. */
  readonly message: string
  readonly envelope: number
  readonly recipient: string
  readonly dueAt: number
}

/** Where to go on in a list that is ordered by time and envelope. */
export interface Cursor {
  readonly dueAt: number
  readonly envelope: number
}

/** Which messages are listed; all when nothing is said. */
export interface Selection {
  readonly state?: Envelope['state']
  /** Only messages after this queue id. */
  readonly after?: string
}

/** How full the queue is. */
export interface QueueCounts {
  /** Envelopes that wait for their time. */
  readonly queued: number
  readonly held: number
  /** When the oldest message that has not ended was taken; undefined when there is none. */
  readonly oldestTakenAt: number | undefined
}

/**
 * `full`: there is no room, or less than the reserve; it goes away by itself when there is room again.
 * `failed`: the disk did not do as told. What was acknowledged is safe, nothing more is taken, and only opening anew
 * helps: a second fsync after one that failed proves nothing.
 */
export type StoreHealth = { readonly kind: 'healthy' } | { readonly kind: 'full' | 'failed'; readonly because: string }

/** The queue's durable part. One process owns it. */
export interface QueueStore {
  /** Known at once, so that a client can be refused before it sends its message. */
  readonly health: StoreHealth
  /**
   * Takes a message. What is returned is on the disk: a 250 may follow.
   * @throws StoreFailure `full` or `io`: nothing was taken.
   */
  put(message: Message, content: Content, envelopes: readonly NewEnvelope[]): Promise<readonly Envelope[]>
  /**
   * Writes down what has become of envelopes, and with them, in one piece, messages that this brought forth, such as
   * bounces. Envelopes that have ended stay ended, whatever is recorded later. The content of a message goes with its
   * last envelope.
   * @throws StoreFailure `full`: try again later, and do nothing else with these envelopes before.
   */
  record(envelopes: readonly Envelope[], brought?: readonly Submission[]): Promise<readonly (readonly Envelope[])[]>
  /** Queued envelopes by time, `most` at a time. */
  waiting(after: Cursor | undefined, most: number): Promise<readonly Waiting[]>
  /** Held envelopes that expire by then. */
  heldUntil(expiresBy: number, most: number): Promise<readonly Waiting[]>
  /** A message with all its envelopes; undefined when it is not known (any more). */
  find(message: string): Promise<Stored | undefined>
  /**
   * The octets of a message; undefined when it has ended.
   * @throws StoreFailure `damaged`: they are not what was put.
   */
  content(message: string): Promise<Content | undefined>
  /** New signatures in place of the old ones; the message itself stays untouched. */
  sign(message: string, signatures: Uint8Array): Promise<void>
  /** Messages by queue id, those that have ended too while they are kept. */
  list(selection: Selection, most: number): Promise<readonly Stored[]>
  counts(): Promise<QueueCounts>
  /** The newest queue id ever put, and when that message was taken. */
  newest(): Promise<{ readonly message: string; readonly takenAt: number } | undefined>
  /** The wall clock was set: moves the times of all envelopes that have not ended. */
  shift(milliseconds: number): Promise<void>
  /** Forgets messages that ended before; how many. */
  forget(endedBefore: number): Promise<number>
}

/** A report as it was kept. */
export interface KeptReport {
  /** Milliseconds: when the audit began. */
  readonly at: number
  readonly report: Report
}

/** The last reports of each domain. */
export interface ReportStore {
  /** Durable when it resolves. */
  keep(report: Report): Promise<void>
  last(domain: string): Promise<KeptReport | undefined>
  /** Newest first. */
  history(domain: string, most: number): Promise<readonly KeptReport[]>
  /** The last report of every domain, by name. */
  all(): Promise<readonly KeptReport[]>
}

/** One place for all that is durable. */
export interface Store {
  readonly queue: QueueStore
  readonly reports: ReportStore
  /** Resolves, with a line for an administrator, when the health becomes `failed`; else never. */
  readonly failed: Promise<string>
  /** What was asked before is done first. */
  close(): Promise<void>
}

/**
 * `full`: no room (452 4.3.1). `io`: the disk failed (451 4.3.0). `damaged`: something stored is not what was put.
 * `locked`, `newer`, `foreign`, `unusable`: it could not be opened. `closed`: it is not open any more. `refused`: what was asked makes no sense.
 */
export type StoreFault = 'full' | 'io' | 'damaged' | 'locked' | 'newer' | 'foreign' | 'unusable' | 'closed' | 'refused'

/** The only expected throw of a store. The message is one line for an administrator. */
export class StoreFailure extends Error {
  readonly fault: StoreFault

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreFailure'
    this.fault = fault
  }
}
