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

/** What is known about a name that had no answer; undefined when that could not be learned. */
export async function askAboutMissing(name: string, resolver: Resolver): Promise<Missing | undefined> {
  const own = await resolver.resolve(name, 'TXT')
  if (own.kind === 'unreachable') return undefined
  // An alias that leads nowhere is as good as the name that it leads to.
  const owner = own.chain.at(-1) ?? name
  const organization = publicSuffixOrganization(owner)
  if (own.kind !== 'nxdomain') return { name, denied: false, unclaimed: undefined }
  if (organization === undefined) return { name, denied: true, unclaimed: undefined }
  const above = await resolver.resolve(organization, 'SOA')
  if (above.kind === 'unreachable') return undefined
  return { name, denied: true, unclaimed: above.kind === 'nxdomain' ? organization : undefined }
}

/** Names of the tree that had no answer: records that are missing, and names of `a`, `mx` and `exists` without addresses. */
export function unansweredNames(root: SpfNode): readonly string[] {
  const records = nodesOf(root).flatMap(({ node, path }) =>
    node.state === 'none' && path.length > 0 ? [node.domain] : [],
  )
  const hosts = allSteps(root).flatMap(({ step: { target, child, empty, found } }) =>
    target !== undefined && child === undefined && empty.v4 > 0 && empty.v6 > 0 && !found.v4 && !found.v6
      ? [target]
      : [],
  )
  return [...new Set([...records, ...hosts])]
}
