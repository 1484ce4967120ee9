// A check is a pure judgment over facts: every way it can end is a named outcome with its sentence and its remedy.
import type { findingGroups } from '../report/groups.ts'
import type { Json, Level, RecordChange } from '../report/report.ts'
import type { Fact } from './fact.ts'
import type { Scope, Subjects } from './scope.ts'

/** What `--only` and `--skip` take beside ids, and reports are ordered by: the groups of the report. */
export type Group = (typeof findingGroups)[number]['id']

/** The facts a check wants, under the names it uses for them. A fact fits when its subject is part of the check's. */
export type Needs<S extends Scope> = { readonly [name: string]: FactFor<S> }

type FactFor<S extends Scope> = { [F in Scope]: Subjects[S] extends Subjects[F] ? Fact<F, unknown> : never }[Scope]

/** What the facts turned out to be. */
export type Values<N> = { readonly [K in keyof N]: N[K] extends Fact<infer _S, infer V> ? V : never }

/** A way to end. `says` and `fix` may hold `{placeholders}`, filled from the ruling's `data`. */
export interface Outcome {
  readonly level: Level
  readonly says: string
  /** Demanded for warn and fail. */
  readonly fix?: string
}

/** What a check decided. */
export interface Ruling<K extends string> {
  readonly outcome: K
  readonly data?: { readonly [placeholder: string]: Json }
  /** Records to publish or remove, exactly. */
  readonly records?: readonly RecordChange[]
}

/** One question, judged. The id is the name of its source, its test and its page; `groupOf` tells the group by it. */
export interface Check<S extends Scope, N extends Needs<S>, K extends string> {
  readonly id: string
  readonly group: Group
  readonly scope: S
  /** What is asked, as a short statement of the good state. */
  readonly title: string
  /** Why it matters to mail, in a sentence or two. */
  readonly why: string
  readonly refs: readonly string[]
  readonly needs: N
  readonly outcomes: { readonly [O in K]: Outcome }
  /** Several rulings make several findings about the same subject. Must not ask the world nor keep state. */
  evaluate(
    facts: Values<N>,
    subject: Subjects[S],
    now: Date,
  ): Ruling<NoInfer<K>> | readonly [Ruling<NoInfer<K>>, ...Ruling<NoInfer<K>>[]]
}

/** Any check, as the kernel and the catalogue hold it. */
export type AnyCheck = Check<Scope, Needs<Scope>, string>

/** Declares a check with its types inferred. */
export function defineCheck<S extends Scope, N extends Needs<S>, K extends string>(
  check: Check<S, N, K>,
): Check<S, N, K> {
  return check
}

/** Outcomes that every check has because the kernel gives them. */
export const kernelOutcomes = {
  unknowable: { level: 'unknown', says: 'Could not be checked: {reason}.' },
  error: { level: 'unknown', says: 'Could not be checked: a fault in mailworthy itself ({reason}). Please report it.' },
  'not-applicable': { level: 'info', says: 'Does not apply: {reason}.' },
  'not-asked': { level: 'info', says: 'Not checked: {reason}.' },
} as const satisfies Record<string, Outcome>
