// How does an address stand with all blocklists that hold its family? Lists that do not work are kept apart, with the reason.
import { defineFact, type Know } from '../audit/fact.ts'
import type { IpAddress } from '../names/address.ts'
import type { ListingCode } from '../protocol/dnsbl.ts'
import { type Blocklist, blocklists } from '../rules/blocklists.ts'
import { blocklistListing, type Listing } from './blocklist-listing.ts'
import { blocklistLiveness, blocklistLivenessIpv6, type Liveness } from './blocklist-liveness.ts'

/** What one list says about the address. `dead` covers lists that list everything: neither says anything. */
export type Standing =
  | { readonly state: 'clean' }
  | { readonly state: 'listed'; readonly codes: readonly ListingCode[]; readonly reason: string | undefined }
  | { readonly state: 'refused' | 'unanswered' | 'dead'; readonly why: string }

export interface ListStanding {
  readonly zone: string
  readonly standing: Standing
}

/** In the order of the registry; lists that do not hold the address's family are not in it. */
export interface BlocklistStanding {
  readonly lists: readonly ListStanding[]
}

export const blocklistStanding = defineFact({
  name: 'blocklist-standing',
  scope: 'address',
  lapses: true,
  async gather({ address }, { know }): Promise<BlocklistStanding> {
    const lists = blocklists.filter(list => list.families.includes(address.family))
    const standings = lists.map(async list => ({ zone: list.zone, standing: await standingOn(list, address, know) }))
    return { lists: await Promise.all(standings) }
  },
})

/** Zones that list the address so that mail suffers: lists that only inform are left out. */
export function listedZones({ lists }: BlocklistStanding): readonly string[] {
  return lists.filter(l => l.standing.state === 'listed' && weighs(l.standing.codes)).map(l => l.zone)
}

/** Zones that should have told something and did not; all of them when not a single list works here. */
export function unaskedZones(standing: BlocklistStanding): readonly string[] {
  const open = standing.lists.filter(l => l.standing.state === 'refused' || l.standing.state === 'unanswered')
  return (nothingWorks(standing) ? standing.lists : open).map(l => l.zone)
}

/** True when no list at all could be used: then nothing is known, whatever the single reasons are. */
export function nothingWorks({ lists }: BlocklistStanding): boolean {
  return !lists.some(l => l.standing.state === 'clean' || l.standing.state === 'listed')
}

/** True when some code is more than information. */
export function weighs(codes: readonly ListingCode[]): boolean {
  return codes.some(code => code.severity !== 'informational')
}

async function standingOn(list: Blocklist, address: IpAddress, know: Know): Promise<Standing> {
  const { zone } = list
  const alive = await know(address.family === 4 ? blocklistLiveness : blocklistLivenessIpv6, { zone })
  if (alive.state === 'alive') return heard(await know(blocklistListing, { address, zone }))
  // A list that works for IPv4 but lacks the IPv6 test entry cannot be said to find an address clean; a listing by one of
  // its published codes is real all the same.
  if (address.family === 6 && alive.state === 'dead' && (await know(blocklistLiveness, { zone })).state === 'alive') {
    const listing = await know(blocklistListing, { address, zone })
    if (listing.state === 'listed') return listing
  }
  return unusable(alive)
}

/** What an answer of a working list is worth. */
export function heard(listing: Listing): Standing {
  switch (listing.state) {
    case 'clean':
    case 'listed':
      return listing
    case 'refused':
      return { state: 'refused', why: listing.why }
    case 'unknown':
      return { state: 'unanswered', why: listing.why }
  }
}

/** What a list that does not work is worth. */
export function unusable(liveness: Exclude<Liveness, { state: 'alive' }>): Standing {
  switch (liveness.state) {
    case 'dead':
    case 'wildcarded':
      return { state: 'dead', why: liveness.why }
    case 'refused':
      return { state: 'refused', why: liveness.why }
    case 'unreachable':
      return { state: 'unanswered', why: liveness.why }
  }
}
