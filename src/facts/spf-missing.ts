// Names that the SPF record leans on and that have no answer: do they exist, and does anybody hold the domain above them?
import { defineFact } from '../audit/fact.ts'
import { remembering } from '../protocol/spf/memory.ts'
import { askAboutMissing, heldDomains, type Missing, unansweredNames } from '../protocol/spf/unclaimed.ts'
import { spfWalk } from './spf-walk.ts'

export interface MissingNames {
  readonly names: readonly Missing[]
  /** Names about which nothing could be learned: no answer is no denial. */
  readonly unlearned: readonly string[]
}

export const spfMissing = defineFact({
  name: 'spf-missing',
  scope: 'domain',
  async gather(subject, { know, resolver }): Promise<MissingNames> {
    const { tree, answered } = await know(spfWalk, subject)
    const asking = remembering(resolver, answered)
    const asked = unansweredNames(tree)
    const held = asked.length > 0 ? heldDomains(tree) : new Set<string>()
    const found = await Promise.all(asked.map(one => askAboutMissing(one, held, asking)))
    return {
      names: found.filter(one => one !== undefined),
      unlearned: asked.filter((_, i) => found[i] === undefined).map(({ name }) => name),
    }
  },
})
