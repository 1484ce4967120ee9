// The records that the findings of a report propose, as one set: what to publish whole, what to take away, and what is left to a person.
//
// Each finding proposes for itself; publishing all of it in turn would make two SPF records of one. Here the changes are applied in the
// order of reading (the worst finding first, then as they came) to what stands now. Of a record that there can be but one of, the first proposal
// counts; the others are named, and come again in the next report if they are still needed. What stands at the name and is nobody's
// concern stays: publishing replaces a whole set, so that it is repeated.
import { worstFirst } from './outline.ts'
import type { RecordChange, Report, StandingSet } from './report.ts'

/** All records of one name and type as they should stand. */
export interface WholeSet {
  readonly name: string
  readonly type: string
  /** Each record by its value; a TXT record that stands now by its character-strings. */
  readonly values: readonly (readonly string[])[]
  /** The checks that asked for it. */
  readonly checks: readonly string[]
}

/** A proposal that had to yield to another one. */
export interface Yielded {
  readonly change: RecordChange
  readonly check: string
  readonly to: string
}

/** A set that cannot be given whole. */
export interface LeftOpen {
  readonly name: string
  readonly type: string
  readonly changes: readonly RecordChange[]
  readonly reason: string
}

/** What a report proposes in all. */
export interface Proposals {
  readonly publish: readonly WholeSet[]
  readonly remove: readonly Omit<WholeSet, 'values'>[]
  readonly yielded: readonly Yielded[]
  readonly open: readonly LeftOpen[]
}

/** One set of the records that a report proposes. The same report gives the same set. */
export function proposalsOf(report: Pick<Report, 'findings' | 'standing'>): Proposals {
  const standing = new Map((report.standing ?? []).map(set => [keyOf(set), set]))
  const names = new Map<string, NameInHand>()
  const yielded: Yielded[] = []
  const at = ({ name }: RecordChange): NameInHand => {
    const known = names.get(canonical(name)) ?? new NameInHand(name, standing)
    names.set(canonical(name), known)
    return known
  }
  for (const { check, records = [] } of worstFirst(report.findings)) {
    const yields = records.flatMap(change => {
      const to = at(change).before(change)
      return to === undefined ? [] : [{ change, check, to }]
    })
    yielded.push(...yields)
    // A proposal is one thing: half of it could take away what its other half was to replace.
    if (yields.length === 0) for (const change of records) at(change).take(change, check)
  }
  const all = [...names.values()].map(name => name.result())
  return {
    publish: all.flatMap(({ publish }) => publish),
    remove: all.flatMap(({ remove }) => remove),
    yielded,
    open: all.flatMap(({ open }) => open),
  }
}

/** True when what a single finding says is not all there is to publish. */
export function severalPropose({ findings }: Pick<Report, 'findings'>): boolean {
  return findings.filter(({ records = [] }) => records.length > 0).length > 1
}

interface SetInHand {
  readonly type: string
  readonly standing: StandingSet | undefined
  readonly removed: Set<string>
  /** Value → the check that asked for it first. */
  readonly published: Map<string, string>
  readonly checks: Set<string>
  readonly changes: RecordChange[]
}

/** What is proposed for one name. */
class NameInHand {
  readonly #name: string
  readonly #standing: ReadonlyMap<string, StandingSet>
  readonly #sets = new Map<string, SetInHand>()

  constructor(name: string, standing: ReadonlyMap<string, StandingSet>) {
    this.#name = name
    this.#standing = standing
  }

  take(change: RecordChange, check: string): void {
    const set = this.#set(change.type)
    if (change.do === 'remove') set.removed.add(change.value)
    else if (!set.published.has(change.value)) set.published.set(change.value, check)
    set.checks.add(check)
    set.changes.push(change)
  }

  /** The check that published first where there can be but one record. */
  before({ do: act, name, type, value }: RecordChange): string | undefined {
    if (act === 'remove') return undefined
    for (const set of this.#sets.values()) {
      for (const [other, check] of set.published) {
        const same = set.type === type && other === value
        const aliasBeside = (set.type === 'CNAME') !== (type === 'CNAME')
        if (!same && (aliasBeside || (set.type === type && excludes(name, type, other, value)))) return check
      }
    }
    return undefined
  }

