// A fact is one question to the world about one subject, asked once per subject and run; checks judge facts.
import type { Dialer } from '../net/dialer.ts'
import type { Resolver } from '../net/resolver.ts'
import type { Evidence } from '../report/report.ts'
import type { Scope, Subjects, Target } from './scope.ts'

/** The only expected throw: this could not be learned. The message completes "Could not be checked: …". */
export class Unknowable extends Error {
  override readonly name = 'Unknowable'
}

/** Asks for another fact; what it found out becomes evidence of the fact that asked. */
export type Know = <S extends Scope, V>(fact: Fact<S, V>, subject: Subjects[S]) => Promise<V>

/** Begins to learn what another will ask for later, so that nobody waits for it then; it becomes no evidence of who foresees it. */
export type Foresee = <S extends Scope, V>(fact: Fact<S, V>, subject: Subjects[S]) => void

/** All that a fact may ask. Every question and answer is written into the fact's evidence. */
export interface World {
  readonly resolver: Resolver
  readonly dialer: Dialer
  readonly know: Know
  readonly foresee: Foresee
  /** Writes down what was said and heard on a connection: the kernel sees only that it was made. */
  readonly note: (evidence: Evidence) => void
  /** The name our SMTP probes give in EHLO. */
  readonly ehloName: string
  /** The sending addresses of the audited domain; none for facts of shared scopes, which serve every domain of the run. */
  readonly egress: Target['egress']
  /** The selectors that were named for it, as `egress`. */
  readonly selectors: Target['selectors']
  /** The moment at which the audit judges; not told to facts of shared scopes, as `egress`. */
  readonly now: Date | undefined
}

/** One question to the world. Facts about shared scopes (a host, an address) must not depend on any domain. */
export interface Fact<S extends Scope, V> {
  readonly name: string
  readonly scope: S
  /** What could not be learned is not asked again during the run: a part of what the fact tells. */
  readonly once?: true
  /** Of a shared scope: it is asked again for another audit when the TTL of something that it heard is over. */
  readonly lapses?: true
  gather(subject: Subjects[S], world: World): Promise<V>
}

/** Declares a fact with its types inferred. */
export function defineFact<S extends Scope, V>(fact: Fact<S, V>): Fact<S, V> {
  return fact
}
