// When which part of a report is asked again: records by their TTL, lists hourly, names and hosts more seldom. Pure.

/** Groups that are asked together, and the most time between two times of asking. Milliseconds. */
export interface Cadence {
  readonly name: 'records' | 'blocklists' | 'names' | 'hosts'
  readonly groups: readonly string[]
  readonly every: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Records are never asked sooner than this, however short their TTL is. */
const RECORDS_LEAST = 5 * MINUTE

export const cadences: readonly Cadence[] = [
  { name: 'records', groups: ['dns', 'mx', 'spf', 'dkim', 'dmarc'], every: HOUR },
  { name: 'blocklists', groups: ['dnsbl'], every: HOUR },
  { name: 'names', groups: ['rdns', 'helo'], every: 6 * HOUR },
  { name: 'hosts', groups: ['tls', 'egress'], every: 12 * HOUR },
]

/** When each cadence was last asked, and the shortest TTL of the records then, in milliseconds. */
export interface Asked {
  readonly at: { readonly [C in Cadence['name']]?: number }
  readonly ttl: number
}

/** When a cadence of a domain is due; at once when it was never asked. */
export function dueAt(cadence: Cadence, asked: Asked | undefined): number {
  const last = asked?.at[cadence.name]
  if (asked === undefined || last === undefined) return 0
  if (cadence.name !== 'records') return last + cadence.every
  return last + Math.min(Math.max(asked.ttl, RECORDS_LEAST), cadence.every)
}

/** The cadences that are due now; and when the next one will be. */
export function whatIsDue(
  asked: Asked | undefined,
  now: number,
): { readonly due: readonly Cadence[]; readonly nextAt: number } {
  const due = cadences.filter(cadence => dueAt(cadence, asked) <= now)
  const later = cadences.filter(cadence => !due.includes(cadence)).map(cadence => dueAt(cadence, asked))
  return { due, nextAt: Math.min(...later, ...due.map(cadence => now + cadence.every)) }
}
