// The ARC sets of a message as they stand: how many, who sealed them and what each said of the chain before it (RFC 8617 §4).
import { splitTagList, tagsOf } from '../tag-list.ts'
import type { Field } from './field.ts'

/** One set, as far as it is there. */
export interface ArcSet {
  readonly instance: number
  /** d= of the seal, and what its cv= says. */
  readonly domain: string | undefined
  readonly chain: string | undefined
  readonly messageSignature: Field | undefined
}

const KEYS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results']
const LONGEST = 64 * 1024

/** True when any field of ARC stands in the header. */
export function hasArc(fields: readonly Field[]): boolean {
  return fields.some(field => KEYS.includes(field.key))
}

/** The sets by instance, the oldest first. Of doubled fields the upper one counts: the chain fails for it anyway. */
export function arcSets(octets: Buffer, fields: readonly Field[]): readonly ArcSet[] {
  const sets = new Map<number, ArcSet>()
  for (const field of fields.filter(one => KEYS.includes(one.key))) {
    const value = octets.toString('latin1', field.valueAt, Math.min(field.end, field.valueAt + LONGEST))
    const tags = tagsOf(splitTagList(value))
    const tag = (name: string): string | undefined => tags.find(one => one.name === name)?.value
    const instance = /^\d{1,2}$/.test(tag('i') ?? '') ? Number(tag('i')) : 0
    // §4.2.1: 1 to 50.
    if (instance < 1 || instance > 50) continue
    const before = sets.get(instance) ?? { instance, domain: undefined, chain: undefined, messageSignature: undefined }
    if (field.key === 'arc-seal') {
      sets.set(instance, {
        ...before,
        domain: before.domain ?? tag('d'),
        chain: before.chain ?? tag('cv')?.toLowerCase(),
      })
    } else if (field.key === 'arc-message-signature') {
      sets.set(instance, { ...before, messageSignature: before.messageSignature ?? field })
    } else sets.set(instance, before)
  }
  return [...sets.values()].sort((a, b) => a.instance - b.instance)
}
