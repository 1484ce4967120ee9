// Does a blocklist list the sending address? Only what a working list says by a published code is a listing.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { blocklistStanding, weighs } from '../facts/blocklist-standing.ts'
import type { ListingCode } from '../protocol/dnsbl.ts'
import { type Blocklist, blocklistOf } from '../rules/blocklists.ts'
import { type TroubleOutcome, troubleOutcomes, troubleRulings, unusableRuling } from './blocklist-troubles.ts'

type Outcome = 'listed' | 'listed-policy' | 'listed-informational' | 'clean' | TroubleOutcome

const listOf = (zone: string): Blocklist => blocklistOf(zone)!

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
    ...troubleOutcomes('address'),
  },
  evaluate({ standing }, { address }) {
    const common = { address: address.text, total: standing.lists.length }
    const listings = standing.lists.flatMap(({ zone, standing: s }) =>
      s.state === 'listed' ? listingRulings(listOf(zone), s.codes, s.reason, address.text) : [],
    )
    const clean = standing.lists.filter(l => l.standing.state === 'clean').map(l => l.zone)
    // Lists that do not work are left out, but not all of them: an address that nobody was asked about is not clean.
    const unusable = unusableRuling(standing, listOf, common)
    if (unusable) return unusable
    const listed = standing.lists.some(l => l.standing.state === 'listed' && weighs(l.standing.codes))
    const rulings: Ruling<Outcome>[] = [
      ...listings,
      ...(clean.length === 0 || listed
        ? []
        : [{ outcome: 'clean' as const, data: { ...common, asked: clean.length, zones: clean } }]),
      // For IPv6 a missing test entry is more likely a list that has never had one.
      ...troubleRulings(standing, listOf, common, address.family === 4),
    ]
    return rulings as [Ruling<Outcome>, ...Ruling<Outcome>[]]
  },
})

const outcomeOf = { listed: 'listed', policy: 'listed-policy', informational: 'listed-informational' } as const

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
