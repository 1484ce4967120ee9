// Turns DNS answers into facts: absences are values, and what was not learned is Unknowable with its reason.
import { Unknowable } from '../audit/fact.ts'
import type { Answer } from '../net/resolver.ts'
import { whyUnreachable } from '../protocol/unreachable.ts'

export { whyUnreachable }

/** An answer in which something was learned. */
export type Learned<T> = Exclude<Answer<T>, { kind: 'unreachable' }>

/** The answer, when it tells something. Throws `Unknowable` otherwise: an unreachable server is no missing record. */
export function learned<T>(answer: Answer<T>, name: string, type: string): Learned<T> {
  if (answer.kind === 'unreachable') throw new Unknowable(whyUnreachable(answer, name, type))
  return answer
}

/** The records, or none when DNS said that there are none. */
export function recordsOf<T>(answer: Learned<T>): readonly T[] {
  return answer.kind === 'records' ? answer.records : []
}

/** A TXT record as one text: its strings are joined with nothing between them (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
export function txtText(strings: readonly string[]): string {
  return strings.join('')
}
