// What came out for a message, by the names that RFC 8601 gives results. Plain data, no behavior.
import type { SpfResult } from './readings.ts'

/** RFC 8601 §2.7.1. */
export type DkimResult = 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror'

/** RFC 9989 §9.1. */
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror'

/**
 * What came out for a message, by the names of RFC 8601. `null` where a result says that it was not asked or could not be
 * decided, which is neither a pass nor a fail. Each `reason` is a clause.
 */
export interface MessageResults {
  readonly spf: {
    readonly result: SpfResult | null
    readonly identity: 'mailfrom' | 'helo' | null
    readonly domain: string | null
    readonly reason: string
  }
  /** One for each signature that was judged, down the header; none when the message is not signed. */
  readonly dkim: readonly {
    readonly result: DkimResult
    readonly domain: string | null
    readonly selector: string | null
    readonly algorithm: string | null
    readonly reason: string
  }[]
  readonly dmarc: {
    readonly result: DmarcResult | null
    /** What the domain asks for when it fails, test mode reckoned with; null without a policy. */
    readonly policy: 'none' | 'quarantine' | 'reject' | null
    /** What passed and is aligned with the From domain. */
    readonly alignedBy: readonly ('spf' | 'dkim')[]
    readonly reason: string
  }
  readonly arc: {
    readonly result: 'none' | 'pass' | 'fail' | 'temperror' | null
    /** The sets of the chain. */
    readonly sets: number
    /** RFC 8617 §5.2: the lowest instance whose message signature still verifies; 0 when all do. */
    readonly oldestPass: number | null
    readonly reason: string
  }
}
