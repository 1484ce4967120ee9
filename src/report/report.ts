// THE SHARED WORDS: the report that the checks make and that views, history and the gate read. Plain data, no behavior.
import type { MessageResults } from './message-results.ts'
import type { Proposed, StandingSet } from './proposed.ts'
import type { Readings } from './readings.ts'

export type { MessageResults } from './message-results.ts'
export type { Change, Ending, Proposed, ProposedSet, StandingSet } from './proposed.ts'
export type {
  HeloState,
  HostReading,
  Readings,
  SpfReach,
  SpfResult,
  SpfTree,
  SpfTreeNode,
  SpfTreeTerm,
} from './readings.ts'

/** How a finding weighs. `unknown` is neither pass nor fail; `info` never counts. */
export type Level = 'pass' | 'info' | 'warn' | 'unknown' | 'fail'

/** The one-word answer for a domain. */
export type Verdict = 'pass' | 'warn' | 'unknown' | 'fail'

/** Anything JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One question that was put to the world, and what came back. `ms` is the time it took, in milliseconds. */
export interface Evidence {
  readonly ask: string
  readonly answer: string
  readonly server: string
  readonly ms: number
}

/** A record to publish, or one to take away, so that a finding is mended. `name` is absolute, without trailing dot. */
export interface RecordChange {
  readonly do: 'publish' | 'remove'
  readonly name: string
  readonly type: string
  readonly value: string
}

/** What one check says about one subject. */
export interface Finding {
  readonly check: string
  readonly subject: string
  readonly outcome: string
  readonly level: Level
  /** True when the profile demands this check: then an unknown level makes the verdict unknown. */
  readonly required: boolean
  /** The sentence for a person. Values from the network stand in it as they came: whoever shows it escapes it. */
  readonly says: string
  /** What to do about it. */
  readonly fix?: string
  /** The records that the fix wants published or removed, ready to copy. */
  readonly records?: readonly RecordChange[]
  readonly data: { readonly [key: string]: Json }
  readonly refs: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** What was audited: the domain's sending side as far as it was told. */
export interface ReportTarget {
  readonly egress: readonly { readonly seenAs: string; readonly helo: string | null }[]
  readonly selectors: readonly string[]
  readonly listeners: readonly string[]
  /** The message that was judged, its size in octets, and the connection that it came by as far as it was told. */
  readonly message?: {
    readonly name: string
    readonly octets: number
    /** How the file was read as the message that was on the wire, each a clause. */
    readonly notes: readonly string[]
    readonly client: string | null
    readonly helo: string | null
    /** Empty for the null sender. */
    readonly mailFrom: string | null
  }
}

/**
 * Whether a large receiver's published demands are met, and the checks that decided it: those of bulk senders, which hold all others. What
 * may be absent is so in reports made before it was told.
 */
export interface Readiness {
  readonly verdict: 'pass' | 'unknown' | 'fail'
  readonly because: readonly string[]
  /** The same for whoever sends, and for bulk senders; `from` is the number of messages a day that makes one, where it is published. */
  readonly volumes?: readonly {
    readonly volume: 'all' | 'bulk'
    readonly from: number | null
    readonly verdict: 'pass' | 'unknown' | 'fail'
    readonly because: readonly string[]
  }[]
  /** What mail would be refused for, and by which reply: `550 5.7.26`. `code` is null where none is published. */
  readonly would?: readonly {
    readonly check: string
    readonly code: string | null
    readonly says: string
    readonly volume: 'all' | 'bulk'
  }[]
  /** Checks that leave it open, and why, as a clause: what could not be learned, or has to be given. */
  readonly open?: readonly { readonly check: string; readonly says: string }[]
  /** What is demanded too and no audit of a domain can see, each a clause. */
  readonly unseen?: readonly string[]
  /** The page that the demands are from, and the month of it. */
  readonly source?: { readonly url: string; readonly asOf: string }
}

/** One audit of one domain, or of one message of a domain. `docs/report.schema.json` is its JSON Schema. */
export interface Report extends Partial<MessageResults> {
  readonly schema: 1
  readonly domain: string
  /** When the audit began, RFC 3339 in UTC. */
  readonly at: string
  readonly durationMs: number
  readonly verdict: Verdict
  readonly profile: string
  /** Required checks by id: how many neither failed nor stayed unknown, of how many that applied. */
  readonly required: { readonly passed: number; readonly of: number }
  readonly counts: Readonly<Record<Level, number>>
  readonly ready: { readonly [provider: string]: Readiness }
  readonly target: ReportTarget
  readonly readings: Readings
  readonly findings: readonly Finding[]
  /** What stands now wherever a finding has `records`: publishing replaces whole sets, so that what is to stay must be known. */
  readonly standing?: readonly StandingSet[]
  /** Given when proposed records were laid over the live ones: then all of the report is about that state. */
  readonly proposed?: Proposed
  readonly rules: { readonly [name: string]: string }
}
