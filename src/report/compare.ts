// What differs between two reports of one domain: what healed, what broke, what is otherwise. Values that change by themselves are no change.
//
// Findings are told apart by check and subject, and compared by outcome and level: a sentence may hold days, times and counts, which differ from
// run to run without anything having happened.
import { worstFirst } from './outline.ts'
import type { Change, Ending, Finding, Report, Verdict } from './report.ts'

/** Two reports side by side. */
export interface Comparison {
  readonly verdict: { readonly before: Verdict; readonly after: Verdict }
  /** What breaks first, then what heals, then the rest; each in the order of the reports. */
  readonly changes: readonly Change[]
}

type Compared = Pick<Report, 'verdict' | 'findings'>

/** Compares two reports; neither needs to be the newer one. */
export function compareReports(before: Compared, after: Compared): Comparison {
  const told = Map.groupBy(
    [
      ...before.findings.map(finding => ({ finding, when: 'before' as const })),
      ...after.findings.map(finding => ({ finding, when: 'after' as const })),
    ],
    ({ finding }) => JSON.stringify([finding.check, finding.subject]),
  )
  const changes = [...told.values()].flatMap(all => {
    const at = (when: 'before' | 'after') => all.filter(one => one.when === when).map(one => one.finding)
    return changesOf(at('before'), at('after'))
  })
  const order: readonly Change['change'][] = ['breaks', 'heals', 'differs']
  return {
    verdict: { before: before.verdict, after: after.verdict },
    changes: changes.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change)),
  }
}

/** A check may say several things about one subject: what it says in both is left out, the rest is set side by side, the worst first. */
function changesOf(before: readonly Finding[], after: readonly Finding[]): readonly Change[] {
  const isIn = (finding: Finding, others: readonly Finding[]): boolean =>
    others.some(other => other.outcome === finding.outcome && other.level === finding.level)
  const was = worstFirst(before.filter(finding => !isIn(finding, after)))
  const is = worstFirst(after.filter(finding => !isIn(finding, before)))
  return Array.from({ length: Math.max(was.length, is.length) }, (_, i) => {
    const { check, subject } = (was[i] ?? is[i])!
    return { check, subject, change: kindOf(was[i], is[i]), before: ending(was[i]), after: ending(is[i]) }
  })
}

function kindOf(before: Finding | undefined, after: Finding | undefined): Change['change'] {
  // What was not known may have been so before.
  if (before?.level === 'unknown' || after?.level === 'unknown') return 'differs'
  const [was, is] = [trouble(before), trouble(after)]
  return is < was ? 'heals' : is > was ? 'breaks' : 'differs'
}

function trouble(finding: Finding | undefined): number {
  return finding?.level === 'fail' ? 2 : finding?.level === 'warn' ? 1 : 0
}

function ending(finding: Finding | undefined): Ending | null {
  return finding === undefined ? null : { outcome: finding.outcome, level: finding.level, says: finding.says }
}
