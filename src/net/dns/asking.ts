// Asks one question of several servers until one of them teaches something: retries, and what is said when none does.

import type { WhyUnreachable } from '../resolver.ts'
import { type Failure, failure } from './reading.ts'
import { type Attempt, closed, type Taught, type Upstream } from './upstream.ts'
import type { Question } from './wire-query.ts'

/** A question that no server answered, and who said the most telling of it. */
export interface Untaught {
  readonly failure: Failure
  readonly server: string
}

const GROWTH = 1.25
const MOST_TIMEOUTS = 10

/**
 * How long to wait for each of `tries` answers: growing, and never more than ten times the first in all. With the usual
 * 1 s and five tries that is 8 s.
 */
export function timeouts(tries: number, firstMs: number): readonly number[] {
  const steps = Array.from({ length: tries }, (_, index) => GROWTH ** index)
  const sum = steps.reduce((total, step) => total + step, 0)
  const scale = Math.min(1, MOST_TIMEOUTS / sum)
  return steps.map(step => Math.max(1, Math.round(firstMs * step * scale)))
}

/** From the most telling down: what a server said of the name counts for more than that another one was silent. */
const telling: readonly WhyUnreachable[] = ['servfail', 'malformed', 'refused', 'timeout', 'network']

interface Standing {
  readonly upstream: Upstream
  readonly order: number
  asked: number
  /** How it failed the last time it was asked. */
  failed: Failure | undefined
}

/** One SERVFAIL may be a cold cache that the next question finds warm; two are an answer of a kind. */
const MOST_SERVFAILS = 2

/** Asks until something is learned or nobody is left to ask. Every server is asked at least once. */
export async function ask(
  question: Question,
  upstreams: readonly Upstream[],
  schedule: readonly number[],
): Promise<Taught | Untaught> {
  const standings = upstreams.map((upstream, order) => ({
    upstream,
    order,
    asked: 0,
    failed: undefined as Failure | undefined,
  }))
  const attempts: Attempt[] = []
  const failures: { readonly failure: Failure; readonly attempt: Attempt; readonly server: string }[] = []
  let servfails = 0
  const learned = Promise.withResolvers<Taught>()
  const total = schedule.reduce((sum, ms) => sum + ms, 0)
  let waited = 0
  try {
    // A server that was silent may be back: it is asked beside the others.
    if (upstreams.length > 1) {
      for (const upstream of upstreams.filter(one => one.takeProbe()))
        probe(upstream, question, schedule, learned.resolve)
    }
    for (const [index, lostMs] of schedule.entries()) {
      const standing = next(standings.filter(s => mayBeAsked(s, servfails)))
      if (standing === undefined) break
      if (standing.failed && standing.failed.why !== 'timeout') {
        // It failed at once, so asking again at once is of no use. Servers remember a failure for a second or more
        // (RFC 2308 §7.1); where nothing listens, something may be starting.
        const pause = wait(standing.failed.why === 'servfail' ? lostMs : lostMs / 4)
        const taught = await Promise.race([learned.promise, pause.over])
        pause.cancel()
        if (taught) return taught
      }
      const last = index === schedule.length - 1
      // Who asks again sooner waits longer at the end: a name that takes long to find has as much time as ever.
      const timeoutMs = last ? Math.max(lostMs, total - waited) : standing.upstream.wait(standing.asked, lostMs)
      waited += timeoutMs
      standing.asked++
      const manner = { timeoutMs, lostMs, again: index > 0, alsoTcp: last && index > 0 }
      const attempt = standing.upstream.ask(question, manner, learned.resolve)
      attempts.push(attempt)
      const result = await Promise.race([learned.promise, attempt.over])
      if ('learning' in result) return result
      if (result === closed) return { failure: closed, server: standing.upstream.name }
      failures.push({ failure: result, attempt, server: standing.upstream.name })
      standing.failed = result
      if (result.why === 'servfail') servfails++
    }
    return mostTelling(failures.map(({ failure, attempt, server }) => ({ failure: attempt.late ?? failure, server })))
  } finally {
    for (const attempt of attempts) attempt.abandon()
  }
}

/** One question that nobody waits for: it is heard even after another server has answered. */
function probe(
  upstream: Upstream,
  question: Question,
  [timeoutMs = 0]: readonly number[],
  learned: (taught: Taught) => void,
): void {
  const manner = { timeoutMs, lostMs: timeoutMs, again: true, alsoTcp: false }
  const attempt = upstream.ask(question, manner, taught => {
    learned(taught)
    attempt.abandon()
  })
  void attempt.over.then(() => attempt.abandon())
}

/** False once a server has said all that it will. */
function mayBeAsked({ failed }: Standing, servfails: number): boolean {
  if (failed === undefined) return true
  return !failed.final && (failed.why !== 'servfail' || servfails < MOST_SERVFAILS)
}

/** Who was asked least; among these one that is not known to be silent, then in the order given. */
function next(standings: readonly Standing[]): Standing | undefined {
  const rank = (s: Standing): number => s.asked * 2 + (s.upstream.silent ? 1 : 0)
  return standings.toSorted((a, b) => rank(a) - rank(b) || a.order - b.order)[0]
}

function mostTelling(failures: readonly Untaught[]): Untaught {
  const rank = ({ failure: { why, extended } }: Untaught): number =>
    telling.indexOf(why) * 2 + (extended === undefined ? 1 : 0)
  return (
    failures.toSorted((a, b) => rank(a) - rank(b))[0] ?? {
      failure: failure('network', true, 'there is no name server to ask'),
      server: 'none',
    }
  )
}

function wait(ms: number): { readonly over: Promise<undefined>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  return { over: promise, cancel: () => clearTimeout(timer) }
}
