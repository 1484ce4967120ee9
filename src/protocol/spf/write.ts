// Writes SPF records: an address added, records merged, an end put on. What stood there stays, term by term.
import type { IpAddress } from '../../names/address.ts'
import { type Mechanism, type Placed, parseSpf, type Qualifier, type SpfRecord } from './parse.ts'

/** The mechanism that lists one address. */
export function addressTerm(address: IpAddress): string {
  return `ip${address.family}:${address.text}`
}

/** The record with a mechanism put in front of all others, where nothing can come before it. */
export function withFirst(text: string, term: string): string {
  const rest = termsOf(text).join(' ')
  return rest === '' ? `v=spf1 ${term}` : `v=spf1 ${term} ${rest}`
}

/** The record with another `all`: the ones it has are replaced by one, which is otherwise put at its end. */
export function withAll(text: string, qualifier: Qualifier): string {
  const terms = termsOf(text)
  const at = terms.findIndex(isAll)
  const kept = terms.filter(term => !isAll(term))
  return [
    'v=spf1',
    ...kept.slice(0, at < 0 ? undefined : at),
    `${sign(qualifier)}all`,
    ...(at < 0 ? [] : kept.slice(at)),
  ].join(' ')
}

/** The record with one term replaced, or taken out. */
export function withReplaced(text: string, column: number, length: number, by: string): string {
  const replaced = `${text.slice(0, column - 1)}${by}${text.slice(column - 1 + length)}`
  return `v=spf1 ${termsOf(replaced).join(' ')}`.trim()
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

function isAll(term: string): boolean {
  return /^[-+~?]?all$/i.test(term)
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
