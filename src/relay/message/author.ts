// The author of a message: the one address in its one From field, on which two parsers agree. Everything that receivers
// may read in two ways is refused: the gate judges a domain, and it must be the one that people see.
import { canonicalName, parseDomain } from '../../names/domain.ts'
import { decodeEncodedWords } from '../../protocol/message/encoded-words.ts'
import type { Field } from '../../protocol/message/field.ts'
import type { Mailbox, MailboxReading } from '../../protocol/message/mailbox.ts'
import { mailboxByGrammar } from '../../protocol/message/mailbox-by-grammar.ts'
import { mailboxByShape } from '../../protocol/message/mailbox-by-shape.ts'
import { badContent, type Refusal } from './refusal.ts'

export interface Author {
  readonly kind: 'author'
  /** `local@domain`, the domain in A-label form, the local part quoted where it must be. */
  readonly address: string
  /** A-label form in lower case. */
  readonly domain: string
}

/** RFC 5321 §4.5.3.1.1. */
const LONGEST_LOCAL = 64

/** Beyond ASCII controls: C1, separators of lines (U+2028, U+2029), and what turns the direction of text. */
const HIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/

/** Reads the author from the fields of a header, or says why there is not exactly one. */
export function readAuthor(octets: Buffer, fields: readonly Field[]): Author | Refusal {
  const from = fields.filter(field => field.key === 'from')
  if (from.length === 0) return badContent('The header has no From field')
  if (from.length > 1) return badContent(`The header has ${from.length} From fields; it must have exactly one`)
  const value = octets.toString('utf8', from[0]!.valueAt, from[0]!.end).replace(/\r\n$/, '')
  return readAuthorText(value)
}

/** As `readAuthor`, for the value of a From field with its folds and without its last CRLF. */
export function readAuthorText(value: string): Author | Refusal {
  const refused = (why: string): Refusal => badContent(`The From field cannot be used: ${why}`)
  if (HIDDEN.test(value)) return refused('it holds control characters')
  // Programs that read line by line see an empty From.
  if (/^[ \t]*\r\n/.test(value)) return refused('its first line is empty')
  const readings = [mailboxByGrammar(value), mailboxByShape(value)] as const
  const faulty = readings.find(reading => !reading.ok)
  if (faulty && !faulty.ok) return refused(faulty.why)
  const [first, second] = readings as readonly [Good, Good]
  if (first.mailbox.local !== second.mailbox.local || first.mailbox.domain !== second.mailbox.domain) {
    return refused('programs read different addresses in it')
  }
  const author = authorOf(first.mailbox)
  if (typeof author === 'string') return refused(author)
  const spelled = `${first.mailbox.local}@${first.mailbox.domain}`
  const other = [...first.spoken, ...second.spoken].find(text => namesAnother(text, [author.address, spelled]))
  if (other !== undefined) return refused(`its display name shows another address than ${author.address}`)
  return author
}

type Good = Extract<MailboxReading, { ok: true }>

/** The author, or why the mailbox is none. */
function authorOf({ local, domain }: Mailbox): Author | string {
  // Format characters are not seen; a second name that looks like the first is no name (RFC 6532 §3.1 asks for care).
  if (/[\p{Cf}\p{Zl}\p{Zp}]/u.test(local + domain)) return 'its address holds characters that cannot be seen'
  if (local === '') return 'its local part is empty'
  if (Buffer.byteLength(local) > LONGEST_LOCAL) return `its local part is longer than ${LONGEST_LOCAL} octets`
  // A quoted local part may hold anything; what tells addresses apart elsewhere would mislead other programs.
  if (/[^A-Za-z0-9!#$%&'*+\-/=?^_`{|}~. \u0080-\uffff]/.test(local)) {
    return 'its local part holds characters that programs read differently'
  }
  const parsed = parseDomain(domain)
  if (!parsed.ok) return `its domain cannot be used: ${parsed.reason}`
  const plain = /^[^. ]+(\.[^. ]+)*$/.test(local)
  return { kind: 'author', address: `${plain ? local : `"${local}"`}@${parsed.name}`, domain: parsed.name }
}

/**
 * True when a text that people see beside the address shows one that is not it: `"boss@example.org" <x@example.net>`. An @
 * with white space on both sides is a word; the author's own address may stand there, and often does.
 */
function namesAnother(text: string, own: readonly string[]): boolean {
  const same = own.map(canonicalName)
  return [text, decodeEncodedWords(text)]
    .flatMap(shown => shown.normalize('NFKC').split(/[\s()<>"',;:[\]]+/))
    .some(word => word.includes('@') && word !== '@' && !same.includes(canonicalName(word)))
}
