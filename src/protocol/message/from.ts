// The author domain of a message: what its From field says, however it was written (RFC 5322 §3.6.2, RFC 9989 §5.3.1).
import { parseDomain } from '../../names/domain.ts'
import { shownText } from '../shown-text.ts'
import type { Field } from './field.ts'
import type { Mailbox } from './mailbox.ts'
import { mailboxByGrammar } from './mailbox-by-grammar.ts'

/** What a From header says. Domains are A-labels in lower case; each once, in their order. */
export type FromReading =
  | {
      readonly kind: 'author'
      readonly domain: string
      /** As written, without display names. */
      readonly addresses: readonly string[]
      /** What is not as it should be although the domain is plain: a clause about the field. */
      readonly fault: string | undefined
    }
  | { readonly kind: 'absent' }
  /** More fields than one: no verifier can know which one people see. */
  | { readonly kind: 'repeated'; readonly count: number; readonly domains: readonly string[] }
  /** One field, and authors of several domains. */
  | { readonly kind: 'several'; readonly domains: readonly string[]; readonly addresses: readonly string[] }
  /** A clause about the field. */
  | { readonly kind: 'unreadable'; readonly why: string; readonly domains: readonly string[] }

const LONGEST = 64 * 1024
const MOST_MAILBOXES = 200

/** Reads the From fields of a header. Never throws; takes time in proportion to the length. */
export function readFrom(octets: Buffer, fields: readonly Field[]): FromReading {
  const from = fields.filter(field => field.key === 'from')
  if (from.length === 0) return { kind: 'absent' }
  const values = from.map(field => octets.toString('utf8', field.valueAt, Math.min(field.end, field.valueAt + LONGEST)))
  const readings = values.map(value => readFromText(value.replace(/\r\n$/, '')))
  if (readings.length === 1) return readings[0]!
  return { kind: 'repeated', count: from.length, domains: [...new Set(readings.flatMap(domainsOf))] }
}

/** The domains that a reading found, whether or not they count. */
export function domainsOf(reading: FromReading): readonly string[] {
  if (reading.kind === 'absent') return []
  return reading.kind === 'author' ? [reading.domain] : reading.domains
}

/** As `readFrom`, for the value of one field with its folds. */
export function readFromText(value: string): FromReading {
  const strict = mailboxByGrammar(value)
  const parts = strict.ok ? [strict.mailbox] : mailboxesIn(value)
  if (parts.length === 0)
    return { kind: 'unreadable', why: strict.ok ? 'it names no address' : strict.why, domains: [] }
  const read = parts.map(({ local, domain }) => ({ address: `${local}@${domain}`, parsed: parseDomain(domain) }))
  const domains = [...new Set(read.flatMap(({ parsed }) => (parsed.ok ? [parsed.name] : [])))]
  const bad = read.find(({ parsed }) => !parsed.ok)
  if (bad && !bad.parsed.ok) {
    const why = `the domain of ${shownText(bad.address)} cannot be used: ${bad.parsed.reason}`
    return { kind: 'unreadable', why, domains }
  }
  const addresses = read.map(({ address }) => address)
  if (domains.length > 1) return { kind: 'several', domains, addresses }
  const fault = strict.ok ? undefined : strict.why
  return { kind: 'author', domain: domains[0]!, addresses, fault }
}

/** The mailboxes of a list, of groups in it, and of text that is no proper list but has addresses in angle brackets. */
function mailboxesIn(value: string): readonly Mailbox[] {
  const line = value.replaceAll(/\r\n(?=[ \t])/g, '')
  const found: Mailbox[] = []
  for (const part of listParts(line).slice(0, MOST_MAILBOXES)) {
    const strict = mailboxByGrammar(part)
    if (strict.ok) found.push(strict.mailbox)
    else {
      // Names with a comma or an @ in them should be quoted and often are not.
      const bracketed = /<([^<>]{1,998})>[^<>]*$/.exec(part)?.[1]
      const address = (bracketed ?? (/\s/.test(part.trim()) ? '' : part)).trim()
      const at = address.lastIndexOf('@')
      if (at > 0 && at < address.length - 1) {
        found.push({ local: address.slice(0, at), domain: address.slice(at + 1) })
      }
    }
  }
  return found
}

/** Cut at commas, semicolons and the colons of groups that stand outside of quotations, comments and angle brackets. */
function listParts(line: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  let quoted = false
  let bracketed = false
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (char === '\\') {
      part += char + (line[++at] ?? '')
      continue
    }
    if (char === '"' && depth === 0) quoted = !quoted
    else if (!quoted && char === '(') depth++
    else if (!quoted && char === ')' && depth > 0) depth--
    else if (!quoted && depth === 0 && char === '<') bracketed = true
    else if (!quoted && depth === 0 && char === '>') bracketed = false
    const outside = !quoted && depth === 0 && !bracketed
    if (outside && (char === ',' || char === ';')) {
      parts.push(part)
      part = ''
    } else if (outside && char === ':') part = ''
    else part += char
  }
  return [...parts, part].filter(text => text.trim() !== '')
}
