// Can the SPF record be read, and every record that it includes? One bad term anywhere makes the whole a permanent error.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { spfTree } from '../facts/spf-tree.ts'
import type { SyntaxFault } from '../protocol/spf/parse.ts'
import { gapsOf, nodesOf, type PlacedNode, type SpfNode, whyNoRecord } from '../protocol/spf/tree.ts'
import { markedRecord, mendedRecord, withAll, withoutTerms } from '../protocol/spf/write.ts'
import { replaceTxt } from '../protocol/txt-change.ts'

type Outcome =
  | 'valid'
  | 'invalid'
  | 'included-invalid'
  | 'included-missing'
  | 'included-multiple'
  | 'ignored-term'
  | 'unreached'
  | 'redirect-ignored'
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
    unreached: {
      level: 'warn',
      says: 'In the SPF record, "{all}" stands before {terms}: evaluation ends there, and nobody looks at what is behind it.',
      fix: 'Put "{all}" at the end of the record, behind all mechanisms, or remove what stands behind it.',
    },
    'redirect-ignored': {
      level: 'warn',
      says: 'In the SPF record, "{redirect}" does nothing beside "{all}": a redirect is followed only when there is no "all".',
      fix: 'Remove "{redirect}" if the record is right as it works now. If the record of {included} is to be used, remove "{all}" instead.',
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
    const { broken, unread } = gapsOf(tree)
    const found = [
      ...broken.flatMap(placed => brokenRulings(placed, domain)),
      ...ignoredTerms(tree),
      ...unreached(tree),
    ]
    if (unread.length > 0) found.push({ outcome: 'unfinished', data: { reason: unread.join('; ') } })
    const [first, ...rest] = found
    if (first) return [first, ...rest]
    return { outcome: 'valid', data: { count: countRead(tree) } }
  },
})

/** Faults of one kind that are told one by one: a record of 60 KB can hold thousands, and each carries its evidence. */
const MOST_TOLD = 10

/** One ruling for each fault of the domain's own record; all of them get the whole mended record, where it can be told. */
function rulings({ domain, text, faults }: SpfNode & { state: 'invalid' }): Ruling<Outcome>[] {
  const records = replaceTxt(domain, text, mendedRecord(text, faults))
  return faults
    .slice(0, MOST_TOLD)
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
  const meant = /^(all|a|mx|ptr|ipv?4|ipv?6|include|exists)$/i
  return nodesOf(tree)
    .flatMap(({ node }) => (node.state === 'read' ? node.record.unknown.map(term => ({ node, term })) : []))
    .filter(({ term }) => meant.test(term.key))
    .slice(0, MOST_TOLD)
    .map(({ node, term: { text, key, value } }) => ({
      outcome: 'ignored-term',
      data: { term: text, included: node.domain, meant: `${key.toLowerCase().replace('v', '')}:${value.source}` },
    }))
}

/**
 * RFC 7208 §5.1, §6.1: whoever put something behind "all" believes that it works. Terms that ask DNS are not brought to life by a proposal:
 * they might lead beyond the ten lookups, or nowhere.
 */
function unreached(tree: SpfNode): Ruling<Outcome>[] {
  if (tree.state !== 'read') return []
  const { text, mechanisms, redirect } = tree.record
  const all = mechanisms.find(m => m.name === 'all')
  if (all === undefined) return []
  const behind = mechanisms.slice(mechanisms.indexOf(all) + 1)
  const found: Ruling<Outcome>[] = []
  // A bare "all" must not go to the end but away: spf-permissiveness tells.
  if (behind.length > 0 && all.qualifier !== '+') {
    const harmless = behind.every(({ name }) => name === 'ip4' || name === 'ip6' || name === 'all')
    found.push({
      outcome: 'unreached',
      data: { all: all.text, terms: behind.map(term => term.text) },
      records: harmless ? replaceTxt(tree.domain, text, withAll(text, all.qualifier)) : [],
    })
  }
  if (redirect) {
    found.push({
      outcome: 'redirect-ignored',
      data: { redirect: redirect.text, all: all.text, included: redirect.domain.source },
      records: replaceTxt(tree.domain, text, withoutTerms(text, [redirect])),
    })
  }
  return found
}

function countRead(tree: SpfNode): number {
  return new Set(nodesOf(tree).map(({ node }) => node.domain)).size
}
