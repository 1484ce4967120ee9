// Says in words why DNS told nothing: the five reasons stay five, with what the server added.
import type { Answer, WhyUnreachable } from '../net/resolver.ts'

const reasons: Record<WhyUnreachable, string> = {
  timeout: 'did not answer in time',
  servfail: 'reported a failure (SERVFAIL)',
  refused: 'refused to answer (REFUSED)',
  network: 'could not be reached',
  malformed: 'gave an answer that cannot be read',
}

/** Why a question got no answer, to complete "Could not be checked: …". */
export function whyUnreachable(
  answer: Extract<Answer<unknown>, { kind: 'unreachable' }>,
  name: string,
  type: string,
): string {
  const why = `DNS ${reasons[answer.why]} when asked for ${name} ${type}`
  return answer.extended === undefined ? why : `${why} (${answer.extended})`
}

/** The same for an answer whose records are there and cannot be read. */
export function unreadable(name: string, type: string): string {
  return `DNS ${reasons.malformed} when asked for ${name} ${type}`
}
