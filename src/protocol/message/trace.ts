// The way of a message, read from its Received fields: the oldest first, with the time that each step took.
import { isLoopback, isPublic } from '../../names/address.ts'
import { canonicalName } from '../../names/domain.ts'
import { type Field, valueText } from './field.ts'
import { isInside, type Received, readReceived } from './received.ts'

export interface Hop extends Received {
  /** Counted from 1, the oldest first. */
  readonly number: number
  readonly inside: boolean
  /** Seconds since the hop before; undefined for the first, and where a date is missing. Below zero: clocks differ. */
  readonly delay: number | undefined
}

export interface Trace {
  readonly hops: readonly Hop[]
  /** Seconds from the first to the last; undefined when one of them is not known. */
  readonly total: number | undefined
  /** Ways that were taken more than once: `a.example → b.example`. */
  readonly repeated: readonly string[]
  /** Addresses of clients that mean nothing outside of their network. */
  readonly privateAddresses: readonly string[]
  /** Fields beyond those that are read. */
  readonly more: number
}

/** RFC 5321 §6.3 lets servers refuse at 100. */
export const MOST_HOPS = 100

/** Reads the way. Only what trusted servers wrote proves anything: all that is older could be made up. */
export function readTrace(octets: Buffer, fields: readonly Field[]): Trace {
  const received = fields.filter(field => field.key === 'received')
  const read = received
    .slice(0, MOST_HOPS)
    .map(field => readReceived(valueText(octets, field)))
    .reverse()
  const hops = read.map((one, index): Hop => {
    const before = read[index - 1]?.at
    const delay = before === undefined || one.at === undefined ? undefined : Math.round((one.at - before) / 1000)
    return { ...one, number: index + 1, inside: isInside(one), delay }
  })
  const [first, last] = [hops[0]?.at, hops.at(-1)?.at]
  return {
    hops,
    total: first === undefined || last === undefined ? undefined : Math.round((last - first) / 1000),
    repeated: repeatedWays(hops),
    privateAddresses: [
      ...new Set(
        hops.flatMap(({ address }) => (address && !isPublic(address) && !isLoopback(address) ? [address.text] : [])),
      ),
    ],
    more: received.length - read.length,
  }
}

/** Steps within one machine are none; one that two fields tell of is one. */
function repeatedWays(hops: readonly Hop[]): readonly string[] {
  const ways = hops.flatMap(({ from, by, tls }) =>
    from && by && tls !== 'local' ? [`${canonicalName(from)} → ${canonicalName(by)}`] : [],
  )
  const steps = ways.filter((way, index) => way !== ways[index - 1])
  return [...new Set(steps.filter((way, index) => steps.indexOf(way) !== index))]
}

/** The hop at which a host of this name took the message from outside; hops within its own house come before. */
export function borderOf(trace: Trace, isTrusted: (name: string) => boolean): Hop | undefined {
  const newestFirst = trace.hops.toReversed()
  const start = newestFirst.findIndex(hop => hop.by !== undefined && isTrusted(canonicalName(hop.by)))
  return start < 0 ? undefined : (newestFirst.slice(start).find(hop => !hop.inside) ?? newestFirst.at(-1))
}
