// How much protection does the DMARC policy ask for, what is its next step, and does it use words that receivers still know?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DmarcLadder, dmarcLadder } from '../facts/dmarc-ladder.ts'
import { dmarcPolicy } from '../facts/dmarc-policy.ts'
import { percentage } from '../protocol/dmarc/former-view.ts'
import { type Rung, weakerBelow } from '../protocol/dmarc/ladder.ts'
import type { PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import type { DmarcRecord } from '../protocol/dmarc/record.ts'
import { replaceTxt, type TxtChange } from '../protocol/txt-change.ts'

type Applied = Extract<PolicyDiscovery, { kind: 'policy' }>

export default defineCheck({
  id: 'dmarc-policy',
  group: 'dmarc',
  scope: 'domain',
  title: 'The DMARC policy protects the domain',
  why: 'Only quarantine or reject keeps forged mail in your name from people; none merely watches. Tags that RFC 9989 removed mean one thing to old receivers and nothing to new ones.',
  refs: ['RFC 9989 §4.7', 'RFC 9989 §4.10.1', 'RFC 9989 §5.1', 'RFC 9989 §7.4', 'RFC 9989 §A.6'],
  needs: { dmarc: dmarcPolicy, ladder: dmarcLadder },
  outcomes: {
    reject: { level: 'pass', says: 'Mail that fails DMARC is to be rejected ({source} at {owner}).' },
    quarantine: { level: 'pass', says: 'Mail that fails DMARC is to be put into quarantine ({source} at {owner}).' },
    'next-step': { level: 'info', says: '{step}' },
    none: {
      level: 'warn',
      says: 'The policy is none ({source} at {owner}): receivers only report, and forged mail in the name of {domain} is delivered.',
      fix: '{step}',
    },
    testing: {
      level: 'warn',
      says: 'The policy is {published} ({source} at {owner}), but in test mode (t=y): receivers that know RFC 9989 apply {effective}, older ones apply {published}.',
      fix: '{step}',
    },
    'weaker-subdomains': {
      level: 'warn',
      says: 'The policy of {at} itself is {published}, but weaker below it: {weaker}. Whoever forges mail then uses a subdomain.',
      fix: 'Take the weaker tags out of the record at {owner}, so that p= applies to all names below {at}. If a subdomain needs more time, give it a record of its own.{step}',
    },
    'removed-tags': {
      level: 'warn',
      says: 'The record at {owner} has tags that RFC 9989 removed: {tags}.{meaning}',
      fix: 'Publish the record at {owner} without them.',
    },
    'no-policy': { level: 'info', says: 'No DMARC policy of {domain} or its organization applies (see dmarc-record).' },
  },
  evaluate({ dmarc, ladder }, { domain }) {
    const { policy } = dmarc
    if (policy.kind !== 'policy' || policy.from === 'public-suffix') return { outcome: 'no-policy', data: { domain } }
    const { record, owner, at, published, effective, tag } = policy
    const source = tag === 'assumed' ? 'assumed, since the record is faulty,' : `${tag}=${published}`
    const { missing, unknown, sending, next } = ladder
    const known = { missing, unknown, proven: sending.proven, next: next?.text ?? null }
    const data = { domain, owner, at, published, effective, source, record: record.text, ...known }
    const rulings: Ruling<'weaker-subdomains' | 'removed-tags'>[] = []
    const weaker = dmarc.organization.known && dmarc.organization.domain !== at ? [] : weakerBelow(record)
    // §4.7 sp: it has no effect in a record below the organizational domain.
    if (weaker.length > 0) {
      rulings.push({
        outcome: 'weaker-subdomains',
        data: {
          ...data,
          published: record.p!,
          weaker: weaker.map(name => `${name}=${record[name]}`),
          step: next?.kind === 'subdomains' ? ` ${howTo(ladder, policy)}` : '',
        },
      })
    }
    if (record.removed.length > 0) {
      const tags = record.removed.map(({ name, value }) => `${name}=${value}`)
      const records = ladder.mended?.records ?? []
      rulings.push({ outcome: 'removed-tags', data: { ...data, tags, meaning: meaning(record) }, records })
    }
    const step = howTo(ladder, policy)
    if (published === 'none') {
      const records = stepRecords(ladder, policy, 'quarantine')
      return [{ outcome: 'none', data: { ...data, step }, records }, ...rulings]
    }
    if (record.testing) {
      const records = stepRecords(ladder, policy, 'leave-test')
      return [{ outcome: 'testing', data: { ...data, step }, records }, ...rulings]
    }
    const first = { outcome: published, data } as const
    return next?.kind === 'reject'
      ? [first, { outcome: 'next-step', data: { ...data, step } }, ...rulings]
      : [first, ...rulings]
  },
})

/** What has to come first, else the step itself and on what it depends (RFC 9989 §5.1.5 to §5.1.7). */
function howTo(ladder: DmarcLadder, policy: Applied): string {
  const { tag, owner, at, from } = policy
  const { parked, next, missing, unknown, sending, mended } = ladder
  if (parked) {
    return `The domain neither takes nor sends mail (a null MX, and SPF lets nobody send), so that nothing of its own can be lost: publish p=reject at ${mended?.owner ?? owner} at once.`
  }
  if (mended !== undefined && mended.owner !== owner) {
    return `The record at ${owner} is not the domain's own by the Public Suffix List: publish one at ${mended.owner} first.`
  }
  if (tag === 'assumed' || next === undefined) return `Correct the record at ${owner} first (see dmarc-record).`
  const first = (mended?.records ?? []).length > 0 ? [`the corrected record at ${owner}`] : []
  const open = [...first, ...missing]
  const wide = from === 'author' ? '' : ` It applies to the names below ${at} that have no record of their own.`
  if (open.length > 0) return `Before the next step, ${next.says}, this is missing: ${open.join('; ')}.`
  const condition = proofs(sending, unknown)
  const caution =
    next.kind === 'reject' ? ' Where people of the domain write to mailing lists, read RFC 9989 §7.4 before it.' : ''
  // Where no record comes with the finding, it is told here.
  const what = isReady(ladder, policy) ? `publish the new record at ${owner}.` : `publish at ${owner}: ${next.text}`
  return `The next step is ${next.says}. ${condition}When the reports show for some weeks that all your own mail passes, ${what}${wide}${caution}`
}

function proofs({ proven, told }: DmarcLadder['sending'], unknown: readonly string[]): string {
  const good = proven.length > 0 ? `Mail passes by ${proven.join(', ')}. ` : ''
  const untold = told ? '' : 'From which hosts the domain sends was not told, so only the reports can show it. '
  return `${good}${untold}${unknown.length > 0 ? `Not learned: ${unknown.join('; ')}. ` : ''}`
}

/**
 * The step is proposed when it is known that mail passes, nothing is missing, and nothing else has to be mended before. What was told of
 * the sending side is about the domain itself: a step for the names below it is only described, and so is reject.
 */
function isReady({ mended, next, missing, unknown, sending }: DmarcLadder, { from }: Applied): boolean {
  const isOwnStep = from === 'author' && (next?.kind === 'quarantine' || next?.kind === 'leave-test')
  const isClear = (mended?.records ?? []).length === 0 && missing.length === 0 && unknown.length === 0
  return isOwnStep && isClear && sending.proven.length > 0
}

function stepRecords(ladder: DmarcLadder, policy: Applied, kind: Rung['kind']): readonly TxtChange[] {
  const { parked, mended, next } = ladder
  if (parked) return mended?.records ?? []
  return next?.kind === kind && isReady(ladder, policy) ? replaceTxt(policy.owner, policy.record.text, next.text) : []
}

function meaning(record: DmarcRecord): string {
  const share = percentage(record)
  if (share === undefined || share === 100) return ' Newer receivers ignore them.'
  const instead = share === 0 && record.p !== 'none' ? ' What pct=0 asked of the old, t=y asks of the new.' : ''
  return ` Older receivers apply the policy to ${share} % of the failing mail, newer ones to all of it.${instead}`
}
