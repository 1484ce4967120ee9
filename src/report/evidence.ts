// Puts evidence in an order that does not depend on which answer came first.
import type { Evidence } from './report.ts'

/**
 * Each question with its answer once, by name: the order in which answers came would differ from run to run. Of several the
 * longest time counts: the others found the answer waiting.
 */
export function inOrder(evidence: readonly Evidence[]): Evidence[] {
  const distinct = new Map<string, Evidence>()
  for (const entry of evidence) {
    const key = `${entry.ask}\n${entry.answer}\n${entry.server}`
    if ((distinct.get(key)?.ms ?? -1) < entry.ms) distinct.set(key, entry)
  }
  return [...distinct].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry)
}
