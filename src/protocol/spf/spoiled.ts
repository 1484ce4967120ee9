// Judges a term of an SPF record that is to be mended: what has to stand in its place, and why.
import { everyoneTerm, letsAll } from './breadth.ts'
import type { Crowds } from './crowd.ts'
import { LOOKUP_LIMIT } from './evaluate.ts'
import { inlined, isBroken, leadsToError } from './inline.ts'
import type { SpfNode, SpfStep } from './tree.ts'

/** What stands in the place of a term; nothing when it only goes. */
export interface Replacement {
  readonly by: readonly string[]
  readonly why: string
}

/** What a term has to be replaced by so that no evaluation ends in an error there, and nobody passes whom nobody named. */
export function spoiled(step: SpfStep, unclaimed: ReadonlySet<string>, crowds: Crowds): Replacement | undefined {
  const { term, child, target } = step
  if (letsAll(step)) return { by: [], why: 'it lets everyone through' }
  if (child && everyoneTerm(child)) return { by: [], why: `${child.domain} lets everyone through` }
  if (target !== undefined && unclaimed.has(target)) return { by: [], why: `${target} does not exist` }
  const crowd = crowds.get(step)
  if (crowd) return { by: crowd, why: `it leads to ${step.tooManyHosts} MX hosts, and ${LOOKUP_LIMIT} are allowed` }
  if (child === undefined) return undefined
  if (isBroken(child)) return { by: [], why: whyBroken(child) }
  if (!leadsToError(step)) return undefined
  const by = inlined(step, leadsToError)
  return { by: by ?? [], why: `what ${term.name === 'redirect' ? 'it leads to' : 'it includes'} ends in an error` }
}

function whyBroken({ state, domain }: SpfNode): string {
  switch (state) {
    case 'several':
      return `${domain} has several SPF records`
    case 'invalid':
      return `the record of ${domain} cannot be read`
    case 'loop':
      return `it leads back to ${domain}`
    default:
      return `${domain} has no SPF record`
  }
}
