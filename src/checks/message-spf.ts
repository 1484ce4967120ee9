// Does SPF let the client that brought the message send for its envelope domain?
import { defineCheck } from '../audit/check.ts'
import { dmarcAt, messageDmarc } from '../facts/message-dmarc.ts'
import { messageSpf } from '../facts/message-spf.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'

export default defineCheck({
  id: 'message-spf',
  group: 'message',
  scope: 'message',
  title: 'SPF lets the client send for the envelope domain',
  why: 'Receivers look up the domain of MAIL FROM, or the HELO name of a null sender, and ask whether it lets the address of the client send. DMARC counts an aligned pass.',
  refs: ['RFC 7208 §2.6', 'RFC 7208 §2.4', 'RFC 8601 §2.7.2'],
  needs: { spf: messageSpf, dmarc: messageDmarc },
  outcomes: {
    pass: { level: 'pass', says: 'SPF passes: {domain} lets {client} send ({reason}).' },
    'not-told': { level: 'info', says: 'SPF was not asked: {reason}.' },
    fail: {
      level: 'fail',
      says: 'SPF fails for {identity} {domain}: {reason}.',
      fix: 'If {client} may send for {domain}, list it in the SPF record: `mailworthy audit {domain} --sender-ip {client}` gives the record. If the message was forwarded, SPF cannot pass, and a DKIM signature has to carry it.',
    },
    'fail-beside': {
      level: 'warn',
      says: 'SPF fails for {identity} {domain}: {reason}. {beside}',
      fix: 'If {client} may send for {domain}, list it in the SPF record: `mailworthy audit {domain} --sender-ip {client}` gives the record. If the message was forwarded, SPF cannot pass: some receivers refuse it for that alone, unless the forwarder writes the sender anew (SRS).',
    },
    softfail: {
      level: 'warn',
      says: 'SPF gives softfail for {identity} {domain}: {reason}. That is no pass: DMARC does not count it.',
      fix: 'If {client} may send for {domain}, list it in the SPF record: `mailworthy audit {domain} --sender-ip {client}` gives the record.',
    },
    undecided: {
      level: 'warn',
      says: 'SPF gives {result} for {identity} {domain}: {reason}. That is no pass: DMARC does not count it.',
      fix: 'Publish an SPF record for {domain} that lists {client}: `mailworthy audit {domain} --sender-ip {client}` gives the record.',
    },
    permerror: {
      level: 'fail',
      says: 'The SPF record of {domain} cannot be evaluated: {reason}.',
      fix: 'Mend the record: `mailworthy audit {domain} --only spf` shows what is wrong with it.',
    },
    temperror: { level: 'unknown', says: 'SPF could not be evaluated for {domain}: {reason}.' },
  },
  evaluate({ spf, dmarc }, _subject, now) {
    if (!spf.asked) return { outcome: 'not-told', data: { reason: spf.reason } }
    const { evaluation, client } = spf
    const result = knownResult(evaluation)
    const identity = evaluation.identity === 'helo' ? 'the HELO name' : 'the MAIL FROM domain'
    const data = { result, identity, client, domain: evaluation.domain, reason: evaluation.reason }
    switch (result) {
      case 'fail': {
        const beside = besides[dmarcAt(dmarc, now).result ?? 'none']
        return beside === undefined ? { outcome: 'fail', data } : { outcome: 'fail-beside', data: { ...data, beside } }
      }
      case 'neutral':
      case 'none':
        return { outcome: 'undecided', data }
      default:
        return { outcome: result, data }
    }
  },
})

/** Where DMARC says what becomes of the message, one failure is enough. */
const besides: { readonly [result: string]: string | undefined } = {
  pass: 'DMARC passes all the same, by a DKIM signature.',
  fail: 'So does DMARC: see message-dmarc.',
}
