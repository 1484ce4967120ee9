// Reads an SPF record by the grammar of RFC 7208 §12: every term with its place, every fault with its column and a sentence.
import { type IpAddress, parseAddress } from '../../names/address.ts'
import { type MacroText, parseMacros } from './macro.ts'
import { suggestTerm } from './suggest.ts'

/** What a match of the mechanism means: pass, fail, softfail, neutral (RFC 7208 §4.6.2). */
export type Qualifier = '+' | '-' | '~' | '?'

/** Where a term stands. `column` counts from 1 in the joined text of the record. */
export interface Placed {
  readonly text: string
  readonly column: number
}

interface Directive extends Placed {
  readonly qualifier: Qualifier
}

export type AllMechanism = Directive & { readonly name: 'all' }
export type IncludeMechanism = Directive & { readonly name: 'include'; readonly domain: MacroText }
export type NetworkMechanism = Directive & {
  readonly name: 'ip4' | 'ip6'
  readonly network: IpAddress
  readonly prefix: number
}

/** Mechanisms that ask DNS themselves; without domain they mean the one whose record it is. */
export type AskingMechanism = Directive &
  (
    | { readonly name: 'exists'; readonly domain: MacroText }
    | { readonly name: 'ptr'; readonly domain: MacroText | undefined }
    | {
        readonly name: 'a' | 'mx'
        readonly domain: MacroText | undefined
        readonly prefix4: number
        readonly prefix6: number
      }
  )

export type Mechanism = AllMechanism | IncludeMechanism | NetworkMechanism | AskingMechanism

export type KnownModifier = Placed & { readonly name: 'redirect' | 'exp'; readonly domain: MacroText }

/** Ignored by everyone (RFC 7208 §6), but its macros must be valid. */
export type UnknownModifier = Placed & { readonly name: 'unknown'; readonly key: string; readonly value: MacroText }

export type Modifier = KnownModifier | UnknownModifier

/** A record that can be read. */
export interface SpfRecord {
  readonly text: string
  readonly mechanisms: readonly Mechanism[]
  readonly redirect: KnownModifier | undefined
  readonly exp: KnownModifier | undefined
  readonly unknown: readonly UnknownModifier[]
}

/** A term that cannot be read. One is enough to make the whole record a permanent error (RFC 7208 §4.6). */
export interface SyntaxFault {
  /** Where exactly: inside the term. */
  readonly column: number
  readonly term: Placed
  /** Completes "`term` cannot be read: …". */
  readonly reason: string
  /** What was probably meant. */
  readonly suggestion: string | undefined
}

export type ParsedSpf =
  | { readonly ok: true; readonly record: SpfRecord }
  | { readonly ok: false; readonly text: string; readonly faults: readonly [SyntaxFault, ...SyntaxFault[]] }

/** Thrown and caught in this file only: `at` counts from 0 in the term. */
class Fault {
  readonly reason: string
  readonly at: number

  constructor(reason: string, at = 0) {
    this.reason = reason
    this.at = at
  }
}

/** Faults after which nothing more is read: of a record of 60 KB thousands say no more than these. */
const MOST_FAULTS = 2500

/** Faults of one record for which it is guessed what was meant: a record with more is no mistyped one. */
const MOST_GUESSED = 50

/** Reads a record that `selectSpf` selected: it begins with the version. Never throws. */
export function parseSpf(text: string): ParsedSpf {
  const mechanisms: Mechanism[] = []
  const modifiers: Modifier[] = []
  const faults: SyntaxFault[] = []
  // Terms are separated by spaces only: any other white space is part of a term, and a fault there (§4.6.1).
  const terms = [...text.slice(6).matchAll(/[^ ]+/g)].map(match => ({ text: match[0], column: match.index + 7 }))
  for (let at = 0; at < terms.length && faults.length < MOST_FAULTS; at++) {
    const term = terms[at]!
    try {
      const read = parseTerm(term)
      if ('qualifier' in read) mechanisms.push(read)
      else {
        // RFC 7208 §6: redirect and exp must not appear more than once each.
        if (read.name !== 'unknown' && modifiers.some(m => m.name === read.name)) {
          throw new Fault(`there is more than one "${read.name}="`)
        }
        modifiers.push(read)
      }
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      const guessing = faults.length < MOST_GUESSED
      const torn = guessing ? tornTerm(text, term, terms[at + 1]) : undefined
      if (torn) {
        faults.push(torn)
        at++
        continue
      }
      const suggestion = guessing ? suggestTerm(term.text, candidate => readable(candidate)) : undefined
      faults.push({ column: term.column + fault.at, term, reason: fault.reason, suggestion })
    }
  }
  const [first, ...rest] = faults
  if (first) return { ok: false, text, faults: [first, ...rest] }
  return {
    ok: true,
    record: {
      text,
      mechanisms,
      redirect: modifiers.find((m): m is KnownModifier => m.name === 'redirect'),
      exp: modifiers.find((m): m is KnownModifier => m.name === 'exp'),
      unknown: modifiers.filter(m => m.name === 'unknown'),
    },
  }
}

