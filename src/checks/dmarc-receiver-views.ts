// Do receivers that follow RFC 9989 and those that still follow RFC 7489 come to the same policy for the domain?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DmarcPolicy, dmarcPolicy, unansweredReason } from '../facts/dmarc-policy.ts'
import { type DmarcProposal, dmarcProposal } from '../facts/dmarc-proposal.ts'
import { ownRecord } from '../protocol/dmarc/mend.ts'
import { publishTxt } from '../protocol/txt-change.ts'

export default defineCheck({
  id: 'dmarc-receiver-views',
  group: 'dmarc',
  scope: 'domain',
  title: 'Old and new receivers find the same DMARC policy',
  why: 'RFC 9989 (May 2026) finds policy and organization by a walk up the DNS tree; receivers that have not moved yet use the Public Suffix List (RFC 7489). Until they have, both answers count.',
  refs: ['RFC 9989 §4.10', 'RFC 7489 §6.6.3', 'RFC 7489 §3.2', 'RFC 9989 §A.6'],
  needs: { dmarc: dmarcPolicy, proposal: dmarcProposal },
  outcomes: {
    alike: { level: 'pass', says: 'By RFC 9989 and by RFC 7489 the same holds for {domain}: {current}.' },
    'records-differ': {
      level: 'warn',
      says: 'Receivers that follow RFC 9989 apply to {domain}: {current}. Those that still follow RFC 7489: {former}. This matters for mail to all receivers that have not moved yet.',
      fix: 'Publish a record of its own at {place}: there every receiver looks first.',
    },
    'policy-differs': {
      level: 'info',
      says: 'Receivers that follow RFC 9989 apply to {domain}: {current}. Those that still follow RFC 7489: {former}. The cause is {because}.',
    },
    'organization-differs': {
      level: 'info',
      says: 'The policy is the same, but not what belongs together: the organization of {domain} is {organization} by RFC 9989, and {formerOrganization} by RFC 7489 (see dmarc-alignment).',
    },
    'former-unknown': {
      level: 'unknown',
      says: 'What receivers find that still follow RFC 7489 could not be learned: {reason}.',
    },
    'no-policy': { level: 'info', says: 'Neither by RFC 9989 nor by RFC 7489 a policy applies to {domain}.' },
  },
  evaluate({ dmarc, proposal }, { domain }) {
    const { policy, former, organization, formerOrganization } = dmarc
    if (former.kind === 'unknown') {
      return { outcome: 'former-unknown', data: { domain, reason: unansweredReason(former.question) } }
    }
    if (policy.kind !== 'policy' && former.kind !== 'policy') return { outcome: 'no-policy', data: { domain } }
    const data = {
      domain,
      current: currentInWords(dmarc),
      former: formerInWords(dmarc),
      organization: organization.known ? organization.domain : null,
      formerOrganization,
    }
    const currentAt = policy.kind === 'policy' ? policy.at : undefined
    const formerAt = former.kind === 'policy' ? former.at : undefined
    if (policy.kind !== 'policy' || former.kind !== 'policy' || currentAt !== formerAt) {
      return differing(dmarc, proposal, domain, data)
    }
    // A share of nothing is nothing.
    if (policy.effective !== former.policy || (former.percent !== 100 && former.policy !== 'none')) {
      return { outcome: 'policy-differs', data: { ...data, because: cause(dmarc) } }
    }
    if (organization.known && organization.domain !== formerOrganization) {
      return { outcome: 'organization-differs', data: { ...data, organization: organization.domain } }
    }
    return { outcome: 'alike', data }
  },
})

function differing(
  dmarc: DmarcPolicy,
  { mended }: DmarcProposal,
  domain: string,
  data: { readonly current: string; readonly former: string },
): Ruling<'records-differ' | 'policy-differs'> {
  const { policy, own } = dmarc
  const told = { ...data, domain, place: own.owner }
  // What other findings are about already is only explained here.
  if (own.found.kind === 'several') {
    const because =
      'that there are several records at its own name, which ends the search by RFC 7489 and not by RFC 9989 (see dmarc-record)'
    return { outcome: 'policy-differs', data: { ...told, because } }
  }
  if (policy.kind === 'policy' && policy.from === 'public-suffix') {
    const because = `the record of the public suffix ${policy.at}, which only RFC 9989 knows of (see dmarc-record)`
    return { outcome: 'policy-differs', data: { ...told, because } }
  }
  if (policy.kind !== 'policy') {
    const because = 'a fault in the record (see dmarc-record)'
    return { outcome: 'policy-differs', data: { ...told, because } }
  }
  if (mended?.owner === own.owner) return { outcome: 'records-differ', data: told, records: mended.records }
  const text = ownRecord(domain, dmarc)
  return { outcome: 'records-differ', data: told, records: text === undefined ? [] : [publishTxt(own.owner, text)] }
}

function currentInWords({ policy }: DmarcPolicy): string {
  if (policy.kind === 'absent') return 'no policy'
  if (policy.kind === 'unusable') return `no policy, since the record of ${policy.at} is faulty`
  const test = policy.effective === policy.published ? '' : ` (${policy.tag}=${policy.published} in test mode)`
  return `${policy.effective}${test}, from the record of ${policy.at}`
}

function formerInWords({ former }: DmarcPolicy): string {
  switch (former.kind) {
    case 'policy': {
      const share =
        former.percent === 100 || former.policy === 'none' ? '' : ` for ${former.percent} % of the failing mail`
      return `${former.policy}${share}, from the record of ${former.at}`
    }
    case 'several':
      return `no policy, since there are several records of ${former.at}`
    case 'unusable':
      return `no policy, since the record of ${former.at} is faulty`
    default:
      return 'no policy'
  }
}

function cause({ policy, former }: DmarcPolicy): string {
  if (policy.kind !== 'policy' || former.kind !== 'policy') return 'unknown'
  const causes = [
    ...(policy.published !== policy.effective ? ['t=y, which RFC 7489 does not know'] : []),
    ...(former.percent === 100 ? [] : [`pct=${former.percent}, which RFC 9989 removed`]),
    ...(policy.tag === 'np' ? ['np=, which RFC 7489 does not know'] : []),
    ...((policy.tag === 'assumed') === (former.tag === 'assumed')
      ? []
      : ['an invalid np=, which RFC 7489 passes over']),
  ]
  return causes.length === 0 ? 'how the two read its tags' : causes.join(' and ')
}
