// The order in which a person reads a report: troubles by group, worst first; then what is unknown, noted, passed, left out.

import { inOrder } from './evidence.ts'
import { type FindingGroup, groupOf, groupRank } from './groups.ts'
import type { Evidence, Finding, Level, RecordChange, Report } from './report.ts'
import { shorten } from './visible.ts'
import { domainTitle } from './wording.ts'

/** One sentence and the subjects it is said about. */
export interface Statement {
  readonly says: string
  readonly subjects: readonly string[]
}

/** What a check says, told once however many subjects it says it about. Values from the network still need escaping. */
export interface Point {
  readonly check: string
  /** Other checks that stayed open for the very same reason. */
  readonly others: readonly string[]
  readonly level: Level
  readonly required: boolean
  readonly statements: readonly Statement[]
  readonly fix: string | undefined
  readonly records: readonly RecordChange[]
  readonly refs: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** The points of one group. */
export interface Chapter {
  readonly group: FindingGroup
  readonly points: readonly Point[]
}

/** A reason, and the checks that were left out for it. */
export interface LeftOut {
  readonly reason: string
  readonly checks: readonly string[]
  /** Empty when it is the domain itself. */
  readonly subjects: readonly string[]
}

export interface Outline {
  /** What fails and warns. Groups with the worst findings come first. */
  readonly troubles: readonly Chapter[]
  readonly unknown: readonly Point[]
  readonly notes: readonly Point[]
  readonly passed: readonly Chapter[]
  /** Nothing of the kind exists here. */
  readonly notApplicable: readonly LeftOut[]
  /** Whoever started the audit did not name it. */
  readonly notAsked: readonly LeftOut[]
}

/** Ids of checks that pass for a part of their subjects only. */
export function partlyPassed(report: Report): ReadonlySet<string> {
  const troubled = new Set(report.findings.filter(f => weightOf(f) < NOTE).map(f => f.check))
  return new Set(report.findings.filter(f => f.level === 'pass' && troubled.has(f.check)).map(f => f.check))
}

const NOTE = 4

/** How soon a finding is read: a fault, then a hole in the proof, then a warning, and what only may be known. */
export function weightOf({ level, required }: Pick<Finding, 'level' | 'required'>): number {
  switch (level) {
    case 'fail':
      return 0
    case 'unknown':
      return required ? 1 : 3
    case 'warn':
      return 2
    case 'info':
      return NOTE
    case 'pass':
      return NOTE + 1
  }
}

/** The finding to look at first: none when all is well. */
export function worstFinding(report: Report): Finding | undefined {
  return worstFirst(report.findings).find(f => weightOf(f) < NOTE)
}

/** Sorted for reading: the worst first, at equal weight the required first, else as they came. */
export function worstFirst<F extends Pick<Finding, 'level' | 'required'>>(findings: readonly F[]): readonly F[] {
  return findings.toSorted((a, b) => weightOf(a) - weightOf(b) || Number(b.required) - Number(a.required))
}

/** The report in the order of reading. */
export function outlineOf(report: Report): Outline {
  const kernel = (outcome: string): readonly Finding[] =>
    report.findings.filter(f => f.level === 'info' && f.outcome === outcome)
  const left = new Set([...kernel('not-applicable'), ...kernel('not-asked')])
  const at = (...levels: Level[]): readonly Point[] =>
    worstFirst(pointsOf(report.findings.filter(f => levels.includes(f.level) && !left.has(f))))
  const domain = domainTitle(report)
  return {
    troubles: chapters(at('fail', 'warn')).toSorted(
      (a, b) => weightOf(a.points[0]!) - weightOf(b.points[0]!) || groupRank(a.group) - groupRank(b.group),
    ),
    unknown: sameReason(at('unknown')),
    notes: at('info'),
    passed: chapters(at('pass')).toSorted((a, b) => groupRank(a.group) - groupRank(b.group)),
    notApplicable: leftOut(kernel('not-applicable'), domain),
    notAsked: leftOut(kernel('not-asked'), domain),
  }
}

/** Every subject of a point, each once. */
export function subjectsOf(point: Point): readonly string[] {
  return [...new Set(point.statements.flatMap(s => s.subjects))]
}

/** `mx1, mx2 and 7 more`. */
export function listed(items: readonly string[], most: number): string {
  if (items.length <= most + 1) return items.join(', ')
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`
}

/** The same for subjects, of which each may be anything that stands in DNS. */
export function listedSubjects(subjects: readonly string[], most: number): string {
  const shown = subjects.map(subject => shorten(subject, SUBJECT_MOST))
  return listed(shown, most)
}

const SUBJECT_MOST = 200

function pointsOf(findings: readonly Finding[]): readonly Point[] {
  const together = Map.groupBy(findings, f => JSON.stringify([f.check, f.outcome, f.level, f.required, f.fix ?? null]))
  return [...together.values()].map(([first, ...others]) => {
    const all = [first!, ...others]
    return {
      check: first!.check,
      others: [],
      level: first!.level,
      required: first!.required,
      statements: [...Map.groupBy(all, f => sentence(f.says, f))].map(([says, about]) => ({
        says,
        subjects: [...new Set(about.map(f => f.subject))],
      })),
      fix: first!.fix === undefined ? undefined : sentence(first!.fix, first!),
      records: distinct(all.flatMap(f => f.records ?? [])),
      refs: [...new Set(all.flatMap(f => f.refs))],
      evidence: inOrder(all.flatMap(f => f.evidence)),
    }
  })
}

/** One silent server leaves many checks open: its reason is told once. */
function sameReason(points: readonly Point[]): readonly Point[] {
  const together = Map.groupBy(points, p => JSON.stringify([p.required, p.statements, p.fix ?? null]))
  return [...together.values()].map(([first, ...others]) => ({
    ...first!,
    others: others.map(p => p.check),
    refs: [...new Set([first!, ...others].flatMap(p => p.refs))],
    evidence: inOrder([first!, ...others].flatMap(p => p.evidence)),
  }))
}

function chapters(points: readonly Point[]): readonly Chapter[] {
  return [...Map.groupBy(points, point => groupOf(point.check).id).values()].map(own => ({
    group: groupOf(own[0]!.check),
    points: own,
  }))
}

function leftOut(findings: readonly Finding[], domain: string): readonly LeftOut[] {
  return [...Map.groupBy(findings, reasonOf)].map(([reason, about]) => ({
    reason,
    checks: [...new Set(about.map(f => f.check))],
    subjects: [...new Set(about.map(f => f.subject))].filter(subject => subject !== domain),
  }))
}

/** The reason that completes "Not checked: …" and its like; the heading it stands under says the rest. */
function reasonOf(finding: Finding): string {
  const reason = finding.data.reason
  return typeof reason === 'string' ? sentence(reason, finding) : sentence(finding.says, finding)
}

const VALUE_MOST = 600
const SENTENCE_MOST = 2000

/** The sentence with long values from the network shortened inside it, so that its end is still read. */
function sentence(text: string, { data }: Finding): string {
  if (text.length <= VALUE_MOST) return text
  const long = Object.values(data).filter(value => typeof value === 'string' && value.length > VALUE_MOST)
  const told = long.reduce<string>(
    (said, value) => said.replaceAll(value as string, () => shorten(value as string, 200)),
    text,
  )
  return shorten(told, SENTENCE_MOST)
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map(item => [JSON.stringify(item), item])).values()]
}
