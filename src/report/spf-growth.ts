// What SPF lets in more than it did in an earlier report: includes belong to others, and grow without telling.
import type { SpfTree, SpfTreeNode } from './report.ts'

/** An included domain, or the domain itself, whose record lets in more than before. IPv6 counts by the prefix of its widest network. */
export interface SpfGrowth {
  readonly domain: string
  readonly v4: { readonly was: number; readonly is: number }
  readonly widest6: { readonly was: number | null; readonly is: number | null }
}

/** What two reports of one domain tell about its SPF record: records that grew, and lookups that came to be needed. */
export interface SpfChange {
  /** Each domain once, in the order of the tree. */
  readonly grown: readonly SpfGrowth[]
  /** Domains that are included now and were not before. */
  readonly added: readonly string[]
  readonly lookups: { readonly was: number; readonly is: number }
}

/** Compares what was known of both: records that did not answer, then or now, have neither grown nor shrunk. */
export function compareSpf(before: SpfTree, now: SpfTree): SpfChange {
  const earlier = new Map(nodes(before.root).map(node => [node.domain, node]))
  const later = [...new Map(nodes(now.root).map(node => [node.domain, node])).values()]
  const grown = later.flatMap(node => {
    const old = earlier.get(node.domain)
    if (old === undefined || !known(old) || !known(node)) return []
    const v4 = { was: old.lets.v4, is: node.lets.v4 }
    const widest6 = { was: old.lets.v6.widest, is: node.lets.v6.widest }
    // A shorter prefix is a wider network.
    const wider = (widest6.is ?? 129) < (widest6.was ?? 129)
    return v4.is > v4.was || wider ? [{ domain: node.domain, v4, widest6 }] : []
  })
  return {
    grown,
    added: later.filter(node => !earlier.has(node.domain)).map(node => node.domain),
    lookups: { was: before.worst.lookups, is: now.worst.lookups },
  }
}

function nodes(node: SpfTreeNode): readonly SpfTreeNode[] {
  return [node, ...node.terms.flatMap(({ leadsTo }) => (leadsTo === null ? [] : nodes(leadsTo)))]
}

/** A count that may be short says nothing about growth. */
function known({ state, lets }: SpfTreeNode): boolean {
  return state === 'read' && lets.whole
}
