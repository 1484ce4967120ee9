// How do the domain and the names that it says in HELO stand with the blocklists of domains?
import { defineFact, type World } from '../audit/fact.ts'
import { canonicalName } from '../names/domain.ts'
import { namesForList } from '../protocol/dnsbl.ts'
import { type DomainBlocklist, domainBlocklists } from '../rules/domain-blocklists.ts'
import { listingAt } from './blocklist-listing.ts'
import { domainBlocklistLiveness } from './blocklist-liveness.ts'
import { type BlocklistStanding, heard, type ListStanding, type Standing, unusable } from './blocklist-standing.ts'

/** What the lists say about one name. `listedAs` is the name that a list has, which may be the organization's. */
export interface NameStanding extends BlocklistStanding {
  readonly name: string
  readonly lists: readonly (ListStanding & { readonly listedAs: string | undefined })[]
}

/** All lists of domains, in the order of the registry. */
export interface DomainStanding {
  readonly domain: NameStanding
  /** Names of our servers, where a list knows more about them than about the domain; none when all is one organization's. */
  readonly helo: readonly NameStanding[]
}

export const domainStanding = defineFact({
  name: 'domain-standing',
  scope: 'domain',
  async gather({ domain }, world): Promise<DomainStanding> {
    const own = new Set(domainBlocklists.flatMap(list => namesForList(domain, list)))
    const others = new Set(world.egress.flatMap(({ helo }) => (helo === undefined ? [] : [canonicalName(helo)])))
    // A name in HELO that is not the domain's own: what was asked already is not asked again.
    const servers = [...others].filter(name => domainBlocklists.some(list => adds(name, list, own)))
    const [standing, ...helo] = await Promise.all([domain, ...servers].map(name => standingOf(name, world)))
    return { domain: standing!, helo }
  },
})

/** Zones that list the name so that receivers refuse it as a sender: not those that tell of a misuse by others. */
export function refusedBy({ lists }: NameStanding): readonly string[] {
  return lists.flatMap(({ zone, standing }) =>
    standing.state === 'listed' && standing.codes.some(code => code.severity === 'listed') ? [zone] : [],
  )
}

function adds(name: string, list: DomainBlocklist, known: ReadonlySet<string>): boolean {
  const registered = namesForList(name, list).at(-1)
  return registered !== undefined && !known.has(registered)
}

async function standingOf(name: string, world: World): Promise<NameStanding> {
  const lists = domainBlocklists.map(async list => ({ zone: list.zone, ...(await standingOn(list, name, world)) }))
  return { name, lists: await Promise.all(lists) }
}

async function standingOn(
  list: DomainBlocklist,
  name: string,
  { resolver, know }: World,
): Promise<{ readonly standing: Standing; readonly listedAs: string | undefined }> {
  const names = namesForList(name, list)
  if (names.length === 0)
    return { standing: { state: 'unanswered', why: 'it holds no such names' }, listedAs: undefined }
  const [alive, ...listings] = await Promise.all([
    know(domainBlocklistLiveness, { zone: list.zone }),
    ...names.map(asked => listingAt(list, `${asked}.${list.zone}`, resolver)),
  ])
  if (alive.state !== 'alive') return { standing: unusable(alive), listedAs: undefined }
  const standings = listings.map(heard)
  // Of a listing anywhere nothing else is of account; where none is, silence anywhere leaves it open.
  const at = (['listed', 'refused', 'unanswered'] as const)
    .map(state => standings.findLastIndex(standing => standing.state === state))
    .find(index => index >= 0)
  if (at === undefined) return { standing: { state: 'clean' }, listedAs: undefined }
  const standing = standings[at]!
  return { standing, listedAs: standing.state === 'listed' ? names[at] : undefined }
}
