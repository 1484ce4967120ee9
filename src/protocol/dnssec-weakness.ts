// What is weak about a zone whose signatures hold today: algorithms that are going out of use, short keys, signatures that run out.
import type { RecordTypes, Signature } from '../net/resolver.ts'
import { dnssecAlgorithms, retiredDigests } from '../rules/dnssec-algorithms.ts'
import { isZoneKey, keyTagOf, rsaBits } from './dnssec.ts'

export type DnssecWeakness =
  /** All that the zone above vouches for is signed so. */
  | { readonly kind: 'retired-algorithm' | 'rare-algorithm'; readonly algorithms: readonly number[] }
  | { readonly kind: 'retired-digest'; readonly digests: readonly number[] }
  /** `short`: below 2048 bits. `weak`: below 1024. */
  | { readonly kind: 'short-key' | 'weak-key'; readonly keyTag: number; readonly bits: number }
  | { readonly kind: 'running-out'; readonly until: Date; readonly from: Date }

/**
 * The part of a signature's life in which it should have been made anew: signers do so when a tenth of it or more is left (Knot
 * DNS: a tenth, BIND a quarter to a third).
 */
const LAST_PART = 1 / 12

/** @param keys and @param signers undefined when they could not be learned: nothing is said of them then */
export function dnssecWeaknesses(
  keys: readonly RecordTypes['DNSKEY'][] | undefined,
  signers: readonly RecordTypes['DS'][] | undefined,
  signatures: readonly Signature[],
  now: Date,
): readonly DnssecWeakness[] {
  const zoneKeys = (keys ?? []).filter(isZoneKey)
  const found: DnssecWeakness[] = []
  const anchored = signers && signers.length > 0 ? signers : zoneKeys
  const algorithms = sorted(anchored.map(({ algorithm }) => algorithm))
  const standings = new Set(algorithms.map(one => dnssecAlgorithms[one]?.standing ?? 'rare'))
  // While an algorithm is changed both stand there, and validators may choose (RFC 6781 §4.1.4).
  if (algorithms.length > 0 && !standings.has('good')) {
    found.push({ kind: standings.has('retired') ? 'retired-algorithm' : 'rare-algorithm', algorithms })
  }
  const types = sorted((signers ?? []).map(({ digestType }) => digestType))
  // RFC 4509 §3: beside a better digest the old one is not looked at.
  if (types.length > 0 && types.every(type => retiredDigests[type] !== undefined)) {
    found.push({ kind: 'retired-digest', digests: types })
  }
  const [shortest] = zoneKeys
    .flatMap(key => {
      const bits = dnssecAlgorithms[key.algorithm]?.rsa ? rsaBits(key) : undefined
      return bits === undefined || bits >= 2048 ? [] : [{ keyTag: keyTagOf(key), bits }]
    })
    .sort((a, b) => a.bits - b.bits || a.keyTag - b.keyTag)
  if (shortest) found.push({ kind: shortest.bits < 1024 ? 'weak-key' : 'short-key', ...shortest })
  // Of several signatures over the same records one that holds is enough.
  const last = signatures.toSorted((a, b) => b.until - a.until)[0]
  if (last && last.until - now.getTime() / 1000 < (last.until - last.from) * LAST_PART) {
    found.push({ kind: 'running-out', until: new Date(last.until * 1000), from: new Date(last.from * 1000) })
  }
  return found
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}
