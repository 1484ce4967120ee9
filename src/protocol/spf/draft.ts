// The first half of a mended SPF record: what can be put right in the text alone, each change with its reason.
import { type KnownModifier, type Mechanism, parseSpf, type Qualifier, type SpfRecord } from './parse.ts'
import { meantRecord, type SpfSelection } from './record.ts'
import { mergeRecords, withReplaced } from './write.ts'

/** A record in pieces, and what was changed to get there: "mx left out (it stands twice)". */
export interface Draft {
  /** In order, without `all`. */
  readonly mechanisms: readonly string[]
  readonly all: Qualifier | undefined
  /** What stands behind `all` and asks DNS: nobody looks at it (RFC 7208 §5.1), and it is not brought to life. */
  readonly behind: readonly string[]
  readonly redirect: string | undefined
  readonly modifiers: readonly string[]
  readonly changes: readonly string[]
}

/** The record that a draft stands for. */
export function writeDraft({ mechanisms, all, behind, redirect, modifiers }: Draft): string {
  const end = all === undefined ? [] : [`${all === '+' ? '' : all}all`]
  return ['v=spf1', ...mechanisms, ...end, ...behind, ...(redirect === undefined ? [] : [redirect]), ...modifiers].join(
    ' ',
  )
}

/** True when the record names anybody who passes; one that only refuses is right for a domain that sends nothing. */
export function namesSomebody({ mechanisms, all, redirect }: Draft): boolean {
  return all === '+' || redirect !== undefined || mechanisms.some(term => !/^[-~?]/.test(term))
}

/**
 * Where the mending begins: the records that stand there as one, else the texts that were meant as one, else a new record that lists the
 * MX hosts where there are any.
 */
export function firstDraft({ records, nearMisses }: SpfSelection, hasMx: boolean): Draft {
  if (records.length > 0) return drafted(records)
  const meant = nearMisses.flatMap(miss => meantRecord(miss) ?? [])
  if (meant.length > 0) {
    const draft = drafted(meant)
    return { ...draft, changes: ['written so that receivers read it', ...draft.changes] }
  }
  const changes = ['made new', ...(hasMx ? ['mx added, for the MX hosts'] : [])]
  return { mechanisms: hasMx ? ['mx'] : [], all: '~', behind: [], redirect: undefined, modifiers: [], changes }
}

function drafted(texts: readonly string[]): Draft {
  const readable = texts.map(readableText)
  const repairs = readable.flatMap(one => one.changes)
  const [first, ...others] = readable.map(one => one.text)
  const merged = others.length === 0 ? first! : mergeRecords([first!, ...others])!
  const parsed = parseSpf(merged)
  // What was made readable stays readable when it is joined.
  if (!parsed.ok) throw new Error(`a mended record cannot be read: ${merged}`)
  const joined = others.length === 0 ? [] : [`the ${texts.length} records joined into one`]
  return taken(parsed.record, [...joined, ...repairs])
}

/** Every unreadable term replaced by what was meant, where that can be told, else left out: as it is nobody reads anything. */
function readableText(text: string): { readonly text: string; readonly changes: readonly string[] } {
  const changes: string[] = []
  let current = text
  for (let round = 0; ; round++) {
    const parsed = parseSpf(current)
    if (parsed.ok) return { text: current, changes }
    // A correction can be wrong in its turn (a second redirect=); then it goes.
    const by = parsed.faults.map(({ term, suggestion, reason }) => {
      const meant = round < 2 ? suggestion : undefined
      changes.push(meant === undefined ? `"${term.text}" left out (${reason})` : `"${term.text}" corrected to ${meant}`)
      return { term, by: meant ?? '' }
    })
    current = withReplaced(current, by)
  }
}

/** Sorts the terms of a record, and leaves out what does nothing. */
function taken(record: SpfRecord, earlier: readonly string[]): Draft {
  const changes = [...earlier]
  const end = record.mechanisms.find(m => m.name === 'all')
  const at = end === undefined ? record.mechanisms.length : record.mechanisms.indexOf(end)
  const before = record.mechanisms.slice(0, at)
  const after = record.mechanisms.slice(at + 1).filter(m => m.name !== 'all')
  // An "all" that lets everyone through goes, and what stood behind it comes to life.
  const open = end?.qualifier === '+'
  const live = after.filter(m => open || isNetwork(m))
  const meant = record.unknown.flatMap(({ text, key, value }) => {
    const term = `${key.toLowerCase().replace('v', '')}:${value.source}`
    if (!/^ipv?[46]$/i.test(key) || !parseSpf(`v=spf1 ${term}`).ok) return []
    changes.push(`"${text}" corrected to ${term}`)
    return [{ text, term }]
  })
  if (open) changes.push(`"${end.text}" left out (it lets everyone through)`)
  if (!open && live.length > 0) changes.push(`${live.map(m => m.text).join(', ')} put before "${end!.text}"`)
  const redirect = keptRedirect(record, end, changes)
  const all = ending(end, redirect)
  if (all !== end?.qualifier) changes.push(`${all}all put at the end`)
  return {
    mechanisms: kept([...[...before, ...live].map(m => m.text), ...meant.map(one => one.term)], changes),
    all,
    behind: after.filter(m => !live.includes(m)).map(m => m.text),
    redirect: redirect?.text,
    modifiers: [...(record.exp ? [record.exp] : []), ...record.unknown]
      .map(m => m.text)
      .filter(text => !meant.some(one => one.text === text)),
    changes,
  }
}

function isNetwork({ name }: Mechanism): boolean {
  return name === 'ip4' || name === 'ip6'
}

/** RFC 7208 §6.1: a redirect beside `all` is ignored, unless that `all` goes. */
function keptRedirect(
  { redirect }: SpfRecord,
  end: Mechanism | undefined,
  changes: string[],
): KnownModifier | undefined {
  if (redirect === undefined || end === undefined || end.qualifier === '+') return redirect
  changes.push(`"${redirect.text}" left out (it does nothing beside "all")`)
  return undefined
}

/** A record that says nothing about the rest gets a soft end: it refuses nobody who is not refused elsewhere. */
function ending(end: Mechanism | undefined, redirect: KnownModifier | undefined): Qualifier | undefined {
  if (end?.qualifier === '-' || end?.qualifier === '~') return end.qualifier
  return redirect === undefined ? '~' : undefined
}

/** Each term once, and no ptr (RFC 7208 §5.5: it should not be published). */
function kept(terms: readonly string[], changes: string[]): readonly string[] {
  const seen = new Set<string>()
  return terms.filter(text => {
    // Macro letters mean another thing in capitals (§7.3).
    const bare = text.replace(/^\+/, '')
    const key = bare.includes('%') ? bare : bare.toLowerCase()
    const twice = seen.has(key)
    seen.add(key)
    const pointer = /^[-+~?]?ptr(:|$)/i.test(text)
    if (twice) changes.push(`${text} left out (it stands twice)`)
    else if (pointer) changes.push(`${text} left out (reverse names should not be used in SPF)`)
    return !twice && !pointer
  })
}
