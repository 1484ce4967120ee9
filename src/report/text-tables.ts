// The tables of a report in plain text: the tree of its SPF record, the names of its hosts, the way of a message.
import { hostLines } from './host-lines.ts'
import { wayNote, wayRows } from './message-way.ts'
import type { Report } from './report.ts'
import { treeLines, treeSums } from './spf-tree.ts'
import type { Sheet } from './text-sheet.ts'
import { visible } from './visible.ts'
import { sentenceStart } from './wording.ts'
import { columns, cut, padded } from './wrap.ts'

/** Where the lookups go and who is let in. Lines are cut, not wrapped: a tree that is broken in the middle is none. */
export function spfTreeSection(report: Report, sheet: Sheet): readonly string[] {
  const { spfTree: tree } = report.readings
  if (tree === undefined || (tree.root.state !== 'read' && tree.root.state !== 'invalid')) return []
  const lines = treeLines(tree, sheet.explain).map(({ branch, term, about }) => ({
    left: `${branch}${visible(term)}`,
    about: visible(about),
  }))
  const room = Math.min(44, Math.max(...lines.map(({ left }) => columns(left))))
  return [
    ...treeSums(tree).flatMap(sum => sheet.wrapped(sentenceStart(sum), 4, undefined, '    ')),
    ...lines.map(({ left, about }) => {
      const line = cut(`    ${padded(left, room)}  ${about}`.trimEnd(), sheet.width)
      return `${line.slice(0, 4 + left.length)}${sheet.paint('dim', line.slice(4 + left.length))}`
    }),
  ]
}

/** Rows are cut, not wrapped: what differs is told in full below each. */
export function hostSection(report: Report, sheet: Sheet): readonly string[] {
  return hostLines(report, sheet.width - 4).flatMap(({ kind, level, text }) => {
    if (kind === 'detail') return sheet.wrapped(text, 6, 'dim')
    const shown = visible(text)
    return [kind === 'head' ? `    ${sheet.paint('dim', shown)}` : `${sheet.lead(level)}${shown}`]
  })
}

/** A step takes two lines where the terminal is narrow or names are long. */
export function waySection(report: Report, sheet: Sheet): readonly string[] {
  const rows = wayRows(report)
  if (rows.length === 0) return []
  return [
    ...rows.flatMap(({ number, from, by, how, level, at, delay }) => {
      const lead = sheet.lead(level)
      const said = `${number}. ${at}${delay === '' ? '' : ` (${delay})`}: ${by} took it from ${from}${how === '' ? '' : `; ${how}`}`
      return sheet.wrapped(said, 7, undefined, lead)
    }),
    ...sheet.wrapped(wayNote(rows), 4, 'dim'),
  ]
}
