// Points of a report in plain text: what was found, what to do about it with the records to copy, and why it was judged so.
import { type LeftOut, listedSubjects, type Point, type Statement, subjectsOf } from './outline.ts'
import type { Evidence, Report } from './report.ts'
import { type Sheet, sign } from './text-sheet.ts'
import { shorten, visible } from './visible.ts'
import { domainTitle, sentenceStart, withoutPreface } from './wording.ts'
import { columns } from './wrap.ts'
import { zoneLine } from './zone-line.ts'

const SUBJECTS_SHOWN = 5
const REMOVED_MOST = 600

/** Writes the points of one report; records that several propose are shown once. */
export class PointLines {
  readonly #sheet: Sheet
  readonly #title: string
  /** Records that were shown, and the check that they were shown for. */
  readonly #recordsTold = new Map<string, string>()

  constructor(report: Report, sheet: Sheet) {
    this.#title = domainTitle(report)
    this.#sheet = sheet
  }

  /** Faults take several lines each: an empty one keeps them apart. */
  points(points: readonly Point[]): readonly string[] {
    return points.flatMap((point, i) => [...(i > 0 ? [''] : []), ...this.point(point)])
  }

  point(point: Point): readonly string[] {
    return [
      ...this.#pointHead(point),
      ...this.#statements(point),
      ...this.#fix(point),
      ...(this.#sheet.explain ? this.#grounds(point) : []),
    ]
  }

  #pointHead(point: Point): readonly string[] {
    const others = subjectsOf(point).filter(subject => subject !== this.#title)
    // Several statements name their subjects themselves.
    const about = point.statements.length > 1 ? '' : listedSubjects(others, SUBJECTS_SHOWN)
    const optional = point.level === 'unknown' && !point.required ? ' (not required)' : ''
    const checks = [point.check, ...point.others].join(', ')
    if (4 + columns(visible(checks)) > this.#sheet.width) {
      const lead = this.#sheet.lead(point.level)
      return [
        ...this.#sheet.wrapped(checks + optional, 4, 'bold', lead),
        ...(about === '' ? [] : this.#sheet.wrapped(about, 4, 'dim')),
      ]
    }
    const name = `  ${sign(point.level, this.#sheet.paint)} ${this.#sheet.paint('bold', visible(checks))}${optional}`
    if (about === '') return [name]
    const used = 4 + columns(visible(checks)) + optional.length + 2
    if (used + columns(visible(about)) <= this.#sheet.width)
      return [`${name}  ${this.#sheet.paint('dim', visible(about))}`]
    return [name, ...this.#sheet.wrapped(about, 4, 'dim')]
  }

  #statements({ statements, level }: Point): readonly string[] {
    const most = this.#sheet.explain || level === 'fail' ? statements.length : SUBJECTS_SHOWN
    const shown = statements.slice(0, most + 1 >= statements.length ? statements.length : most)
    const rest = statements.length - shown.length
    return [
      ...shown.flatMap(statement => this.#sheet.wrapped(told(statement, statements.length > 1), 4)),
      ...(rest > 0 ? [`    and ${rest} more like these (--explain shows them)`] : []),
    ]
  }

  #fix({ check, fix, records }: Point): readonly string[] {
    const key = JSON.stringify(records)
    const before = this.#recordsTold.get(key)
    // Faults that one record mends all propose it: it is shown once.
    if (records.length > 0 && before !== undefined) {
      const same = `      ${this.#sheet.paint('dim', `the same records as for ${visible(before)} above`)}`
      return [...(fix === undefined ? [] : this.#sheet.wrapped(fix, 6, undefined, '    → ')), same]
    }
    this.#recordsTold.set(key, check)
    const removed = records.filter(record => record.do === 'remove')
    const published = records.filter(record => record.do === 'publish')
    const copyable = (title: string, lines: readonly string[]): readonly string[] =>
      lines.length === 0
        ? []
        : [`      ${this.#sheet.paint('dim', title)}`, ...lines.map(line => `      ${this.#sheet.paint('cyan', line)}`)]
    return [
      ...(fix === undefined ? [] : this.#sheet.wrapped(fix, 6, undefined, '    → ')),
      ...copyable(
        'remove',
        removed.map(record => zoneLine(record, REMOVED_MOST)),
      ),
      ...copyable(
        'publish',
        published.map(record => zoneLine(record)),
      ),
    ]
  }

  /** Why it was judged so: the clauses, and what was asked and answered. */
  #grounds({ refs, evidence }: Point): readonly string[] {
    const asked = ({ ask, answer, server, ms }: Evidence): string =>
      `${shorten(ask, 200)}: ${shorten(answer, 300)} (${server}, ${ms} ms)`
    return [
      ...(refs.length === 0 ? [] : this.#sheet.wrapped(refs.join(', '), 6, 'dim', '    § ')),
      ...evidence.slice(0, 20).flatMap(one => this.#sheet.wrapped(asked(one), 6, 'dim', '    < ')),
      ...(evidence.length > 20 ? [this.#sheet.paint('dim', `    < and ${evidence.length - 20} more questions`)] : []),
    ]
  }

  leftOut({ reason, checks, subjects }: LeftOut): readonly string[] {
    const about = subjects.length === 0 ? '' : ` (${listedSubjects(subjects, SUBJECTS_SHOWN)})`
    const text = `${sentenceStart(reason)}${about}: ${checks.join(', ')}`
    return this.#sheet.wrapped(text, 4, undefined, this.#sheet.lead('info'))
  }

  note({ check, level, statements }: Point): readonly string[] {
    return statements.flatMap(statement =>
      this.#sheet.wrapped(
        `${check}: ${told(
          statement,
          statement.subjects.some(s => s !== this.#title),
        )}`,
        4,
        undefined,
        this.#sheet.lead(level),
      ),
    )
  }
}

/** Among several, a sentence that does not name its subject is told with it. */
function told({ says: said, subjects }: Statement, among: boolean): string {
  const says = withoutPreface(said)
  const named = subjects.every(subject => says.includes(subject.split(' ')[0]!))
  return among && !named ? `${listedSubjects(subjects, SUBJECTS_SHOWN)}: ${says}` : says
}
