// Does the header have the fields that every message needs, each once, and none that belongs elsewhere?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { readAddressList } from '../protocol/message/address-list.ts'
import { valueText } from '../protocol/message/field.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'

type Outcome =
  | 'complete'
  | 'date-absent'
  | 'repeated'
  | 'recipients-absent'
  | 'subject-absent'
  | 'bcc-left'
  | 'return-path'
  | 'automatic'

/** RFC 5322 §3.6: at most one. From is judged by message-from. RFC 2045 and RFC 2369 §3 say the same of theirs. */
const single: readonly string[] = [
  ...['date', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'message-id', 'in-reply-to', 'references', 'subject'],
  ...['mime-version', 'content-type', 'content-transfer-encoding'],
  ...['list-id', 'list-unsubscribe', 'list-unsubscribe-post'],
]

export default defineCheck({
  id: 'message-headers',
  group: 'message',
  scope: 'message',
  title: 'The header has what it needs, each field once',
  why: 'A field that stands twice is read differently by different programs, so large receivers refuse such mail. One that is missing counts against the message.',
  refs: ['RFC 5322 §3.6', 'RFC 5322 §3.6.3', 'RFC 5321 §4.4', 'RFC 3834 §5'],
  needs: { content: messageContent },
  outcomes: {
    complete: {
      level: 'pass',
      says: 'Date, recipients and subject are there, and no field stands twice that may stand once.',
    },
    'date-absent': {
      level: 'fail',
      says: 'The header has no Date field, which every message must have.',
      fix: 'Let the program that makes the message write Date, or hand it in at a submission port (587), where the server adds it (RFC 6409 §8.2).',
    },
    repeated: {
      level: 'fail',
      says: 'These fields stand more than once and may stand once: {fields}. Gmail refuses such mail.',
      fix: 'Let only one program write each of them. Several lines of addresses belong into one field, divided by commas.',
    },
    'recipients-absent': {
      level: 'warn',
      says: 'The header names no recipient: it has no To, Cc or Bcc field. Spam filters count that against it.',
      fix: 'Write the recipient in To, or for a hidden list: To: undisclosed-recipients:;',
    },
    'subject-absent': {
      level: 'warn',
      says: 'The message has {what}. Spam filters count that against it.',
      fix: 'Give the message a subject that says what it is about.',
    },
    'bcc-left': {
      level: 'warn',
      says: 'The Bcc field shows hidden recipients ({count}): everyone who gets the message can read it.',
      fix: 'Let the program that sends take Bcc out before it hands the message over (RFC 5322 §3.6.3); the recipients belong into the envelope alone.',
    },
    'return-path': {
      level: 'info',
      says: 'A Return-Path field stands below the oldest Received field: it was in the message when it was sent, and only the last server may write one.',
    },
    automatic: {
      level: 'info',
      says: 'The message says that a program sent it ({words}): nobody’s absence note answers it.',
    },
  },
  evaluate({ content }) {
    const found: Ruling<Outcome>[] = []
    const has = (name: string): boolean => content.fields.some(field => field.key === name)
    if (!has('date')) found.push({ outcome: 'date-absent' })
    const fields = single.flatMap(key => {
      const same = fieldsNamed(content, key)
      return same.length > 1 ? [`${same[0]!.name} (${same.length} times)`] : []
    })
    if (fields.length > 0) found.push({ outcome: 'repeated', data: { fields } })
    if (!has('to') && !has('cc') && !has('bcc')) found.push({ outcome: 'recipients-absent' })
    const subject = fieldsNamed(content, 'subject')[0]
    if (subject === undefined) found.push({ outcome: 'subject-absent', data: { what: 'no Subject field' } })
    else if (valueText(content.octets, subject) === '')
      found.push({ outcome: 'subject-absent', data: { what: 'an empty subject' } })
    const hidden = fieldsNamed(content, 'bcc').flatMap(
      field => readAddressList(valueText(content.octets, field)).mailboxes,
    )
    if (hidden.length > 0) found.push({ outcome: 'bcc-left', data: { count: hidden.length } })
    if (isInside(content)) found.push({ outcome: 'return-path' })
    const words = automaticWords(content)
    if (words.length > 0) found.push({ outcome: 'automatic', data: { words } })
    const isWhole = found.every(({ outcome }) => outcome === 'automatic' || outcome === 'return-path')
    return isWhole ? [{ outcome: 'complete' }, ...found] : (found as [Ruling<Outcome>, ...Ruling<Outcome>[]])
  },
})

// RFC 5321 §4.4: servers put what they add on top. What stands below the oldest Received was there before the first of them.
function isInside({ fields }: MessageContent): boolean {
  const received = fields.findLastIndex(field => field.key === 'received')
  return received >= 0 && fields.findLastIndex(field => field.key === 'return-path') > received
}

function automaticWords(content: MessageContent): readonly string[] {
  return ['auto-submitted', 'precedence'].flatMap(key => {
    const field = fieldsNamed(content, key)[0]
    const value = field === undefined ? 'no' : valueText(content.octets, field)
    return field === undefined || /^no\b/i.test(value) ? [] : [`${field.name}: ${value.slice(0, 60)}`]
  })
}