/** `ip4: 192.0.2.1` and `- all`: one fault, though both halves are unreadable by themselves or mean something else. */
function tornTerm(text: string, term: Placed, next: Placed | undefined): SyntaxFault | undefined {
  if (next === undefined || !/^[-+~?]$|[:=/]$/.test(term.text)) return undefined
  const joined = `${term.text}${next.text}`
  if (joined.length > 300 || !readable(joined)) return undefined
  const whole = { text: text.slice(term.column - 1, next.column - 1 + next.text.length), column: term.column }
  return {
    column: term.column + term.text.length,
    term: whole,
    reason: 'a space stands inside of it',
    suggestion: joined,
  }
}

function readable(text: string): boolean {
  try {
    const read = parseTerm({ text, column: 1 })
    return 'qualifier' in read || read.name !== 'unknown'
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    return false
  }
}

function parseTerm(term: Placed): Mechanism | Modifier {
  // RFC 7208 §3.1, §4.6.1: visible ASCII, and nothing but spaces between terms.
  const bad = /[^\x21-\x7e]/.exec(term.text)
  if (bad) {
    const octet = octetName(bad[0].charCodeAt(0))
    throw new Fault(`it contains ${octet}; a record is plain ASCII, and only spaces separate terms`, bad.index)
  }
  // A modifier is a name with "=" directly behind it; everything else must be a directive (§4.6.1).
  const modifier = /^([a-z][a-z0-9._-]*)=/i.exec(term.text)
  if (modifier) return parseModifier(term, modifier[1]!)
  const [, sign = '', word = ''] = /^([-+~?]?)([a-z0-9]*)/i.exec(term.text)!
  const name = word.toLowerCase()
  const qualifier = (sign === '' ? '+' : sign) as Qualifier
  const at = sign.length + word.length
  const rest = term.text.slice(at)
  const directive = { text: term.text, column: term.column, qualifier }
  switch (name) {
    case 'all':
      if (rest !== '') throw new Fault(`"all" stands alone; ${shown(rest)} follows it`, at)
      return { ...directive, name }
    case 'include':
    case 'exists':
      return { ...directive, name, domain: requiredDomain(name, rest, at) }
    case 'ptr':
      if (rest.startsWith('/')) throw new Fault('"ptr" takes no prefix length', at)
      return { ...directive, name, domain: rest === '' ? undefined : requiredDomain(name, rest, at) }
    case 'a':
    case 'mx':
      return { ...directive, name, ...parseAddressMechanism(name, rest, at) }
    case 'ip4':
    case 'ip6':
      return { ...directive, name, ...parseNetwork(name, rest, at) }
    default:
      throw unknownMechanism(term.text, sign, word, rest)
  }
}

function parseModifier(term: Placed, key: string): Modifier {
  const value = term.text.slice(key.length + 1)
  const at = key.length + 1
  const name = key.toLowerCase()
  // A known name is never an unknown modifier, even with a fault in it (§6, and the RFC's test suite).
  if (name === 'redirect' || name === 'exp') {
    if (value === '') throw new Fault(`no domain follows "${key}="`, at)
    return { ...term, name, domain: parseDomainSpec(value, at) }
  }
  const parsed = parseMacros(value, 'modifier')
  if (!parsed.ok) throw new Fault(parsed.reason, at + parsed.at)
  return { ...term, name: 'unknown', key, value: parsed.macros }
}

function unknownMechanism(text: string, sign: string, word: string, rest: string): Fault {
  if (/^[a-z][a-z0-9._-]*=/i.test(text.slice(sign.length))) return new Fault('a modifier takes no qualifier', 0)
  if (/^(redirect|exp)$/i.test(word))
    return new Fault(
      `"${word}" is a modifier: it is written with "=", not with ${shown(rest)}`,
      sign.length + word.length,
    )
  const named = /^[^:/=]*/.exec(text.slice(sign.length))![0]
  return new Fault(named === '' ? 'a mechanism has a name' : `there is no mechanism "${named}"`, sign.length)
}

function octetName(octet: number): string {
  const names: { readonly [octet: number]: string } = {
    9: 'a tab',
    10: 'a line feed',
    13: 'a carriage return',
    160: 'a no-break space',
  }
  return names[octet] ?? `the octet ${octet}`
}

function requiredDomain(name: string, rest: string, at: number): MacroText {
  if (!rest.startsWith(':')) {
    if (rest === '' || rest.startsWith('/')) throw new Fault(`"${name}" needs a domain: "${name}:example.com"`, at)
    throw new Fault(`${shown(rest)} cannot follow "${name}"`, at)
  }
  if (rest.length === 1) throw new Fault(`no domain follows "${name}:"`, at + 1)
  if (/[^/]\/\d+$/.test(rest) && name !== 'ptr') {
    const slash = rest.lastIndexOf('/')
    if (isDomainSpec(rest.slice(1, slash))) throw new Fault(`"${name}" takes no prefix length`, at + slash)
  }
  return parseDomainSpec(rest.slice(1), at + 1)
}

