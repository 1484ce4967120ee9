// The tree of an SPF record as lines that a person reads: the branch, the term, and what it costs, lets in and matched.

import type { SpfReach, SpfTree, SpfTreeNode, SpfTreeTerm } from './report.ts'
import { thousands } from './thousands.ts'
import { shorten } from './visible.ts'
import { count } from './wording.ts'

/** One line: `│  ├─ `, then the term, then what is told about it. Texts from the network still need escaping. */
export interface TreeLine {
  readonly branch: string
  readonly term: string
  readonly about: string
}

const TERM_MOST = 100
const NOTE_MOST = 160
/** Networks of one record that are told one by one; people look for includes, and for what matched. */
const NETWORKS_SHOWN = 3
const LINES_MOST = 80

/** What the record costs at most, and what it cost for each sending address. */
export function treeSums({ worst, evaluations }: SpfTree): readonly string[] {
  const { lookups, voids } = worst
  const most = `at most ${lookups} of 10 lookups, terms without an answer ${voids.v4} (IPv4) and ${voids.v6} (IPv6) of 2`
  return [
    most,
    ...evaluations.map(
      one =>
        `for ${one.egress}${one.identity === 'helo' ? ' (HELO)' : ''}: ${one.lookups} of 10 lookups, ${count(one.voids, 'term')} without an answer, ${one.result}`,
    ),
  ]
}

/** The tree, drawn. Networks of a record are told together unless one of them matched, or `all` is wanted. */
export function treeLines({ root }: SpfTree, all = false): readonly TreeLine[] {
  const lines = [{ branch: '', term: root.domain, about: reachText(root.lets) }, ...below(root, '', all)]
  if (all || lines.length <= LINES_MOST) return lines
  const left = count(lines.length - LINES_MOST, 'more line')
  return [...lines.slice(0, LINES_MOST), { branch: '', term: `… ${left}`, about: 'the JSON report has them' }]
}

function below(node: SpfTreeNode, margin: string, all: boolean): readonly TreeLine[] {
  const rows = rowsOf(node, all)
  return rows.flatMap((row, i) => {
    const last = i === rows.length - 1
    const branch = `${margin}${last ? '└─ ' : '├─ '}`
    if ('together' in row) return [{ branch, term: row.together, about: '' }]
    const { term, leadsTo } = row
    const inner = leadsTo === null ? [] : below(leadsTo, `${margin}${last ? '   ' : '│  '}`, all)
    return [{ branch, term: shorten(term, TERM_MOST), about: aboutTerm(row) }, ...inner]
  })
}

/** Terms to be told by themselves, and how many others there are in between. */
function rowsOf({ terms, more }: SpfTreeNode, all: boolean): readonly (SpfTreeTerm | { readonly together: string })[] {
  const rows: (SpfTreeTerm | { together: string })[] = []
  let shown = 0
  let folded = 0
  const fold = (): void => {
    if (folded > 0) rows.push({ together: `… ${count(folded, 'more network')}` })
    folded = 0
  }
  for (const term of terms) {
    const network = /^[-+~?]?ip[46]:/i.test(term.term) && term.matched.length === 0 && term.reached
    if (network && !all && shown++ >= NETWORKS_SHOWN) folded++
    else {
      fold()
      rows.push(term)
    }
  }
  fold()
  if (more > 0) rows.push({ together: `… ${count(more, 'more term')}` })
  return rows
}

function aboutTerm({ term, reached, lookups, voids, lets, matched, note, leadsTo }: SpfTreeTerm): string {
  if (!reached) return 'never reached'
  const silent = [...emptyText(voids.v4, 'IPv4'), ...emptyText(voids.v6, 'IPv6')]
  const refuses = /^[-~?]/.test(term) || /^exp=/i.test(term)
  const unread = leadsTo !== null && leadsTo.state !== 'read'
  const parts = [
    ...(matched.length > 0 ? [`matches ${matched.join(', ')}`] : []),
    ...(lookups > 0 ? [count(lookups, 'lookup')] : []),
    ...(silent.length === 0 ? [] : [`no answer for ${silent.join(', ')}`]),
    ...(refuses || unread || (note !== null && !lets.whole) ? [] : [reachText(lets)]),
    ...(note === null ? [] : [shorten(note, NOTE_MOST)]),
  ]
  return parts.join(' · ')
}

function emptyText(answers: number, family: string): readonly string[] {
  return answers === 0 ? [] : [answers === 1 ? family : `${family} (${answers} times)`]
}

/** `lets in 327,680 IPv4, /32 of IPv6 and 5 more`. */
function reachText({ v4, v6, whole }: SpfReach): string {
  const everyone = v4 === 2 ** 32 || v6.widest === 0
  const more = v6.networks > 1 ? ` and ${v6.networks - 1} more` : ''
  const parts = [
    ...(v4 > 0 ? [`${thousands(v4)} IPv4`] : []),
    ...(v6.widest === null ? [] : [`/${v6.widest} of IPv6${more}`]),
    ...(whole ? [] : ['what cannot be counted']),
  ]
  return `lets in ${everyone ? 'everyone' : parts.length === 0 ? 'nobody' : parts.join(', ')}`
}
