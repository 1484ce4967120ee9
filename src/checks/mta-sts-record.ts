// Is a transport policy announced in DNS, so that senders fetch it?
import { defineCheck } from '../audit/check.ts'
import { stsRecord } from '../facts/mta-sts.ts'
import { publishTxt, removeTxt, replaceTxt } from '../protocol/txt-change.ts'

export default defineCheck({
  id: 'mta-sts-record',
  group: 'transport',
  scope: 'domain',
  title: 'An MTA-STS policy is announced by one readable record',
  why: 'Senders encrypt when they can, and whoever stands between can make them believe that they cannot. MTA-STS tells them that TLS with a valid certificate is always there. It is fetched only where a record announces it.',
  refs: ['RFC 8461 §3.1'],
  needs: { record: stsRecord },
  outcomes: {
    announced: { level: 'pass', says: 'The record at {owner} announces an MTA-STS policy, version {id}.' },
    absent: {
      level: 'info',
      says: '{domain} announces no MTA-STS policy: senders encrypt mail to it only as far as nobody on the way prevents it.',
    },
    several: {
      level: 'fail',
      says: 'There are {count} MTA-STS records at {owner}: senders act as if there were none.',
      fix: 'Leave one of them, the one whose id is that of the present policy.',
    },
    invalid: {
      level: 'fail',
      says: 'Senders cannot use the MTA-STS record at {owner}: {faults}. They act as if there were none.',
      fix: 'Publish the record with an id of letters and digits, such as the date, and change that whenever the policy changes.',
    },
    misspelled: {
      level: 'fail',
      says: 'The text at {owner} does not begin with "v=STSv1;", so senders do not take it for an MTA-STS record: {text}.',
      fix: 'Let the record begin with exactly v=STSv1; and publish it with an id of letters and digits.',
    },
  },
  evaluate({ record: { records, nearMisses, alias } }, { domain }, now) {
    const owner = `_mta-sts.${domain}`
    const data = { domain, owner, alias: alias ?? null }
    const id = now
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 14)
    const [record, ...others] = records
    if (record === undefined) {
      const [text] = nearMisses
      if (text === undefined) return { outcome: 'absent', data }
      return { outcome: 'misspelled', data: { ...data, text }, records: replaceTxt(owner, text, `v=STSv1; id=${id}`) }
    }
    if (others.length > 0) {
      // Any change of the id makes senders fetch the policy anew, so that none of the old ones has to be the right one.
      const changes = [...records.map(({ text }) => removeTxt(owner, text)), publishTxt(owner, `v=STSv1; id=${id}`)]
      return { outcome: 'several', data: { ...data, count: records.length }, records: changes }
    }
    if (record.id === undefined) {
      return {
        outcome: 'invalid',
        data: { ...data, faults: record.faults },
        records: replaceTxt(owner, record.text, `v=STSv1; id=${id}`),
      }
    }
    return { outcome: 'announced', data: { ...data, id: record.id } }
  },
})
