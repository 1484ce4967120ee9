// Will the DMARC reports that the record asks for be sent, and will they arrive?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { dmarcPolicy } from '../facts/dmarc-policy.ts'
import { type DmarcProposal, dmarcProposal } from '../facts/dmarc-proposal.ts'
import { dmarcReportTargets, type ReportTarget } from '../facts/dmarc-report-targets.ts'
import type { DmarcRecord } from '../protocol/dmarc/record.ts'
import type { ReportUri } from '../protocol/dmarc/report-uri.ts'
import { publishTxt } from '../protocol/txt-change.ts'

type Trouble = Ruling<
  'not-asked-for' | 'invalid-uri' | 'unauthorized' | 'cannot-receive' | 'too-many' | 'size-ignored' | 'unchecked'
>

export default defineCheck({
  id: 'dmarc-reporting',
  group: 'dmarc',
  scope: 'domain',
  title: 'DMARC reports are asked for and can arrive',
  why: 'The aggregate reports are the only way to see who sends mail in your name and what fails. A report address that nobody may or can write to means silence, and silence looks like health.',
  refs: ['RFC 9989 §4.6', 'RFC 9989 §4.7', 'RFC 9990 §4', 'RFC 9991', 'RFC 7505'],
  needs: { dmarc: dmarcPolicy, targets: dmarcReportTargets, proposal: dmarcProposal },
  outcomes: {
    arranged: { level: 'pass', says: 'Aggregate reports go to {addresses}.' },
    'not-asked-for': {
      level: 'warn',
      says: 'The DMARC record at {owner} asks for no aggregate reports (rua=), so nobody tells you who sends mail in the name of {domain}.',
      fix: 'Publish the record at {owner} with rua=mailto: and the address of a mailbox that exists.',
    },
    'invalid-uri': {
      level: 'warn',
      says: 'Receivers cannot use these report addresses in the record at {owner}: {entries}.',
      fix: 'Write each address as mailto:name@domain, with commas between them.',
    },
    unauthorized: {
      level: 'warn',
      says: 'Reports about {policyDomain} may not be sent to {host}: {why}. Receivers leave out {addresses}.',
      fix: '{remedy}',
    },
    'cannot-receive': {
      level: 'warn',
      says: 'Reports to {addresses} cannot arrive: {why}.',
      fix: 'Use the address of a mailbox whose domain takes mail, or give {host} an MX record.',
    },
    'too-many': {
      level: 'warn',
      says: 'The record at {owner} has {count} report addresses more than the 20 that were looked at. Receivers need not write to that many.',
      fix: 'Leave one or two addresses in rua= and ruf=.',
    },
    'size-ignored': {
      level: 'info',
      says: 'The size limit in {addresses} has no effect any more: RFC 9989 has receivers ignore what follows the "!".',
    },
    unchecked: {
      level: 'unknown',
      says: 'Whether reports to {addresses} are sent and arrive could not be learned: {reason}.',
    },
    'no-policy': {
      level: 'info',
      says: 'No DMARC record of {domain} or its organization could ask for reports (see dmarc-record).',
    },
  },
  evaluate({ dmarc, targets, proposal }, { domain }) {
    const { policy } = dmarc
    if (policy.kind !== 'policy' || policy.from === 'public-suffix') return { outcome: 'no-policy', data: { domain } }
    const { record, owner, at } = policy
    const about = { domain, owner, policyDomain: at, record: record.text }
    const troubles: readonly Trouble[] = [
      ...(record.rua.length === 0 ? [notAskedFor(about, proposal)] : []),
      ...invalid(record, about, proposal),
      // Where no mail arrives, it matters little who may send it.
      ...byHost(
        targets.targets.filter(
          ({ authorization, takesMail }) => authorization.state === 'no' && takesMail?.state !== 'no',
        ),
      ).map(unauthorized(at)),
      ...byHost(targets.targets.filter(({ takesMail }) => takesMail?.state === 'no')).map(cannotReceive),
      ...unchecked(targets.targets),
      ...(targets.unseen > 0 ? [{ outcome: 'too-many', data: { ...about, count: targets.unseen } } as const] : []),
      ...sized(record),
    ]
    const [first, ...rest] = troubles
    const addresses = record.rua.flatMap(uri => (uri.kind === 'invalid' ? [] : [addressOf(uri)]))
    const arranged = { outcome: 'arranged', data: { ...about, addresses } } as const
    if (first === undefined) return arranged
    return troubles.every(({ outcome }) => outcome === 'size-ignored') ? [arranged, ...troubles] : [first, ...rest]
  },
})

