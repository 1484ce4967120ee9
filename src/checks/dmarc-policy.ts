// How much protection does the DMARC policy ask for, and does it say so in words that receivers still know?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { dmarcPolicy } from '../facts/dmarc-policy.ts'
import { below, type PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import { type Disposition, type DmarcRecord, withPolicy } from '../protocol/dmarc/record.ts'
import { editTagList } from '../protocol/tag-list.ts'
import { replaceTxt } from '../protocol/txt-change.ts'

type Applied = Extract<PolicyDiscovery, { kind: 'policy' }>

export default defineCheck({
  id: 'dmarc-policy',
  group: 'dmarc',
  scope: 'domain',
  title: 'The DMARC policy protects the domain',
  why: 'Only quarantine or reject keeps forged mail in your name from people; none merely watches. Tags that RFC 9989 removed mean one thing to old receivers and nothing to new ones.',
  refs: ['RFC 9989 §4.7', 'RFC 9989 §4.10.1', 'RFC 9989 §5.1', 'RFC 9989 §A.6'],
  needs: { dmarc: dmarcPolicy },
  outcomes: {
    reject: { level: 'pass', says: 'Mail that fails DMARC is to be rejected ({source} at {owner}).' },
    quarantine: { level: 'pass', says: 'Mail that fails DMARC is to be put into quarantine ({source} at {owner}).' },
    none: {
      level: 'warn',
      says: 'The policy is none ({source} at {owner}): receivers only report, and forged mail in the name of {domain} is delivered.',
      fix: '{step}',
    },
    testing: {
      level: 'warn',
      says: 'The policy is {published} ({source} at {owner}), but in test mode (t=y): receivers that know RFC 9989 apply {effective}, older ones apply {published}.',
      fix: 'Once the reports show that all your own mail passes, publish the record at {owner} without t=y.',
    },
    'weaker-subdomains': {
      level: 'warn',
      says: 'The policy of {at} itself is {published}, but weaker below it: {weaker}. Whoever forges mail then uses a subdomain.',
      fix: 'Take the weaker tags out of the record at {owner}, so that p= applies to all names below {at}. If a subdomain needs more time, give it a record of its own.',
    },
    'removed-tags': {
      level: 'warn',
      says: 'The record at {owner} has tags that RFC 9989 removed: {tags}.{meaning}',
      fix: 'Publish the record at {owner} without them.',
    },
    'no-policy': { level: 'info', says: 'No DMARC policy of {domain} or its organization applies (see dmarc-record).' },
  },
  evaluate({ dmarc }, { domain }) {
    const { policy } = dmarc
    if (policy.kind !== 'policy' || policy.from === 'public-suffix') return { outcome: 'no-policy', data: { domain } }
    const { record, owner, at, published, effective, tag } = policy
    const tidy = withoutRemoved(record)
    const source = tag === 'assumed' ? 'assumed, since the record is faulty,' : `${tag}=${published}`
    const data = { domain, owner, at, published, effective, source, record: record.text }
    const rulings: Ruling<'weaker-subdomains' | 'removed-tags'>[] = []

    const weaker = weakerBelow(record)
    // §4.7 sp: it has no effect in a record below the organizational domain.
    const effectiveBelow = !dmarc.organization.known || dmarc.organization.domain === at
    if (weaker.length > 0 && effectiveBelow) {
      const corrected = editTagList(tidy, Object.fromEntries(weaker.map(name => [name, undefined])))
      rulings.push({
        outcome: 'weaker-subdomains',
        data: { ...data, published: record.p!, weaker: weaker.map(name => `${name}=${record[name]}`) },
        records: replaceTxt(owner, record.text, corrected),
      })
    }
    if (record.removed.length > 0) {
      rulings.push({
        outcome: 'removed-tags',
        data: { ...data, tags: record.removed.map(({ name, value }) => `${name}=${value}`), meaning: meaning(record) },
        records: replaceTxt(owner, record.text, tidy),
      })
    }
    if (record.testing && published !== 'none') {
      const corrected = editTagList(tidy, { t: undefined })
      return [{ outcome: 'testing', data, records: replaceTxt(owner, record.text, corrected) }, ...rulings]
    }
    if (published !== 'none') return [{ outcome: published, data }, ...rulings]
    return [
      {
        outcome: 'none',
        data: { ...data, step: step(record, owner, tag) },
        records: nextStep(record, tidy, owner, tag),
      },
      ...rulings,
    ]
  },
})

/** First reports, then quarantine (RFC 9989 §5.1.5 and §5.1.7). */
function step(record: DmarcRecord, owner: string, tag: Applied['tag']): string {
  if (tag === 'assumed') return `Correct the record at ${owner} first (see dmarc-record).`
  return record.rua.length === 0
    ? `First ask for reports: publish the record at ${owner} with rua= and read for some weeks who sends mail in your name. Then raise the policy to quarantine.`
    : `When the reports show that all your own mail passes, publish ${tag}=quarantine at ${owner}, and ${tag}=reject some weeks later.`
}

/** Nothing while the record has to be corrected or to ask for reports first: dmarc-record and dmarc-reporting have those changes. */
function nextStep(record: DmarcRecord, tidy: string, owner: string, tag: Applied['tag']) {
  if (tag === 'assumed' || record.rua.length === 0) return []
  return replaceTxt(
    owner,
    record.text,
    tag === 'p' ? withPolicy(tidy, 'quarantine') : editTagList(tidy, { [tag]: 'quarantine' }),
  )
}

const strength: readonly Disposition[] = ['none', 'quarantine', 'reject']

function weakerBelow(record: DmarcRecord): readonly ('sp' | 'np')[] {
  if (record.acts !== 'as-written') return []
  const weaker = (['sp', 'np'] as const).filter(
    tag => record[tag] !== undefined && strength.indexOf(below(record, tag)) < strength.indexOf(record.p!),
  )
  return weaker
}

/** pct=0 asked for what t=y asks for now (RFC 9989 §A.6); the other tags have no successor. */
function withoutRemoved(record: DmarcRecord): string {
  if (record.removed.length === 0) return record.text
  const held = percentage(record) === 0 && record.p !== 'none'
  return editTagList(record.text, { pct: undefined, rf: undefined, ri: undefined, ...(held ? { t: 'y' } : {}) })
}

function meaning(record: DmarcRecord): string {
  const share = percentage(record)
  if (share === undefined || share === 100) return ' Newer receivers ignore them.'
  const instead = share === 0 && record.p !== 'none' ? ' What pct=0 asked of the old, t=y asks of the new.' : ''
  return ` Older receivers apply the policy to ${share} % of the failing mail, newer ones to all of it.${instead}`
}

function percentage(record: DmarcRecord): number | undefined {
  const value = record.removed.find(({ name }) => name.toLowerCase() === 'pct')?.value
  return value !== undefined && /^\d{1,3}$/.test(value) ? Number(value) : undefined
}
