// Reads a DMARC policy record by the grammar of RFC 9989 §4.7 and §4.8: what it asks for, and what receivers ignore in it.
import { pastedText, plainText } from '../pasted-text.ts'
import { shownText } from '../shown-text.ts'
import { editTagList, repeatedNames, splitTagList, type Tag, tagsOf, trimSpace, writeTagList } from '../tag-list.ts'
import { type ReportUri, readReportUris } from './report-uri.ts'

/** What a domain owner asks receivers to do with mail that fails. */
export type Disposition = 'none' | 'quarantine' | 'reject'

/** Alignment: relaxed or strict. */
export type AlignmentMode = 'r' | 's'

/** A value that receivers drop in favor of the default; `why` is a clause without a full stop. */
export interface RecordFault {
  readonly tag: string
  readonly why: string
}

/** A text that is a DMARC policy record, whatever its tags are worth. */
export interface DmarcRecord {
  readonly text: string
  /** The values as published; undefined when absent or invalid. */
  readonly p: Disposition | undefined
  readonly sp: Disposition | undefined
  readonly np: Disposition | undefined
  readonly adkim: AlignmentMode
  readonly aspf: AlignmentMode
  readonly psd: 'y' | 'n' | 'u'
  /** t=y: the policy is to be applied one level lower. */
  readonly testing: boolean
  readonly rua: readonly ReportUri[]
  readonly ruf: readonly ReportUri[]
  /** True when rua= has one URI at least that is one by its syntax, of use or not (§4.10.1). */
  readonly reportable: boolean
  /** Failure reporting options; `0` unless ruf= is there too. */
  readonly fo: string
  /**
   * §4.10.1: without a valid p, or with an invalid sp or np, receivers act as if p=none were all (`as-none`) when there is
   * a valid report URI, and apply no DMARC at all otherwise (`not-at-all`).
   */
  readonly acts: 'as-written' | 'as-none' | 'not-at-all'
  /** pct, rf and ri, which RFC 9989 removed. */
  readonly removed: readonly Tag[]
  /** Tags that no one knows. */
  readonly unknown: readonly Tag[]
  readonly faults: readonly RecordFault[]
}

/** What a text is. `resembles` is true when somebody meant it to be a DMARC record; `mended` is then what was meant. */
export type DmarcText =
  | { readonly kind: 'record'; readonly record: DmarcRecord }
  | { readonly kind: 'other'; readonly text: string; readonly resembles: false }
  | {
      readonly kind: 'other'
      readonly text: string
      readonly resembles: true
      readonly why: string
      readonly mended?: string
    }

/** The tags of the registry (RFC 9989 §9.3), the historic ones last. */
const KNOWN = ['v', 'p', 'sp', 'np', 'adkim', 'aspf', 'psd', 't', 'rua', 'ruf', 'fo', 'pct', 'rf', 'ri']
const REMOVED = ['pct', 'rf', 'ri']

// §4.8: dmarc-version = "v" equals %s"DMARC1", then a separator or the end. No white space may come before it.
const VERSION = /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/

/** Reads one TXT record, its strings already joined. Never throws. */
export function readDmarc(text: string): DmarcText {
  const why = whyDiscarded(text)
  if (why === undefined) return { kind: 'record', record: readTags(text) }
  if (!resemblesDmarc(text)) return { kind: 'other', text, resembles: false }
  const mended = mend(pastedText(text)?.meant ?? text)
  return { kind: 'other', text, resembles: true, why, ...(mended === undefined ? {} : { mended }) }
}

