// Is there one SPF record? None leaves the domain to everyone, two are a permanent error at every receiver.
import { defineCheck } from '../audit/check.ts'
import { spfProposal } from '../facts/spf-proposal.ts'
import { spfRecord } from '../facts/spf-record.ts'

/** RFC 7208 §3.4: name and texts below this ought to fit into an answer of 512 octets. */
const ROOM = 450

export default defineCheck({
  id: 'spf-record',
  group: 'spf',
  scope: 'domain',
  title: 'The domain publishes one SPF record',
  why: 'Receivers ask SPF which hosts may send for the domain, and large ones refuse mail from domains without it. Two records are no better than none: the result is a permanent error.',
  refs: ['RFC 7208 §3.2', 'RFC 7208 §4.5', 'RFC 7208 §3.3', 'RFC 7208 §3.4'],
  needs: { spf: spfRecord, proposals: spfProposal },
  outcomes: {
    found: { level: 'pass', says: '{domain} publishes one SPF record: {record} (one TXT record)' },
    missing: {
      level: 'fail',
      says: '{domain} publishes no SPF record.',
      fix: 'Publish one TXT record at {domain} that lists every host and service that sends for it. {proposal}',
    },
    'no-domain': { level: 'info', says: '{domain} does not exist, so it has no SPF record (see `dns-existence`).' },
    misspelled: {
      level: 'fail',
      says: '{domain} publishes no SPF record that receivers read: {text} is not read as SPF, because {reason}.',
      fix: 'Replace the TXT record at {domain} by one that begins with exactly "v=spf1" and a space.{proposed}',
    },
    multiple: {
      level: 'fail',
      says: '{domain} publishes {count} SPF records; receivers must treat that as a permanent error, as if none were valid.',
      fix: 'Remove all of them and publish one record that holds the mechanisms of each.{proposed}',
    },
    long: {
      level: 'warn',
      says: 'The SPF record of {domain} is {octets} octets long, and an answer with it does not fit into 512 octets, the most that DNS carries over UDP without extensions: some receivers then get no answer, or a cut one.',
      fix: 'Bring it below 450 octets: write neighboring addresses as networks, or move some of its terms into a record at another name, as _spf.{domain}, and include that; it costs one lookup.',
    },
    crowded: {
      level: 'info',
      says: 'The TXT records of {domain} are {octets} octets together, so that an answer with the SPF record does not fit into 512 octets and needs EDNS or TCP. Texts that nobody asks for any more, as old verifications, can go.',
    },
  },
  evaluate({ spf: { exists, records, nearMisses, octets }, proposals }, { domain }) {
    if (!exists) return { outcome: 'no-domain', data: { domain } }
    const { proposal, says: proposed, records: changes } = proposals.domain
    const [record, ...others] = records
    const [missed] = nearMisses
    if (record !== undefined && others.length > 0) {
      const data = { domain, count: records.length, published: records, proposed }
      return { outcome: 'multiple', data, records: changes }
    }
    if (record !== undefined) {
      const found = { outcome: 'found', data: { domain, record } } as const
      if (record.length > ROOM) return [found, { outcome: 'long', data: { domain, octets: record.length } }]
      return octets > ROOM ? [found, { outcome: 'crowded', data: { domain, octets } }] : found
    }
    if (missed) {
      const data = { domain, text: missed.text, reason: missed.reason, proposed }
      return { outcome: 'misspelled', data, records: changes }
    }
    const wanted = proposal
      ? `As far as is known here: ${proposal.text}. Before publishing, add whatever else sends for it, as ip4:, ip6: or include:.`
      : 'If nothing sends mail for it: v=spf1 -all.'
    return { outcome: 'missing', data: { domain, proposal: wanted }, records: changes }
  },
})
