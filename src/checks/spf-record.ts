// Is there one SPF record? None leaves the domain to everyone, two are a permanent error at every receiver.
import { defineCheck } from '../audit/check.ts'
import { spfRecord } from '../facts/spf-record.ts'
import { meantRecord } from '../protocol/spf/record.ts'
import { mergeRecords } from '../protocol/spf/write.ts'

export default defineCheck({
  id: 'spf-record',
  group: 'spf',
  scope: 'domain',
  title: 'The domain publishes one SPF record',
  why: 'Receivers ask SPF which hosts may send for the domain, and large ones refuse mail from domains without it. Two records are no better than none: the result is a permanent error.',
  refs: ['RFC 7208 §3.2', 'RFC 7208 §4.5', 'RFC 7208 §3.3'],
  needs: { spf: spfRecord },
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
      fix: 'Replace the TXT record at {domain} by one that begins with exactly "v=spf1" and a space.',
    },
    multiple: {
      level: 'fail',
      says: '{domain} publishes {count} SPF records; receivers must treat that as a permanent error, as if none were valid.',
      fix: 'Remove all of them and publish one record that holds the mechanisms of each; then check again, since together they may need more than ten lookups. {proposal}',
    },
  },
  evaluate({ spf: { exists, records, nearMisses, hasMx } }, { domain }) {
    if (!exists) return { outcome: 'no-domain', data: { domain } }
    const publish = (value: string) => ({ do: 'publish', name: domain, type: 'TXT', value }) as const
    const remove = (value: string) => ({ do: 'remove', name: domain, type: 'TXT', value }) as const
    const [record, ...others] = records
    const [missed] = nearMisses
    if (record !== undefined && others.length > 0) {
      const merged = mergeRecords(records)
      const proposal =
        merged === undefined
          ? 'One of them cannot be read, so no merged record is proposed here.'
          : `Merged they are: ${merged}`
      return {
        outcome: 'multiple',
        data: { domain, count: records.length, published: records, proposal },
        records: merged === undefined ? [] : [...records.map(remove), publish(merged)],
      }
    }
    if (record !== undefined) return { outcome: 'found', data: { domain, record } }
    if (missed) {
      const meant = meantRecord(missed)
      return {
        outcome: 'misspelled',
        data: { domain, text: missed.text, reason: missed.reason },
        records: meant === undefined ? [] : [remove(missed.text), publish(meant)],
      }
    }
    const value = hasMx === true ? 'v=spf1 mx ~all' : undefined
    const proposal =
      value === undefined
        ? 'If nothing sends mail for it: v=spf1 -all.'
        : `If only its MX hosts send: ${value}. Before publishing, add whatever else sends for it, as ip4:, ip6: or include:.`
    return { outcome: 'missing', data: { domain, proposal }, records: value === undefined ? [] : [publish(value)] }
  },
})
