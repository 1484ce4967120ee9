// What came out for a message, by the names of RFC 8601: the typed results of a report, from the facts that the checks judge.
import type { Know } from '../audit/fact.ts'
import type { Target } from '../audit/scope.ts'
import type { MessageResults } from '../report/report.ts'

/** Undefined when the target has no message. */
export async function messageResults(_target: Target, _recall: Know): Promise<MessageResults | undefined> {
  return undefined
}
