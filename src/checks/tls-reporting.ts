// Does the domain ask to be told when senders could not use TLS, and can the reports arrive?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { tlsReporting } from '../facts/tls-reporting.ts'
import type { TlsRptUri } from '../protocol/tls-rpt.ts'

export default defineCheck({
  id: 'tls-reporting',
  group: 'transport',
  scope: 'domain',
  title: 'Reports about failures of TLS are asked for and can arrive',
  why: 'When MTA-STS or DANE makes a sender refuse to deliver, the receiver hears nothing of it, except by these reports.',
  refs: ['RFC 8460 §3'],
  needs: { reporting: tlsReporting },
  outcomes: {
    arranged: { level: 'pass', says: 'Reports about failures of TLS go to {places}.' },
    absent: { level: 'info', says: '{domain} asks for no reports about failures of TLS.' },
    several: {
      level: 'fail',
      says: 'There are {count} TLS reporting records at {owner}: senders act as if there were none.',
      fix: 'Leave one of them, with all places in one rua= list.',
    },
    invalid: {
      level: 'fail',
      says: 'Senders cannot use the TLS reporting record at {owner}: {faults}.',
      fix: 'Publish it as v=TLSRPTv1; rua=mailto:NAME@DOMAIN, with commas between several places.',
    },
    misspelled: {
      level: 'fail',
      says: 'The text at {owner} does not begin with "v=TLSRPTv1;", so senders do not take it for a TLS reporting record: {text}.',
      fix: 'Let the record begin with exactly v=TLSRPTv1; followed by rua= and where reports go.',
    },
    'partly-invalid': {
      level: 'warn',
      says: 'In the TLS reporting record at {owner} something is wrong: {faults}. Reports still go to {places}.',
      fix: 'Mend or remove these parts of the record.',
    },
    'cannot-receive': {
      level: 'warn',
      says: 'Reports to {address} cannot arrive: {why}.',
      fix: 'Use the address of a mailbox whose domain takes mail.',
    },
    unchecked: { level: 'unknown', says: 'Whether reports to {address} arrive could not be learned: {reason}.' },
  },
  evaluate({ reporting: { records, nearMisses, mailboxes } }, { domain }) {
    const owner = `_smtp._tls.${domain}`
    const data = { domain, owner }
    const [record] = records
    if (record === undefined) {
      const [text] = nearMisses
      return text === undefined ? { outcome: 'absent', data } : { outcome: 'misspelled', data: { ...data, text } }
    }
    if (records.length > 1) return { outcome: 'several', data: { ...data, count: records.length } }
    const { faults, uris } = record
    if (uris.length === 0) return { outcome: 'invalid', data: { ...data, faults } }
    const places = uris.map(placeText)
    const first = faults.length > 0 ? 'partly-invalid' : 'arranged'
    return [{ outcome: first, data: { ...data, faults, places } }, ...mailboxes.flatMap(arrival)]
  },
})

function arrival({
  uri: { address },
  takesMail,
}: {
  readonly uri: { readonly address: string }
  readonly takesMail:
    | { readonly state: 'yes' }
    | { readonly state: 'no'; readonly why: string }
    | { readonly state: 'unknown'; readonly reason: string }
}): readonly Ruling<'cannot-receive' | 'unchecked'>[] {
  switch (takesMail.state) {
    case 'yes':
      return []
    case 'no':
      return [{ outcome: 'cannot-receive', data: { address, why: takesMail.why } }]
    case 'unknown':
      return [{ outcome: 'unchecked', data: { address, reason: takesMail.reason } }]
  }
}

function placeText(uri: TlsRptUri): string {
  return uri.kind === 'mailto' ? uri.address : uri.text
}
