// Does a blocklist list the sending address? Only what a working list says by a published code is a listing.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type BlocklistStanding, blocklistStanding, nothingWorks, weighs } from '../facts/blocklist-standing.ts'
import type { ListingCode } from '../protocol/dnsbl.ts'
import { type Blocklist, blocklistOf, type Severity } from '../rules/blocklists.ts'

type Outcome =
  | 'listed'
  | 'listed-policy'
  | 'listed-informational'
  | 'clean'
  | 'refused'
  | 'refused-minor'
  | 'unanswered'
  | 'unanswered-minor'
  | 'unusable'
  | 'dead'
  | 'dead-major'

const refusedSays =
  'It is not known whether {address} is listed here, since these lists do not serve the resolver that was used: {details}. That is no listing.'
const refusedFix =
  'Ask through a recursive resolver of your own (--resolver) instead of a public one or that of a cloud provider. Some lists want more: Spamhaus offers a free Data Query Service key, Barracuda registers resolvers.'
const unansweredSays = 'It is not known whether {address} is listed here, since nothing usable came back: {details}.'

export default defineCheck({
  id: 'dnsbl-address',
  group: 'dnsbl',
  scope: 'egress',
  title: 'No blocklist lists the sending address',
  why: 'Receivers ask blocklists about the address before they read a line of the message, and refuse what is listed.',
  refs: ['RFC 5782 §2.1', 'RFC 5782 §2.4', 'RFC 5782 §5', 'RFC 6471'],
  needs: { standing: blocklistStanding },
  outcomes: {
    listed: {
      level: 'fail',
      says: '{address} is listed by {list} ({zone}): {meaning}{said}.',
      fix: 'First end the cause: look for a mailbox whose password was stolen, an infected machine, or a form or forwarding that sends spam through {address}. Then {removal}.',
    },
    'listed-policy': {
      level: 'fail',
      says: '{address} is on the policy list of {list} ({zone}): {meaning}{said}. Its range is declared not to send mail directly to other mail servers, like home and dynamic addresses. That is no accusation, but many receivers refuse such mail.',
      fix: 'Deliver through the smart host of your provider. If {address} is fixed and meant for a mail server, give it a proper PTR record, and {removal}; some providers must do that themselves.',
    },
    'listed-informational': {
      level: 'info',
      says: '{list} ({zone}) has an entry for {address}: {meaning}{said}. Few receivers refuse mail for it.',
    },
    clean: { level: 'pass', says: '{address} is not listed by {asked} of {total} blocklists: {zones}.' },
    refused: { level: 'unknown', says: refusedSays, fix: refusedFix },
    'refused-minor': { level: 'unknown', says: refusedSays, fix: refusedFix },
    unanswered: { level: 'unknown', says: unansweredSays },
    'unanswered-minor': { level: 'unknown', says: unansweredSays },
    unusable: {
      level: 'unknown',
      says: 'It is not known whether {address} is listed: not one of {total} blocklists works from here ({details}).',
      fix: 'All of them at once point to the resolver: one that filters, rewrites or cannot reach the internet. Ask through a recursive resolver of your own (--resolver).',
    },
    dead: {
      level: 'info',
      says: 'Not counted, since it fails the test that every working blocklist passes (RFC 5782 §5): {details}.',
    },
    'dead-major': {
      level: 'unknown',
      says: 'It is not known whether {address} is listed here, since the list fails the test that every working blocklist passes (RFC 5782 §5): {details}. Either it has died, or it gives this resolver empty answers, as some lists do with public resolvers.',
      fix: refusedFix,
    },
  },
  evaluate({ standing }, { address }) {
    const common = { address: address.text, total: standing.lists.length }
    const listings = standing.lists.flatMap(({ zone, standing: s }) =>
      s.state === 'listed' ? listingRulings(blocklistOf(zone)!, s.codes, s.reason, address.text) : [],
    )
    const clean = standing.lists.filter(l => l.standing.state === 'clean').map(l => l.zone)
    const dead = troubles(standing, 'dead', 'minor')
    // Large lists do not die unnoticed; to resolvers that they do not want, some of them look dead. For IPv6 a missing test
    // entry is more likely a list that has never had one.
    const hidden = troubles(standing, 'dead', 'major')
    const refused = troubles(standing, 'refused', 'major')
    const unanswered = troubles(standing, 'unanswered', 'major')
    // Lists that do not work are left out, but not all of them: an address that nobody was asked about is not clean.
    if (nothingWorks(standing) && refused.length + unanswered.length === 0) {
      const all = (['refused', 'unanswered', 'dead'] as const).flatMap(state => troubles(standing, state))
      return { outcome: 'unusable', data: { ...common, zones: all.map(t => t.zone), details: inWords(all) } }
    }
    const listed = standing.lists.some(l => l.standing.state === 'listed' && weighs(l.standing.codes))
    const rulings: Ruling<Outcome>[] = [
      ...listings,
      ...(clean.length === 0 || listed
        ? []
        : [{ outcome: 'clean' as const, data: { ...common, asked: clean.length, zones: clean } }]),
      ...gathered('refused', refused, common),
      ...gathered('unanswered', unanswered, common),
      ...gathered('refused-minor', troubles(standing, 'refused', 'minor'), common),
      ...gathered('unanswered-minor', troubles(standing, 'unanswered', 'minor'), common),
      ...gathered(address.family === 4 ? 'dead-major' : 'dead', hidden, common),
      ...gathered('dead', dead, common),
    ]
    return rulings as [Ruling<Outcome>, ...Ruling<Outcome>[]]
  },
})

const outcomeOf = {
  listed: 'listed',
  policy: 'listed-policy',
  informational: 'listed-informational',
} as const satisfies {
  readonly [S in Severity]: Outcome
}

// One for each list and kind of listing, since each has its own meaning and its own way out.
function listingRulings(
  list: Blocklist,
  codes: readonly ListingCode[],
  reason: string | undefined,
  address: string,
): Ruling<Outcome>[] {
  return (['listed', 'policy', 'informational'] as const).flatMap(severity => {
    const meant = codes.filter(code => code.severity === severity)
    if (meant.length === 0) return []
    const data = {
      address,
      list: list.name,
      zone: list.zone,
      codes: meant.map(code => code.code),
      meaning: [...new Set(meant.map(code => code.meaning))].join('; '),
      reason: reason ?? null,
      said: reason === undefined ? '' : `; the list says: “${reason}”`,
      removal: list.removal.replaceAll('{address}', address),
    }
    return [{ outcome: outcomeOf[severity], data }]
  })
}

interface Trouble {
  readonly zone: string
  readonly why: string
}

function troubles(
  { lists }: BlocklistStanding,
  state: 'refused' | 'unanswered' | 'dead',
  weight?: Blocklist['weight'],
): readonly Trouble[] {
  return lists.flatMap(({ zone, standing }) =>
    standing.state === state && (weight === undefined || blocklistOf(zone)!.weight === weight)
      ? [{ zone, why: standing.why }]
      : [],
  )
}

function inWords(found: readonly Trouble[]): string {
  return found.map(({ zone, why }) => `${zone} (${why})`).join('; ')
}

function gathered(
  outcome: Outcome,
  found: readonly Trouble[],
  common: { readonly address: string; readonly total: number },
): Ruling<Outcome>[] {
  if (found.length === 0) return []
  return [{ outcome, data: { ...common, zones: found.map(f => f.zone), details: inWords(found) } }]
}
