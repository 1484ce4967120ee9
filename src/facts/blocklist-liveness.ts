// Does a blocklist work at all, as seen from here? Asked by the test entries that every list must and must not have.
import { defineFact, type World } from '../audit/fact.ts'
import type { Answer } from '../net/resolver.ts'
import { domainTestNames, type ListAnswer, readListAnswer, testNames } from '../protocol/dnsbl.ts'
import { type AnyBlocklist, blocklistOf } from '../rules/blocklists.ts'
import { domainBlocklistOf } from '../rules/domain-blocklists.ts'
import { whyUnreachable } from './answers.ts'

/**
 * `dead`: its test entry is not there. `wildcarded`: it lists what must not be listed, so perhaps everything. `refused`: it
 * does not serve our resolver. `unreachable`: no answer, or one that cannot come from a list. `why` says what was seen.
 */
export type Liveness =
  | { readonly state: 'alive' }
  | { readonly state: 'dead' | 'wildcarded' | 'refused' | 'unreachable'; readonly why: string }

/** By the IPv4 test entries, 127.0.0.2 and 127.0.0.1 (RFC 5782 §5). */
export const blocklistLiveness = defineFact({
  name: 'blocklist-liveness',
  scope: 'blocklist',
  lapses: true,
  gather: ({ zone }, world): Promise<Liveness> => probe(zone, 4, world),
})

/** By the IPv6 test entries, ::FFFF:7F00:2 and ::FFFF:7F00:1: whether the list holds IPv6 addresses. */
export const blocklistLivenessIpv6 = defineFact({
  name: 'blocklist-liveness-ipv6',
  scope: 'blocklist',
  lapses: true,
  gather: ({ zone }, world): Promise<Liveness> => probe(zone, 6, world),
})

/** Of a list of domains, by TEST and INVALID or its own entries for tests. */
export const domainBlocklistLiveness = defineFact({
  name: 'domain-blocklist-liveness',
  scope: 'blocklist',
  lapses: true,
  gather: ({ zone }, world): Promise<Liveness> => {
    const list = domainBlocklistOf(zone)
    if (list === undefined) throw new Error(`no blocklist "${zone}" is known`)
    return probeBy(list, domainTestNames(list), world)
  },
})

/** What came back for a name below a list: an absence, a failure, or records that were read. */
export type ListReply =
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly refused: boolean; readonly why: string }
  | ListAnswer

/** The A records at a name below a list, read. */
export function readReply(list: AnyBlocklist, name: string, answer: Answer<string>): ListReply {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'failed', refused: answer.why === 'refused', why: whyUnreachable(answer, name, 'A') }
    case 'records':
      // A record that cannot be read may have been a refusal: the rest must not be trusted alone.
      if (answer.malformed.length > 0)
        return { kind: 'failed', refused: false, why: `the A record at ${name} cannot be read` }
      return readListAnswer(list, answer.records)
    default:
      return { kind: 'absent' }
  }
}

/** Why an answer from outside 127.0.0.0/8 says nothing. */
export function foreignWords(answers: readonly string[]): string {
  return `it answers ${answers.join(', ')}, as no blocklist does: its domain is parked, or the resolver rewrites answers`
}

function probe(zone: string, family: 4 | 6, world: World): Promise<Liveness> {
  const list = blocklistOf(zone)
  if (list === undefined) throw new Error(`no blocklist "${zone}" is known`)
  const { listed, unlisted } = testNames(family, zone)
  return probeBy(list, { listed: [listed], unlisted }, world)
}

/** @param names one of `listed` at least must be there, and `unlisted` must not */
async function probeBy(
  list: AnyBlocklist,
  { listed, unlisted }: { readonly listed: readonly string[]; readonly unlisted: string },
  { resolver }: World,
): Promise<Liveness> {
  const [mustNot, ...must] = await Promise.all([unlisted, ...listed].map(name => resolver.resolve(name, 'A')))
  const replies = listed.map((name, i) => readReply(list, name, must[i]!))
  // A refusal or a failure at one of them may be what hides the others.
  const present =
    replies.find(reply => reply.kind === 'listed' || reply.kind === 'unknown-code') ??
    replies.find(reply => reply.kind !== 'absent')
  if (present === undefined) return { state: 'dead', why: `its test entry is missing (${listed.join(', ')})` }
  const absent = readReply(list, unlisted, mustNot!)
  for (const reply of [present, absent]) {
    if (reply.kind === 'refused') return { state: 'refused', why: `${reply.code}: ${reply.meaning}` }
    if (reply.kind === 'failed') return { state: reply.refused ? 'refused' : 'unreachable', why: reply.why }
    if (reply.kind === 'foreign') return { state: 'unreachable', why: foreignWords(reply.answers) }
  }
  if (absent.kind === 'absent') return { state: 'alive' }
  return { state: 'wildcarded', why: `it lists even what no list may list (${unlisted})` }
}