type About = { readonly [name: string]: string }

function notAskedFor(about: About, { mended }: DmarcProposal): Trouble {
  // Only a mailbox that is known already can be proposed.
  const records = mended !== undefined && /;\s*rua=/i.test(mended.text) ? mended.records : []
  return { outcome: 'not-asked-for', data: about, records }
}

function invalid(record: DmarcRecord, about: About, { mended }: DmarcProposal): readonly Trouble[] {
  const bad = [...record.rua, ...record.ruf].filter(uri => uri.kind === 'invalid')
  if (bad.length === 0) return []
  const entries = bad.map(uri => `${uri.text} (${uri.why})`)
  // Only when every entry can be guessed does the proposal mend this.
  const records = bad.every(uri => uri.meant !== undefined) ? (mended?.records ?? []) : []
  return [{ outcome: 'invalid-uri', data: { ...about, entries }, records }]
}

function unauthorized(policyDomain: string): (targets: readonly ReportTarget[]) => Trouble {
  return targets => {
    const [{ authorization, authorizedAt, uri }] = targets as [ReportTarget]
    const refused = authorization.state === 'no' ? authorization : { why: '', mendable: false }
    return {
      outcome: 'unauthorized',
      data: {
        policyDomain,
        host: uri.host!,
        why: refused.why,
        addresses: targets.map(told),
        authorizedAt,
        remedy: refused.mendable
          ? `Not you but whoever runs ${uri.host} has to publish a TXT record "v=DMARC1" at ${authorizedAt} (a report service usually does so when you register the domain with it). Or choose an address in your own domain.`
          : `Choose an address in your own domain, or ask whoever runs ${uri.host} to mend it.`,
      },
      records: refused.mendable ? [publishTxt(authorizedAt, 'v=DMARC1')] : [],
    }
  }
}

function cannotReceive(targets: readonly ReportTarget[]): Trouble {
  const [{ takesMail, uri }] = targets as [ReportTarget]
  const why = takesMail?.state === 'no' ? takesMail.why : ''
  return { outcome: 'cannot-receive', data: { host: uri.host!, why, addresses: targets.map(told) } }
}

function unchecked(targets: readonly ReportTarget[]): readonly Trouble[] {
  const open = targets.flatMap(target => {
    const { authorization, takesMail } = target
    const states = [authorization, ...(takesMail === undefined ? [] : [takesMail])]
    const reasons = states.flatMap(state => (state.state === 'unknown' ? [state.reason] : []))
    return reasons.length > 0 ? [{ address: told(target), reasons }] : []
  })
  if (open.length === 0) return []
  const reason = [...new Set(open.flatMap(({ reasons }) => reasons))].join('; ')
  return [{ outcome: 'unchecked', data: { addresses: open.map(({ address }) => address), reason } }]
}

function sized(record: DmarcRecord): readonly Trouble[] {
  const uris = [...record.rua, ...record.ruf].filter(uri => uri.kind !== 'invalid' && uri.size)
  return uris.length === 0 ? [] : [{ outcome: 'size-ignored', data: { addresses: uris.map(addressOf) } }]
}

function byHost(targets: readonly ReportTarget[]): readonly (readonly ReportTarget[])[] {
  return [...Map.groupBy(targets, target => target.uri.host).values()]
}

function told({ tag, uri }: ReportTarget): string {
  return `${addressOf(uri)} (${tag})`
}

function addressOf(uri: ReportUri): string {
  return uri.kind === 'mailto' ? uri.address : uri.text
}
