// Which domains may sign and bounce for the domain so that its mail passes DMARC, and do all receivers see it alike?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DmarcPolicy, dmarcPolicy } from '../facts/dmarc-policy.ts'
import { type DmarcProposal, dmarcProposal } from '../facts/dmarc-proposal.ts'
import { isWithin } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import { apartDmarc, withoutSuffixFlag } from '../protocol/dmarc/mend.ts'
import type { PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import { publishTxt, replaceTxt } from '../protocol/txt-change.ts'

type Applied = Extract<PolicyDiscovery, { kind: 'policy' }>

export default defineCheck({
  id: 'dmarc-alignment',
  group: 'dmarc',
  scope: 'domain',
  title: 'All receivers see alike which domains are aligned',
  why: 'SPF and DKIM count for DMARC only when the domain that they prove belongs to the From domain. What belongs together is decided by the organizational domain, or by equality in strict mode.',
  refs: ['RFC 9989 §4.4', 'RFC 9989 §4.10.2', 'RFC 7489 §3.1', 'RFC 7489 §3.2'],
  needs: { dmarc: dmarcPolicy, proposal: dmarcProposal },
  outcomes: {
    relaxed: {
      level: 'pass',
      says: 'Mail from {domain} passes with a DKIM signature (d=) or an SPF pass (MAIL FROM) of {organization} or a name below it.',
    },
    strict: {
      level: 'info',
      says: 'Mail from {domain} passes only {conditions}.{bounces}',
    },
    'receivers-differ': {
      level: 'warn',
      says: 'Receivers do not agree on the organization of {domain}: by the tree walk of RFC 9989 it is {organization}, by the Public Suffix List (RFC 7489) it is {former}. Relaxed alignment with names of {wider} outside {narrower} holds only for those that take {wider}.',
      fix: 'Sign with d= {narrower} or a name below it, and send with such a MAIL FROM: that is aligned for all receivers. {unify}',
    },
    'claims-suffix': {
      level: 'warn',
      says: 'The record at {owner} says psd=y: that {domain} is a public suffix, below which others register. Each name below it is an organization of its own then, and not aligned with {domain}.',
      fix: 'Publish the record at {owner} without psd=y, unless others register names below {domain}. psd=n in its place says that the organization ends here.',
    },
    'organization-unknown': {
      level: 'unknown',
      says: 'Which names are aligned with {domain} could not be learned: {reason}.',
    },
    'no-policy': {
      level: 'info',
      says: 'No DMARC policy applies to {domain}, so nothing needs to be aligned (see dmarc-record).',
    },
  },
  evaluate({ dmarc, proposal }, { domain }) {
    const { policy, organization, formerOrganization } = dmarc
    if (policy.kind !== 'policy') return { outcome: 'no-policy', data: { domain } }
    const { adkim, aspf } = policy.record
    const relaxed = adkim === 'r' || aspf === 'r'
    if (relaxed && !organization.known) {
      return { outcome: 'organization-unknown', data: { domain, reason: organization.reason } }
    }
    const name = organization.known ? organization.domain : domain
    const rulings: Ruling<'strict' | 'receivers-differ' | 'claims-suffix'>[] = []
    // The Public Suffix List knows an organization for it, so it is none of its suffixes.
    if (policy.from === 'author' && policy.record.psd === 'y' && publicSuffixOrganization(domain) !== undefined) {
      const records = proposal.mended?.records ?? []
      rulings.push({ outcome: 'claims-suffix', data: { domain, owner: policy.owner }, records })
    }
    if (adkim === 's' || aspf === 's') rulings.push(strict(domain, adkim, aspf, name))
    if (relaxed && organization.known && name !== formerOrganization)
      rulings.push(differing(dmarc, proposal, policy, domain, name))
    const [first, ...rest] = rulings
    return first === undefined ? { outcome: 'relaxed', data: { domain, organization: name } } : [first, ...rest]
  },
})

function strict(domain: string, adkim: string, aspf: string, organization: string): Ruling<'strict'> {
  const dkim =
    adkim === 's'
      ? `with a DKIM signature of d=${domain} exactly (adkim=s)`
      : `with a DKIM signature of ${organization} or a name below it`
  const spf =
    aspf === 's'
      ? `an SPF pass of MAIL FROM <…@${domain}> exactly (aspf=s)`
      : `an SPF pass of ${organization} or a name below it`
  // RFC 7208 §2.4: bounces have no MAIL FROM, so SPF proves the HELO name, which is a host and not the domain.
  const bounces =
    aspf === 's'
      ? ' Bounces and mail with a MAIL FROM of its own subdomain are not aligned by SPF then, and depend on DKIM.'
      : ''
  return { outcome: 'strict', data: { domain, conditions: `${dkim}, or ${spf}`, bounces, adkim, aspf } }
}

function differing(
  dmarc: DmarcPolicy,
  { mended }: DmarcProposal,
  policy: Applied,
  domain: string,
  organization: string,
) {
  const { formerOrganization: former, trace } = dmarc
  const walkIsWider = isWithin(former, organization)
  const [wider, narrower] = walkIsWider ? [organization, former] : [former, organization]
  const data = { domain, organization, former, wider, narrower }
  const { record, at } = policy
  if (walkIsWider) {
    // A record with psd=n makes the narrower name an organization for the tree walk too (RFC 9989 §4.10.2).
    const unify = `Or publish a record with psd=n at _dmarc.${former}, so that new receivers take ${former} as well.`
    const records = at === former || domain === former ? (mended?.records ?? []) : apartDmarc(dmarc).records
    return { outcome: 'receivers-differ', data: { ...data, unify }, records } as const
  }
  if (record.psd === 'n') {
    const unify = `The record at _dmarc.${at} keeps it apart with psd=n; without that tag, and with a record at _dmarc.${former}, all would take ${former}.`
    return { outcome: 'receivers-differ', data: { ...data, unify } } as const
  }
  const above = trace.find(step => step.domain === former)
  if (above?.found.kind === 'record' && above.found.record.psd === 'y') {
    const unify = `Or publish the record at ${above.owner} with psd=n in place of psd=y, which says that ${former} is a public suffix; then new receivers take ${former} as well.`
    const records = replaceTxt(above.owner, above.found.record.text, withoutSuffixFlag(above.found.record, former))
    return { outcome: 'receivers-differ', data: { ...data, unify }, records } as const
  }
  if (above?.found.kind === 'several') {
    const unify = `Or leave only one of the records at ${above.owner}, since several are discarded; then new receivers take ${former} as well.`
    return { outcome: 'receivers-differ', data: { ...data, unify } } as const
  }
  const unify = `Or publish a record at _dmarc.${former} too, so that new receivers take ${former} as well.`
  // No mailbox is made up; those that the record has and that belong to the organization will do.
  const known = record.rua.filter(uri => uri.kind === 'mailto' && isWithin(uri.host, former)).map(uri => uri.text)
  const text = `v=DMARC1; p=none${known.length > 0 ? `; rua=${known.join(',')}` : ''}`
  return {
    outcome: 'receivers-differ',
    data: { ...data, unify },
    records: [publishTxt(`_dmarc.${former}`, text)],
  } as const
}