function whyDiscarded(text: string): string | undefined {
  if (!VERSION.test(text)) {
    const pasted = pastedText(text)
    if (pasted !== undefined && VERSION.test(pasted.meant)) {
      return pasted.why
    }
    if (VERSION.test(trimSpace(text))) return 'white space stands before v=DMARC1'
    if (/^\s*v\s*=\s*DMARC1\s+[a-z]/i.test(text)) return 'a semicolon is missing after v=DMARC1'
    const [, instead] = /^\s*v\s*=\s*DMARC1\s*([,:.|])/i.exec(text) ?? []
    if (instead !== undefined) return `a semicolon must follow v=DMARC1, not "${instead}"`
    if (/^\s*v\s*=\s*dmarc1\s*(;|$)/i.test(text)) return 'DMARC1 must be written in capitals'
    if (/v\s*=\s*DMARC1/.test(text)) return 'v=DMARC1 must be the very first that stands in it'
    return 'it does not begin with v=DMARC1'
  }
  const repeated = repeatedNames(tagsOf(splitTagList(text)).map(tag => ({ ...tag, name: tag.name.toLowerCase() })))
  // §4.7 takes the syntax from RFC 6376, whose §3.2 says: "if a tag name does occur more than once, the entire tag-list is invalid".
  return repeated.length === 0
    ? undefined
    : `the tag ${repeated.map(name => `${name}=`).join(', ')} stands more than once, which makes the whole record invalid`
}

function resemblesDmarc(text: string): boolean {
  return /v\s*=[\s"\\]*dmarc/i.test(text) || /^\s*"?p\s*=\s*(none|quarantine|reject)\b/i.test(text)
}

function readTags(text: string): DmarcRecord {
  const faults: RecordFault[] = []
  const pieces = splitTagList(text)
  for (const piece of pieces) {
    if (piece.kind === 'broken')
      faults.push({ tag: shownText(piece.text), why: 'it is no tag: a tag is written name=value' })
  }
  if (pieces.some(piece => piece.kind === 'empty')) {
    faults.push({ tag: ';;', why: 'nothing stands between two semicolons' })
  }
  const tags = tagsOf(pieces).slice(1)
  for (const { name, value } of tags) {
    // §4.8: a dmarc-value has one character at least, and printing ones only.
    if (value === '') faults.push({ tag: name, why: 'it has no value' })
    else if (/[^\t\x20-\x7e]/.test(value)) {
      faults.push({ tag: name, why: 'it holds a character that is no printable ASCII' })
    }
    // The registry has lower-case names; readers that compare exactly (RFC 6376 §3.2) do not know this one.
    if (name !== name.toLowerCase()) faults.push({ tag: name, why: `write it in lower case: ${name.toLowerCase()}` })
  }
  const value = (name: string): string | undefined => tags.find(tag => tag.name.toLowerCase() === name)?.value
  // Literals of the grammar are case-insensitive (RFC 5234 §2.3). What is not one of them is dropped (§4.7).
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const written = value(name)
    const found = allowed.find(literal => literal === written?.toLowerCase())
    if (written && found === undefined && /^[\t\x20-\x7e]*$/.test(written))
      faults.push({ tag: name, why: whyNot(written, allowed) })
    return found
  }
  const dispositions = ['none', 'quarantine', 'reject'] as const
  const p = oneOf('p', dispositions)
  const sp = oneOf('sp', dispositions)
  const np = oneOf('np', dispositions)
  const adkim = oneOf('adkim', ['r', 's'])
  const aspf = oneOf('aspf', ['r', 's'])
  const psd = oneOf('psd', ['y', 'n', 'u'])
  const testing = oneOf('t', ['y', 'n'])
  const rua = readReportUris(value('rua') ?? '')
  const ruf = readReportUris(value('ruf') ?? '')
  const fo = value('fo')
  if (fo && !isFailureOptions(fo)) {
    faults.push({ tag: 'fo', why: `"${shownText(fo)}" is not made of 0 or 1, d and s with colons between them` })
  }
  const reportable = rua.some(uri => uri.kind !== 'invalid' || uri.wellFormed)
  const whole = p !== undefined && (value('sp') === undefined || sp) && (value('np') === undefined || np)
  if (p === undefined && value('p') === undefined) faults.push({ tag: 'p', why: 'it is missing' })
  return {
    text,
    p,
    sp,
    np,
    adkim: adkim ?? 'r',
    aspf: aspf ?? 'r',
    psd: psd ?? 'u',
    testing: testing === 'y',
    rua,
    ruf,
    reportable,
    fo: fo !== undefined && ruf.length > 0 && isFailureOptions(fo) ? fo.toLowerCase() : '0',
    acts: whole ? 'as-written' : reportable ? 'as-none' : 'not-at-all',
    removed: tags.filter(tag => REMOVED.includes(tag.name.toLowerCase())),
    unknown: tags.filter(tag => !KNOWN.includes(tag.name.toLowerCase())),
    faults,
  }
}

