// Finds the SPF record among the TXT records of a name, and texts that were meant to be one.
import { pastedText, plainText } from '../pasted-text.ts'
import { parseSpf } from './parse.ts'
import { mendedRecord } from './write.ts'

/** How every SPF record begins: the version, then a space or the end (RFC 7208 §4.5). ABNF literals have no case. */
const VERSION = /^v=spf1(?: |$)/i

/** What people write when they mean an SPF record; `spf2.0/…` is Sender ID and meant as such. */
const MEANT = /^[\s"'\\(]*(?:v\s*=\s*s[pf]{2}|v:spf1|spf\s*=\s*v|spf1\b)/i

/** A TXT record that somebody meant as SPF and that no receiver reads as such, and why. */
export interface NearMiss {
  readonly text: string
  /** Completes "is not read as SPF: …". */
  readonly reason: string
}

/** The TXT records of a name, sorted by what SPF makes of them. */
export interface SpfSelection {
  /** One is right, none is "none", several are a permanent error, even if equal (RFC 7208 §4.5). */
  readonly records: readonly string[]
  readonly nearMisses: readonly NearMiss[]
}

/**
 * Selects among TXT records as RFC 7208 §4.5 does. The strings of one record are joined with nothing between them (§3.3);
 * records are never joined with each other.
 */
export function selectSpf(txt: readonly (readonly string[])[]): SpfSelection {
  const texts = txt.map(strings => ({ strings, text: strings.join('') }))
  const records = texts.filter(({ text }) => VERSION.test(text)).map(({ text }) => text)
  const nearMisses = texts
    .filter(({ text }) => !VERSION.test(text) && MEANT.test(plainText(text)))
    .map(({ text, strings }) => ({ text, reason: whyNotRead(text, strings) }))
  return { records, nearMisses }
}

/** The record that was meant, as far as that can be told; only one that can be read. */
export function meantRecord({ text }: NearMiss): string | undefined {
  const bare = withoutMarks((pastedText(text)?.meant ?? text).replace(/^[\s"'\\(]+/, ''))
    .replace(/^v\s*=\s*spf1(?![0-9])[;,:\\\s]*(?=\S)/i, 'v=spf1 ')
    .replace(/^(?:spf1|v:spf1)\s+/i, 'v=spf1 ')
  if (!VERSION.test(bare)) return undefined
  const parsed = parseSpf(bare)
  return parsed.ok ? bare : mendedRecord(bare, parsed.faults)
}

/** Without quotes, brackets and spaces at its end. By hand: `[…]+$` takes seconds on a record that is nearly all spaces. */
function withoutMarks(text: string): string {
  let end = text.length
  while (end > 0 && /["')\\\s]/.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

function whyNotRead(text: string, strings: readonly string[]): string {
  const pasted = pastedText(text)
  if (plainText(text) !== text && pasted) return pasted.why
  if (/^\s/.test(text)) return 'a space stands before "v=spf1", which must be the very beginning'
  if (/^["'\\(]/.test(text))
    return `a ${JSON.stringify(text[0])} stands before "v=spf1": quotes belong to the zone file, not into the record`
  if (/^v=spf1[a-z0-9+?~-]/i.test(text) && /^v=spf1$/i.test(strings[0] ?? '')) {
    return 'the first string ends right after "v=spf1", and strings are joined without a space between them'
  }
  if (/^v=spf1\S/i.test(text)) return `"v=spf1" must be followed by a space, not by ${JSON.stringify(text[6])}`
  if (/^v=spf1\s/i.test(text)) return '"v=spf1" must be followed by a space, not by another white-space character'
  return 'a record begins with exactly "v=spf1"'
}
