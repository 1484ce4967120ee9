// The part of a bounce that people read: what happened to whom, what the other server said, and what to do now.

import { decodeEncodedWords } from '../../protocol/message/encoded-words.ts'
import { shorten, visible } from '../../report/visible.ts'
import type { Envelope, Message, RemoteReply } from '../envelope.ts'
import { mailDate } from '../message/additions.ts'
import type { NoticeKind } from './status-fields.ts'
import { wordsFor } from './words.ts'

interface Told {
  readonly kind: NoticeKind
  readonly message: Message
  readonly recipients: readonly { readonly envelope: Envelope; readonly reply: RemoteReply }[]
  readonly hostname: string
}

/** Plain text of lines that end in CRLF; values of others are made visible, so that they stay what they are. */
export function humanText({ kind, message, recipients, hostname }: Told): string {
  const subject = shorten(visible(decodeEncodedWords(message.subject)).trim(), 200)
  const paragraphs = [
    filled(opening(kind, recipients.length)),
    [
      ...(subject === '' ? [] : filled(`Subject: ${subject}`, 2, 11)),
      `  Sent:    ${mailDate(message.takenAt)}`,
      `  Queue:   ${visible(message.id)} at ${hostname}`,
    ],
    ...recipients.map(one => about(kind, one.envelope, one.reply)),
    ...(kind === 'relayed' ? [] : [filled('Details for your mail administrator are attached to this message.')]),
  ]
  return paragraphs.map(lines => `${lines.join('\r\n')}\r\n`).join('\r\n')
}

function opening(kind: NoticeKind, count: number): string {
  const whom = count === 1 ? 'one of its recipients' : `${count} of its recipients`
  switch (kind) {
    case 'failed':
      return `Your message was not delivered to ${whom}. It will not be tried again.`
    case 'expired':
      return `Your message could not be delivered to ${whom} in all the time that was allowed. It will not be tried again.`
    case 'delayed':
      return (
        `Your message has not yet been delivered to ${whom}. This is only to let you know: it is still being tried, ` +
        'and you need not send it again. You will be told if it fails in the end.'
      )
    case 'relayed':
      return (
        `Your message was passed on for ${whom}. The server that has it now does not confirm deliveries, ` +
        'so you will hear no more of it unless something goes wrong.'
      )
  }
}

function about(kind: NoticeKind, envelope: Envelope, reply: RemoteReply): readonly string[] {
  const words = wordsFor(reply, kind === 'delayed')
  const said = visible([reply.code === 0 ? '' : reply.code, reply.enhanced ?? '', reply.text].filter(Boolean).join(' '))
  const who = reply.by === undefined ? 'The reason in detail:' : `The server ${visible(reply.by)} said:`
  const lines = [visible(envelope.recipient)]
  if (kind !== 'relayed') lines.push(...filled(words.what, 4))
  if (said !== '') lines.push(...filled(who, 4), ...filled(said, 8))
  if (kind === 'delayed') lines.push(...filled(`It is tried until ${mailDate(envelope.expiresAt)}.`, 4))
  else if (kind !== 'relayed') lines.push(...filled(words.advice, 4))
  return lines
}

const WIDTH = 76

/** The text in lines of a readable width; `hanging` indents those after the first. Words are never cut. */
function filled(text: string, indent = 0, hanging = indent): string[] {
  const lines: string[] = []
  let line = ' '.repeat(indent)
  let empty = true
  for (const word of text.split(/ +/)) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ' '.repeat(hanging)
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
