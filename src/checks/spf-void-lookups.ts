// Do the names that the SPF record asks for exist? More than two terms with an empty answer are a permanent error.
import { defineCheck } from '../audit/check.ts'
import { spfProposal } from '../facts/spf-proposal.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { VOID_LIMIT } from '../protocol/spf/evaluate.ts'
import {
  type ByFamily,
  emptyAnswers,
  gapsOf,
  listsIpv6,
  placeOf,
  type SpfNode,
  voidTerms,
  whyNoRecord,
} from '../protocol/spf/tree.ts'

export default defineCheck({
  id: 'spf-void-lookups',
  group: 'spf',
  scope: 'domain',
  title: 'The names in the SPF record exist',
  why: 'A term that asks for a name without addresses can match nobody, and receivers answer with a permanent error after the second one. Whether an answer is empty depends on the client: IPv4 clients make receivers ask for A records, IPv6 clients for AAAA.',
  refs: ['RFC 7208 §4.6.4', 'RFC 7208 §11.1'],
  needs: { tree: spfTree, proposals: spfProposal },
  outcomes: {
    none: { level: 'pass', says: 'Every name that the SPF record asks for has an answer.' },
    'no-record': { level: 'info', says: 'There is nothing to ask for: {reason}.' },
    few: {
      level: 'pass',
      says: 'Terms with an empty answer: {v4} for IPv4 clients ({terms4}), {v6} for IPv6 clients ({terms6}). Up to {limit} are allowed.',
    },
    exceeded: {
      level: 'fail',
      says: '{v4} terms of the SPF record have an empty answer for IPv4 clients: {terms4}. After {limit} of them receivers answer with a permanent error.',
      fix: 'Remove the terms whose names no longer exist, or correct the names.{proposed}',
    },
    'exceeded-ipv6': {
      level: 'warn',
      says: '{v6} terms of the SPF record have an empty answer for IPv6 clients: {terms6}. After {limit} of them receivers answer with a permanent error. IPv4 clients are not concerned ({v4}).',
      fix: 'If anything sends over IPv6, put its ip6: mechanisms in front of these terms, give the names AAAA records, or write hosts that have only IPv4 as ip4:.{proposed}',
    },
    'ipv6-unlisted': {
      level: 'info',
      says: 'The SPF record lists no IPv6 host, and {v6} of its terms have an empty answer for IPv6 clients ({terms6}): mail over IPv6 would be a permanent error at some receivers instead of a plain failure. IPv4 clients are not concerned ({v4} of {limit}).',
    },
    'strict-count': {
      level: 'warn',
      says: 'By the RFC the terms with an empty answer are few enough ({v4} for IPv4 clients, {v6} for IPv6 clients, of {limit}), but widespread receivers count every empty answer, and there are {answers4} and {answers6}: {terms}.',
      fix: 'See that every MX host that the record uses has an A record, and an AAAA record if anything sends over IPv6; or write the hosts as ip4: and ip6:.{proposed}',
    },
    unfinished: {
      level: 'unknown',
      says: 'Terms with an empty answer: at least {v4} for IPv4 clients and {v6} for IPv6 clients, of {limit} allowed; not everything could be asked: {reason}.',
    },
  },
  evaluate({ tree, proposals }) {
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const { failures, tooLarge } = gapsOf(tree)
    const terms4 = termsWithout(tree, 'v4')
    const terms6 = termsWithout(tree, 'v6')
    const answers4 = emptyAnswers(tree, 'v4')
    const answers6 = emptyAnswers(tree, 'v6')
    const [v4, v6] = [terms4.length, terms6.length]
    const { proposal, records, says } = proposals.domain
    // A record that mends something else fills no gaps.
    const helps = proposal !== undefined && proposal.empty.v4 <= VOID_LIMIT && proposal.empty.v6 <= VOID_LIMIT
    const changes = helps ? records : []
    const data = {
      v4,
      v6,
      terms4,
      terms6,
      answers4,
      answers6,
      limit: VOID_LIMIT,
      terms: [...new Set([...terms4, ...terms6])],
      proposed: helps ? says : '',
    }
    if (v4 > VOID_LIMIT) return { outcome: 'exceeded', data: { ...data, proposed: says }, records }
    const reasons = [...failures, ...(tooLarge ? ['the record leads to more terms than are asked for'] : [])]
    if (reasons.length > 0) return { outcome: 'unfinished', data: { ...data, reason: reasons.join('; ') } }
    if (answers4 > VOID_LIMIT) return { outcome: 'strict-count', data, records: changes }
    if (answers6 > VOID_LIMIT && !listsIpv6(tree)) return { outcome: 'ipv6-unlisted', data }
    if (v6 > VOID_LIMIT) return { outcome: 'exceeded-ipv6', data, records: changes }
    if (answers6 > VOID_LIMIT) return { outcome: 'strict-count', data, records: changes }
    return { outcome: v4 + v6 === 0 ? 'none' : 'few', data }
  },
})

function termsWithout(tree: SpfNode, family: keyof ByFamily): readonly string[] {
  return voidTerms(tree, family).map(({ step, domain }) => placeOf(step, domain, tree))
}
