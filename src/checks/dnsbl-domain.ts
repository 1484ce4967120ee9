// Does a blocklist of domains list the sending domain, or the name that a server of it says in HELO?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { weighs } from '../facts/blocklist-standing.ts'
import { domainStanding, type NameStanding } from '../facts/domain-standing.ts'
import { displayName } from '../names/domain.ts'
import { type DomainBlocklist, domainBlocklistOf } from '../rules/domain-blocklists.ts'
import { type TroubleOutcome, troubleOutcomes, troubleRulings, unusableRuling } from './blocklist-troubles.ts'

type Outcome = 'listed' | 'abused' | 'listed-informational' | 'helo-listed' | 'clean' | TroubleOutcome

const listOf = (zone: string): DomainBlocklist => domainBlocklistOf(zone)!

export default defineCheck({
  id: 'dnsbl-domain',
  group: 'dnsbl',
  scope: 'domain',
  title: 'No blocklist lists the sending domain',
  why: 'Receivers ask blocklists about the domain of the sender and of the links in a message, whatever address it comes from.',
  refs: ['RFC 5782 §2.2', 'RFC 5782 §5', 'RFC 6471'],
  needs: { standing: domainStanding },
  outcomes: {
    listed: {
      level: 'fail',
      says: '{name} is listed by {list} ({zone}): {meaning}{said}.',
      fix: 'First end the cause: look for mail that people did not ask for, a mailbox whose password was stolen, or a website below {name} that was broken into. Then {removal}.',
    },
    abused: {
      level: 'warn',
      says: '{list} ({zone}) has {name} as {meaning}{said}. Receivers are told not to refuse its mail for that alone, but they trust it less, and links to it.',
      fix: 'Find what is misused below {name}: pages that somebody put on the website, an open redirect, a stolen account. End it, then {removal}.',
    },
    'listed-informational': {
      level: 'info',
      says: '{list} ({zone}) has an entry for {name}: {meaning}{said}. Few receivers refuse mail for it.',
    },
    'helo-listed': {
      level: 'warn',
      says: '{name}, which a sending server says in HELO, is listed by {list} ({zone}): {meaning}{said}.',
      fix: 'Let the server say a name below a domain of yours that is not listed, or end the cause and {removal}.',
    },
    clean: { level: 'pass', says: '{domain} is not listed by {asked} of {total} blocklists of domains: {zones}.' },
    ...troubleOutcomes('domain'),
  },
  evaluate({ standing: { domain, helo } }) {
    const common = { domain: displayName(domain.name), total: domain.lists.length }
    const servers = helo.flatMap(name => listings(name).map(asServer))
    const unusable = unusableRuling(domain, listOf, common)
    if (unusable) return [unusable, ...servers]
    const clean = domain.lists.filter(l => l.standing.state === 'clean').map(l => l.zone)
    const isListed = domain.lists.some(l => l.standing.state === 'listed' && weighs(l.standing.codes))
    const rulings: Ruling<Outcome>[] = [
      ...listings(domain),
      ...(clean.length === 0 || isListed
        ? []
        : [{ outcome: 'clean' as const, data: { ...common, asked: clean.length, zones: clean } }]),
      ...troubleRulings(domain, listOf, common, true),
      ...servers,
    ]
    return rulings as [Ruling<Outcome>, ...Ruling<Outcome>[]]
  },
})

const outcomeOf = { listed: 'listed', abused: 'abused', informational: 'listed-informational' } as const

// One for each list and kind of listing, since each has its own meaning and its own way out.
function listings({ lists }: NameStanding): Ruling<'listed' | 'abused' | 'listed-informational'>[] {
  return lists.flatMap(({ zone, standing, listedAs }) => {
    if (standing.state !== 'listed') return []
    const list = listOf(zone)
    return (['listed', 'abused', 'informational'] as const).flatMap(severity => {
      const meant = standing.codes.filter(code => code.severity === severity)
      if (meant.length === 0) return []
      const data = {
        name: displayName(listedAs!),
        list: list.name,
        zone,
        codes: [...new Set(meant.map(code => code.code))],
        meaning: [...new Set(meant.map(code => code.meaning))].join('; '),
        reason: standing.reason ?? null,
        said: standing.reason === undefined ? '' : `; the list says: “${standing.reason}”`,
        removal: list.removal,
      }
      return [{ outcome: outcomeOf[severity], data }]
    })
  })
}

// Whoever is told of a listing of the name alone shall not take it for one of the domain.
function asServer({ outcome, data }: ReturnType<typeof listings>[number]): Ruling<Outcome> {
  return { outcome: outcome === 'listed' ? 'helo-listed' : 'listed-informational', data: data! }
}
