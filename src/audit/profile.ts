// A profile is data: which checks apply, which are required, and where a level differs from the check's own.
import type { Level } from '../report/report.ts'

/** How one check stands in a profile. */
export interface ProfileEntry {
  readonly required: boolean
  /** Outcomes that are not required even though the check is: an unimportant list that does not answer, say. */
  readonly optional?: readonly string[]
  readonly levels?: { readonly [outcome: string]: Level }
  /** Only subjects that expansions of these kinds lead to; all by default. */
  readonly kinds?: readonly string[]
  /** What the gate makes of a failure: it closes, it is unsure, or it only warns. */
  readonly gate: 'close' | 'own-fault' | 'warn'
}

/** A named set of expectations. Checks that it does not name do not apply. */
export interface Profile {
  readonly name: string
  readonly title: string
  readonly checks: { readonly [checkId: string]: ProfileEntry }
}
