// What does the SPF record of the domain lead to? The whole tree of includes, and every answer that was given on the way.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Resolver } from '../net/resolver.ts'
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
    const { asking, asked } = askingAboutDenied(remembering(resolver, answered))
    const tree = await walkSpf(domain, asking)
    await asked()
    if (tree.state === 'unreachable') throw new Unknowable(tree.reason)
    return { tree, answered }
  },
})

/**
 * The same resolver; where a name is denied, the domain above it is asked for while the walk goes on: `spf-missing` wants to
 * know whether anybody holds it. Not where that is known: a name of it was there.
 */
function askingAboutDenied(resolver: Resolver): { readonly asking: Resolver; asked(): Promise<unknown> } {
  const there: string[] = []
  const about = new Map<string, Promise<unknown>>()
  const asking: Resolver = {
    async resolve(name, type) {
      const answer = await resolver.resolve(name, type)
      if (answer.kind !== 'nxdomain') {
        if (answer.kind !== 'unreachable') there.push(name)
        return answer
      }
      const organization = publicSuffixOrganization(answer.chain.at(-1) ?? name)
      if (organization !== undefined && !there.some(one => publicSuffixOrganization(one) === organization)) {
        about.set(organization, resolver.resolve(organization, 'SOA'))
      }
      return answer
    },
  }
  return { asking, asked: () => Promise.all(about.values()) }
}
