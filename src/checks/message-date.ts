// Can the Date of the message be read, and does it fit the moment at which the first server took the message?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { readDate } from '../protocol/message/date-time.ts'
import { durationText } from '../protocol/message/duration-text.ts'
import { valueText } from '../protocol/message/field.ts'
import { fieldsNamed } from '../protocol/message/read.ts'
import { readTrace } from '../protocol/message/trace.ts'
import { shownText } from '../protocol/shown-text.ts'

/** Clocks differ. Spam filters begin to count at about two hours. */
const AHEAD_MOST = 2 * 3600
/** A message may wait in an outbox. */
const BEHIND_MOST = 24 * 3600

export default defineCheck({
  id: 'message-date',
  group: 'message',
  scope: 'message',
  title: 'The date of the message can be read and fits its way',
  why: 'Mail programs sort by Date. One that cannot be read, or lies far from when the message was sent, hides it from people and looks like spam to filters.',
  refs: ['RFC 5322 §3.3', 'RFC 5322 §3.6.1', 'RFC 5322 §4.3'],
  needs: { content: messageContent },
  outcomes: {
    fits: { level: 'pass', says: 'The message is dated {date}{beside}.' },
    absent: { level: 'info', says: 'The message has not exactly one Date (see message-headers).' },
    unreadable: {
      level: 'warn',
      says: 'The Date "{text}" cannot be read: {why}.',
      fix: 'Write it as RFC 5322 §3.3 has it, in English: Fri, 20 Nov 2026 08:00:00 +0000',
    },
    odd: {
      level: 'warn',
      says: 'The Date "{text}" is not as it should be: {faults}.',
      fix: 'Write it as RFC 5322 §3.3 has it, in English: Fri, 20 Nov 2026 08:00:00 +0000',
    },
    ahead: {
      level: 'warn',
      says: 'The message is dated {date}, {difference} after {moment}.',
      fix: 'Set the clock and the time zone of the machine that makes the message.',
    },
    behind: {
      level: 'warn',
      says: 'The message is dated {date}, {difference} before {moment}. It sorts far down among older mail.',
      fix: 'Set the clock of the machine that makes the message, or write Date when it is sent and not when it is prepared.',
    },
  },
  evaluate({ content }, _subject, now) {
    const fields = fieldsNamed(content, 'date')
    if (fields.length !== 1) return { outcome: 'absent' }
    const value = valueText(content.octets, fields[0]!)
    const text = shownText(value)
    const read = readDate(value)
    if (!read.ok) return { outcome: 'unreadable', data: { text, why: read.why } }
    const date = momentText(read.at)
    const taken = readTrace(content.octets, content.fields).hops.find(hop => hop.at !== undefined)?.at
    const difference = Math.round((read.at - (taken ?? now.getTime())) / 1000)
    const data = {
      date,
      difference: durationText(Math.abs(difference)),
      moment: taken === undefined ? 'now' : 'the first server took it',
    }
    const odd: Ruling<'odd'>[] =
      read.faults.length === 0 ? [] : [{ outcome: 'odd', data: { text, faults: read.faults } }]
    if (difference > AHEAD_MOST) return [{ outcome: 'ahead', data }, ...odd]
    // Without a Received field nobody knows when it was sent.
    if (taken !== undefined && difference < -BEHIND_MOST) return [{ outcome: 'behind', data }, ...odd]
    const beside = taken === undefined ? '' : `, ${besideText(difference)} the first server took it`
    return odd[0] ?? { outcome: 'fits', data: { date, beside } }
  },
})

function besideText(difference: number): string {
  if (difference === 0) return 'the moment at which'
  return `${durationText(Math.abs(difference))} ${difference < 0 ? 'before' : 'after'}`
}

function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
