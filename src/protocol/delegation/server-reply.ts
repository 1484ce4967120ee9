// What one server of a zone says when it is asked itself: its answer, where it points, or why it cannot be counted.
import type { Answer, Elsewhere, RecordType, RecordTypes, Resolver } from '../../net/resolver.ts'
import { isBelow, type ZoneServer } from './zone-servers.ts'

const DNS_PORT = 53

/** An answer in which something was learned. */
export type Said<T> = Exclude<Answer<T>, { kind: 'unreachable' }>

/** Why a server did not count. `lame`: it is there, and does not answer for the zone. */
export type NotHeard = 'lame' | 'silent' | 'failing' | 'unaddressed'

export type ServerReply<T> = {
  readonly server: string
  readonly address?: string
} /** With authority, about a name of the zone. */ & (
  | { readonly kind: 'says'; readonly answer: Said<T> }
  /** With authority: the name is an alias, and the target belongs to others. */
  | { readonly kind: 'alias'; readonly target: string; readonly chain: readonly string[]; readonly ttl: number }
  /** The name belongs to a zone below, of these servers. */
  | { readonly kind: 'delegates'; readonly to: Extract<Elsewhere, { kind: 'referral' }> }
  | { readonly kind: NotHeard; readonly reason: string }
)

/** Asks one server of `zone`: at one address after the other, until one is heard. Never throws for what servers do. */
export async function askServer<T extends RecordType>(
  resolver: Resolver,
  { name: server, addresses, unaddressed }: ZoneServer,
  zone: string,
  name: string,
  type: T,
): Promise<ServerReply<RecordTypes[T]>> {
  let silent: ServerReply<RecordTypes[T]> | undefined
  for (const address of addresses) {
    const answer = await resolver.resolve(name, type, { address, port: DNS_PORT })
    const reply = { server, address, ...judged<RecordTypes[T]>(answer, zone, name) } as ServerReply<RecordTypes[T]>
    if (reply.kind !== 'silent') return reply
    // The first tells most: to the others, of the other family, there may be no way from here.
    silent ??= reply
  }
  return silent ?? { server, kind: 'unaddressed', reason: unaddressed ?? 'it has no address' }
}

/** RFC 1035 §4.1.1: what is said without AA is hearsay; a cache may hold what was published yesterday. */
function judged<T>(answer: Answer<T>, zone: string, name: string): object {
  if (answer.kind === 'unreachable') return unheard(answer, zone, name)
  if (!answer.authoritative) return { kind: 'lame', reason: 'it answers without authority (AA is not set)' }
  const { chain, ttl } = answer
  const outside = chain.findIndex(one => !isBelow(one, zone))
  // AA is about the first name (RFC 1035 §4.1.1): what it adds of a name outside is not its own to say.
  if (outside > 0) return { kind: 'alias', target: chain[outside], chain: chain.slice(0, outside), ttl }
  return { kind: 'says', answer }
}

function unheard(answer: Extract<Answer<never>, { kind: 'unreachable' }>, zone: string, name: string): object {
  const { why, extended, elsewhere } = answer
  if (elsewhere?.kind === 'alias' && elsewhere.authoritative) {
    const { target, chain, ttl } = elsewhere
    return { kind: 'alias', target, chain, ttl }
  }
  if (elsewhere?.kind === 'referral') {
    // Only downwards, so that no two servers can send us to and fro.
    const below = elsewhere.zone !== zone && isBelow(elsewhere.zone, zone) && isBelow(name, elsewhere.zone)
    if (below) return { kind: 'delegates', to: elsewhere }
    return { kind: 'lame', reason: `it only names the servers of ${elsewhere.zone || 'the root'}` }
  }
  const added = extended === undefined ? '' : ` (${extended})`
  switch (why) {
    case 'refused':
      return { kind: 'lame', reason: `it refuses to answer for the zone${added}` }
    case 'timeout':
      return { kind: 'silent', reason: `it did not answer in time${added}` }
    case 'network':
      return { kind: 'silent', reason: `it could not be reached${added}` }
    case 'servfail':
      return { kind: 'failing', reason: `it reports a failure (SERVFAIL)${added}` }
    case 'malformed':
      return { kind: 'failing', reason: `its answer cannot be read${added}` }
  }
}
