// Answers as a server does that holds some zones and asks nobody (RFC 1034 §4.3.2): with authority, or by a referral.
import { isWithin } from '../names/domain.ts'
import { type Draft, type DraftRecord, draftRecord } from './response-wire.ts'
import type { Zone } from './zone.ts'

/**
 * The response to a question, or undefined when there is to be none.
 * @param zones those that it answers for; it refuses the rest
 * @param own the response without records
 * @param startOfAuthority the SOA that stands beside an absence
 */
export function answerWithAuthority(
  world: Zone,
  zones: readonly string[],
  { name, type }: { readonly name: string; readonly type: string },
  own: Draft,
  startOfAuthority: (name: string) => DraftRecord,
): Draft | undefined {
  const zone = zones.filter(one => isWithin(name, one)).toSorted((a, b) => b.length - a.length)[0]
  if (zone === undefined) return { ...own, rcode: 5, authoritative: false }
  const cut = cutBelow(world, zone, name)
  if (cut !== undefined) {
    const additionals = cut.flatMap(ns => [...recordsAt(world, ns.value, 'A'), ...recordsAt(world, ns.value, 'AAAA')])
    const authorities = cut.map(({ owner, ttl, value }) => draftRecord(owner, { type: 'NS', ttl, value }))
    return { ...own, authoritative: false, authorities, additionals }
  }
  const found = world.lookup(name, type)
  if (found.fault === 'timeout') return undefined
  if (found.fault !== undefined) return { ...own, rcode: found.fault === 'servfail' ? 2 : 5 }
  const left = found.chain.findIndex(link => !isWithin(link.name, zone))
  const inside = left < 0 ? found.chain : found.chain.slice(0, left + 1)
  const last = inside.at(-1)!.name
  const links = inside.slice(0, -1).map((link, index) => {
    return draftRecord(link.name, { type: 'CNAME', ttl: link.ttl, value: inside[index + 1]!.name })
  })
  if (left >= 0) return { ...own, answers: links }
  const answers = [...links, ...found.records.map(record => draftRecord(last, record))]
  const authorities = found.records.length > 0 ? [] : [startOfAuthority(last)]
  return { ...own, rcode: found.exists ? 0 : 3, answers, authorities }
}

interface Delegated {
  readonly owner: string
  readonly ttl: number
  readonly value: string
}

/** The NS records at the highest name below the apex of `zone` that has some, on the way to `name`. */
function cutBelow(world: Zone, zone: string, name: string): readonly Delegated[] | undefined {
  const below = zone === '' ? name.split('.') : name.slice(0, -zone.length - 1).split('.')
  for (let count = 1; count <= below.length && name !== zone; count++) {
    const owner = [...below.slice(-count), ...(zone === '' ? [] : [zone])].join('.')
    const found = world.lookup(owner, 'NS')
    if (found.fault !== undefined || found.chain.length > 1 || found.records.length === 0) continue
    return found.records.map(({ ttl, value }) => ({ owner, ttl, value: value as string }))
  }
  return undefined
}

function recordsAt(world: Zone, name: string, type: 'A' | 'AAAA'): readonly DraftRecord[] {
  const found = world.lookup(name, type)
  if (found.fault !== undefined || found.chain.length > 1) return []
  return found.records.map(record => draftRecord(name, record))
}
