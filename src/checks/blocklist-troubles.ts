// What is said of blocklists that did not tell: the same for lists of addresses and of domains, and never a listing.
import type { Ruling } from '../audit/check.ts'
import { type BlocklistStanding, nothingWorks } from '../facts/blocklist-standing.ts'
import type { AnyBlocklist } from '../rules/blocklists.ts'

/** How a check ends about lists that did not tell; `{what}` is asked about. */
export type TroubleOutcome =
  | 'refused'
  | 'refused-minor'
  | 'unanswered'
  | 'unanswered-minor'
  | 'unusable'
  | 'dead'
  | 'dead-major'

/** The outcomes with their words, for the placeholder that names what is asked about. */
export function troubleOutcomes(what: 'address' | 'domain') {
  const refused = `It is not known whether {${what}} is listed here, since these lists do not serve the resolver that was used: {details}. That is no listing.`
  const remedy =
    'Ask through a recursive resolver of your own (--resolver) instead of a public one or that of a cloud provider. Some lists want more: Spamhaus offers a free Data Query Service key (give it in MAILWORTHY_DQS_KEY), Barracuda registers resolvers.'
  const unanswered = `It is not known whether {${what}} is listed here, since nothing usable came back: {details}.`
  return {
    refused: { level: 'unknown', says: refused, fix: remedy },
    'refused-minor': { level: 'unknown', says: refused, fix: remedy },
    unanswered: { level: 'unknown', says: unanswered },
    'unanswered-minor': { level: 'unknown', says: unanswered },
    unusable: {
      level: 'unknown',
      says: `It is not known whether {${what}} is listed: not one of {total} blocklists works from here ({details}).`,
      fix: 'All of them at once point to the resolver: one that filters, rewrites or cannot reach the internet. Ask through a recursive resolver of your own (--resolver).',
    },
    dead: {
      level: 'info',
      says: 'Not counted, since it fails the test that every working blocklist passes (RFC 5782 §5): {details}.',
    },
    'dead-major': {
      level: 'unknown',
      says: `It is not known whether {${what}} is listed here, since the list fails the test that every working blocklist passes (RFC 5782 §5): {details}. Either it has died, or it gives this resolver empty answers, as some lists do with public resolvers.`,
      fix: remedy,
    },
  } as const
}

/** What the placeholders of all outcomes need. */
type Common = { readonly [name: string]: string | number }

/**
 * That none of the lists could be used; undefined when one could, or when what did not answer or refused is told by itself.
 */
export function unusableRuling(
  standing: BlocklistStanding,
  listOf: (zone: string) => AnyBlocklist,
  common: Common,
): Ruling<'unusable'> | undefined {
  const major = (['refused', 'unanswered'] as const).flatMap(state => troubles(standing, state, listOf, 'major'))
  if (!nothingWorks(standing) || major.length > 0) return undefined
  const all = (['refused', 'unanswered', 'dead'] as const).flatMap(state => troubles(standing, state, listOf))
  return { outcome: 'unusable', data: { ...common, zones: all.map(t => t.zone), details: inWords(all) } }
}

/**
 * One ruling for each kind of trouble.
 * @param hides large lists do not die unnoticed: to resolvers that they do not want, some of them look dead
 */
export function troubleRulings(
  standing: BlocklistStanding,
  listOf: (zone: string) => AnyBlocklist,
  common: Common,
  hides: boolean,
): readonly Ruling<TroubleOutcome>[] {
  const kinds = [
    ['refused', 'refused', 'major'],
    ['unanswered', 'unanswered', 'major'],
    ['refused-minor', 'refused', 'minor'],
    ['unanswered-minor', 'unanswered', 'minor'],
    [hides ? 'dead-major' : 'dead', 'dead', 'major'],
    ['dead', 'dead', 'minor'],
  ] as const
  return kinds.flatMap(([outcome, state, weight]) => {
    const found = troubles(standing, state, listOf, weight)
    if (found.length === 0) return []
    return [{ outcome, data: { ...common, zones: found.map(f => f.zone), details: inWords(found) } }]
  })
}

interface Trouble {
  readonly zone: string
  readonly why: string
}

function troubles(
  { lists }: BlocklistStanding,
  state: 'refused' | 'unanswered' | 'dead',
  listOf: (zone: string) => AnyBlocklist,
  weight?: AnyBlocklist['weight'],
): readonly Trouble[] {
  return lists.flatMap(({ zone, standing }) =>
    standing.state === state && (weight === undefined || listOf(zone).weight === weight)
      ? [{ zone, why: standing.why }]
      : [],
  )
}

function inWords(found: readonly Trouble[]): string {
  return found.map(({ zone, why }) => `${zone} (${why})`).join('; ')
}
