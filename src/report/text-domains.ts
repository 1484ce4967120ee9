// Many domains at a terminal: few are told in full, many by what is wrong with each; a table of all closes.
import { commonTroubles, type DomainRow, readySentence, readyTotals, rowsWorstFirst, verdictTotals } from './domains.ts'
import { listed, listedSubjects, outlineOf, type Point, subjectsOf } from './outline.ts'
import type { Report } from './report.ts'
import { renderText } from './text.ts'
import { type Paint, painter, type SheetOptions, sign } from './text-sheet.ts'
import { visible } from './visible.ts'
import { count, domainTitle, withoutPreface } from './wording.ts'
import { columns, cut, padded, wrap } from './wrap.ts'

/** Up to this many domains, each is told in full. */
export const FEW_DOMAINS = 5

const WIDEST_DOMAIN = 44
const COMMON_SHOWN = 12

/**
 * What is written about one of `domains` domains as soon as it is known. Of many, those that pass are told only in the
 * table, the others with what fails and what is unknown, and the warnings by name.
 */
export function renderTextAmong(report: Report, domains: number, options: SheetOptions = {}): string {
  if (domains <= FEW_DOMAINS || options.explain) return renderText(report, options)
  if (report.verdict === 'pass') return ''
  const paint = painter(options.color ?? false)
  const width = options.width ?? 100
  const { troubles, unknown } = outlineOf(report)
  const points = troubles.flatMap(chapter => chapter.points)
  const grave = [...points.filter(p => p.level === 'fail'), ...unknown.filter(p => p.required)]
  const warnings = [...new Set(points.filter(p => p.level === 'warn').map(p => p.check))]
  const lines = [
    `${sign(report.verdict, paint)} ${paint('bold', `${visible(domainTitle(report))}: ${report.verdict}`)}${
      report.proposed === undefined ? '' : ` with ${visible(report.proposed.file)}, today ${report.proposed.verdictNow}`
    }`,
    ...grave.flatMap(point => briefly(point, domainTitle(report), width, paint)),
    ...(warnings.length === 0 ? [] : hung(`warns: ${warnings.join(', ')}`, width, `  ${sign('warn', paint)} `)),
  ]
  return `${lines.join('\n')}\n`
}

function briefly(point: Point, domain: string, width: number, paint: Paint): readonly string[] {
  const others = subjectsOf(point).filter(subject => subject !== domain)
  const about = point.statements.length > 1 ? ` (and ${listedSubjects(others, 3)})` : ''
  return hung(
    `${point.check}: ${withoutPreface(point.statements[0]!.says)}${about}`,
    width,
    `  ${sign(point.level, paint)} `,
  )
}

function hung(text: string, width: number, lead: string): readonly string[] {
  return wrap(visible(text), width - 4).map((line, i) => `${i === 0 ? lead : '    '}${line}`)
}

/** The closing table: totals, a line a domain, the worst first, and what is wrong most often. */
export function renderSummary(rows: readonly DomainRow[], options: SheetOptions = {}): string {
  const paint = painter(options.color ?? false)
  const width = options.width ?? 100
  const widest = rows.reduce((most, row) => Math.max(most, columns(visible(row.domain))), 0)
  const names = Math.min(WIDEST_DOMAIN, widest)
  const lines = rowsWorstFirst(rows).map(row => tableLine(row, names, width, paint))
  const common = commonTroubles(rows, COMMON_SHOWN)
  const ready = readyTotals(rows).map(readySentence).join(' · ')
  const shared = common.map(({ check, level, domains }) => {
    const text = `${check}: ${count(domains.length, 'domain')}, ${listed(domains, 3)}`
    return `  ${sign(level, paint)} ${cut(visible(text), width - 4)}`
  })
  return [
    paint('bold', `${count(rows.length, 'domain')}: ${verdictTotals(rows)}`),
    ...(ready === '' ? [] : wrap(visible(ready), width)),
    '',
    ...lines,
    ...(shared.length === 0 ? [] : ['', paint('bold', 'Most often'), ...shared]),
    '',
    ...closing(rows, options),
    '',
  ].join('\n')
}

function tableLine(
  { domain, verdict, required, worst }: DomainRow,
  names: number,
  width: number,
  paint: Paint,
): string {
  const passed = required.of === 0 ? '' : `${required.passed}/${required.of}`
  const head = `${padded(cut(visible(domain), names), names)}  ${verdict.padEnd(7)}  ${passed.padStart(5)}`
  const room = width - columns(head) - 4
  const what =
    worst === undefined || room < 10 ? '' : cut(visible(`${worst.check}: ${withoutPreface(worst.says)}`), room)
  return `${sign(verdict, paint)} ${what === '' ? head.trimEnd() : `${head}  ${paint('dim', what)}`}`
}

function closing(rows: readonly DomainRow[], { explain, width = 100 }: SheetOptions): readonly string[] {
  const first = rowsWorstFirst(rows)[0]
  if (first?.worst === undefined) return ['Next: nothing to mend.']
  const whole =
    rows.length > FEW_DOMAINS && !explain ? `mailworthy audit ${visible(first.domain)} shows one in full; ` : ''
  return wrap(`Next: ${whole}mailworthy explain ${visible(first.worst.check)} says more about a finding.`, width)
}
