// What does the SPF record of the domain lead to? The whole tree of includes, and every answer that was given on the way.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type Answered, remembering } from '../protocol/spf/memory.ts'
import type { SpfNode } from '../protocol/spf/tree.ts'
import { walkSpf } from '../protocol/spf/walk.ts'

export interface SpfWalk {
  readonly tree: SpfNode
  /** What was asked and answered, so that who looks closer does not wait for a silent server again. */
  readonly answered: Answered
}

export const spfWalk = defineFact({
  name: 'spf-walk',
  scope: 'domain',
  /** Branches that do not answer stay in the tree as such; without the record itself nothing is known. */
  async gather({ domain }, { resolver }): Promise<SpfWalk> {
    const answered: Answered = new Map()
    const tree = await walkSpf(domain, remembering(resolver, answered))
    if (tree.state === 'unreachable') throw new Unknowable(tree.reason)
    return { tree, answered }
  },
})
