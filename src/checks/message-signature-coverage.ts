// What does each signature that verifies leave open: text that anyone can add, fields that are not signed, a key in test mode?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { messageDkim } from '../facts/message-dkim.ts'
import { dayOf, verdictAt } from '../protocol/dkim/judge.ts'

type Outcome = 'appended' | 'open-end' | 'testing' | 'future' | 'from-open' | 'unsigned-fields'

/** What people see, where answers go, and how the body is read: whoever can change these changes the message. */
const expected = ['subject', 'date', 'to', 'cc', 'reply-to', 'message-id', 'mime-version', 'content-type'] as const

/** Clocks differ; more than this is a fault of the signer. */
const CLOCK_SECONDS = 600

export default defineCheck({
  id: 'message-signature-coverage',
  group: 'message',
  scope: 'signature',
  title: 'What a signature covers cannot be changed or added to',
  why: 'A signature vouches only for what it covers. Text behind l=, fields that h= does not name, and a second From that could be put in front can be a forger’s, under the domain of the signer.',
  refs: ['RFC 6376 §3.5', 'RFC 6376 §5.4', 'RFC 6376 §8.2', 'RFC 6376 §8.15', 'RFC 6376 §3.6.1'],
  needs: { content: messageContent, dkim: messageDkim },
  outcomes: {
    covered: { level: 'pass', says: 'The signature of {label} covers the whole body and the fields that matter.' },
    unverified: { level: 'info', says: 'The signature of {label} does not verify (see message-signature).' },
    appended: {
      level: 'warn',
      says: 'The signature of {label} covers {signed} octets of the body (l=); {unsigned} octets behind them are unsigned and may be anybody’s.',
      fix: 'Sign without l=. Receivers may treat such mail as unsigned.',
    },
    'open-end': {
      level: 'warn',
      says: 'The signature of {label} has l=: anyone can append to the body, and it still verifies.',
      fix: 'Sign without l=.',
    },
    testing: {
      level: 'warn',
      says: 'The key of {label} says t=y: the domain is testing DKIM, and verifiers must treat the message as unsigned.',
      fix: 'Publish the key without the flag y: `mailworthy audit {domain} --selector {selector} --only dkim` gives the record.',
    },
    future: {
      level: 'warn',
      says: 'The signature of {label} was made on {day} by its t=, which is in the future: some verifiers ignore it.',
      fix: 'Set the clock of the machine that signs.',
    },
    'from-open': {
      level: 'info',
      says: 'The signature of {label} names From once: a second From put in front does not break it, and mail programs may show that one.',
    },
    'unsigned-fields': {
      level: 'info',
      says: 'The signature of {label} does not cover {fields}: they can be changed without breaking it.',
    },
  },
  evaluate({ content, dkim }, { number, label }, now) {
    const { signature, verdict, key, unsigned } = dkim.signatures[number - 1]!
    if (verdictAt(verdict, signature, now).result !== 'pass') return { outcome: 'unverified', data: { label } }
    const names = signature.names.map(name => name.toLowerCase())
    const found: Ruling<Outcome>[] = []
    if (unsigned > 0) found.push({ outcome: 'appended', data: { label, signed: signature.length!, unsigned } })
    else if (signature.length !== undefined) found.push({ outcome: 'open-end', data: { label } })
    if (key?.kind === 'record' && key.record.state === 'valid' && key.record.testing) {
      found.push({ outcome: 'testing', data: { label, domain: signature.domain!, selector: signature.selector! } })
    }
    if (signature.signedAt !== undefined && signature.signedAt > now.getTime() / 1000 + CLOCK_SECONDS) {
      found.push({ outcome: 'future', data: { label, day: dayOf(signature.signedAt) } })
    }
    const there = content.fields.filter(field => field.key === 'from').length
    if (names.filter(name => name === 'from').length <= there) found.push({ outcome: 'from-open', data: { label } })
    const fields = expected.filter(name => !names.includes(name) && content.fields.some(field => field.key === name))
    if (fields.length > 0) found.push({ outcome: 'unsigned-fields', data: { label, fields } })
    const [first, ...others] = found
    return first === undefined ? { outcome: 'covered', data: { label } } : [first, ...others]
  },
})
