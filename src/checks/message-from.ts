// Does the message name exactly one author domain, so that receivers judge the one that people see?
import { defineCheck } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'

export default defineCheck({
  id: 'message-from',
  group: 'message',
  scope: 'message',
  title: 'The message has one From field with one author',
  why: 'DMARC judges the domain of the From field. When programs can read different ones in it, a forger chooses which is judged and which is shown; large receivers refuse such mail.',
  refs: ['RFC 5322 §3.6.2', 'RFC 9989 §5.3.1'],
  needs: { content: messageContent },
  outcomes: {
    author: { level: 'pass', says: 'The From field names one author domain: {domain}.' },
    faulty: {
      level: 'warn',
      says: 'The From field names {domain}, but not in the form that RFC 5322 gives: {fault}.',
      fix: 'Write From as: Display name <address>, with one address, and the name in quotation marks when it has a comma, an @ or another special character.',
    },
    absent: {
      level: 'fail',
      says: 'The header has no From field: no domain answers for the message, and receivers refuse it.',
      fix: 'Let the program that makes the message write one From field with its author.',
    },
    repeated: {
      level: 'fail',
      says: 'The header has {count} From fields, naming {domains}: which one is judged and which one is shown differs from program to program.',
      fix: 'Leave one From field. If only one was written by the sender, the others were added on the way: sign From once more than it stands in the header (oversigning), and such a message does not verify.',
    },
    several: {
      level: 'fail',
      says: 'The From field names authors of {count} domains: {domains}. DMARC cannot be evaluated for it, and large receivers refuse it.',
      fix: 'Name one author in From, and the others in Cc or in the text.',
    },
    unreadable: {
      level: 'fail',
      says: 'No author domain can be read from the From field: {why}.',
      fix: 'Write From as: Display name <local-part@domain>, with a full domain name.',
    },
  },
  evaluate({ content: { from } }) {
    switch (from.kind) {
      case 'author':
        return from.fault === undefined
          ? { outcome: 'author', data: { domain: from.domain } }
          : { outcome: 'faulty', data: { domain: from.domain, fault: from.fault } }
      case 'absent':
        return { outcome: 'absent' }
      case 'repeated':
        return { outcome: 'repeated', data: { count: from.count, domains: from.domains } }
      case 'several':
        return { outcome: 'several', data: { count: from.domains.length, domains: from.domains } }
      case 'unreadable':
        return { outcome: 'unreadable', data: { why: from.why } }
    }
  },
})
