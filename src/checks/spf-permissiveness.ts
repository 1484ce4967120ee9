// Does the SPF record say no to anybody? What it makes of everyone who is not listed, and how wide its networks are.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type Proposed, spfProposal } from '../facts/spf-proposal.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { everyoneTerm, wideTerms } from '../protocol/spf/breadth.ts'
import { finalAll, gapsOf, type SpfNode, whyNoRecord } from '../protocol/spf/tree.ts'

type Outcome =
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'open-ended'
  | 'everyone'
  | 'everyone-included'
  | 'wide'
  | 'unfinished'
  | 'no-record'

export default defineCheck({
  id: 'spf-permissiveness',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF record refuses hosts that it does not list',
  why: 'A record that lets everyone through authorizes every forger, and receivers mark such domains. One that says nothing about the rest gives receivers nothing to act on.',
  refs: ['RFC 7208 §5.1', 'RFC 7208 §4.7', 'RFC 7208 §10.1.1'],
  needs: { tree: spfTree, proposals: spfProposal },
  outcomes: {
    fail: { level: 'pass', says: 'Hosts that the SPF record does not list fail (-all{by}).' },
    softfail: { level: 'pass', says: 'Hosts that the SPF record does not list fail softly (~all{by}).' },
    'no-record': { level: 'info', says: 'There is nothing to judge: {reason}.' },
    neutral: {
      level: 'warn',
      says: 'The SPF record says nothing about hosts that it does not list (?all{by}): receivers treat them as if there were no record.',
      fix: 'End the record of {ending} with ~all, or with -all once everything that sends is listed.{proposed}',
    },
    'open-ended': {
      level: 'warn',
      says: 'The SPF record of {ending} ends without "all": it says nothing about hosts that it does not list.',
      fix: 'End the record of {ending} with ~all, or with -all once everything that sends is listed.{proposed}',
    },
    everyone: {
      level: 'fail',
      says: 'The SPF record lets everyone through: "{term}" authorizes every host on the internet to send as {domain}.',
      fix: 'Remove "{term}", and let the record end with ~all or -all. Before publishing, see that it lists every host and service that sends for {domain}: what passed by "{term}" passes no more.{proposed}',
    },
    'everyone-included': {
      level: 'fail',
      says: 'The SPF record lets everyone through: it includes {included}, whose "{term}" authorizes every host on the internet to send as {domain}.',
      fix: 'Take the term that leads to {included} out of the record of {domain}, and list the hosts that send.{proposed}',
    },
    wide: {
      level: 'warn',
      says: 'The SPF record lets through networks far wider than any sender has: {terms}.',
      fix: 'Correct the prefix lengths, or list only the addresses that send.',
    },
    unfinished: { level: 'unknown', says: 'How much the SPF record lets through could not be learned: {reason}.' },
  },
  evaluate({ tree, proposals }, { domain }) {
    const { records, says: proposed } = proposals.domain
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const open = everyoneTerm(tree)
    if (open) {
      const data = { domain, term: open.text, included: open.domain, proposed }
      return { outcome: open.domain === domain ? 'everyone' : 'everyone-included', data, records }
    }
    const wide = wideTerms(tree).map(term => (term.domain === domain ? term.text : `${term.text} of ${term.domain}`))
    const { unread } = gapsOf(tree)
    const end = ruleEnd(tree, domain, proposals.domain)
    // What could not be read may let everyone through.
    const mayBeOpen = unread.length > 0 && (end.outcome === 'fail' || end.outcome === 'softfail')
    const ending: Ruling<Outcome> = mayBeOpen ? { outcome: 'unfinished', data: { reason: unread.join('; ') } } : end
    return wide.length === 0 ? ending : [{ outcome: 'wide', data: { terms: wide } }, ending]
  },
})

function ruleEnd(tree: SpfNode, domain: string, proposed: Proposed): Ruling<Outcome> {
  const end = finalAll(tree)
  if (end === 'unknown') {
    const { unread, broken, dynamic, loops } = gapsOf(tree)
    if (unread.length > 0) return { outcome: 'unfinished', data: { reason: unread.join('; ') } }
    const why = [...broken, ...loops].map(({ node }) => node.domain)
    return { outcome: 'no-record', data: { reason: `it is decided by ${[...why, ...dynamic].join(', ')}` } }
  }
  const by = end.domain === domain ? '' : ` by redirect to ${end.domain}`
  // The end of another record is not for this domain to mend.
  const own = end.domain === domain
  const data = { by, ending: end.domain, proposed: own ? proposed.says : '' }
  const records = own ? proposed.records : []
  switch (end.qualifier) {
    case '-':
      return { outcome: 'fail', data }
    case '~':
      return { outcome: 'softfail', data }
    case '?':
      return { outcome: 'neutral', data, records }
    default:
      return { outcome: 'open-ended', data, records }
  }
}