function parseAddressMechanism(name: string, rest: string, at: number) {
  if (rest !== '' && rest[0] !== ':' && rest[0] !== '/') throw new Fault(`${shown(rest)} cannot follow "${name}"`, at)
  // dual-cidr-length = [ "/" ip4 ] [ "//" ip6 ], at the very end: a slash may also be part of the domain (§5.3, §7.1).
  const [, spec = '', four, six] = /^(.*?)(?:\/(\d+))?(?:\/\/(\d+))?$/s.exec(rest)!
  const prefix6 = readPrefix(six, 128, at + rest.length - (six?.length ?? 0))
  const prefix4 = readPrefix(four, 32, at + spec.length + 1)
  if (spec === '') return { domain: undefined, prefix4, prefix6 }
  if (!spec.startsWith(':')) throw new Fault(`${shown(spec)} is no prefix length: "/24", "//64" or "/24//64"`, at)
  if (spec === ':') throw new Fault(`no domain follows "${name}:"`, at + 1)
  return { domain: parseDomainSpec(spec.slice(1), at + 1), prefix4, prefix6 }
}

function parseNetwork(name: 'ip4' | 'ip6', rest: string, at: number) {
  const family = name === 'ip4' ? 4 : 6
  const sample = family === 4 ? '192.0.2.1' : '2001:db8::1'
  if (!rest.startsWith(':') || rest.length === 1) throw new Fault(`"${name}" needs an address: "${name}:${sample}"`, at)
  const slash = rest.indexOf('/')
  const written = rest.slice(1, slash < 0 ? undefined : slash)
  const network = readAddress(written, family)
  if (!network) throw new Fault(`${shown(written)} is not an IPv${family} address`, at + 1)
  const prefix = slash < 0 ? undefined : rest.slice(slash + 1)
  return { network, prefix: readPrefix(prefix, family === 4 ? 32 : 128, at + slash + 1) }
}

function readAddress(written: string, family: 4 | 6): IpAddress | undefined {
  if (written.includes(':') !== (family === 6)) return undefined
  const address = parseAddress(written)
  if (!address || address.family === family) return address
  // `ip6:::ffff:192.0.2.1` is good syntax that no client matches: such clients are IPv4 clients (RFC 7208 §5).
  return {
    family: 6,
    bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...address.bytes],
    text: `::ffff:${address.text}`,
  }
}

/** ip4-cidr-length and ip6-cidr-length: no leading zeros, at most 32 or 128 (RFC 7208 §5.6, §12). */
function readPrefix(digits: string | undefined, most: 32 | 128, at: number): number {
  if (digits === undefined) return most
  if (!/^(0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > most) {
    throw new Fault(`${shown(`/${digits}`)} is not a prefix length: 0 to ${most}, without leading zeros`, at)
  }
  return Number(digits)
}

function isDomainSpec(text: string): boolean {
  try {
    parseDomainSpec(text, 0)
    return true
  } catch {
    return false
  }
}

/** domain-spec = macro-string domain-end; domain-end = ( "." toplabel [ "." ] ) / macro-expand (RFC 7208 §7.1). */
function parseDomainSpec(text: string, at: number): MacroText {
  const parsed = parseMacros(text, 'domain')
  if (!parsed.ok) throw new Fault(parsed.reason, at + parsed.at)
  // An escape (%%, %_, %-) is a macro-expand too, and may be the end.
  if (/(\}|%[%_-])$/.test(text) && endsInMacro(text)) return parsed.macros
  const end = /\.([^.%}]+)\.?$/.exec(text)
  const label = end?.[1]
  if (label === undefined) {
    throw new Fault(
      text.includes('.')
        ? `${shown(text)} does not end in a domain name`
        : `${shown(text)} has only one label: a full domain name is needed`,
      at,
    )
  }
  const labelAt = at + text.length - (text.endsWith('.') ? 1 : 0) - label.length
  if (/^\d+$/.test(label)) {
    const address = parseAddress(text)
    throw new Fault(
      address ? `${text} is an address, not a domain name` : `the last label "${label}" is a number`,
      labelAt,
    )
  }
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(label)) {
    throw new Fault(`the last label ${shown(label)} is not one of a domain name`, labelAt)
  }
  return parsed.macros
}

/** True when the last characters are the end of a macro, not a literal "}" or a "-" behind an escaped percent sign. */
function endsInMacro(text: string): boolean {
  const tokens = text.match(/%\{[^}]*\}|%[%_-]|[^%]/gs)
  return tokens?.at(-1)?.startsWith('%') ?? false
}

function shown(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 80)}…"` : `"${text}"`
}
