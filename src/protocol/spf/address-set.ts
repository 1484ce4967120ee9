// Sets of IP addresses as intervals, so that "how many" and "is it covered" are exact: for IPv4 and IPv6 alike.
import { fromBytes, type IpAddress } from '../../names/address.ts'

/** From and to, both inside. */
export type Interval = readonly [bigint, bigint]

/** Intervals of one family, in order, none touching another. */
export type Intervals = readonly Interval[]

/** Addresses of both families. */
export interface AddressSet {
  readonly v4: Intervals
  readonly v6: Intervals
}

const bits = { v4: 32, v6: 128 } as const

/** The keys of both families, by which sets are gone through. */
export const families = ['v4', 'v6'] as const

export const nobody: AddressSet = { v4: [], v6: [] }
export const everybody: AddressSet = { v4: [[0n, (1n << 32n) - 1n]], v6: [[0n, (1n << 128n) - 1n]] }

/** The network around an address. */
export function networkSet({ family, bytes }: IpAddress, prefix: number): AddressSet {
  const host = BigInt((family === 4 ? 32 : 128) - prefix)
  const from = (bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) >> host) << host
  const interval: Interval = [from, from + (1n << host) - 1n]
  return family === 4 ? { v4: [interval], v6: [] } : { v4: [], v6: [interval] }
}

/** Everything that is in one of the sets. */
export function unionOf(sets: readonly AddressSet[]): AddressSet {
  return { v4: joined(sets.flatMap(set => set.v4)), v6: joined(sets.flatMap(set => set.v6)) }
}

/** What is in the first and not in the second. */
export function without(set: AddressSet, taken: AddressSet): AddressSet {
  return { v4: difference(set.v4, taken.v4), v6: difference(set.v6, taken.v6) }
}

/** True when nothing of the set is outside of the other. */
export function isWithin(set: AddressSet, other: AddressSet): boolean {
  const rest = without(set, other)
  return rest.v4.length === 0 && rest.v6.length === 0
}

/** How many addresses there are. */
export function sizeOf(intervals: Intervals): bigint {
  return intervals.reduce((sum, [from, to]) => sum + to - from + 1n, 0n)
}

/** The shortest list of networks that is exactly the set, as `192.0.2.0/24`; undefined when it takes more than `most`. */
export function networksOf(set: AddressSet, most: number): readonly string[] | undefined {
  const found: string[] = []
  for (const family of families) {
    for (const [from, to] of set[family]) {
      for (let at = from; at <= to; ) {
        let host = 0n
        // As wide as its first address allows, and no wider than what is left.
        while (host < bits[family] && (at >> host) % 2n === 0n && at + (1n << (host + 1n)) - 1n <= to) host++
        if (found.length === most) return undefined
        found.push(networkText(at, bits[family], Number(host)))
        at += 1n << host
      }
    }
  }
  return found
}

/** The prefix length of the widest piece; undefined when there is none. */
export function widestPrefix(intervals: Intervals, family: keyof AddressSet): number | undefined {
  const sizes = intervals.map(([from, to]) => (to - from + 1n).toString(2).length - 1)
  return sizes.length === 0 ? undefined : bits[family] - Math.max(...sizes)
}

function networkText(from: bigint, size: number, host: number): string {
  const octets = Array.from({ length: size / 8 }, (_, i) => Number((from >> BigInt(size - 8 * (i + 1))) & 255n))
  const { text } = fromBytes(octets)
  return host === 0 ? text : `${text}/${size - host}`
}

function joined(intervals: readonly Interval[]): Intervals {
  const found: (readonly [bigint, bigint])[] = []
  for (const [from, to] of intervals.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = found.at(-1)
    if (last === undefined || from > last[1] + 1n) found.push([from, to])
    else if (to > last[1]) found[found.length - 1] = [last[0], to]
  }
  return found
}

/** Both in order: one walk along both. */
function difference(intervals: Intervals, taken: Intervals): Intervals {
  const found: Interval[] = []
  let at = 0
  for (const [from, to] of intervals) {
    let start = from
    while (at < taken.length && taken[at]![1] < start) at++
    for (let i = at; i < taken.length && taken[i]![0] <= to; i++) {
      const [cutFrom, cutTo] = taken[i]!
      if (cutFrom > start) found.push([start, cutFrom - 1n])
      if (cutTo >= start) start = cutTo + 1n
    }
    if (start <= to) found.push([start, to])
  }
  return found
}
