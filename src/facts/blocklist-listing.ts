// Does one blocklist list one address? Nothing is presumed: only a published code is a listing, only an absence is clean.
import { defineFact } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { type ListingCode, listingName } from '../protocol/dnsbl.ts'
import { type AnyBlocklist, blocklistOf } from '../rules/blocklists.ts'
import { recordsOf, txtText } from './answers.ts'
import { foreignWords, readReply } from './blocklist-liveness.ts'

/** `reason` is what the list itself says about the listing, from its TXT record; hostile text like any other. */
export type Listing =
  | { readonly state: 'clean' }
  | { readonly state: 'listed'; readonly codes: readonly ListingCode[]; readonly reason: string | undefined }
  | { readonly state: 'refused' | 'unknown'; readonly why: string }

export const blocklistListing = defineFact({
  name: 'blocklist-listing',
  scope: 'listing',
  lapses: true,
  gather({ address, zone }, { resolver }): Promise<Listing> {
    const list = blocklistOf(zone)
    if (list === undefined) throw new Error(`no blocklist "${zone}" is known`)
    return listingAt(list, listingName(address, zone), resolver)
  },
})

/** What a list has at a name below it. */
export async function listingAt(list: AnyBlocklist, name: string, resolver: Resolver): Promise<Listing> {
  const reply = readReply(list, name, await resolver.resolve(name, 'A'))
  switch (reply.kind) {
    case 'absent':
      return { state: 'clean' }
    case 'listed':
      return { state: 'listed', codes: reply.codes, reason: await reasonAt(name, resolver) }
    case 'refused':
      return { state: 'refused', why: `${reply.code}: ${reply.meaning}` }
    case 'failed':
      return { state: reply.refused ? 'refused' : 'unknown', why: reply.why }
    case 'foreign':
      return { state: 'unknown', why: foreignWords(reply.answers) }
    case 'unknown-code':
      return { state: 'unknown', why: `it answers ${reply.codes.join(', ')}, and what that means is not published` }
  }
}

const LONGEST_REASON = 400

// RFC 5782 §2.1: a list may say why in a TXT record. It is a courtesy: without it the listing stands all the same.
async function reasonAt(name: string, resolver: Resolver): Promise<string | undefined> {
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'unreachable') return undefined
  const texts = recordsOf(answer).map(strings =>
    txtText(strings)
      .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
      .trim(),
  )
  const reason = [...new Set(texts)]
    .filter(text => text !== '')
    .sort()
    .join('; ')
  if (reason === '') return undefined
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON)}…`
}
