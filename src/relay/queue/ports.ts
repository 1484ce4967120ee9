// What the queue is given, and what it asks others to do.
import type { QueueStore, Submission } from '../../store/store.ts'
import type { Content, Envelope, Message, Outcome } from '../envelope.ts'
import type { RetrySettings } from '../settings.ts'
import type { Clock } from './clock.ts'
import type { QueueEvent } from './events.ts'
import type { Settled } from './settle.ts'

/** Envelopes of one message that are due and go to the same next hop. */
export interface QueueJob {
  readonly hop: string
  readonly message: Message
  readonly envelopes: readonly Envelope[]
  /** The octets. @throws StoreFailure when they are damaged: let it through, and the envelopes are held. */
  readonly content: () => Promise<Content>
}

export interface QueueLimits {
  /** Attempts at once. */
  readonly total: number
  readonly perHop: (hop: string) => number
  /** Envelopes in one attempt. */
  readonly recipients: number
  /** Octets of messages under way at once; one message always goes. */
  readonly octets: number
  /** How long messages that have ended are kept for tracking, milliseconds. */
  readonly keepEnded: number
}

export const usualLimits: QueueLimits = {
  total: 100,
  perHop: () => 20,
  // RFC 5321 §4.5.3.1.8: what every server takes in one transaction.
  recipients: 100,
  octets: 256 * 1024 * 1024,
  keepEnded: 72 * 3_600_000,
}

export interface QueuePorts {
  readonly store: QueueStore
  readonly retry: RetrySettings
  /** The next hop of a recipient, as a key: the same key may share a transaction. Asked anew after every start. */
  readonly hopOf: (recipient: string) => string
  /** Gate, route, courier. One outcome for each envelope of the job, in order; throws only for bugs. */
  readonly attempt: (job: QueueJob) => Promise<readonly Outcome[]>
  /**
   * Messages that senders are owed for what happened: bounces, delay warnings. They are stored with it in one piece, so
   * that no crash lies between a failure and its bounce.
   */
  readonly notices?: (job: QueueJob, happened: readonly Settled[]) => Promise<readonly Submission[]>
  readonly onEvent: (event: QueueEvent) => void
  readonly clock?: Clock
  readonly limits?: Partial<QueueLimits>
}
