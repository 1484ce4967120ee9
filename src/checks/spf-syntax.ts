// Can the SPF record be read, and every record that it includes? One bad term anywhere makes the whole a permanent error.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type Proposed, spfProposal } from '../facts/spf-proposal.ts'
import { spfTree } from '../facts/spf-tree.ts'
import type { SyntaxFault } from '../protocol/spf/parse.ts'
import { gapsOf, nodesOf, type PlacedNode, type SpfNode, whyNoRecord } from '../protocol/spf/tree.ts'
import { markedRecord } from '../protocol/spf/write.ts'

type Outcome =
  | 'valid'
  | 'invalid'
  | 'included-invalid'
  | 'included-elsewhere'
  | 'ignored-term'
  | 'unreached'
  | 'redirect-ignored'
  | 'reverse-names'
  | 'unfinished'
  | 'no-record'

export default defineCheck({
  id: 'spf-syntax',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF record and all records it includes can be read',
  why: 'Receivers read the whole record before they use any of it: a fault in any term, even behind one that matches, makes the result a permanent error. The same holds for every record that is included.',
  refs: ['RFC 7208 §4.6', 'RFC 7208 §12', 'RFC 7208 §5.2', 'RFC 7208 §5.5', 'RFC 7208 §6.1'],
  needs: { tree: spfTree, proposals: spfProposal },
  outcomes: {
    valid: { level: 'pass', says: 'The SPF record can be read, and so can what it includes (records read: {count}).' },
    'no-record': { level: 'info', says: 'There is no record to read: {reason}.' },
    invalid: {
      level: 'fail',
      says: 'The SPF record cannot be read at column {column}: {marked} ({reason}).',
      fix: '{remedy}{proposed}',
    },
    'included-invalid': {
      level: 'fail',
      says: 'The SPF record of {included}, reached by {path}, cannot be read at column {column}: {marked} ({reason}). Evaluation ends there with a permanent error.',
      fix: 'Ask whoever runs {included} to mend its record; until then take the term that leads there out of your record.{proposed}',
    },
    'included-elsewhere': {
      level: 'info',
      says: 'What could be read is in order; {broken} publish no record, or several (see `spf-include-health`).',
    },
    'ignored-term': {
      level: 'warn',
      says: '"{term}" in the record of {included} does nothing: with "=" it is an unknown modifier, and those are ignored.',
      fix: 'If a mechanism was meant, write it with a colon: {meant}.{proposed}',
    },
    unreached: {
      level: 'warn',
      says: 'In the SPF record, "{all}" stands before {terms}: evaluation ends there, and nobody looks at what is behind it.',
      fix: 'Put "{all}" at the end of the record, behind all mechanisms, or remove what stands behind it.{proposed}',
    },
    'redirect-ignored': {
      level: 'warn',
      says: 'In the SPF record, "{redirect}" does nothing beside "{all}": a redirect is followed only when there is no "all".',
      fix: 'Remove "{redirect}" if the record is right as it works now. If the record of {included} is to be used, remove "{all}" instead.{proposed}',
    },
    'reverse-names': {
      level: 'warn',
      says: '"{term}" asks for the reverse name of every client: it is slow, some receivers pass over it, and it should no longer be published.',
      fix: 'List the hosts that it stands for as ip4: and ip6:, or by name with a:, and remove "{term}".{proposed}',
    },
    unfinished: {
      level: 'unknown',
      says: 'What could be read is in order, but not everything could be asked: {reason}.',
    },
  },
  evaluate({ tree, proposals: { domain: proposed } }) {
    if (tree.state === 'invalid') {
      const [first, ...rest] = rulings(tree, proposed)
      return [first!, ...rest]
    }
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const { broken, unread } = gapsOf(tree)
    const found = [
      ...broken.flatMap(placed => unreadableInclude(placed, proposed)),
      ...ignoredTerms(tree, proposed),
      ...unreached(tree, proposed),
      ...reverseNames(tree, proposed),
    ]
    if (unread.length > 0) found.push({ outcome: 'unfinished', data: { reason: unread.join('; ') } })
    const [first, ...rest] = found
    if (first) return [first, ...rest]
    if (broken.length > 0) {
      return { outcome: 'included-elsewhere', data: { broken: broken.map(({ node }) => node.domain) } }
    }
    return { outcome: 'valid', data: { count: countRead(tree) } }
  },
})

