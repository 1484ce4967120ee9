// Is there one readable DMARC record for the domain, its own or that of its organization?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DmarcPolicy, dmarcPolicy, walkInWords, walkSteps } from '../facts/dmarc-policy.ts'
import { type DmarcProposal, dmarcProposal } from '../facts/dmarc-proposal.ts'
import { meantRecord } from '../protocol/dmarc/mend.ts'
import type { PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import type { DmarcRecord } from '../protocol/dmarc/record.ts'

export default defineCheck({
  id: 'dmarc-record',
  group: 'dmarc',
  scope: 'domain',
  title: 'The domain has a DMARC record',
  why: 'DMARC tells receivers what to do with mail that only pretends to come from the domain, and has them report what they see. Large receivers demand a record from everyone who sends much.',
  refs: ['RFC 9989 §4.7', 'RFC 9989 §4.8', 'RFC 9989 §4.10'],
  needs: { dmarc: dmarcPolicy, proposal: dmarcProposal },
  outcomes: {
    found: { level: 'pass', says: 'A DMARC record is published at {owner}: "{record}".' },
    inherited: {
      level: 'pass',
      says: '{domain} has no DMARC record of its own. That of {at} applies to it, with the policy {policy} (from {tag}). Asked were {walk}.',
    },
    'public-suffix': {
      level: 'warn',
      says: '{domain} has no DMARC record, nor has its organization. Only that of the public suffix {at} applies, with the policy {policy}, and reports go to its operator. Asked were {walk}.',
      fix: 'Publish a record at {owner}. If the suffix asks for more than none, keep to its policy.{reports}',
    },
    large: {
      level: 'info',
      says: 'The DMARC record at {owner} is {octets} octets long: the answer does not fit into 512 octets, and receivers that cannot ask by TCP or EDNS never see it.',
    },
    'unknown-tags': {
      level: 'info',
      says: 'The DMARC record at {owner} has tags that nobody knows: {tags}. Receivers ignore them; check their spelling.',
    },
    faulty: {
      level: 'warn',
      says: 'The DMARC record at {owner} has faults that receivers pass over: {faults}.{consequence}',
      fix: 'Publish the corrected record at {place}: {corrected}',
    },
    'no-domain': {
      level: 'info',
      says: '{domain} does not exist, and no DMARC record above it applies (see `dns-existence`).',
    },
    missing: {
      level: 'fail',
      says: 'There is no DMARC record for {domain}, neither at {place} nor above it. Asked were {walk}.',
      fix: 'Publish a record at {owner}{elsewhere}. {harmless}{reports}',
    },
    misplaced: {
      level: 'fail',
      says: 'There is no DMARC record at _dmarc.{domain}, but one stands at {elsewhere}, where nobody looks for it.',
      fix: 'Move the record to _dmarc.{domain}. Many zone editors append the domain by themselves: then enter _dmarc only.',
    },
    multiple: {
      level: 'fail',
      says: 'There are {count} DMARC records at {owner}. Receivers discard all of them.',
      fix: 'Leave only one of the records at {owner}.',
    },
    invalid: {
      level: 'fail',
      says: 'The text at {owner} is not a DMARC record that counts: {why}.',
      fix: 'Publish a correct record at {place}.',
    },
    'own-multiple': {
      level: 'warn',
      says: 'There are {count} DMARC records at {owner}. Receivers discard all of them, and apply the record of {at} instead, with the policy {policy}.',
      fix: 'Leave only one of the records at {owner}, or none if that of {at} is to apply.',
    },
    'own-invalid': {
      level: 'warn',
      says: 'The text at {owner} is not a DMARC record that counts: {why}. Receivers apply the record of {at} instead, with the policy {policy}.',
      fix: 'Publish a correct record at {owner}, or remove the text if the record of {at} is to apply.',
    },
  },
  evaluate({ dmarc, proposal }, { domain }) {
    const { policy, own } = dmarc
    const records = proposal.mended?.records ?? []
    const about = { domain, owner: own.owner, walk: walkInWords(dmarc), trace: walkSteps(dmarc) }
    const instead =
      policy.kind === 'policy' && policy.from !== 'author' ? { at: policy.at, policy: policy.effective } : undefined
    if (own.found.kind === 'several') {
      const texts = own.found.records.map(({ text }) => text)
      const data = { ...about, ...instead, count: texts.length, records: texts }
      return { outcome: instead === undefined ? 'multiple' : 'own-multiple', data, records }
    }
    const meant = meantRecord(dmarc)
    if (meant !== undefined) {
      const data = { ...about, ...instead, place: own.owner, why: meant.why, text: meant.text }
      return { outcome: instead === undefined ? 'invalid' : 'own-invalid', data, records }
    }
    if (policy.kind === 'absent') {
      return dmarc.exists === false ? { outcome: 'no-domain', data: about } : absent(dmarc, proposal, about, records)
    }
    if (policy.kind === 'policy' && policy.from === 'public-suffix') {
      const data = { ...about, at: policy.at, policy: policy.effective, reports: reportsWanted(proposal) }
      return { outcome: 'public-suffix', data, records }
    }
    if (policy.kind === 'unusable') {
      const why = `${faultsOf(policy.record)}; without a usable policy and without rua= receivers apply no DMARC at all`
      const place = proposal.mended?.owner ?? policy.owner
      return {
        outcome: 'invalid',
        data: { ...about, owner: policy.owner, place, why, text: policy.record.text },
        records,
      }
    }
    return judged(policy, about, proposal)
  },
})

type About = {
  readonly domain: string
  readonly owner: string
  readonly walk: string
  readonly trace: ReturnType<typeof walkSteps>
}
type Records = NonNullable<DmarcProposal['mended']>['records']

function absent(
  { own, misplaced }: DmarcPolicy,
  proposal: DmarcProposal,
  about: About,
  records: Records,
): Ruling<'missing' | 'misplaced'> {
  if (misplaced.length > 0) {
    return { outcome: 'misplaced', data: { ...about, elsewhere: misplaced.map(one => one.name) }, records }
  }
  const name = `_dmarc.${about.domain}`
  const isAlias = own.owner !== name
  const place = isAlias ? `${name} (a CNAME to ${own.owner})` : name
  const elsewhere = isAlias
    ? `, where ${name} leads (whoever runs that name has to do it), or put it in place of the CNAME at ${name}`
    : ''
  const harmless = proposal.parked
    ? 'The domain neither takes nor sends mail, so that p=reject can lose nothing of its own.'
    : 'With p=none nothing is refused because of it.'
  return {
    outcome: 'missing',
    data: { ...about, place, elsewhere, harmless, reports: reportsWanted(proposal) },
    records,
  }
}

/** No mailbox is made up: an address that does not exist is worse than none. */
function reportsWanted({ mended }: DmarcProposal): string {
  return mended === undefined || /;\s*rua=/i.test(mended.text)
    ? ''
    : ' Add rua=mailto: and the address of a mailbox of yours: the reports that go there show who sends mail in your name.'
}

function judged(
  policy: Extract<PolicyDiscovery, { kind: 'policy' }>,
  about: About,
  { mended }: DmarcProposal,
): readonly [Ruling<'found' | 'inherited'>, ...Ruling<'faulty' | 'large' | 'unknown-tags'>[]] {
  const { record, owner, at, from, effective, tag } = policy
  const data = { ...about, owner, at, record: record.text }
  const rulings: Ruling<'faulty' | 'large' | 'unknown-tags'>[] = []
  if (record.faults.length > 0) {
    const consequence = record.acts === 'as-none' ? ' Until then they act as if it said p=none.' : ''
    const told = { place: mended?.owner ?? owner, corrected: mended?.text ?? '', faults: faultsOf(record), consequence }
    rulings.push({ outcome: 'faulty', data: { ...data, ...told }, records: mended?.records ?? [] })
  }
  if (record.unknown.length > 0) {
    rulings.push({ outcome: 'unknown-tags', data: { ...data, tags: record.unknown.map(({ name }) => name) } })
  }
  if (record.text.length > LARGEST) rulings.push({ outcome: 'large', data: { ...data, octets: record.text.length } })
  if (from === 'author') return [{ outcome: 'found', data }, ...rulings]
  const source = tag === 'assumed' ? 'a faulty record, which counts as p=none' : `${tag}=`
  return [{ outcome: 'inherited', data: { ...data, policy: effective, tag: source } }, ...rulings]
}

/** RFC 1035 §4.2.1: 512 octets of answer, of which header, question, name and the lengths of strings take their part. */
const LARGEST = 450

/** Of a record of 60 KB, which can have thousands, the first that matter. */
const MOST_FAULTS = 10

function faultsOf({ faults }: DmarcRecord): string {
  const told = faults.slice(0, MOST_FAULTS).map(({ tag, why }) => `${tag}: ${why}`)
  return [...told, ...(faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : [])].join('; ')
}
