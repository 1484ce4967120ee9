// What proposed records would change, and what stands at their names now. Plain data, no behavior.
import type { Level, Verdict } from './report.ts'

/**
 * What stands now at a name where findings want records published or removed. `alias`: a CNAME stands there instead. `unknown`: it could not
 * be learned.
 */
export interface StandingSet {
  readonly name: string
  readonly type: string
  readonly state: 'records' | 'none' | 'alias' | 'unknown'
  /** Each record by its value as `RecordChange` has it; a TXT record cut into its character-strings. */
  readonly values: readonly (readonly string[])[]
}

/** How a check ended about a subject. */
export interface Ending {
  readonly outcome: string
  readonly level: Level
  readonly says: string
}

/**
 * What differs between two reports about one check and subject. `heals`: it fails or warns no more, or less. `breaks`: the reverse.
 * `differs`: neither, or one of the two is not known. `null`: nothing was said.
 */
export interface Change {
  readonly check: string
  readonly subject: string
  readonly change: 'heals' | 'breaks' | 'differs'
  readonly before: Ending | null
  readonly after: Ending | null
}

/** A set of records of a zone file that was laid over the live ones; without a type, all of a name that was taken away. */
export interface ProposedSet {
  readonly do: 'publish' | 'remove'
  readonly name: string
  readonly type: string | null
  readonly values: readonly string[]
}

/** That a report is about proposed records, and what they would change. */
export interface Proposed {
  /** The name of the zone file. */
  readonly file: string
  readonly records: readonly ProposedSet[]
  /** The verdict about the live records alone. */
  readonly verdictNow: Verdict
  readonly changes: readonly Change[]
  /** Sets of the file that no question of the audit touched. */
  readonly unasked: readonly { readonly name: string; readonly type: string | null }[]
}
