// What is told where a recording holds nothing: that nothing is known, never that nothing is there.
import type { DialFailure } from '../dialer.ts'
import type { Answer } from '../resolver.ts'

export const NOT_HELD = 'not in the evidence file'

/** For a question. */
export function noAnswerHeld(): Extract<Answer<never>, { kind: 'unreachable' }> {
  return { kind: 'unreachable', why: 'network', server: 'evidence', extended: NOT_HELD }
}

/** For a connection. */
export function noConnectionHeld(): DialFailure {
  return { kind: 'failed', why: 'network', detail: NOT_HELD }
}
