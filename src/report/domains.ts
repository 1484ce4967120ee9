// Many domains side by side: what each came to, its worst finding, and which faults are most common. Shared by all views.

import { type FindingGroup, groupOf } from './groups.ts'
import { weightOf, worstFinding } from './outline.ts'
import type { Finding, Level, Readiness, Report, Verdict } from './report.ts'
import { thousands } from './thousands.ts'
import { domainTitle, providerTitle } from './wording.ts'

/** One domain in a table: small, so that ten thousand can be kept until the table is written. */
export interface DomainRow {
  readonly domain: string
  /** The domain as a person reads it. */
  readonly title: string
  readonly verdict: Verdict
  readonly required: Report['required']
  readonly counts: Report['counts']
  readonly worst: Pick<Finding, 'check' | 'says' | 'level' | 'required'> | undefined
  /** Checks that fail, warn, or are unknown though required: each once, at its worst. */
  readonly troubles: ReadonlyMap<string, Level>
  /** What it came to for each large receiver. */
  readonly ready: { readonly [provider: string]: Readiness['verdict'] }
}

/** Of a sentence, so much is kept: a table only points at the whole. */
const SAYS_KEPT = 200

/** A check and the domains in trouble with it. */
export interface CommonTrouble {
  readonly check: string
  readonly group: FindingGroup
  readonly level: Level
  readonly domains: readonly string[]
  /** The rows of these domains. */
  readonly rows: readonly DomainRow[]
}

/** The row of a report. */
export function domainRow(report: Report): DomainRow {
  const troubles = new Map<string, Level>()
  const byWeight = report.findings.toSorted((a, b) => weightOf(a) - weightOf(b))
  for (const { check, level, required } of byWeight) {
    const counts = level === 'fail' || level === 'warn' || (level === 'unknown' && required)
    if (counts && !troubles.has(check)) troubles.set(check, level)
  }
  const worst = worstFinding(report)
  return {
    domain: report.domain,
    title: domainTitle(report),
    verdict: report.verdict,
    required: report.required,
    counts: report.counts,
    worst: worst && {
      check: worst.check,
      says: beginning(worst.says, SAYS_KEPT),
      level: worst.level,
      required: worst.required,
    },
    troubles,
    ready: Object.fromEntries(Object.entries(report.ready).map(([id, { verdict }]) => [id, verdict])),
  }
}

/** The first words of a text, as many as fit. */
export function beginning(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/\s+\S*$/, '')}…`
}

/** Verdicts from the one to look at first. */
export const verdicts: readonly Verdict[] = ['fail', 'unknown', 'warn', 'pass']

/** Rows by verdict, the worst first; among equals the one with more faults, then as they came. */
export function rowsWorstFirst(rows: readonly DomainRow[]): readonly DomainRow[] {
  return rows.toSorted(
    (a, b) =>
      verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) ||
      b.counts.fail - a.counts.fail ||
      b.counts.warn - a.counts.warn,
  )
}

/** How many domains came to each verdict, worst first, those that nobody came to left out: `2 fail, 1 warn, 9 pass`. */
export function verdictTotals(rows: readonly DomainRow[]): string {
  return verdicts
    .map(verdict => [rows.filter(row => row.verdict === verdict).length, verdict] as const)
    .filter(([n]) => n > 0)
    .map(([n, verdict]) => `${thousands(n)} ${verdict}`)
    .join(', ')
}

/** How many domains are ready for a large receiver. */
export interface ReadyTotal {
  readonly id: string
  readonly title: string
  readonly pass: number
  readonly fail: number
  readonly unknown: number
}

/** One total for each receiver about which something was decided for some domain. */
export function readyTotals(rows: readonly DomainRow[]): readonly ReadyTotal[] {
  const totals = new Map<string, { pass: number; fail: number; unknown: number }>()
  for (const { ready } of rows) {
    for (const [id, verdict] of Object.entries(ready)) {
      const total = totals.get(id) ?? { pass: 0, fail: 0, unknown: 0 }
      total[verdict]++
      totals.set(id, total)
    }
  }
  return [...totals]
    .filter(([, { pass, fail }]) => pass + fail > 0)
    .map(([id, total]) => ({ id, title: providerTitle(id), ...total }))
}

/** `Gmail: 2 ready, 1 not, 3 not decided`. */
export function readySentence({ title, pass, fail, unknown }: ReadyTotal): string {
  const open = unknown > 0 ? `, ${thousands(unknown)} not decided` : ''
  return `${title}: ${thousands(pass)} ready, ${thousands(fail)} not${open}`
}

/** The troubles that more than one domain has: faults before holes in the proof before warnings, the commonest first. */
export function commonTroubles(rows: readonly DomainRow[], most: number): readonly CommonTrouble[] {
  const found = new Map<string, { check: string; level: Level; domains: string[]; rows: DomainRow[] }>()
  for (const row of rows) {
    for (const [check, level] of row.troubles) {
      const key = `${level} ${check}`
      const trouble = found.get(key) ?? { check, level, domains: [], rows: [] }
      trouble.domains.push(row.domain)
      trouble.rows.push(row)
      found.set(key, trouble)
    }
  }
  return [...found.values()]
    .filter(trouble => trouble.domains.length > 1)
    .toSorted(
      (a, b) =>
        weightOf({ level: a.level, required: true }) - weightOf({ level: b.level, required: true }) ||
        b.domains.length - a.domains.length,
    )
    .slice(0, most)
    .map(trouble => ({ ...trouble, group: groupOf(trouble.check) }))
}
