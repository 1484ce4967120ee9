// Can the SPF record be read, and every record that it includes? One bad term anywhere makes the whole a permanent error.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { parseSpf, type SyntaxFault } from '../protocol/spf/parse.ts'
import { gapsOf, nodesOf, type PlacedNode, type SpfNode, whyNoRecord } from '../protocol/spf/tree.ts'
import { markedRecord, withReplaced } from '../protocol/spf/write.ts'

type Outcome =
  | 'valid'
  | 'invalid'
  | 'included-invalid'
  | 'included-missing'
  | 'included-multiple'
  | 'ignored-term'
  | 'unfinished'
  | 'no-record'

export default defineCheck({
  id: 'spf-syntax',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF record and all records it includes can be read',
  why: 'Receivers read the whole record before they use any of it: a fault in any term, even behind one that matches, makes the result a permanent error. The same holds for every record that is included.',
  refs: ['RFC 7208 §4.6', 'RFC 7208 §12', 'RFC 7208 §5.2', 'RFC 7208 §6.1'],
  needs: { tree: spfTree },
  outcomes: {
    valid: { level: 'pass', says: 'The SPF record can be read, and so can what it includes (records read: {count}).' },
    'no-record': { level: 'info', says: 'There is no record to read: {reason}.' },
    invalid: {
      level: 'fail',
      says: 'The SPF record cannot be read at column {column}: {marked} ({reason}).',
      fix: '{remedy}',
    },
    'included-invalid': {
      level: 'fail',
      says: 'The SPF record of {included}, reached by {path}, cannot be read at column {column}: {marked} ({reason}). Evaluation ends there with a permanent error.',
      fix: 'Ask whoever runs {included} to mend its record; until then take the term that leads there out of your record.',
    },
    'included-missing': {
      level: 'fail',
      says: '{included}, reached by {path}, publishes no SPF record: evaluation ends there with a permanent error.',
      fix: "Correct the name, or remove the include or redirect that leads to {included}. If {included} is no longer yours or your provider's, remove it at once: whoever registers it decides who may send for {domain}.",
    },
    'included-multiple': {
      level: 'fail',
      says: '{included}, reached by {path}, publishes {count} SPF records: evaluation ends there with a permanent error.',
      fix: 'Ask whoever runs {included} to publish one record; until then take the term that leads there out of your record.',
    },
    'ignored-term': {
      level: 'warn',
      says: '"{term}" in the record of {included} does nothing: with "=" it is an unknown modifier, and those are ignored.',
      fix: 'If a mechanism was meant, write it with a colon: {meant}.',
    },
    unfinished: {
      level: 'unknown',
      says: 'What could be read is in order, but not everything could be asked: {reason}.',
    },
  },
  evaluate({ tree }, { domain }) {
    if (tree.state === 'invalid') {
      const [first, ...rest] = rulings(tree)
      return [first!, ...rest]
    }
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const { broken, failures } = gapsOf(tree)
    const found = [...broken.flatMap(placed => brokenRulings(placed, domain)), ...ignoredTerms(tree)]
    if (failures.length > 0) found.push({ outcome: 'unfinished', data: { reason: failures.join('; ') } })
    const [first, ...rest] = found
    if (first) return [first, ...rest]
    return { outcome: 'valid', data: { count: countRead(tree) } }
  },
})

/** One ruling for each fault of the domain's own record; all of them get the whole mended record, where it can be told. */
function rulings({ domain, text, faults }: SpfNode & { state: 'invalid' }): Ruling<Outcome>[] {
  let mended: string | undefined = text
  for (const { term, suggestion } of faults.toReversed()) {
    if (mended !== undefined) {
      mended = suggestion === undefined ? undefined : withReplaced(mended, term.column, term.text.length, suggestion)
    }
  }
  const whole = mended !== undefined && parseSpf(mended).ok ? mended : undefined
  const records =
    whole === undefined
      ? []
      : ([
          { do: 'remove', name: domain, type: 'TXT', value: text },
          { do: 'publish', name: domain, type: 'TXT', value: whole },
        ] as const)
  return faults
    .slice(0, 10)
    .map(fault => ({ outcome: 'invalid', data: { ...place(text, fault), remedy: remedy(fault) }, records }))
}

function remedy({ term, suggestion }: SyntaxFault): string {
  return suggestion === undefined
    ? `Correct or remove "${term.text}".`
    : `Correct "${term.text}". Probably meant: ${suggestion}`
}

function place(text: string, { column, term, reason }: SyntaxFault) {
  return { column, term: term.text, reason, marked: markedRecord(text, term) }
}

function brokenRulings({ node, path }: PlacedNode, domain: string): Ruling<Outcome>[] {
  const data = { included: node.domain, path: path.join(' → '), domain }
  switch (node.state) {
    case 'invalid':
      return [{ outcome: 'included-invalid', data: { ...data, ...place(node.text, node.faults[0]) } }]
    case 'several':
      return [{ outcome: 'included-multiple', data: { ...data, count: node.records.length } }]
    default:
      return [{ outcome: 'included-missing', data }]
  }
}

/** `ip4=192.0.2.1` is good syntax and says nothing: the commonest fault that no parser reports (RFC 7208 §6). */
function ignoredTerms(tree: SpfNode): Ruling<Outcome>[] {
  return nodesOf(tree).flatMap(({ node }) =>
    node.state !== 'read'
      ? []
      : node.record.unknown
          .filter(({ key }) => /^(all|a|mx|ptr|ip4|ip6|include|exists)$/i.test(key))
          .map(({ text, key, value }) => ({
            outcome: 'ignored-term' as const,
            data: { term: text, included: node.domain, meant: `${key.toLowerCase()}:${value.source}` },
          })),
  )
}

function countRead(tree: SpfNode): number {
  return new Set(nodesOf(tree).map(({ node }) => node.domain)).size
}
