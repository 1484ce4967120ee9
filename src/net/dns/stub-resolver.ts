// The Resolver that asks real name servers: a stub resolver (RFC 1034 §5.3.1) with a cache, which leaves the walk from
// the root to the recursive servers it asks, and follows CNAMEs where these do not.

import type { Answer, AskedServer, RecordType, RecordTypes, Resolver, Unchecked } from '../resolver.ts'
import { ask, timeouts, type Untaught } from './asking.ts'
import { chainFault, type Learning } from './reading.ts'
import { describeServer, type ServerAddress, systemServers } from './server-address.ts'
import { TlsSockets } from './tls-socket.ts'
import { TtlCache } from './ttl-cache.ts'
import { type Taught, Upstream } from './upstream.ts'
import { encodeName } from './wire-name.ts'
import type { Question } from './wire-query.ts'

export interface ResolverOptions {
  /** Asked in this order; those of the system by default. */
  readonly servers?: readonly ServerAddress[]
  /**
   * How long to wait for the first answer at most, and before anything is known of the server; later ones are waited for
   * longer, about ten times this in all. 1000 by default.
   */
  readonly timeoutMs?: number
  /** PEM texts of roots that are trusted for TLS and HTTPS beside those of Node and of the system. */
  readonly ca?: readonly string[]
  /** How often one question is asked, over all servers; each server at least once. 5 by default. */
  readonly tries?: number
  /** How many answers are kept at most; 0 keeps none. 50,000 by default. */
  readonly cache?: number
  /** Milliseconds, for the age of what is kept. A monotonic clock by default. */
  readonly now?: () => number
}

/** How often one server is asked when no other may answer for it. */
const TRIES_OF_ONE = 3

/** What a resolver did so far. */
export interface ResolverStats {
  /** Questions sent each way, with all retries. */
  readonly udp: number
  readonly tcp: number
  readonly tls: number
  readonly https: number
  /** How many connections these needed. */
  readonly connections: number
  readonly timeouts: number
  /** Messages that answered no open question. */
  readonly ignored: number
  readonly fromCache: number
  /** Questions that waited for the same one that was already open. */
  readonly shared: number
  readonly cached: number
  readonly servers: readonly { readonly server: string; readonly window: number; readonly open: number }[]
}

/** A resolver over sockets. They do not keep a process alive; open questions do, for as long as they may last. */
export interface StubResolver extends Resolver {
  /** Ends all open questions as unreachable, and answers no more. */
  close(): void
  stats(): ResolverStats
}

/** Makes the resolver of an audit. It asks nothing until it is asked. @throws Error when a text in `ca` is no certificate. */
export function createResolver(options: ResolverOptions = {}): StubResolver {
  return new CachingStub(options)
}

class CachingStub implements StubResolver {
  readonly #upstreams: readonly Upstream[]
  /** Servers that were asked themselves, by their descriptions. */
  readonly #asked = new Map<string, Upstream>()
  readonly #now: () => number
  readonly #firstMs: number
  readonly #tls: TlsSockets
  readonly #schedule: readonly number[]
  readonly #cache: TtlCache<Taught>
  readonly #asking = new Map<string, Promise<Taught | Untaught>>()
  #fromCache = 0
  #shared = 0

  constructor(options: ResolverOptions) {
    const now = options.now ?? (() => performance.now())
    this.#now = now
    this.#firstMs = options.timeoutMs ?? 1000
    this.#tls = new TlsSockets(options.ca ?? [])
    this.#upstreams = (options.servers ?? systemServers()).map(server => new Upstream(server, now, this.#tls))
    this.#schedule = timeouts(Math.max(options.tries ?? 5, this.#upstreams.length), this.#firstMs)
    this.#cache = new TtlCache(options.cache ?? 50_000, now)
  }

  async resolve<T extends RecordType>(
    name: string,
    type: T,
    from?: AskedServer | Unchecked,
  ): Promise<Answer<RecordTypes[T]>> {
    const encoded = encodeName(name)
    if (!encoded.ok) return { kind: 'unreachable', why: 'malformed', server: 'none', extended: encoded.reason }
    if (from !== undefined && !('unchecked' in from)) {
      const direct = from.recursive ? {} : ({ direct: true } as const)
      return this.#resolveFrom({ name: encoded.name, wire: encoded.wire, type, ...direct }, from)
    }
    const chain: string[] = []
    let question: Question = { name: encoded.name, wire: encoded.wire, type, ...from }
    let before: ToldSoFar | undefined
    for (;;) {
      const taught = await this.#askOnce(question)
      if ('failure' in taught) return unreachable(taught)
      const { learning, server } = taught
      for (const passed of learning.chain) {
        const wrong = chain.length === 0 ? undefined : chainFault(chain, passed)
        if (wrong) return unreachable({ failure: wrong, server })
        chain.push(passed)
      }
      // Of a chain in several parts all must be signed, and the shortest TTL counts.
      const told = before === undefined ? learning : joined(before, learning)
      if (learning.kind !== 'onward') return answer(learning, told, chain, server) as Answer<RecordTypes[T]>
      const onward = encodeName(learning.target)
      if (!onward.ok) {
        return { kind: 'unreachable', why: 'malformed', server, extended: `a CNAME target: ${onward.reason}` }
      }
      question = { name: onward.name, wire: onward.wire, type, ...from }
      before = told
    }
  }

