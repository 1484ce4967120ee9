// Does at least one DKIM signature of the message verify, so that a domain answers for what stands in it?
import { defineCheck } from '../audit/check.ts'
import { messageDkim, signatureLabel } from '../facts/message-dkim.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'

export default defineCheck({
  id: 'message-dkim',
  group: 'message',
  scope: 'message',
  title: 'A DKIM signature of the message verifies',
  why: 'A signature that verifies proves which domain sent the message and that it is unchanged; it survives forwarding, which SPF does not. A signature that does not verify counts as none.',
  refs: ['RFC 6376 §6.1', 'RFC 8601 §2.7.1'],
  needs: { dkim: messageDkim },
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
    undecided: {
      level: 'unknown',
      says: 'Whether a DKIM signature of the message verifies is not known: {results}.',
    },
  },
  evaluate({ dkim: { signatures, left } }, _subject, now) {
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
    return { outcome: judged.some(one => one.result === 'temperror') ? 'undecided' : 'broken', data: { results } }
  },
})
