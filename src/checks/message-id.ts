// Does the message have an identifier of the right form, made under a name that is the sender's own?
import { defineCheck } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { valueText } from '../protocol/message/field.ts'
import { readMessageId } from '../protocol/message/message-id.ts'
import { fieldsNamed } from '../protocol/message/read.ts'

export default defineCheck({
  id: 'message-id',
  group: 'message',
  scope: 'message',
  title: 'The message has a Message-ID of the right form',
  why: 'Programs thread, count and find messages by it. Gmail answers messages without a valid one with 550 5.7.1, and takes those with the same one for copies.',
  refs: ['RFC 5322 §3.6.4', 'RFC 6409 §8.3'],
  needs: { content: messageContent },
  outcomes: {
    good: { level: 'pass', says: 'The Message-ID is of the right form, made under {right}.' },
    repeated: { level: 'info', says: 'The message has several Message-ID fields (see message-headers).' },
    absent: {
      level: 'warn',
      says: 'The message has no Message-ID. Gmail may refuse it, and no program can thread it.',
      fix: 'Let the program that makes the message write one: a unique text, an @, and a host name of yours, in angle brackets.',
    },
    added: {
      level: 'warn',
      says: 'The Message-ID was added by {right}: the sender wrote none.',
      fix: 'Let the program that makes the message write one: a unique text, an @, and a host name of yours, in angle brackets.',
    },
    malformed: {
      level: 'warn',
      says: 'The Message-ID is not of the right form: {fault}.',
      fix: 'Write it as <unique-text@host.example.org>, without white space, and once.',
    },
    local: {
      level: 'info',
      says: 'The Message-ID was made under "{right}", which is no name of the world: another machine may make the same one.',
    },
  },
  evaluate({ content }) {
    const fields = fieldsNamed(content, 'message-id')
    const [field] = fields
    if (field === undefined) return { outcome: 'absent' }
    if (fields.length > 1) return { outcome: 'repeated' }
    const { right = '', local, fault } = readMessageId(valueText(content.octets, field))
    if (fault !== undefined) return { outcome: 'malformed', data: { fault } }
    // The name that Gmail makes them under: SMTPIN_ADDED_MISSING@mx.google.com.
    const isAdded = /SMTPIN_ADDED_(?:MISSING|BROKEN)/.test(valueText(content.octets, field))
    if (isAdded) return { outcome: 'added', data: { right } }
    return { outcome: local ? 'local' : 'good', data: { right } }
  },
})