  /** One question to one server, whatever is known from elsewhere. */
  async #resolveFrom(question: Question, from: AskedServer): Promise<Answer<never>> {
    const name = describeServer(from)
    const upstream = this.#asked.get(name) ?? new Upstream(from, this.#now, this.#tls)
    this.#asked.set(name, upstream)
    const taught = await ask(question, [upstream], timeouts(TRIES_OF_ONE, this.#firstMs))
    if ('failure' in taught) return unreachable(taught)
    const { learning, server } = taught
    if (learning.kind !== 'onward') return answer(learning, learning, learning.chain, server) as Answer<never>
    const { kind: _, target, ...told } = learning
    const extended = `it names ${target || '.'} as an alias, of which it does not know`
    return {
      kind: 'unreachable',
      why: 'refused',
      server,
      extended,
      elsewhere: { kind: 'alias', target, server, ...told },
    }
  }

  close(): void {
    for (const upstream of [...this.#upstreams, ...this.#asked.values()]) upstream.close()
  }

  stats(): ResolverStats {
    const sum = (count: (upstream: Upstream) => number): number =>
      [...this.#upstreams, ...this.#asked.values()].reduce((total, upstream) => total + count(upstream), 0)
    return {
      udp: sum(u => u.counts.udp),
      tcp: sum(u => u.counts.tcp),
      tls: sum(u => u.counts.tls),
      https: sum(u => u.counts.https),
      connections: sum(u => u.connections),
      timeouts: sum(u => u.counts.timeouts),
      ignored: sum(u => u.ignored),
      fromCache: this.#fromCache,
      shared: this.#shared,
      cached: this.#cache.size,
      servers: this.#upstreams.map(u => ({ server: u.name, window: u.window.limit, open: u.window.open })),
    }
  }

  /** One question, from the cache, from the same question that is already open, or from the servers. */
  #askOnce(question: Question): Promise<Taught | Untaught> | Taught {
    const key = `${question.type} ${question.unchecked ? 'unchecked ' : ''}${question.name}`
    const kept = this.#cache.get(key)
    if (kept) {
      this.#fromCache++
      return { ...kept.value, learning: { ...kept.value.learning, ttl: kept.ttl } }
    }
    const open = this.#asking.get(key)
    if (open) {
      this.#shared++
      return open
    }
    const asking = ask(question, this.#upstreams, this.#schedule).then(taught => {
      // A failure is never kept: whoever asks later deserves another try.
      if ('learning' in taught) this.#cache.set(key, taught, taught.learning.ttl)
      return taught
    })
    this.#asking.set(key, asking)
    const forget = (): void => {
      this.#asking.delete(key)
    }
    asking.then(forget, forget)
    return asking
  }
}

type ToldSoFar = Pick<Learning, 'ttl' | 'authentic' | 'authoritative' | 'extended' | 'withoutEdns' | 'signatures'>

function joined(before: ToldSoFar, after: ToldSoFar): ToldSoFar {
  const extended = after.extended ?? before.extended
  return {
    ttl: Math.min(before.ttl, after.ttl),
    authentic: before.authentic && after.authentic,
    authoritative: before.authoritative && after.authoritative,
    ...(extended === undefined ? {} : { extended }),
    ...(before.withoutEdns || after.withoutEdns ? { withoutEdns: true } : {}),
    ...(after.signatures && { signatures: after.signatures }),
  }
}

function answer(
  learning: Exclude<Learning, { kind: 'onward' }>,
  { ttl, authentic, authoritative, extended, withoutEdns, signatures }: ToldSoFar,
  chain: readonly string[],
  server: string,
): Answer<RecordTypes[RecordType]> {
  const told = {
    ...{ ttl, authentic, authoritative, server, chain },
    ...(extended === undefined ? {} : { extended }),
    ...(withoutEdns === undefined ? {} : { withoutEdns }),
    ...(signatures && { signatures }),
  }
  if (learning.kind !== 'records') return { kind: learning.kind, ...told }
  return { kind: 'records', records: learning.records, malformed: learning.malformed, ...told }
}

function unreachable({ failure: { why, extended, referral }, server }: Untaught): Answer<never> {
  return {
    ...{ kind: 'unreachable', why, server },
    ...(extended === undefined ? {} : { extended }),
    ...(referral === undefined ? {} : { elsewhere: referral }),
  }
}
