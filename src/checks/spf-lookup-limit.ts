// Does the SPF record stay within ten lookups? Counted as receivers count, over all includes, in the worst case.
import { defineCheck } from '../audit/check.ts'
import { spfProposal } from '../facts/spf-proposal.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { LOOKUP_LIMIT } from '../protocol/spf/evaluate.ts'
import {
  allSteps,
  beyond,
  costOf,
  gapsOf,
  type SpfNode,
  stepsOf,
  whyNoRecord,
  worstCase,
} from '../protocol/spf/tree.ts'

/** From here on one more include of a provider, or one more inside of a provider's own, breaks the record. */
const NEAR = 9

export default defineCheck({
  id: 'spf-lookup-limit',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF record needs at most ten lookups',
  why: 'Receivers stop after ten terms that ask DNS and answer with a permanent error. Which mail is hit depends on how far the evaluation gets, so that a record over the limit fails for some senders and not for others.',
  refs: ['RFC 7208 §4.6.4'],
  needs: { tree: spfTree, proposals: spfProposal },
  outcomes: {
    within: { level: 'pass', says: 'The SPF record needs {lookups} of {limit} lookups in the worst case.' },
    'no-record': { level: 'info', says: 'There is nothing to count: {reason}.' },
    near: {
      level: 'warn',
      says: "The SPF record needs {lookups} of {limit} lookups in the worst case: one more include, yours or inside of a provider's record, may break it.",
      fix: 'Make room: remove what no longer sends, and write hosts of your own as ip4: and ip6: instead of a and mx. The lookups are: {costs}.{proposed}',
    },
    exceeded: {
      level: 'fail',
      says: 'The SPF record needs {atLeast}{lookups} lookups in the worst case, and only {limit} are allowed: receivers that get to the eleventh answer with a permanent error. Past the tenth are: {beyond}.',
      fix: 'Bring it to {limit}: remove what no longer sends, write hosts of your own as ip4: and ip6: instead of a and mx, or move a service to a subdomain with a record of its own. The lookups are: {costs}.{proposed}',
    },
    loop: {
      level: 'fail',
      says: 'The SPF record includes itself: {loop}. Evaluation goes round until the limit of {limit} lookups and ends with a permanent error.',
      fix: 'Take the include or redirect that closes the circle out of the record of {closedBy}.{proposed}',
    },
    'too-many-mx': {
      level: 'fail',
      says: '"{term}" of {included} leads to {hosts} MX hosts, and more than {limit} are a permanent error.',
      fix: 'Write the sending hosts as ip4: and ip6: in place of "{term}" in the record of {included}.{proposed}',
    },
    'depends-on-message': {
      level: 'info',
      says: 'The SPF record needs at least {lookups} of {limit} lookups; what {dynamic} adds is different for each message.',
    },
    broken: {
      level: 'info',
      says: 'The SPF record needs at least {lookups} of {limit} lookups; what is behind {broken} counts once it can be read.',
    },
    unfinished: {
      level: 'unknown',
      says: 'The SPF record needs at least {lookups} of {limit} lookups, but not everything could be asked: {reason}.',
    },
  },
  evaluate({ tree, proposals }) {
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const { loops, unread, dynamic, broken, tooLarge } = gapsOf(tree)
    // An address that did not answer costs what it costs; the hosts of an mx may be too many.
    const unknownHosts = allSteps(tree).flatMap(({ step }) => step.hostsUnknown ?? [])
    const failures = [...new Set([...unread, ...unknownHosts])]
    const lookups = worstCase(tree)
    const whole = loops.length + failures.length + dynamic.length + broken.length === 0 && !tooLarge
    const { proposal, records, says: proposed } = proposals.domain
    const data = {
      lookups,
      limit: LOOKUP_LIMIT,
      costs: costs(tree),
      beyond: beyond(tree, LOOKUP_LIMIT),
      atLeast: whole ? '' : 'at least ',
      proposed,
    }
    const [loop] = loops
    if (loop) {
      const around = [...loop.path.slice(loop.path.indexOf(loop.node.domain)), loop.node.domain].join(' → ')
      return { outcome: 'loop', data: { ...data, loop: around, closedBy: loop.path.at(-1)! }, records }
    }
    if (lookups > LOOKUP_LIMIT) return { outcome: 'exceeded', data, records }
    const crowded = allSteps(tree).find(({ step }) => step.tooManyHosts !== undefined)
    if (crowded) {
      const { step, domain } = crowded
      return {
        outcome: 'too-many-mx',
        data: { ...data, term: step.term.text, included: domain, hosts: step.tooManyHosts! },
        records,
      }
    }
    if (failures.length > 0) return { outcome: 'unfinished', data: { ...data, reason: failures.join('; ') } }
    if (broken.length > 0)
      return { outcome: 'broken', data: { ...data, broken: broken.map(({ node }) => node.domain) } }
    if (dynamic.length > 0) return { outcome: 'depends-on-message', data: { ...data, dynamic } }
    if (lookups < NEAR) return { outcome: 'within', data }
    // A record that mends something else makes no room.
    const helps = proposal !== undefined && proposal.lookups < lookups
    return { outcome: 'near', data: { ...data, proposed: helps ? proposed : '' }, records: helps ? records : [] }
  },
})

/** `include:_spf.example.net 4, mx 1`: what each term of the record costs with all that is below it, the dearest first. */
function costs(tree: SpfNode): readonly string[] {
  return stepsOf(tree)
    .filter(step => step.cost > 0)
    .toSorted((a, b) => costOf(b) - costOf(a))
    .slice(0, 20)
    .map(step => `${step.term.text} ${costOf(step)}`)
}
