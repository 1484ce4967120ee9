// Writes SPF records: an address added, records merged, an end put on. What stood there stays, term by term.
import type { IpAddress } from '../../names/address.ts'
import { type Mechanism, type Placed, parseSpf, type Qualifier, type SpfRecord, type SyntaxFault } from './parse.ts'

/** The mechanism that lists one address. */
export function addressTerm(address: IpAddress): string {
  return `ip${address.family}:${address.text}`
}

/** The record with every unreadable term replaced by what was probably meant; undefined when one of them cannot be guessed. */
export function mendedRecord(text: string, faults: readonly SyntaxFault[]): string | undefined {
  const changes: { readonly term: Placed; readonly by: string }[] = []
  for (const { term, suggestion } of faults) {
    if (suggestion === undefined) return undefined
    changes.push({ term, by: suggestion })
  }
  const mended = withReplaced(text, changes)
  return parseSpf(mended).ok ? mended : undefined
}

/** The record with terms replaced by others, or by nothing. */
export function withReplaced(text: string, changes: readonly { readonly term: Placed; readonly by: string }[]): string {
  const pieces: string[] = []
  let end = 0
  for (const { term, by } of changes.toSorted((a, b) => a.term.column - b.term.column)) {
    pieces.push(text.slice(end, term.column - 1), by)
    end = term.column - 1 + term.text.length
  }
  return ['v=spf1', ...termsOf([...pieces, text.slice(end)].join(''))].join(' ')
}

/**
 * Several records as one: every mechanism once, in order, then one `all`, the strictest that any of them had (softfail when
 * none had one that refuses). A redirect becomes an include, since only one could stay and `all` would shut it off.
 * @returns undefined when one of the records cannot be read: what it was meant to say is not for us to guess.
 */
export function mergeRecords(texts: readonly string[]): string | undefined {
  const records: SpfRecord[] = []
  for (const text of texts) {
    const parsed = parseSpf(text)
    if (!parsed.ok) return undefined
    records.push(parsed.record)
  }
  const terms = new Map<string, string>()
  const add = (text: string): void => {
    const key = text.toLowerCase().replace(/^\+/, '')
    if (!terms.has(key)) terms.set(key, text)
  }
  // One that refuses must not hide another that allows: those that allow come first.
  const mechanisms = records.flatMap(record => record.mechanisms).filter(m => m.name !== 'all')
  for (const m of mechanisms) if (m.qualifier === '+') add(m.text)
  for (const { redirect } of records) if (redirect) add(`include:${redirect.domain.source}`)
  for (const m of mechanisms) if (m.qualifier !== '+') add(m.text)
  const modifiers = records.flatMap(({ exp, unknown }) => [...(exp ? [exp] : []), ...unknown])
  const kept = new Map(modifiers.toReversed().map(m => [m.name === 'exp' ? 'exp' : m.text.toLowerCase(), m.text]))
  return ['v=spf1', ...terms.values(), `${sign(strictest(records))}all`, ...[...kept.values()].toReversed()].join(' ')
}

function strictest(records: readonly SpfRecord[]): Qualifier {
  const alls = records.flatMap(record => record.mechanisms).filter((m: Mechanism) => m.name === 'all')
  return alls.some(m => m.qualifier === '-') ? '-' : '~'
}

function termsOf(text: string): string[] {
  return text
    .slice(6)
    .split(' ')
    .filter(term => term !== '')
}

function sign(qualifier: Qualifier): string {
  return qualifier === '+' ? '' : qualifier
}

/** The record around a term, which stands between » and «; what is far away is left out. */
export function markedRecord(text: string, { text: term, column }: Placed): string {
  const before = text.slice(0, column - 1)
  const after = text.slice(column - 1 + term.length)
  const shown = term.length > 120 ? `${term.slice(0, 120)}…` : term
  const near = 40
  return `${before.length > near ? '…' : ''}${before.slice(-near)}»${shown}«${after.slice(0, near)}${after.length > near ? '…' : ''}`
}
