// What the gate can decide, and why: plain data that replies, logs and `gate explain` are made of.
import type { RecordChange } from '../../report/report.ts'

/** One fault that closes the gate, or one gap that leaves it unsure. */
export interface Reason {
  /** The id of the check whose page explains it. */
  readonly check: string
  readonly domain: string
  /** RFC 3463 status that a refusal for this reason carries. */
  readonly enhanced: string
  /** What is wrong, as a sentence without its full stop. */
  readonly says: string
  /** The records to publish or remove, as the report proposes them. */
  readonly records: readonly RecordChange[]
}

/**
 * `closed`: proven that the mail would fail, and the sender's domain is at fault. `own-fault`: proven, and our own host is.
 * `unsure`: something that decides is not known. Notes never decide; they are logged.
 */
export type Decision =
  | { readonly kind: 'open'; readonly notes: readonly string[] }
  | {
      readonly kind: 'closed' | 'own-fault' | 'unsure'
      readonly because: readonly [Reason, ...Reason[]]
      readonly notes: readonly string[]
    }
