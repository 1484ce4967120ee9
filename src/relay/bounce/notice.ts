// Tells a sender what became of a message: bounces, delay warnings and the like (RFC 3464), readable by people first.
import { randomBytes } from 'node:crypto'
import { decodeEncodedWords } from '../../protocol/message/encoded-words.ts'
import { quotedPrintable } from '../../protocol/message/transfer-encoding.ts'
import { shorten, visible } from '../../report/visible.ts'
import type { Content, Envelope, Message, RemoteReply } from '../envelope.ts'
import { mailDate } from '../message/additions.ts'
import { isSendable, survey } from '../message/octets.ts'
import { humanText } from './human-text.ts'
import { messageFields, type NoticeKind, recipientFields } from './status-fields.ts'

/** What is to be told about one message. */
export interface NoticeRequest {
  readonly kind: NoticeKind
  readonly message: Message
  readonly content: Content
  /** Those of whom it is to be told, with the last word on each. */
  readonly recipients: readonly { readonly envelope: Envelope; readonly reply: RemoteReply }[]
  readonly hostname: string
  /** Whom it comes from; `MAILER-DAEMON` at the hostname unless said otherwise. Its domain is what the notice is signed for. */
  readonly from?: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Unique: the notice's own queue id. */
  readonly id: string
}

/** A notice, not yet signed. Its envelope sender is the null sender, so that nobody ever answers it with another one. */
export interface Notice {
  readonly recipient: string
  /** Header and body, CRLF line endings; 7-bit unless `smtpUtf8`. */
  readonly message: Buffer
  readonly messageId: string
  readonly subject: string
  /** The address it goes to has letters beyond ASCII (RFC 6531). */
  readonly smtpUtf8: boolean
  /** Ids of the envelopes it tells of; those that did not want to be told of are missing. */
  readonly about: readonly number[]
}

/** Larger messages are not sent back whole, whatever RET says: only their headers. */
const LARGEST_RETURN = 1024 * 1024

/**
 * Writes a notice, or none: to a null sender never (RFC 5321 §4.5.5, RFC 3834 §2), and about no recipient of whom the sender
 * did not want to hear this (RFC 3461 §4.1).
 */
export function writeNotice(request: NoticeRequest): Notice | undefined {
  const { kind, message, hostname, now, id } = request
  const recipients = request.recipients.filter(({ envelope }) => wanted(kind, envelope.dsn.notify))
  if (message.sender === '' || recipients.length === 0) return undefined
  const subject = `${subjects[kind]}: ${shorten(visible(decodeEncodedWords(message.subject)).trim() || '(no subject)', 100)}`
  const messageId = `<${now.toString(36)}.${id.replace(/[^A-Za-z0-9.-]/g, '')}@${hostname}>`
  const boundary = `=_${randomBytes(12).toString('hex')}`
  const told = { ...request, recipients }
  const status = [
    messageFields(message, hostname),
    ...recipients.map(one => recipientFields(kind, one.envelope, one.reply)),
  ]
  const parts = [
    textPart(humanText(told)),
    part(['Content-Type: message/delivery-status'], Buffer.from(status.join('\r\n'), 'latin1')),
    returnedPart(request.content, message.dsn.ret === 'full' && kind !== 'delayed'),
  ]
  const header = [
    `Date: ${mailDate(now)}`,
    `From: Mail delivery <${safeAddress(request.from ?? `MAILER-DAEMON@${hostname}`)}>`,
    `To: <${safeAddress(message.sender)}>`,
    `Subject: ${encodedText(subject)}`,
    `Message-ID: ${messageId}`,
    ...replyFields(message.messageId),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
  ]
  const octets = [
    Buffer.from(`${header.join('\r\n')}\r\n\r\n`),
    ...parts.flatMap(one => [Buffer.from(`--${boundary}\r\n`), one, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]
  return {
    recipient: message.sender,
    message: Buffer.concat(octets),
    messageId,
    subject,
    smtpUtf8: /[^\x00-\x7f]/.test(message.sender),
    about: recipients.map(one => one.envelope.id),
  }
}

const subjects = {
  failed: 'Not delivered',
  expired: 'Not delivered',
  delayed: 'Delayed, still being tried',
  relayed: 'Passed on',
} as const satisfies Record<NoticeKind, string>

/** RFC 3461 §4.1: without NOTIFY failures are told, and delays may be. */
function wanted(kind: NoticeKind, notify: Envelope['dsn']['notify']): boolean {
  if (notify.includes('never')) return false
  if (kind === 'relayed') return notify.includes('success')
  return notify.length === 0 || notify.includes(kind === 'delayed' ? 'delay' : 'failure')
}

function part(header: readonly string[], body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${header.join('\r\n')}\r\n\r\n`), body])
}

function textPart(text: string): Buffer {
  return encodedPart('text/plain; charset=utf-8', Buffer.from(text))
}

/** As it is when every server takes that; else in quoted-printable. */
function encodedPart(type: string, octets: Buffer): Buffer {
  const plain = isSendable(survey(octets))
  const header = [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${plain ? '7bit' : 'quoted-printable'}`]
  return part(header, plain ? octets : quotedPrintable(octets))
}

/** RFC 6522 §3: the message as it was sent, or its header. A whole one must be sendable as it is: it may not be encoded. */
function returnedPart({ signatures, message }: Content, full: boolean): Buffer {
  const whole = Buffer.concat([signatures, message])
  if (full && whole.length <= LARGEST_RETURN && isSendable(survey(whole))) {
    return part(['Content-Type: message/rfc822'], whole)
  }
  const end = whole.indexOf('\r\n\r\n')
  // RFC 6522 §4: header fields that are broken may be encoded.
  return encodedPart('text/rfc822-headers', end === -1 ? whole : whole.subarray(0, end + 2))
}

/** In-Reply-To and References, so that the notice is shown with the message. Only for what is surely an id (RFC 5322 §3.6.4). */
function replyFields(messageId: string): readonly string[] {
  return /^<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>$/.test(messageId)
    ? [`In-Reply-To: ${messageId}`, `References: ${messageId}`]
    : []
}

/** Nothing in an address ends the field or the path. */
function safeAddress(address: string): string {
  return visible(address).replace(/[<>]/g, '?')
}

/** RFC 2047: encoded words of at most 75 characters, only where they are needed. */
function encodedText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text
  const words: string[] = []
  let word = ''
  // A character is never cut: 42 octets become 56 characters of base64.
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word].map(one => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ')
}