/** Faults of one kind that are told one by one: a record of 60 KB can hold thousands, and each carries its evidence. */
const MOST_TOLD = 10

/** One ruling for each fault of the domain's own record; all of them get the whole mended record, where it can be told. */
function rulings({ text, faults }: SpfNode & { state: 'invalid' }, { says, records }: Proposed): Ruling<Outcome>[] {
  return faults.slice(0, MOST_TOLD).map(fault => ({
    outcome: 'invalid',
    data: { ...place(text, fault), remedy: remedy(fault), proposed: says },
    records,
  }))
}

function remedy({ term, suggestion }: SyntaxFault): string {
  return suggestion === undefined
    ? `Correct or remove "${term.text}".`
    : `Correct "${term.text}". Probably meant: ${suggestion}.`
}

function place(text: string, { column, term, reason }: SyntaxFault) {
  return { column, term: term.text, reason, marked: markedRecord(text, term) }
}

function unreadableInclude({ node, path }: PlacedNode, { says, records }: Proposed): Ruling<Outcome>[] {
  if (node.state !== 'invalid') return []
  const data = { included: node.domain, path: path.join(' → '), proposed: says }
  return [{ outcome: 'included-invalid', data: { ...data, ...place(node.text, node.faults[0]) }, records }]
}

/** `ip4=192.0.2.1` is good syntax and says nothing: the commonest fault that no parser reports (RFC 7208 §6). */
function ignoredTerms(tree: SpfNode, { says, records }: Proposed): Ruling<Outcome>[] {
  const meant = /^(all|a|mx|ptr|ipv?4|ipv?6|include|exists)$/i
  return nodesOf(tree)
    .flatMap(({ node }) => (node.state === 'read' ? node.record.unknown.map(term => ({ node, term })) : []))
    .filter(({ term }) => meant.test(term.key))
    .slice(0, MOST_TOLD)
    .map(({ node, term: { text, key, value } }) => {
      const term = `${key.toLowerCase().replace('v', '')}:${value.source}`
      const mended = records.some(record => record.do === 'publish' && ` ${record.value} `.includes(` ${term} `))
      const own = mended && node === tree
      return {
        outcome: 'ignored-term',
        data: { term: text, included: node.domain, meant: term, proposed: own ? says : '' },
        records: own ? records : [],
      }
    })
}

/**
 * RFC 7208 §5.1, §6.1: whoever put something behind "all" believes that it works. Terms that ask DNS are not brought to life by a proposal:
 * they might lead beyond the ten lookups, or nowhere.
 */
function unreached(tree: SpfNode, { says, records }: Proposed): Ruling<Outcome>[] {
  if (tree.state !== 'read') return []
  const { mechanisms, redirect } = tree.record
  const all = mechanisms.find(m => m.name === 'all')
  if (all === undefined) return []
  const behind = mechanisms.slice(mechanisms.indexOf(all) + 1)
  const found: Ruling<Outcome>[] = []
  // A bare "all" must not go to the end but away: spf-permissiveness tells.
  if (behind.length > 0 && all.qualifier !== '+') {
    const harmless = behind.every(({ name }) => name === 'ip4' || name === 'ip6' || name === 'all')
    found.push({
      outcome: 'unreached',
      data: { all: all.text, terms: behind.map(term => term.text), proposed: harmless ? says : '' },
      records: harmless ? records : [],
    })
  }
  if (redirect) {
    const data = { redirect: redirect.text, all: all.text, included: redirect.domain.source, proposed: says }
    found.push({ outcome: 'redirect-ignored', data, records })
  }
  return found
}

/** RFC 7208 §5.5: it should not be published. In the records of others it is theirs to mend. */
function reverseNames(tree: SpfNode, { says, records }: Proposed): Ruling<Outcome>[] {
  if (tree.state !== 'read') return []
  const term = tree.steps.find(step => step.term.name === 'ptr')?.term
  return term === undefined ? [] : [{ outcome: 'reverse-names', data: { term: term.text, proposed: says }, records }]
}

function countRead(tree: SpfNode): number {
  return new Set(nodesOf(tree).map(({ node }) => node.domain)).size
}
