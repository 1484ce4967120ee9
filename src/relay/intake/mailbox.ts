// Mailboxes in SMTP paths: RFC 5321 §4.1.2 with RFC 6531 §3.3, read strictly, into one canonical form per mailbox.
import { domainToASCII } from 'node:url'
import { parseAddress } from '../../names/address.ts'
import { parseDomain } from '../../names/domain.ts'

/** A mailbox. Equal mailboxes have equal `address` texts, whatever quoting, case of the domain, or form of an IDN they came in. */
export interface Mailbox {
  /** Without quotes and backslashes. */
  readonly local: string
  /** A-label form in lower case, or an address literal such as `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
  readonly domain: string
  /** Both, quoted where RFC 5321 wants it. */
  readonly address: string
  readonly isLiteral: boolean
}

/** `utf8`: well-formed, but it needs SMTPUTF8. */
export type MailboxReading =
  | { readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly utf8: boolean }
  | { readonly kind: 'bad'; readonly says: string }

// RFC 5321 §4.5.3.1.1 and §4.5.3.1.3; the path has 256 octets with its brackets.
const LONGEST_LOCAL = 64
const LONGEST_MAILBOX = 254

const ATOM_TEXT = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u{80}-\u{10ffff}]/u
const DOT_STRING = new RegExp(`^${ATOM_TEXT.source}+(\\.${ATOM_TEXT.source}+)*$`, 'u')

/**
 * What has no place in an address: controls, line and paragraph separators, and invisible formatting that makes one address
 * look like another. The joiners U+200C and U+200D belong to the spelling of some languages.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|(?![\u200c\u200d])\p{Cf}/u

/** Reads `local@domain`, without brackets. */
export function parseMailbox(text: string): MailboxReading {
  if (UNSAFE.test(text)) return bad('it contains a control or invisible character')
  if (octets(text) > LONGEST_MAILBOX) return bad('it is longer than 254 octets')
  const split = text.startsWith('"') ? quotedEnd(text) : text.indexOf('@')
  if (split <= 0 || text[split] !== '@') return bad('it is not of the form local@domain')
  const written = text.slice(0, split)
  const local = unquote(written)
  if (local === undefined) return bad('its local part is not well-formed')
  if (octets(written) > LONGEST_LOCAL) return bad('its local part is longer than 64 octets')
  const domain = parseMailDomain(text.slice(split + 1))
  if (domain === undefined) return bad('its domain is not a full domain name')
  const address = `${quote(local)}@${domain}`
  const mailbox = { local, domain, address, isLiteral: domain.startsWith('[') }
  return { kind: 'mailbox', mailbox, utf8: /[^\x00-\x7f]/.test(text) }
}

/** The canonical form of the domain of a mailbox, or undefined. */
export function parseMailDomain(text: string): string | undefined {
  if (text.startsWith('[')) return parseLiteral(text)
  // What IDNA would map away or decode (a percent sign, other dots) must not stand there in the first place.
  if (!/^[A-Za-z0-9._\u{80}-\u{10ffff}-]+$/u.test(text) || text.endsWith('.') || /[\u3002\uff0e\uff61]/.test(text))
    return
  const read = parseDomain(text)
  if (!read.ok) return
  const labels = read.name.split('.')
  // Letters, digits and hyphens, and the underscore that some live with (RFC 1123 §2.1).
  if (!labels.every(label => /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label))) return
  // `1.0x7f` is an address to whoever reads URLs, and perhaps to a resolver.
  return domainToASCII(read.name) === read.name ? read.name : undefined
}

function parseLiteral(text: string): string | undefined {
  const inside = /^\[(?:(IPv6:)([0-9a-f:.]+)|([0-9.]+))\]$/i.exec(text)
  if (inside === null) return
  const address = parseAddress(inside[2] ?? inside[3]!)
  if (address === undefined) return
  return address.family === 4 ? `[${address.text}]` : `[IPv6:${address.text}]`
}

/** The index behind the closing quote, or -1. */
function quotedEnd(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return -1
}

/** The local part that is meant by a dot-string or a quoted string, or undefined. */
export function unquote(written: string): string | undefined {
  if (!written.startsWith('"')) return DOT_STRING.test(written) ? written : undefined
  return written.slice(1, -1).replaceAll(/\\(.)/gu, '$1')
}

function quote(local: string): string {
  return DOT_STRING.test(local) ? local : `"${local.replaceAll(/["\\]/g, '\\$&')}"`
}

const octets = (text: string): number => Buffer.byteLength(text)

function bad(says: string): MailboxReading {
  return { kind: 'bad', says }
}
