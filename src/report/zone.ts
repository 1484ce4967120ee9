// The records that a report proposes as a zone file (RFC 1035 §5): to try with `--with`, to paste where the zone is kept.
import { type Proposals, proposalsOf } from './proposals.ts'
import type { Report } from './report.ts'
import { visible } from './visible.ts'
import { when } from './wording.ts'
import { removalLine, standingLine } from './zone-line.ts'

/** One zone file for a report; nothing but a comment when there is nothing to publish. */
export function renderZone(report: Report): string {
  const lines = recordLines(report)
  const on = report.proposed === undefined ? '' : `, on top of ${visible(report.proposed.file)}`
  const about = `; ${visible(report.domain)}, ${when(report.at)}${on}`
  if (lines.length === 0) return `${about}: no records to publish.\n`
  return [
    `${about}: the records that the report proposes.`,
    '; Each name and type is given whole: it takes the place of all records of that name and type.',
    '; A line that begins with ";- " is a set to take away. To see first what would change:',
    `; mailworthy audit ${visible(report.domain)} --with THIS-FILE, with the other options of the audit.`,
    ...lines,
    '',
  ].join('\n')
}

const SHOWN_MOST = 20_000

/** The same within a report: how to write them as a file where they are too long to show. */
export function proposedRecords(report: Report): readonly string[] {
  const [, ...lines] = recordLines(report)
  if (lines.reduce((sum, line) => sum + line.length, 0) <= SHOWN_MOST) return lines
  return [comment('Too long to show here; -o zone=FILE writes them.')]
}

/** The records with comments that say who asked for them, and what is left to a person. */
function recordLines(report: Report): readonly string[] {
  const { publish, remove, yielded, open } = proposalsOf(report)
  const sets = [...setsOf({ publish, remove })]
  const isOwn = (name: string): boolean => `.${name.toLowerCase()}`.endsWith(`.${report.domain}`)
  const own = sets.filter(({ name }) => isOwn(name))
  const others = sets.filter(({ name }) => !isOwn(name))
  const lines = [...own, ...(others.length > 0 ? [elsewhere, ...others] : [])].flatMap(({ checks, lines }) => [
    ...(checks.length > 0 ? ['', comment(checks.join(', '))] : ['']),
    ...lines,
  ])
  return [
    ...lines,
    ...open.flatMap(({ name, type, changes, reason }) => [
      '',
      comment(`${name} ${type} is left to you: ${reason}.`),
      ...changes.map(change => comment(`${change.do}: ${standingLine(change.name, change.type, [change.value])}`)),
    ]),
    ...yielded.flatMap(({ change, check, to }) => [
      '',
      comment(
        `${check} proposes another record for ${change.name} ${change.type} than ${to}; publish that one first, and ask again:`,
      ),
      comment(standingLine(change.name, change.type, [change.value])),
    ]),
  ]
}

interface Block {
  readonly name: string
  readonly checks: readonly string[]
  readonly lines: readonly string[]
}

const elsewhere: Block = {
  name: '',
  checks: [],
  lines: ['; In other zones, which may be kept by others: reverse DNS by whoever gave out the address.'],
}

function* setsOf({ publish, remove }: Pick<Proposals, 'publish' | 'remove'>): Generator<Block> {
  for (const { name, type, checks } of remove) yield { name, checks, lines: [removalLine(name, type)] }
  for (const { name, type, values, checks } of publish) {
    yield { name, checks, lines: values.map(strings => standingLine(name, type, strings)) }
  }
}

/** A line that no name server and no removal can be read from. */
function comment(text: string): string {
  return `; ${visible(text)}`
}
