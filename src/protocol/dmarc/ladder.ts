// The ladder from watching to protecting: none, quarantine, reject, without test mode, for all names below. One rung at a time.
import { editTagList } from '../tag-list.ts'
import { below, type PolicyDiscovery } from './policy.ts'
import { type Disposition, type DmarcRecord, withPolicy } from './record.ts'

type Applied = Extract<PolicyDiscovery, { kind: 'policy' }>

/** A step up: what it is called in a sentence, and the record that takes it. */
export interface Rung {
  readonly kind: 'quarantine' | 'leave-test' | 'subdomains' | 'reject'
  /** Completes "The next step is …". */
  readonly says: string
  readonly text: string
}

/**
 * The next step for the record that applies, or undefined at the top. A faulty record is corrected first.
 * @param governs whether the record stands at its organization, so that sp and np have an effect (RFC 9989 §4.7).
 */
export function nextRung({ record, tag, published }: Applied, governs: boolean): Rung | undefined {
  if (tag === 'assumed' || record.acts !== 'as-written') return undefined
  const raised = (to: Disposition): string =>
    tag === 'p' ? withPolicy(record.text, to) : editTagList(record.text, { [tag]: to })
  if (published === 'none') return { kind: 'quarantine', says: `${tag}=quarantine`, text: raised('quarantine') }
  if (record.testing) {
    const text = editTagList(record.text, { t: undefined })
    return { kind: 'leave-test', says: `to leave test mode (without t=y)`, text }
  }
  const weaker = governs ? weakerBelow(record) : []
  if (weaker.length > 0) {
    const text = editTagList(record.text, Object.fromEntries(weaker.map(name => [name, undefined])))
    return { kind: 'subdomains', says: `the same policy below it (without ${weaker.join('= and ')}=)`, text }
  }
  if (published === 'quarantine') return { kind: 'reject', says: `${tag}=reject`, text: raised('reject') }
  return undefined
}

const strength: readonly Disposition[] = ['none', 'quarantine', 'reject']

/** True when one policy asks for less than the other. */
export function isWeaker(one: Disposition, other: Disposition): boolean {
  return strength.indexOf(one) < strength.indexOf(other)
}

/** The tags that ask for less below the domain than p= asks for the domain itself. */
export function weakerBelow(record: DmarcRecord): readonly ('sp' | 'np')[] {
  const { p, acts } = record
  if (acts !== 'as-written' || p === undefined) return []
  return (['sp', 'np'] as const).filter(tag => record[tag] !== undefined && isWeaker(below(record, tag), p))
}
