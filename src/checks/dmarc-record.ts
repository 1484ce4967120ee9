// Is there one readable DMARC record for the domain, its own or that of its organization?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DmarcPolicy, dmarcPolicy } from '../facts/dmarc-policy.ts'
import type { PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import { type DmarcRecord, repairedDmarc } from '../protocol/dmarc/record.ts'
import { publishTxt, removeTxt, replaceTxt, type TxtChange } from '../protocol/txt-change.ts'

type Applied = Extract<PolicyDiscovery, { kind: 'policy' | 'unusable' }>

export default defineCheck({
  id: 'dmarc-record',
  group: 'dmarc',
  scope: 'domain',
  title: 'The domain has a DMARC record',
  why: 'DMARC tells receivers what to do with mail that only pretends to come from the domain, and has them report what they see. Large receivers demand a record from everyone who sends much.',
  refs: ['RFC 9989 §4.7', 'RFC 9989 §4.8', 'RFC 9989 §4.10'],
  needs: { dmarc: dmarcPolicy },
  outcomes: {
    found: { level: 'pass', says: 'A DMARC record is published at {owner}: "{record}".' },
    inherited: {
      level: 'pass',
      says: '{domain} has no DMARC record of its own. That of {at} applies to it, with the policy {policy} (from {tag}).',
    },
    'public-suffix': {
      level: 'warn',
      says: '{domain} has no DMARC record, nor has its organization. Only that of the public suffix {at} applies, with the policy {policy}, and reports go to its operator.',
      fix: 'Publish a record at _dmarc.{domain}. With p=none nothing is refused because of it; if the suffix asks for more, keep to its policy.',
    },
    'unknown-tags': {
      level: 'info',
      says: 'The DMARC record at {owner} has tags that nobody knows: {tags}. Receivers ignore them; check their spelling.',
    },
    faulty: {
      level: 'warn',
      says: 'The DMARC record at {owner} has faults that receivers pass over: {faults}.{consequence}',
      fix: 'Publish the corrected record at {owner}: {corrected}',
    },
    'no-domain': {
      level: 'info',
      says: '{domain} does not exist, and no DMARC record above it applies (see `dns-existence`).',
    },
    missing: {
      level: 'fail',
      says: 'There is no DMARC record for {domain}, neither at {place} nor above it.',
      fix: 'Publish a record at {owner}{elsewhere}. With p=none nothing is refused because of it, and the reports show who sends mail in your name. The mailbox in rua= must exist.',
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
      fix: 'Publish a correct record at {owner}.',
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
  evaluate({ dmarc }, { domain }) {
    const { policy, own } = dmarc
    const about = { domain, owner: own.owner }
    const instead =
      policy.kind === 'policy' && policy.from !== 'author' ? { at: policy.at, policy: policy.effective } : undefined
    if (own.found.kind === 'several') {
      const { records } = own.found
      return {
        outcome: instead === undefined ? 'multiple' : 'own-multiple',
        data: { ...about, ...instead, count: records.length, records: records.map(({ text }) => text) },
        records: allButBest(own.owner, records),
      }
    }
    const meant = own.found.kind === 'none' ? own.discarded.find(text => text.resembles || isSpf(text.text)) : undefined
    if (meant !== undefined && (meant.resembles || policy.kind === 'absent')) {
      const why = meant.resembles ? meant.why : 'it is an SPF record, which belongs at the domain itself'
      const corrected = meant.resembles ? meant.mended : undefined
      return {
        outcome: instead === undefined ? 'invalid' : 'own-invalid',
        data: { ...about, ...instead, why, text: meant.text },
        records: [
          ...own.discarded.filter(text => text.resembles).map(({ text }) => removeTxt(own.owner, text)),
          publishTxt(own.owner, corrected ?? starter(domain)),
        ],
      }
    }
    if (policy.kind === 'absent') {
      return dmarc.exists === false ? { outcome: 'no-domain', data: { domain } } : absent(dmarc, domain)
    }
    if (policy.kind === 'policy' && policy.from === 'public-suffix') {
      const record = starter(domain).replace('p=none', `p=${policy.published}`)
      return {
        outcome: 'public-suffix',
        data: { ...about, at: policy.at, policy: policy.effective },
        records: [publishTxt(`_dmarc.${domain}`, record)],
      }
    }
    if (policy.kind === 'unusable') return unusable(policy, domain)
    return judged(policy, domain)
  },
})

function absent({ own, misplaced }: DmarcPolicy, domain: string): Ruling<'missing' | 'misplaced'> {
  const [stray] = misplaced
  if (stray === undefined) {
    const name = `_dmarc.${domain}`
    const isAlias = own.owner !== name
    const place = isAlias ? `${name} (a CNAME to ${own.owner})` : name
    const elsewhere = isAlias
      ? `, where ${name} leads (whoever runs that name has to do it), or put it in place of the CNAME at ${name}`
      : ''
    const data = { domain, owner: own.owner, place, elsewhere }
    return { outcome: 'missing', data, records: [publishTxt(own.owner, starter(domain))] }
  }
  return {
    outcome: 'misplaced',
    data: { domain, elsewhere: misplaced.map(({ name }) => name), text: stray.text },
    records: [...misplaced.map(({ name, text }) => removeTxt(name, text)), publishTxt(`_dmarc.${domain}`, stray.text)],
  }
}

// RFC 9989 §4.10.1: no valid p (or an invalid sp or np) and no report URI: no DMARC.
function unusable({ record, owner, at }: Applied, domain: string): Ruling<'invalid'> {
  const why = `${faultsOf(record)}; without a usable policy and without rua= receivers apply no DMARC at all`
  return {
    outcome: 'invalid',
    data: { domain, owner, why, text: record.text },
    records: replaceTxt(owner, record.text, repairedDmarc(record, `mailto:dmarc@${at}`)),
  }
}

function judged(
  policy: Extract<Applied, { kind: 'policy' }>,
  domain: string,
): readonly [Ruling<'found' | 'inherited'>, ...Ruling<'faulty' | 'unknown-tags'>[]] {
  const { record, owner, at, from, effective, tag } = policy
  const about = { domain, owner, at, record: record.text }
  const rulings: Ruling<'faulty' | 'unknown-tags'>[] = []
  if (record.faults.length > 0) {
    const corrected = repairedDmarc(record, `mailto:dmarc@${at}`)
    const consequence = record.acts === 'as-none' ? ' Until then they act as if it said p=none.' : ''
    rulings.push({
      outcome: 'faulty',
      data: { ...about, corrected, faults: faultsOf(record), consequence },
      records: replaceTxt(owner, record.text, corrected),
    })
  }
  if (record.unknown.length > 0) {
    rulings.push({ outcome: 'unknown-tags', data: { ...about, tags: record.unknown.map(({ name }) => name) } })
  }
  if (from === 'author') return [{ outcome: 'found', data: about }, ...rulings]
  const source = tag === 'assumed' ? 'a faulty record, which counts as p=none' : `${tag}=`
  return [{ outcome: 'inherited', data: { ...about, policy: effective, tag: source } }, ...rulings]
}

function starter(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`
}

/** Of a record of 60 KB, which can have thousands, the first that matter. */
const MOST_FAULTS = 10

function faultsOf({ faults }: DmarcRecord): string {
  const told = faults.slice(0, MOST_FAULTS).map(({ tag, why }) => `${tag}: ${why}`)
  return [...told, ...(faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : [])].join('; ')
}

function isSpf(text: string): boolean {
  return /^v=spf1(\s|$)/i.test(text)
}

/** The record that asks for most is kept: one with reports before one without, then by the policy. */
function allButBest(owner: string, records: readonly DmarcRecord[]): readonly TxtChange[] {
  const weight = ({ acts, rua, p }: DmarcRecord): number =>
    (acts === 'not-at-all' ? 0 : 10) + (rua.length > 0 ? 5 : 0) + ['none', 'quarantine', 'reject'].indexOf(p ?? 'none')
  const best = records.toSorted((a, b) => weight(b) - weight(a))[0]
  return records.filter(record => record !== best).map(({ text }) => removeTxt(owner, text))
}
