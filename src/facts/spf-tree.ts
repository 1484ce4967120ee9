// What does the SPF record of the domain lead to? The whole tree of includes, as far as it answers.
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { SpfNode } from '../protocol/spf/tree.ts'
import { walkSpf } from '../protocol/spf/walk.ts'

export const spfTree = defineFact({
  name: 'spf-tree',
  scope: 'domain',
  /** Branches that do not answer stay in the tree as such; without the record itself nothing is known. */
  async gather({ domain }, { resolver }): Promise<SpfNode> {
    const root = await walkSpf(domain, resolver)
    if (root.state === 'unreachable') throw new Unknowable(root.reason)
    return root
  },
})