function whyNot(written: string, allowed: readonly string[]): string {
  const next = /\s([a-z]+)\s*=/i.exec(written)?.[1]
  if (next !== undefined && KNOWN.includes(next.toLowerCase())) return `a semicolon is missing before ${next}=`
  return `"${shownText(written)}" is none of ${allowed.join(', ')}`
}

// §4.8 dmarc-fo: 0 or 1, d and s, in any order, each at most once and not both of 0 and 1.
function isFailureOptions(value: string): boolean {
  const options = value.toLowerCase().split(':')
  const known = options.every(option => ['0', '1', 'd', 's'].includes(option))
  return known && new Set(options).size === options.length && !(options.includes('0') && options.includes('1'))
}

/**
 * The record with all set right that receivers pass over: separators and names as the grammar wants them, values that are
 * none left to their defaults, p=none where there was no policy.
 */
export function repairedDmarc(record: DmarcRecord): string {
  const rewritten = rewrite(record.text)
  const { faults, p } = readTags(rewritten)
  const dropped = Object.fromEntries(faults.filter(({ tag }) => tag !== 'p').map(({ tag }) => [tag, undefined]))
  return editTagList(withPolicy(rewritten, p ?? 'none'), dropped)
}

/** The record that was meant, when rewriting it by the rules makes it one. */
function mend(text: string): string | undefined {
  // Another version is not ours to correct.
  if (/v\s*=\s*dmarc(?!1\b)/i.test(text)) return undefined
  const rewritten = rewrite(text)
  const known = tagsOf(splitTagList(rewritten)).some(({ name }) => name !== 'v' && KNOWN.includes(name))
  if (!known || whyDiscarded(rewritten) !== undefined) return undefined
  const { faults, p } = readTags(rewritten)
  // A value that is none of the tag's would have to be guessed.
  return p === undefined || faults.length > 0 ? undefined : rewritten
}

/** The record with another policy; p= where there was none goes behind v=, as RFC 7489 §6.3 demands and older receivers expect. */
export function withPolicy(text: string, p: Disposition): string {
  const tags = tagsOf(splitTagList(text))
  if (tags.some(({ name }) => name.toLowerCase() === 'p')) return editTagList(text, { p })
  return writeTagList([...tags.slice(0, 1), { name: 'p', value: p }, ...tags.slice(1)])
}

/** v=DMARC1 first, a semicolon before every known tag, names in lower case, nothing said twice alike. */
function rewrite(text: string): string {
  const separator = new RegExp(`(?<![ \\t])[ \\t]+(?![ \\t])(?=(?:${KNOWN.join('|')})[ \\t]*=)`, 'gi')
  const commas = new RegExp(`,(?=[ \\t]*(?:${KNOWN.join('|')})[ \\t]*=)`, 'gi')
  const tags: Tag[] = []
  const said = new Set<string>()
  for (const piece of splitTagList(plainText(text).replaceAll(commas, ';').replaceAll(separator, ';'))) {
    const last = tags.at(-1)
    // A semicolon between two addresses, where a comma belongs.
    if (piece.kind === 'broken' && /^mailto:/i.test(piece.text) && (last?.name === 'rua' || last?.name === 'ruf')) {
      tags[tags.length - 1] = { ...last, value: `${last.value},${piece.text}` }
    }
    if (piece.kind !== 'tag') continue
    const tag = { name: piece.name.toLowerCase(), value: piece.value }
    const version = tag.name === 'v' || /^dmarc1$/i.test(piece.value)
    const key = `${tag.name}=${tag.value}`
    if (!version && !said.has(key)) tags.push(tag)
    said.add(key)
  }
  return writeTagList([{ name: 'v', value: 'DMARC1' }, ...tags])
}
