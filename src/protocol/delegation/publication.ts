// What the servers of a zone publish at a name now, each asked itself, whatever resolvers still remember.
import type { RecordType, RecordTypes, Resolver } from '../../net/resolver.ts'
import { askServer, type NotHeard, type Said, type ServerReply } from './server-reply.ts'
import { serversOfReferral, type ZoneSearch } from './zone-servers.ts'

/** What some of the servers say alike, and who. */
export interface View<T> {
  readonly servers: readonly string[]
  readonly said: Said<T> | { readonly kind: 'alias'; readonly target: string; readonly ttl: number }
}

/** A server that could not be counted. */
export interface Unheard {
  readonly server: string
  readonly address?: string
  readonly zone: string
  readonly state: NotHeard
  readonly reason: string
}

export type Publication<T> =
  | {
      readonly known: true
      /** The zone of the last name. */
      readonly zone: string
      /** The asked name, and the targets of the CNAMEs that all servers agreed on. */
      readonly chain: readonly string[]
      /** One at least; several when the servers do not agree. */
      readonly views: readonly View<T>[]
      readonly unheard: readonly Unheard[]
    }
  | { readonly known: false; readonly reason: string; readonly unheard: readonly Unheard[] }

/** CNAMEs and delegations that are followed, together: each costs a question to every server of a zone. */
const MOST_HOPS = 8

/**
 * Asks every server of the zone around `name`, and goes on where they all point.
 * @param find the zone around a name, and its servers
 * @param key two answers with one key say the same
 */
export async function publicationAt<T extends RecordType>(
  resolver: Resolver,
  find: (name: string) => Promise<ZoneSearch>,
  name: string,
  type: T,
  key: (said: Said<RecordTypes[T]>) => string,
): Promise<Publication<RecordTypes[T]>> {
  const chain = [name]
  const unheard: Unheard[] = []
  let search = await find(name)
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    if (!search.known) return { known: false, reason: search.reason, unheard }
    const { zone, servers } = search
    const owner = chain.at(-1)!
    const replies = await Promise.all(servers.map(server => askServer(resolver, server, zone, owner, type)))
    const views = viewsOf(replies, key)
    const delegation = replies.find(reply => reply.kind === 'delegates')
    unheard.push(...replies.flatMap(reply => unheardIn(reply, zone, views.length > 0)))
    if (views.length === 0 && delegation !== undefined) {
      search = await serversOfReferral(resolver, delegation.to)
      continue
    }
    if (views.length === 0) {
      const reasons = replies.map(reply => `${reply.server}: ${'reason' in reply ? reply.reason : 'nothing'}`)
      return {
        known: false,
        reason: `no server of ${zone || 'the root'} answers for it (${reasons.join('; ')})`,
        unheard,
      }
    }
    const [only] = views
    if (views.length > 1 || only!.said.kind !== 'alias') return { known: true, zone, chain, views, unheard }
    const { target } = only!.said
    if (chain.includes(target)) {
      return { known: false, reason: `the CNAME records lead in a circle at ${target}`, unheard }
    }
    chain.push(target)
    search = await find(target)
  }
  return {
    known: false,
    reason: `more than ${MOST_HOPS} aliases and delegations follow each other from ${name}`,
    unheard,
  }
}

function viewsOf<T>(replies: readonly ServerReply<T>[], key: (said: Said<T>) => string): readonly View<T>[] {
  const views = new Map<string, { servers: string[]; said: View<T>['said'] }>()
  for (const reply of replies) {
    if (reply.kind !== 'says' && reply.kind !== 'alias') continue
    const said = reply.kind === 'says' ? reply.answer : { kind: 'alias' as const, target: reply.target, ttl: reply.ttl }
    const id = reply.kind === 'says' ? `says ${key(reply.answer)}` : `alias ${reply.target}`
    const view = views.get(id) ?? { servers: [], said }
    view.servers.push(reply.server)
    views.set(id, view)
  }
  return [...views.values()].toSorted((a, b) => b.servers.length - a.servers.length)
}

function unheardIn<T>(reply: ServerReply<T>, zone: string, othersSpeak: boolean): readonly Unheard[] {
  const { server, address } = reply
  const who = { server, zone, ...(address === undefined ? {} : { address }) }
  if (reply.kind === 'delegates') {
    // Where the others hold the name themselves, one that refers to a zone below does not know what they know.
    return othersSpeak ? [{ ...who, state: 'lame', reason: `it only names the servers of ${reply.to.zone}` }] : []
  }
  return 'reason' in reply ? [{ ...who, state: reply.kind, reason: reply.reason }] : []
}
