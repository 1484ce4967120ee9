// From the octets that a client submitted to the octets that are signed, queued and sent: read under caps, judged for what
// receivers could read in two ways, completed, and made fit for every server. Pure; nothing changes the message afterwards.

import { decodeEncodedWords } from '../../protocol/message/encoded-words.ts'
import { type Field, valueText } from '../../protocol/message/field.ts'
import { mailDate, messageIdFor, receivedField, type Submission } from './additions.ts'
import { readAuthor } from './author.ts'
import { type Layout, readFields } from './fields.ts'
import { isSendable, LONGEST_LINE, survey, withLineEndings } from './octets.ts'
import { badContent, isRefusal, mailLoop, needsSmtpUtf8, type Refusal } from './refusal.ts'
import { editedHeader, type Rewritten, sendableBody } from './sendable.ts'
import { type SingleFields, withSingleFields } from './single-fields.ts'

/** What preparing must know beside the octets. */
export interface PrepareContext extends Submission {
  /** The client's policy for bare CR and LF. */
  readonly lineEndings: 'strict' | 'normalize'
}

/** What was changed, for the log. */
export type Change =
  | 'line endings'
  | 'encoding'
  | 'double fields'
  | 'MIME-Version'
  | 'Date'
  | 'Message-ID'
  | 'Bcc'
  | 'Return-Path'

/** A message that can be signed. */
export interface Prepared {
  readonly kind: 'prepared'
  /** Header and body with CRLF line endings, not dot-stuffed. */
  readonly message: Buffer
  readonly author: { readonly address: string; readonly domain: string }
  /** With its angle brackets, as it stands in the header. */
  readonly messageId: string
  /** Decoded, for people; control characters are gone. */
  readonly subject: string
  /** The header holds UTF-8: the next hop must speak SMTPUTF8. Addresses of the envelope may demand it besides. */
  readonly smtpUtf8: boolean
  /** The next hop must speak 8BITMIME. */
  readonly eightBit: boolean
  readonly changes: readonly Change[]
}

/** RFC 5321 §6.3: far more hops than honest mail needs. */
const MOST_HOPS = 30
const LONGEST_TEXT = 998

/** Prepares a message, or says why it is not taken. Takes time in proportion to the size; never throws. */
export function prepare(raw: Uint8Array, context: PrepareContext): Prepared | Refusal {
  const given = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const foundFirst = survey(given)
  const octets = withLineEndings(given, context.lineEndings, foundFirst)
  if (isRefusal(octets)) return octets
  const found = octets === given ? foundFirst : survey(octets)
  const layout = readFields(octets)
  if (isRefusal(layout)) return layout
  const fault = headerFault(octets, layout, context)
  if (fault) return fault
  const author = readAuthor(octets, layout.fields)
  if (isRefusal(author)) return author
  const single = withSingleFields(octets, layout.fields)
  if (isRefusal(single)) return single
  const rewritten = isSendable(found) ? undefined : sendableBody(octets, { ...layout, fields: single.fields })
  if (isRefusal(rewritten)) return rewritten
  const changes: Change[] = octets === given ? [] : ['line endings']
  if (single.fields.length < layout.fields.length) changes.push('double fields')
  if (rewritten) changes.push('encoding')
  const composed = compose(octets, layout.bodyAt, single, rewritten, context, changes)
  // What could not be seen in the parts: nothing leaves that a server on the way would have to change.
  const last = isSendable(found) && single.joined.size === 0 ? found : survey(composed.message)
  if (last.nul || last.longestLine > LONGEST_LINE) {
    return badContent('The message holds NUL octets or long lines that cannot be encoded')
  }
  return { ...composed, author: { address: author.address, domain: author.domain }, eightBit: last.eightBit }
}

function headerFault(octets: Buffer, { fields, bodyAt }: Layout, context: PrepareContext): Refusal | undefined {
  if (fields.length === 0) return badContent('The message has no header: it is empty or starts with an empty line')
  const hops = fields.filter(field => field.key === 'received').length
  if (hops > MOST_HOPS) return mailLoop(`The message has gone through ${hops} servers: it seems to go round in circles`)
  const header = survey(octets, 0, bodyAt)
  if (header.nul) return badContent('The header holds NUL octets')
  if (!header.eightBit) return undefined
  if (!context.session.smtpUtf8) {
    return needsSmtpUtf8('The header holds octets beyond ASCII; encode them (RFC 2047) or ask for SMTPUTF8')
  }
  return isUtf8(octets.subarray(0, bodyAt)) ? undefined : badContent('The header is not UTF-8 (RFC 6532)')
}

function compose(
  octets: Buffer,
  bodyAt: number,
  single: SingleFields,
  rewritten: Rewritten | undefined,
  context: PrepareContext,
  done: readonly Change[],
): Omit<Prepared, 'author' | 'eightBit'> {
  const changes = [...done]
  // RFC 5322 §3.6.3: blind recipients stay blind. RFC 5321 §4.4: the last server alone writes Return-Path.
  const kept = single.fields.filter(({ key }) => !/^(resent-)?bcc$|^return-path$/.test(key))
  const has = (key: string): boolean => kept.some(field => field.key === key && valueText(octets, field) !== '')
  if (single.fields.some(({ key }) => /^(resent-)?bcc$/.test(key))) changes.push('Bcc')
  if (single.fields.some(({ key }) => key === 'return-path')) changes.push('Return-Path')

  const edits = new Map([...single.joined, ...(rewritten?.edits ?? [])])
  if (rewritten && rewritten.edits.size > 0 && !has('mime-version')) set(edits, changes, 'MIME-Version', '1.0')
  if (!has('date')) set(edits, changes, 'Date', mailDate(context.takenAt))
  if (!has('message-id')) set(edits, changes, 'Message-ID', messageIdFor(context))

  const header = Buffer.concat([Buffer.from(receivedField(context)), ...editedHeader(octets, kept, edits)])
  const body = rewritten?.body ?? [octets.subarray(bodyAt)]
  const message = Buffer.concat([header, Buffer.from('\r\n'), ...body])
  return {
    kind: 'prepared',
    message,
    messageId: edits.get('Message-ID') ?? shown(octets, kept, 'message-id'),
    subject: decodeEncodedWords(shown(octets, kept, 'subject')).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '),
    smtpUtf8: survey(header).eightBit,
    changes,
  }
}

function set(edits: Map<string, string>, changes: Change[], name: Change, value: string): void {
  edits.set(name, value)
  changes.push(name)
}

/** The first field of the name as one line for logs: control characters and separators of lines become spaces. */
function shown(octets: Buffer, fields: readonly Field[], key: string): string {
  const field = fields.find(one => one.key === key)
  if (!field) return ''
  return valueText(octets, field)
    .slice(0, LONGEST_TEXT)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}

function isUtf8(octets: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets)
    return true
  } catch {
    return false
  }
}
