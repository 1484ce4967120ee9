// The tree of an SPF record and all that it includes, and what can be told from it without a client: pure data, pure readers.
import type { IpAddress } from '../../names/address.ts'
import { type MacroLetter, macroLetters } from './macro.ts'
import type { KnownModifier, Mechanism, Placed, Qualifier, SpfRecord, SyntaxFault } from './parse.ts'

/** Terms that ask DNS, in the whole tree, after which nothing more is asked: far beyond the ten that receivers evaluate. */
export const WALK_LIMIT = 50

/** A number for IPv4 clients and one for IPv6 clients: `a` and `mx` ask for A or for AAAA (RFC 7208 §5.3, §5.4). */
export interface ByFamily {
  readonly v4: number
  readonly v6: number
}

/** One reached term of a record. */
export interface SpfStep {
  readonly term: Mechanism | KnownModifier
  /** What the term itself costs of the ten lookups (RFC 7208 §4.6.4). */
  readonly cost: 0 | 1
  /** The name that the term asks for; undefined when it depends on the client or the sender, or asks for none. */
  readonly target: string | undefined
  /** True when the target holds macros that only a message fills in. */
  readonly dynamic: boolean
  /** What include and redirect lead to. */
  readonly child: SpfNode | undefined
  /** Empty answers (no such name, no such record) by the client's family. */
  readonly empty: ByFamily
  /** True where the question had an address for an answer: for `a` and the hosts of an `mx` by family, for `exists` alike. */
  readonly found: { readonly [F in keyof ByFamily]: boolean }
  /** The names that were asked for addresses: of an `mx`, its first ten hosts. */
  readonly hosts: readonly string[]
  /** What the names of an `a` or `mx` lead to, of both families; of an `mx`, the addresses of its first ten hosts. */
  readonly addresses: readonly IpAddress[]
  /** MX hosts of an `mx` beyond the ten that are allowed: how many there are. */
  readonly tooManyHosts: number | undefined
  /** Why the MX hosts of an `mx` are not known. */
  readonly hostsUnknown: string | undefined
  /** Questions that got no answer, with the reason. */
  readonly failures: readonly string[]
}

/** One name that was asked for its record. `loop`: it is an ancestor of itself. `left-out`: the tree is too large. */
export type SpfNode = { readonly domain: string } & (
  | {
      readonly state: 'read'
      readonly record: SpfRecord
      readonly steps: readonly SpfStep[]
      /** Terms behind `all`, which nobody ever looks at (RFC 7208 §5.1). */
      readonly unreached: readonly Placed[]
    }
  | { readonly state: 'invalid'; readonly text: string; readonly faults: readonly [SyntaxFault, ...SyntaxFault[]] }
  | { readonly state: 'several'; readonly records: readonly string[] }
  | { readonly state: 'unreachable'; readonly reason: string }
  | { readonly state: 'none' | 'loop' | 'left-out' }
)

/** A node and the way to it: the domains from the root down to the one before it. */
export interface PlacedNode {
  readonly node: SpfNode
  readonly path: readonly string[]
}

/** Every node, the root first. */
export function nodesOf(root: SpfNode, path: readonly string[] = []): readonly PlacedNode[] {
  const below = stepsOf(root).flatMap(({ child }) => (child ? nodesOf(child, [...path, root.domain]) : []))
  return [{ node: root, path }, ...below]
}

/** The reached terms of a node. */
export function stepsOf(node: SpfNode): readonly SpfStep[] {
  return node.state === 'read' ? node.steps : []
}

/** Every reached term of the tree, with the domain whose record it stands in. */
export function allSteps(root: SpfNode): readonly { readonly step: SpfStep; readonly domain: string }[] {
  return nodesOf(root).flatMap(({ node }) => stepsOf(node).map(step => ({ step, domain: node.domain })))
}

/**
 * The most lookups that an evaluation can need: when nothing matches before the end (RFC 7208 §4.6.4). An include that
 * stands twice counts twice.
 */
export function worstCase(node: SpfNode): number {
  return stepsOf(node).reduce((sum, step) => sum + costOf(step), 0)
}

/** What a term costs with everything below it. */
export function costOf(step: SpfStep): number {
  return step.cost + (step.child ? worstCase(step.child) : 0)
}

/** Terms with an empty answer: what RFC 7208 §4.6.4 limits to two. */
export function voidTerms(
  root: SpfNode,
  family: keyof ByFamily,
): readonly { readonly step: SpfStep; readonly domain: string }[] {
  return allSteps(root).filter(({ step }) => step.empty[family] > 0)
}

