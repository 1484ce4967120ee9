// How much of the internet an SPF record lets through: everyone, or networks of a size that no sender has.
import type { Mechanism, Placed } from './parse.ts'
import { nodesOf, type SpfNode, type SpfStep, stepsOf } from './tree.ts'

/** 16 million IPv4 addresses and more, more than 4 000 IPv6 sites of a provider: wider than any list of mail hosts. */
const WIDE = { 4: 8, 6: 19 } as const

/** A term that lets through too many, and the domain whose record it stands in. */
export interface WideTerm extends Placed {
  readonly domain: string
}

/** The term by which every client of a family passes, wherever it stands in the tree. */
export function everyoneTerm(node: SpfNode): WideTerm | undefined {
  for (const step of stepsOf(node)) {
    const { term, child } = step
    const own = { domain: node.domain, text: term.text, column: term.column }
    if (term.name === 'redirect') return child && everyoneTerm(child)
    if (letsAll(step)) return own
    if (!('qualifier' in term) || term.qualifier !== '+') continue
    if (term.name === 'include' && child) {
      const inner = everyoneTerm(child)
      if (inner) return inner
    }
  }
  return undefined
}

/** True when every client of a family passes by the term itself, whatever its address. */
export function letsAll({ term, dynamic, found }: SpfStep): boolean {
  if (!('qualifier' in term) || term.qualifier !== '+') return false
  switch (term.name) {
    case 'all':
      return true
    case 'ip4':
    case 'ip6':
      return term.prefix === 0
    case 'a':
    case 'mx':
      return (term.prefix4 === 0 && found.v4) || (term.prefix6 === 0 && found.v6)
    case 'exists':
      // Without macros it asks the same for everyone.
      return !dynamic && found.v4
    default:
      return false
  }
}

/** Terms with a network that is far too wide. */
export function wideTerms(root: SpfNode): readonly WideTerm[] {
  return nodesOf(root).flatMap(({ node }) =>
    stepsOf(node).flatMap(({ term }) => {
      if (!('qualifier' in term) || term.qualifier !== '+' || !isWide(term)) return []
      return [{ domain: node.domain, text: term.text, column: term.column }]
    }),
  )
}

function isWide(term: Mechanism): boolean {
  switch (term.name) {
    case 'ip4':
      return term.prefix <= WIDE[4]
    case 'ip6':
      return term.prefix <= WIDE[6]
    case 'a':
    case 'mx':
      return term.prefix4 <= WIDE[4] || term.prefix6 <= WIDE[6]
    default:
      return false
  }
}
