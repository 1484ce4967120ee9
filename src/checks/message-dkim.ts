// Does at least one DKIM signature of the message verify, so that a domain answers for what stands in it?
import { defineCheck } from '../audit/check.ts'
import { messageDkim, signatureLabel } from '../facts/message-dkim.ts'
import { dmarcAt, messageDmarc } from '../facts/message-dmarc.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'

export default defineCheck({
  id: 'message-dkim',
  group: 'message',
  scope: 'message',
  title: 'A DKIM signature of the message verifies',
  why: 'A signature that verifies proves which domain sent the message and that it is unchanged; it survives forwarding, which SPF does not. A signature that does not verify counts as none.',
  refs: ['RFC 6376 §6.1', 'RFC 8601 §2.7.1'],
  needs: { dkim: messageDkim, dmarc: messageDmarc },
  outcomes: {
    verified: { level: 'pass', says: 'The signature of {verified} verifies.{others}' },
    unsigned: {
      level: 'warn',
      says: 'The message has no DKIM signature.',
      fix: 'Sign outgoing mail with a key of the From domain: `mailworthy keys create` makes one and gives the record to publish.',
    },
    broken: {
      level: 'fail',
      says: 'No DKIM signature of the message verifies: {results}.',
      fix: 'What is wrong with each signature, and what mends it, stands at message-signature.',
    },
    'broken-beside': {
      level: 'warn',
      says: 'No DKIM signature of the message verifies: {results}. {beside}',
      fix: 'What is wrong with each signature, and what mends it, stands at message-signature.',
    },
    undecided: {
      level: 'unknown',
      says: 'Whether a DKIM signature of the message verifies is not known: {results}.',
    },
  },
  evaluate({ dkim: { signatures, left }, dmarc }, _subject, now) {
    if (signatures.length === 0) return { outcome: 'unsigned' }
    const judged = signatures.map(({ signature, verdict, number }) => ({
      label: signatureLabel(signature, number),
      ...verdictAt(verdict, signature, now),
    }))
    const verified = judged.filter(one => one.result === 'pass').map(one => one.label)
    if (verified.length > 0) {
      const open = judged.length - verified.length + left
      const others = open === 0 ? '' : ` ${open} more: see message-signature.`
      return { outcome: 'verified', data: { verified, others } }
    }
    const results = judged.map(one => `${one.label}: ${one.result}, ${one.reason}`)
    if (judged.some(one => one.result === 'temperror')) return { outcome: 'undecided', data: { results } }
    const beside = besides[dmarcAt(dmarc, now).result ?? 'none']
    return beside === undefined
      ? { outcome: 'broken', data: { results } }
      : { outcome: 'broken-beside', data: { results, beside } }
  },
})

/** Where DMARC says what becomes of the message, one failure is enough. */
const besides: { readonly [result: string]: string | undefined } = {
  pass: 'DMARC passes all the same, by SPF; forwarded once more it will not.',
  fail: 'So DMARC fails: see message-dmarc.',
}