  result(): Pick<Proposals, 'publish' | 'remove' | 'open'> {
    const publish: WholeSet[] = []
    const remove: Omit<WholeSet, 'values'>[] = []
    const open: LeftOpen[] = []
    const isAlias = [...this.#sets.values()].some(({ standing }) => standing?.state === 'alias')
    for (const set of this.#sets.values()) {
      const { type, standing, changes } = set
      const about = { name: this.#name, type, checks: [...set.checks] }
      const values = whole(set)
      const reason = this.#hindrance(set)
      if (reason !== undefined) open.push({ name: this.#name, type, changes, reason })
      else if (values.length > 0) publish.push({ ...about, values })
      else if (standing?.state === 'records') remove.push(about)
    }
    // RFC 1034 §3.6.2: it goes before anything else can stand there.
    if (isAlias && publish.some(({ type }) => type !== 'CNAME')) {
      remove.push({ name: this.#name, type: 'CNAME', checks: publish.flatMap(({ checks }) => checks) })
    }
    return { publish, remove, open }
  }

  #set(type: string): SetInHand {
    const known = this.#sets.get(type)
    if (known) return known
    const standing = this.#standing.get(keyOf({ name: this.#name, type }))
    const fresh = {
      type,
      standing,
      removed: new Set<string>(),
      published: new Map(),
      checks: new Set<string>(),
      changes: [],
    }
    this.#sets.set(type, fresh)
    return fresh
  }

  #hindrance({ type, standing, published }: SetInHand): string | undefined {
    if (standing === undefined || standing.state === 'unknown') {
      return 'what else stands there could not be learned, and would be lost'
    }
    if (type !== 'CNAME' || published.size === 0) return undefined
    // Beside a CNAME nothing can stand: what nobody asked to remove would be lost.
    const beside = [...this.#standing.values()].filter(
      one =>
        canonical(one.name) === canonical(this.#name) &&
        one.type !== 'CNAME' &&
        one.state !== 'none' &&
        one.state !== 'alias',
    )
    const lost = beside.filter(one => {
      const other = this.#sets.get(one.type)
      return one.state === 'unknown' || one.values.some(value => !other?.removed.has(value.join('')))
    })
    return lost.length === 0
      ? undefined
      : `nothing can stand beside a CNAME, and there are other records (${lost.map(one => one.type).join(', ')})`
  }
}

function whole({ type, standing, removed, published }: SetInHand): readonly (readonly string[])[] {
  const name = standing?.name ?? ''
  const kept = new Set<string>()
  const stays = (standing?.values ?? []).filter(strings => {
    const value = strings.join('')
    // RFC 2181 §5: a set holds no record twice, whatever a server gave. One text cut into other strings is another record, but
    // published it is one.
    const key = published.has(value) ? value : JSON.stringify(strings)
    if (kept.has(key)) return false
    kept.add(key)
    if (published.has(value)) return true
    return !removed.has(value) && ![...published.keys()].some(fresh => excludes(name, type, fresh, value))
  })
  const there = new Set(stays.map(strings => strings.join('')))
  return [...stays, ...[...published.keys()].filter(value => !there.has(value)).map(value => [value])]
}

/** Records that a name can have but one of, by how they begin: two of them are none, or an error (RFC 7208 §4.5, RFC 9989 §4.10 …). */
const soleTexts: readonly RegExp[] = [
  /^v=spf1( |$)/i,
  /^v=DMARC1\s*(;|$)/,
  /^v=STSv1\s*(;|$)/,
  /^v=TLSRPTv1\s*(;|$)/,
  /^v=BIMI1\s*(;|$)/i,
]

/** True when the two cannot stand side by side. */
function excludes(name: string, type: string, one: string, other: string): boolean {
  // Several PTR records are legal (RFC 2181 §10.2), but receivers read one of them, whichever comes first: a mail server has one name.
  if (type === 'CNAME' || type === 'SOA' || type === 'PTR') return true
  // RFC 7505 §3: a null MX stands alone.
  if (type === 'MX') return /^\d+ \.$/.test(one) !== /^\d+ \.$/.test(other)
  if (type !== 'TXT') return false
  const isKey = (text: string): boolean => /(^|;)\s*[pkv]\s*=/.test(text) && !/^v=(spf1|DMARC1)/i.test(text)
  if (/(^|\.)_domainkey\./i.test(name) && isKey(one) && isKey(other)) return true
  return soleTexts.some(begins => begins.test(one) && begins.test(other))
}

function keyOf({ name, type }: Pick<RecordChange, 'name' | 'type'>): string {
  return `${type} ${canonical(name)}`
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
