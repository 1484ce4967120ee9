// Names that an SPF record leans on and that nobody seems to hold: whoever registers the domain decides who may send.
import { publicSuffixOrganization } from '../../names/organizational.ts'
import type { Resolver } from '../../net/resolver.ts'
import { allSteps, nodesOf, type SpfNode } from './tree.ts'

/** A name of the tree without an answer, and what DNS says about the domain above it. */
export interface Missing {
  readonly name: string
  /** The name itself is denied; false when it exists without such a record. */
  readonly denied: boolean
  /** The registrable domain above the name, when DNS denies it too. NXDOMAIN is no proof that nobody holds it. */
  readonly unclaimed: string | undefined
}

/** A name of the tree without an answer, and what it was asked for: a denial of that is one of the name (RFC 8020). */
export interface Unanswered {
  readonly name: string
  readonly type: 'TXT' | 'A' | 'MX'
}

/**
 * What is known about a name that had no answer; undefined when that could not be learned.
 * @param held registrable domains that are known to be there, and are not asked for
 */
export async function askAboutMissing(
  { name, type }: Unanswered,
  held: ReadonlySet<string>,
  resolver: Resolver,
): Promise<Missing | undefined> {
  const own = await resolver.resolve(name, type)
  if (own.kind === 'unreachable') return undefined
  // An alias that leads nowhere is as good as the name that it leads to.
  const owner = own.chain.at(-1) ?? name
  const organization = publicSuffixOrganization(owner)
  if (own.kind !== 'nxdomain') return { name, denied: false, unclaimed: undefined }
  if (organization === undefined || held.has(organization)) return { name, denied: true, unclaimed: undefined }
  const above = await resolver.resolve(organization, 'SOA')
  if (above.kind === 'unreachable') return undefined
  return { name, denied: true, unclaimed: above.kind === 'nxdomain' ? organization : undefined }
}

/** Names of the tree that had no answer: records that are missing, and names of `a`, `mx` and `exists` without addresses. */
export function unansweredNames(root: SpfNode): readonly Unanswered[] {
  const records = nodesOf(root).flatMap(({ node, path }): Unanswered[] =>
    node.state === 'none' && path.length > 0 ? [{ name: node.domain, type: 'TXT' }] : [],
  )
  const hosts = allSteps(root).flatMap(({ step: { term, target, child, empty, found } }): Unanswered[] =>
    target !== undefined && child === undefined && empty.v4 > 0 && empty.v6 > 0 && !found.v4 && !found.v6
      ? [{ name: target, type: term.name === 'mx' ? 'MX' : 'A' }]
      : [],
  )
  return [...new Map([...hosts, ...records].map(one => [one.name, one])).values()]
}

/** Registrable domains of the tree with a record at them or below: nobody else can register these (RFC 8020). */
export function heldDomains(root: SpfNode): ReadonlySet<string> {
  const there = nodesOf(root).filter(({ node: { state } }) => ['read', 'invalid', 'several'].includes(state))
  return new Set(there.flatMap(({ node }) => publicSuffixOrganization(node.domain) ?? []))
}
