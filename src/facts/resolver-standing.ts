// What can the name server that is asked be relied on for? Found out once a run, each by a question of its own.
import { defineFact } from '../audit/fact.ts'
import type { Answer } from '../net/resolver.ts'
import { improbableNames, type Rewriting, rewritingIn } from '../net/rewriting.ts'
import { whyUnreachable } from './answers.ts'

/** Yes, no, or why that could not be learned. */
export type Learned = { readonly state: 'yes' | 'no' } | { readonly state: 'unknown'; readonly reason: string }

export interface ResolverStanding {
  /** It checked the signatures of the root, and says so (AD). */
  readonly validates: Learned
  /** It answers over TCP too; undefined where it is asked over TLS or HTTPS, or over TCP alone. */
  readonly tcp: Learned | undefined
  readonly edns: Learned
  readonly rewriting: Rewriting
}

export const resolverStanding = defineFact({
  name: 'resolver-standing',
  scope: 'resolver',
  once: true,
  async gather({ server }, { resolver }): Promise<ResolverStanding> {
    const from = { ...server, recursive: true } as const
    const [root, overTcp, ...denied] = await Promise.all([
      resolver.resolve('', 'SOA', from),
      server.transport === undefined ? resolver.resolve('', 'SOA', { ...from, transport: 'tcp' }) : undefined,
      ...improbableNames.map(name => resolver.resolve(name, 'A', from)),
    ])
    return {
      validates: validatesBy(root),
      tcp: overTcp && tcpBy(overTcp, root),
      edns: ednsBy([root, ...denied]),
      rewriting: rewritingIn(denied),
    }
  },
})

/** The root is signed (since 2010): whoever validates says so of its SOA. On an island without a root nothing is told. */
function validatesBy(answer: Answer<unknown>): Learned {
  if (answer.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(answer, '.', 'SOA') }
  if (answer.kind !== 'records') return { state: 'unknown', reason: 'it knows no root' }
  return { state: answer.authentic ? 'yes' : 'no' }
}

/** A server that refuses the question over UDP as well has told nothing about TCP, but that it answers there. */
function tcpBy(overTcp: Answer<unknown>, overUdp: Answer<unknown>): Learned {
  if (overTcp.kind !== 'unreachable') return { state: 'yes' }
  if (overTcp.why !== 'timeout' && overTcp.why !== 'network') return { state: 'yes' }
  const reason = whyUnreachable(overTcp, '.', 'SOA')
  if (overUdp.kind === 'unreachable') return { state: 'unknown', reason }
  return { state: 'no' }
}

function ednsBy(answers: readonly Answer<unknown>[]): Learned {
  const told = answers.filter(answer => answer.kind !== 'unreachable')
  if (told.length === 0) return { state: 'unknown', reason: 'it answered nothing' }
  return { state: told.some(answer => answer.withoutEdns === undefined) ? 'yes' : 'no' }
}
