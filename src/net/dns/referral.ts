// Reads the referral in a message: the servers of a zone, as the zone above names them (RFC 1034 §4.3.2).
import type { Elsewhere } from '../resolver.ts'
import { CLASS_IN, type WireMessage, type WireRecord } from './wire-message.ts'
import { liesWithin, Unreadable } from './wire-name.ts'
import { decodeRecord, soleName, typeNumbers } from './wire-records.ts'

/** No zone has more servers; what is beyond is not looked at. */
const MOST_SERVERS = 32
const MOST_GLUE = 128

/** The servers of the closest zone around `name`, or undefined when the message names none that can be read. */
export function readReferral(message: WireMessage, name: string): Extract<Elsewhere, { kind: 'referral' }> | undefined {
  const named = message.authorities.filter(
    r => r.class === CLASS_IN && r.type === typeNumbers.NS && r.owner !== undefined && liesWithin(name, r.owner),
  )
  const zone = named.map(r => r.owner!).sort((a, b) => b.length - a.length)[0]
  if (zone === undefined) return undefined
  const own = named.filter(r => r.owner === zone)
  const servers = own.flatMap(r => readable(() => soleName(message.bytes, r.start, r.end))).slice(0, MOST_SERVERS)
  if (servers.length === 0) return undefined
  const glue = message.additionals.flatMap(r => glueOf(message, r, servers)).slice(0, MOST_GLUE)
  const ttl = Math.min(...own.map(r => (r.ttl > 0x7fffffff ? 0 : r.ttl)))
  return { kind: 'referral', zone, servers: [...new Set(servers)], glue, ttl }
}

function glueOf(message: WireMessage, record: WireRecord, servers: readonly string[]) {
  const type = (['A', 'AAAA'] as const).find(one => typeNumbers[one] === record.type)
  const { owner } = record
  if (type === undefined || owner === undefined || record.class !== CLASS_IN || !servers.includes(owner)) return []
  return readable(() => ({ name: owner, address: decodeRecord(type, message.bytes, record.start, record.end) }))
}

function readable<T>(read: () => T): T[] {
  try {
    return [read()]
  } catch (fault) {
    if (fault instanceof Unreadable) return []
    throw fault
  }
}
