// The tree of the domain's SPF record and of all that it includes, as far as it answers.
import { defineFact } from '../audit/fact.ts'
import type { SpfNode } from '../protocol/spf/tree.ts'
import { spfWalk } from './spf-walk.ts'

export const spfTree = defineFact({
  name: 'spf-tree',
  scope: 'domain',
  async gather(subject, { know }): Promise<SpfNode> {
    return (await know(spfWalk, subject)).tree
  },
})
