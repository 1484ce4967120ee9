// Are the domains that the SPF record includes there, each with one record, and held by somebody? They decide who may send.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type MissingNames, spfMissing } from '../facts/spf-missing.ts'
import { type Proposed, spfProposal } from '../facts/spf-proposal.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { allSteps, gapsOf, nodesOf, type PlacedNode, placeOf, type SpfNode, whyNoRecord } from '../protocol/spf/tree.ts'
import { sharedIncludes } from '../rules/spf-shared-includes.ts'

type Outcome =
  | 'healthy'
  | 'alone'
  | 'unclaimed'
  | 'unclaimed-host'
  | 'nonexistent'
  | 'missing'
  | 'multiple'
  | 'shared'
  | 'elsewhere'
  | 'unfinished'
  | 'no-record'

const remove =
  'Correct the name, or remove the term that leads to {included}. If a service of that name was used once, it is gone.{proposed}'

export default defineCheck({
  id: 'spf-include-health',
  group: 'spf',
  scope: 'domain',
  title: 'The domains that the SPF record includes exist and are in good order',
  why: 'Whoever holds an included domain decides who may send for yours. One that is gone ends every evaluation with a permanent error, until somebody else registers it and lists hosts of their own.',
  refs: ['RFC 7208 §5.2', 'RFC 7208 §6.1', 'RFC 7208 §4.5', 'RFC 7208 §11.1'],
  needs: { tree: spfTree, missing: spfMissing, proposals: spfProposal },
  outcomes: {
    healthy: {
      level: 'pass',
      says: 'Every domain that the SPF record includes has one SPF record (included: {count}).',
    },
    alone: { level: 'pass', says: 'The SPF record includes no other domain.' },
    'no-record': { level: 'info', says: 'There is nothing to include: {reason}.' },
    unclaimed: {
      level: 'fail',
      says: '{included}, reached by {path}, does not exist in DNS, and neither does {organization}: evaluation ends there with a permanent error, and if {organization} is not registered, whoever registers it decides who may send for {domain}.',
      fix: 'Take the term that leads to {included} out of the record at once.{proposed}',
    },
    'unclaimed-host': {
      level: 'fail',
      says: '"{term}" asks for {included}, which does not exist in DNS, and neither does {organization}: if it is not registered, whoever registers it may send for {domain}.',
      fix: 'Take "{term}" out of the record at once.{proposed}',
    },
    nonexistent: {
      level: 'fail',
      says: '{included}, reached by {path}, does not exist: evaluation ends there with a permanent error.',
      fix: remove,
    },
    missing: {
      level: 'fail',
      says: '{included}, reached by {path}, publishes no SPF record: evaluation ends there with a permanent error.',
      fix: remove,
    },
    multiple: {
      level: 'fail',
      says: '{included}, reached by {path}, publishes {count} SPF records: evaluation ends there with a permanent error.',
      fix: 'Ask whoever runs {included} to publish one record; until then take the term that leads there out of your record.{proposed}',
    },
    shared: {
      level: 'info',
      says: 'By its includes the SPF record lets in every customer of {providers} ({terms}): SPF alone does not tell your mail from theirs, and a DKIM signature of your own does.',
    },
    elsewhere: {
      level: 'info',
      says: 'What is wrong with {broken} is told by `spf-syntax` and `spf-lookup-limit`.',
    },
    unfinished: { level: 'unknown', says: 'Not every included record could be asked for: {reason}.' },
  },
  evaluate({ tree, missing, proposals }, { domain }) {
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const included = nodesOf(tree).slice(1)
    const { unread, broken, loops } = gapsOf(tree)
    const faults = [
      ...included.flatMap(placed => faultOf(placed, missing, proposals.domain, domain)),
      ...hosts(tree, missing, proposals.domain, domain),
    ].slice(0, MOST_TOLD)
    const other = [...broken.filter(({ node }) => node.state === 'invalid'), ...loops].map(({ node }) => node.domain)
    const rulings: Ruling<Outcome>[] = [...faults, ...shared(tree)]
    if (unread.length > 0) rulings.push({ outcome: 'unfinished', data: { reason: unread.join('; ') } })
    else if (other.length > 0) rulings.push({ outcome: 'elsewhere', data: { broken: [...new Set(other)] } })
    else if (faults.length === 0) {
      const count = new Set(included.map(({ node }) => node.domain)).size
      rulings.unshift(count === 0 ? { outcome: 'alone' } : { outcome: 'healthy', data: { count } })
    }
    const [first, ...rest] = rulings
    return [first!, ...rest]
  },
})

/** Faults that are told one by one. */
const MOST_TOLD = 10

function faultOf({ node, path }: PlacedNode, { names }: MissingNames, to: Proposed, domain: string): Ruling<Outcome>[] {
  const data = { included: node.domain, path: path.join(' → '), domain, proposed: to.says }
  const { records } = to
  if (node.state === 'several') return [{ outcome: 'multiple', data: { ...data, count: node.records.length }, records }]
  if (node.state !== 'none') return []
  const known = names.find(({ name }) => name === node.domain)
  if (known?.unclaimed !== undefined) {
    return [{ outcome: 'unclaimed', data: { ...data, organization: known.unclaimed }, records }]
  }
  return [{ outcome: known?.denied ? 'nonexistent' : 'missing', data, records }]
}

/** Names of `a`, `mx` and `exists` that nobody holds: no error, but an open door. */
function hosts(tree: SpfNode, { names }: MissingNames, to: Proposed, domain: string): Ruling<Outcome>[] {
  return allSteps(tree).flatMap(({ step, domain: owner }) => {
    const organization = names.find(({ name }) => name === step.target)?.unclaimed
    if (organization === undefined || step.child !== undefined) return []
    const data = { term: placeOf(step, owner, tree), included: step.target!, organization, domain, proposed: to.says }
    return [{ outcome: 'unclaimed-host', data, records: to.records }]
  })
}

function shared(tree: SpfNode): Ruling<Outcome>[] {
  const found = allSteps(tree).flatMap(({ step: { term, target } }) => {
    const lets = term.name === 'redirect' || (term.name === 'include' && term.qualifier === '+')
    const provider = lets && target !== undefined && Object.hasOwn(sharedIncludes, target) && sharedIncludes[target]
    return provider ? [{ provider, target }] : []
  })
  if (found.length === 0) return []
  const providers = [...new Set(found.map(one => one.provider))]
  return [{ outcome: 'shared', data: { providers, terms: [...new Set(found.map(one => one.target!))] } }]
}
