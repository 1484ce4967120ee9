// Does the message pass DMARC: is what SPF or DKIM proved aligned with the domain that people see in From?
import { defineCheck } from '../audit/check.ts'
import { dmarcAt, domainOf, type MessageDmarc, messageDmarc } from '../facts/message-dmarc.ts'
import { domainsOf } from '../protocol/message/from.ts'

export default defineCheck({
  id: 'message-dmarc',
  group: 'message',
  scope: 'message',
  title: 'The message passes DMARC',
  why: 'DMARC asks that SPF or DKIM passes for a domain that belongs to the From domain. What fails is treated as the policy of that domain asks: delivered, put aside, or refused.',
  refs: ['RFC 9989 §5.3', 'RFC 9989 §4.4', 'RFC 8601 §2.7.6'],
  needs: { dmarc: messageDmarc },
  outcomes: {
    pass: { level: 'pass', says: 'The message passes DMARC for {domain}: {reason}.' },
    none: {
      level: 'warn',
      says: 'DMARC cannot be judged: {reason}. Large receivers demand a policy of whoever sends much.',
      fix: 'Publish a DMARC record for {domain}: `mailworthy audit {domain} --only dmarc` gives it.',
    },
    'fail-enforced': {
      level: 'fail',
      says: 'The message fails DMARC for {domain}: {reason}. The domain asks receivers to {treatment} it.',
      fix: 'Sign it with a DKIM key of {domain}, or send it with a MAIL FROM of {domain} from an address that its SPF record lists. {hint}If the message is forged, this is as it should be.',
    },
    'fail-observed': {
      level: 'fail',
      says: 'The message fails DMARC for {domain}: {reason}. The domain asks for no treatment (p=none), and large receivers refuse or put aside such mail all the same.',
      fix: 'Sign it with a DKIM key of {domain}, or send it with a MAIL FROM of {domain} from an address that its SPF record lists. {hint}If the message is forged, this is as it should be.',
    },
    'no-author': {
      level: 'info',
      says: 'DMARC cannot be evaluated, since {reason}: see message-from.',
    },
    undecided: { level: 'unknown', says: 'Whether the message passes DMARC for {domain} is not known: {reason}.' },
    temperror: { level: 'unknown', says: 'DMARC could not be evaluated for {domain}: {reason}.' },
  },
  evaluate({ dmarc }, _subject, now) {
    const { result, policy, reason } = dmarcAt(dmarc, now)
    const data = { domain: domainsOf(dmarc.from).join(', '), reason }
    switch (result) {
      case 'permerror':
        return { outcome: 'no-author', data }
      case null:
        return { outcome: 'undecided', data }
      case 'fail':
        if (policy === 'none' || policy === null)
          return { outcome: 'fail-observed', data: { ...data, hint: hintOf(dmarc) } }
        return { outcome: 'fail-enforced', data: { ...data, hint: hintOf(dmarc), treatment: treatments[policy] } }
      default:
        return { outcome: result, data }
    }
  },
})

const treatments = { quarantine: 'put aside', reject: 'refuse' } as const

/** A signature that would be enough, if it verified. */
function hintOf({ dkim, alignments }: MessageDmarc): string {
  const broken = dkim.signatures.some(one => alignments.get(domainOf(one) ?? '') === true)
  return broken ? 'It has an aligned signature that does not verify: message-signature says why. ' : ''
}
