// How many addresses an SPF record lets in, term by term and through its includes: what can be counted without a message.
import {
  type AddressSet,
  everybody,
  networkSet,
  nobody,
  sizeOf,
  unionOf,
  widestPrefix,
  without,
} from './address-set.ts'
import type { SpfNode, SpfStep, stepsOf } from './tree.ts'

/** Addresses that pass by a term or a record, and whether there may be more that depend on the message or did not answer. */
export interface Reach {
  readonly addresses: AddressSet
  readonly whole: boolean
}

/** The same as numbers: IPv4 addresses one by one, IPv6 as networks, of which the widest says most. */
export interface ReachCount {
  readonly v4: number
  readonly v6: { readonly networks: number; readonly widest: number | null }
  readonly whole: boolean
}

/**
 * Turns from terms that let in to terms that keep out, after which what is kept out is no longer taken away: the count is then the most
 * that it can be. No record of a sender has more than a few; one made to be slow could have thousands.
 */
const MOST_TURNS = 40

/** Who matches a term, whatever its qualifier says about them. */
export function matchesOf({ term, dynamic, child, addresses, found, failures }: SpfStep): Reach {
  const whole = !dynamic && failures.length === 0
  switch (term.name) {
    case 'all':
      return { addresses: everybody, whole: true }
    case 'ip4':
    case 'ip6':
      return { addresses: networkSet(term.network, term.prefix), whole: true }
    case 'a':
    case 'mx':
      return {
        addresses: unionOf(addresses.map(one => networkSet(one, one.family === 4 ? term.prefix4 : term.prefix6))),
        whole,
      }
    case 'exists':
      // Without macros it asks the same for everyone.
      return { addresses: found.v4 ? everybody : nobody, whole }
    case 'ptr':
      return { addresses: nobody, whole: false }
    default:
      return child ? reachOf(child) : { addresses: nobody, whole: !dynamic }
  }
}

/** A tree is told with its numbers at every level: what is below is counted once. */
const counted = new WeakMap<SpfNode, Reach>()

/** Who passes by a record: each address is decided by the first term that matches it (RFC 7208 §4.6.2). */
export function reachOf(node: SpfNode): Reach {
  const known = counted.get(node) ?? countReach(node)
  counted.set(node, known)
  return known
}

function countReach(node: SpfNode): Reach {
  if (node.state !== 'read')
    return { addresses: nobody, whole: node.state !== 'unreachable' && node.state !== 'left-out' }
  let passing = nobody
  let refused = nobody
  let whole = true
  let turns = 0
  const rest: AddressSet[] = []
  // Neighbors that say the same are taken together, so that the work grows with the turns and not with the terms.
  for (const run of runsOf(node.steps)) {
    const reaches = run.steps.map(matchesOf)
    whole &&= reaches.every(one => one.whole)
    const matched = unionOf(reaches.map(one => one.addresses))
    if (turns > MOST_TURNS) rest.push(...(run.lets ? [matched] : []))
    else if (run.lets) passing = unionOf([passing, without(matched, refused)])
    else {
      turns++
      refused = unionOf([refused, without(matched, passing)])
    }
  }
  return { addresses: unionOf([passing, without(unionOf(rest), refused)]), whole }
}

/** Who passes by the term; nobody passes by one that keeps out. */
export function letsIn(step: SpfStep): Reach {
  return lets(step) ? matchesOf(step) : { addresses: nobody, whole: true }
}

/** The numbers of a reach. */
export function countOf({ addresses: { v4, v6 }, whole }: Reach): ReachCount {
  return { v4: Number(sizeOf(v4)), v6: { networks: v6.length, widest: widestPrefix(v6, 'v6') ?? null }, whole }
}

function lets({ term }: SpfStep): boolean {
  // A redirect hands on the result as it is (RFC 7208 §6.1).
  return 'qualifier' in term ? term.qualifier === '+' : term.name === 'redirect'
}

function runsOf(steps: ReturnType<typeof stepsOf>): readonly { readonly lets: boolean; readonly steps: SpfStep[] }[] {
  const runs: { lets: boolean; steps: SpfStep[] }[] = []
  for (const step of steps) {
    const last = runs.at(-1)
    if (last?.lets === lets(step)) last.steps.push(step)
    else runs.push({ lets: lets(step), steps: [step] })
  }
  return runs
}
