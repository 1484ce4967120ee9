// Who stands between an audit and the world: what each fact is told passes through its ear, to be taken down or recited.
import type { Dialer } from './dialer.ts'
import type { Resolver } from './resolver.ts'

/** The two ways to the world, as one fact has them. */
export interface Ear {
  readonly resolver: Resolver
  readonly dialer: Dialer
  /** The whole milliseconds that an answer, a connection or a failed one took, as it came through this ear. */
  took(heard: object): number
}

/** Why an audit ended before everything was heard. `late`: the time was over before it began. */
export interface Cut {
  readonly reason: string
  readonly late: boolean
}

/** What is known of an audit when it is over. */
export interface EndedAudit {
  readonly domain: string
  /** The moment at which it judged. */
  readonly at: Date
  readonly cut: Cut | undefined
  /** The ear of each fact that it leaned on, also of those that an audit before it gathered. */
  readonly ears: ReadonlyMap<string, Ear>
}

/** Keeps apart what each fact was told: two facts that ask alike at different times may hear different things. */
export interface Witness {
  /** @param fact the fact's name and subject, the same at every run */
  hear(fact: string): Ear
  ended(audit: EndedAudit): void
}
