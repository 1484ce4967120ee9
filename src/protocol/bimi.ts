// BIMI (draft-brand-indicators-for-message-identification-14): the assertion record, the selector that a message names, and where the
// record is looked for. What the picture and the certificate hold is judged elsewhere.
import { nameFault } from '../names/domain.ts'
import { shownText } from './shown-text.ts'
import { repeatedNames, splitTagList, tagsOf } from './tag-list.ts'

/** The records at one name that say v=BIMI1; the others are discarded (§7.2). */
export interface BimiRecords {
  readonly records: readonly BimiRecord[]
  /** Texts that were meant as such a record and are not read as one. */
  readonly nearMisses: readonly string[]
}

export interface BimiRecord {
  readonly text: string
  /** l=: where the logo is; empty or undefined without one. */
  readonly logo: string | undefined
  /** a=: where the mark certificate is. */
  readonly certificate: string | undefined
  /** avp=: which picture is shown where the sender has one of their own; `brand` unless said. */
  readonly preference: 'brand' | 'personal'
  /** lps=: beginnings of local parts that have records of their own. */
  readonly localParts: readonly string[]
  /** Both l= and a= are empty: the domain wants no logo shown (§4.3.1). */
  readonly declined: boolean
  /** What makes receivers ignore the record, or a part of it: clauses. */
  readonly faults: readonly string[]
}

/** Reads the TXT records of `<selector>._bimi.<domain>`. Never throws. */
export function selectBimiRecords(texts: readonly string[]): BimiRecords {
  // §4.3: the value must match precisely, and v= must be the first tag.
  const isRecord = (text: string): boolean => /^[ \t]*v[ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)/.test(text)
  return {
    records: texts.filter(isRecord).map(readBimiRecord),
    nearMisses: texts.filter(text => !isRecord(text) && /bimi\s*1?\s*(?:;|$|\s)/i.test(text.slice(0, 200))),
  }
}

function readBimiRecord(text: string): BimiRecord {
  const pieces = splitTagList(text)
  const tags = tagsOf(pieces)
  const value = (name: string): string | undefined => tags.find(tag => tag.name === name)?.value
  const faults: string[] = []
  for (const piece of pieces) {
    if (piece.kind === 'broken') faults.push(`"${shownText(piece.text)}" is no tag`)
    if (piece.kind === 'empty') faults.push('there is nothing between two semicolons')
  }
  for (const name of repeatedNames(tags)) faults.push(`${name}= stands more than once`)
  const [logo, certificate, preference] = [value('l'), value('a'), value('avp')]
  if (logo === undefined) faults.push('it has no l=')
  for (const [name, uri] of [
    ['l', logo],
    ['a', certificate],
  ] as const) {
    const fault = uri === undefined || uri === '' ? undefined : uriFault(uri)
    if (fault !== undefined) faults.push(`${name}= ${fault}`)
  }
  if (logo && uriFault(logo) === undefined && !/\.svgz?$/i.test(new URL(logo).pathname))
    faults.push('l= does not lead to a .svg file')
  if (preference !== undefined && preference !== 'brand' && preference !== 'personal') {
    faults.push(`avp= is "${shownText(preference)}", and not brand or personal`)
  }
  const localParts = (value('lps') ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  const bad = localParts.find(part => !isLabel(part))
  if (bad !== undefined) faults.push(`lps= has "${shownText(bad)}", which can be no selector`)
  return {
    text,
    logo,
    certificate,
    preference: preference === 'personal' ? 'personal' : 'brand',
    localParts: localParts.filter(isLabel).map(part => part.toLowerCase()),
    declined: logo === '' && (certificate ?? '') === '',
    faults: [...new Set(faults)],
  }
}

// §4.3: a single URI, HTTPS alone, with a full host name; commas must be encoded.
function uriFault(uri: string): string | undefined {
  if (/[\s,]/.test(uri)) return 'is not a single URI'
  if (!/^https:\/\//i.test(uri)) return 'is no https: URI'
  try {
    const { hostname, username } = new URL(uri)
    if (username !== '') return 'has a user name in it'
    return hostname.includes('.') && !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[')
      ? undefined
      : 'has no full host name'
  } catch {
    return 'cannot be read as a URI'
  }
}

function isLabel(text: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(text)
}

/** What a BIMI-Selector field says (§5.1), or why it counts for nothing: a clause. */
export type BimiSelector =
  | { readonly ok: true; readonly selector: string }
  | { readonly ok: false; readonly why: string }

/** Reads an unfolded value. Never throws. */
export function readBimiSelector(value: string): BimiSelector {
  const pieces = splitTagList(value)
  const tags = tagsOf(pieces)
  if (pieces.some(piece => piece.kind !== 'tag')) return { ok: false, why: 'it is no list of tags' }
  if (tags[0]?.name !== 'v' || tags[0].value !== 'BIMI1') return { ok: false, why: 'it does not begin with v=BIMI1' }
  if (repeatedNames(tags).length > 0) return { ok: false, why: 'a tag stands more than once' }
  const selector = tags.find(tag => tag.name === 's')?.value
  if (selector === undefined) return { ok: false, why: 'it has no s=' }
  if (!selector.split('.').every(isLabel))
    return { ok: false, why: `s= is "${shownText(selector)}", which can be no selector` }
  return { ok: true, selector: selector.toLowerCase() }
}

/** The name at which the record is looked for; undefined when it would be none. */
export function bimiName(selector: string, domain: string): string | undefined {
  const name = `${selector}._bimi.${domain}`
  return nameFault(name) === undefined ? name : undefined
}

/** The local part as a selector (§4.5): without its extension, with hyphens for full stops and underscores; undefined when it can be none. */
export function localPartSelector(local: string): string | undefined {
  const plain = local
    .replace(/\+.*$/s, '')
    .replaceAll(/[._]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase()
  return isLabel(plain) ? plain : undefined
}

/** The beginning in lps= that the local part has, the longest of several. */
export function listedLocalPart({ localParts }: BimiRecord, local: string): string | undefined {
  const plain = localPartSelector(local)
  if (plain === undefined) return undefined
  return localParts.filter(part => plain.startsWith(part)).toSorted((a, b) => b.length - a.length)[0]
}