/** Empty answers in all, as receivers count them that do not count terms. */
export function emptyAnswers(root: SpfNode, family: keyof ByFamily): number {
  return allSteps(root).reduce((sum, { step }) => sum + step.empty[family], 0)
}

/** Why the tree is not whole, so that what is counted in it is the least that it can be. */
export interface Gaps {
  /** Records that could not be asked for, with the reason. */
  readonly unread: readonly string[]
  /** All questions that got no answer: those, and the ones for addresses and MX hosts. */
  readonly failures: readonly string[]
  /** Includes whose target only a message fills in: `include:%{i}._spf.example.org of example.org`. */
  readonly dynamic: readonly string[]
  /** Records that are missing, doubled or cannot be read, which end an evaluation with an error where it gets there. */
  readonly broken: readonly PlacedNode[]
  readonly loops: readonly PlacedNode[]
  readonly tooLarge: boolean
}

/** What is missing from the tree. */
export function gapsOf(root: SpfNode): Gaps {
  const nodes = nodesOf(root)
  const inState = (...states: SpfNode['state'][]): PlacedNode[] =>
    nodes.filter(({ node }) => states.includes(node.state))
  const unread = [...new Set(nodes.flatMap(({ node }) => (node.state === 'unreachable' ? [node.reason] : [])))]
  const steps = allSteps(root)
  return {
    unread,
    failures: [...new Set([...unread, ...steps.flatMap(({ step }) => step.failures)])],
    dynamic: steps
      .filter(({ step }) => step.dynamic && (step.term.name === 'include' || step.term.name === 'redirect'))
      .map(({ step, domain }) => `${step.term.text} of ${domain}`),
    broken: inState('invalid', 'several', 'none'),
    loops: inState('loop'),
    tooLarge: worstCase(root) > WALK_LIMIT,
  }
}

/** Why there is no record to judge, as a clause; another check tells it as a fault. */
export function whyNoRecord({ state, domain }: SpfNode): string | undefined {
  switch (state) {
    case 'read':
      return undefined
    case 'several':
      return `${domain} publishes more than one SPF record`
    case 'invalid':
      return `the SPF record of ${domain} cannot be read`
    default:
      return `${domain} publishes no SPF record`
  }
}

/** Where a macro letter stands that decides about the result: in any reached term (explanations decide nothing). */
export function lettersInReach(
  root: SpfNode,
): readonly { readonly letter: MacroLetter; readonly term: string; readonly domain: string }[] {
  return allSteps(root).flatMap(({ step: { term }, domain }) =>
    'domain' in term && term.domain
      ? macroLetters(term.domain).map(letter => ({ letter, term: term.text, domain }))
      : [],
  )
}

/** True when %{l} or %{s} decide: another sender of the same domain may get another result (RFC 7208 §7.2). */
export function dependsOnLocalPart(root: SpfNode): boolean {
  return lettersInReach(root).some(({ letter }) => letter === 'l' || letter === 's')
}

/** What decides about everyone who is not listed; without `all` the qualifier is missing and the result neutral (§4.7). */
export interface Ending {
  readonly domain: string
  readonly qualifier: Qualifier | undefined
}

/** The end of the record, or of the one that redirect leads to; `unknown` when that could not be read. */
export function finalAll(root: SpfNode): Ending | 'unknown' {
  if (root.state !== 'read') return 'unknown'
  const last = root.steps.at(-1)
  if (last?.term.name === 'redirect') return last.child ? finalAll(last.child) : 'unknown'
  return { domain: root.domain, qualifier: last?.term.name === 'all' ? last.term.qualifier : undefined }
}

/** True when an IPv6 client can pass at all. */
export function listsIpv6(root: SpfNode): boolean {
  return allSteps(root).some(({ step: { term, empty, cost, child, dynamic } }) => {
    if (term.name === 'ip6') return true
    return cost === 1 && child === undefined && (dynamic || term.name === 'ptr' || empty.v6 === 0)
  })
}

/** Terms that a receiver does not get to any more, in the order of evaluation: the eleventh that asks, and all behind it. */
export function beyond(root: SpfNode, limit: number): readonly string[] {
  const asking = inOrder(root).filter(({ step }) => step.cost === 1)
  return asking.slice(limit).map(({ step, domain }) => placeOf(step, domain, root))
}

/** The term, with the domain whose record it stands in when that is another. */
export function placeOf({ term }: Pick<SpfStep, 'term'>, domain: string, root: SpfNode): string {
  return domain === root.domain ? term.text : `${term.text} of ${domain}`
}

function inOrder(node: SpfNode): readonly { readonly step: SpfStep; readonly domain: string }[] {
  return stepsOf(node).flatMap(step => [{ step, domain: node.domain }, ...(step.child ? inOrder(step.child) : [])])
}
