// The tree of the SPF record as the report tells it: what each term costs, lets in and matched for the sending addresses.
import type { Know } from '../audit/fact.ts'
import { Unknowable } from '../audit/fact.ts'
import type { Target } from '../audit/scope.ts'
import { knownResult, type MatchedTerm, type SpfEvaluation } from '../protocol/spf/evaluate.ts'
import type { Placed } from '../protocol/spf/parse.ts'
import { countOf, letsIn, reachOf } from '../protocol/spf/reach.ts'
import { costOf, type SpfNode, type SpfStep, stepsOf, voidTerms, worstCase } from '../protocol/spf/tree.ts'
import type { SpfTree, SpfTreeNode, SpfTreeTerm } from '../report/report.ts'
import { spfEvaluation } from './spf-evaluation.ts'
import { spfTree } from './spf-tree.ts'

/** Terms of one record that are told; a record of 60 KB can hold thousands. */
const MOST_TERMS = 60

/** An address and the way that its evaluation took, from the root inwards. */
interface Way {
  readonly address: string
  readonly terms: readonly MatchedTerm[]
}

/** Rejects with `Unknowable` when the record could not be asked for. */
export async function spfTreeReading(recall: Know, { domain, egress }: Target): Promise<SpfTree> {
  const tree = await recall(spfTree, { domain })
  const found = await Promise.all(
    egress.map(async ({ address, helo }) => {
      const evaluations = await orNothing(recall(spfEvaluation, { domain, address, helo }))
      // A HELO name of its own has another record.
      return [evaluations?.mailfrom, evaluations?.helo]
        .filter((one): one is SpfEvaluation => one?.domain === tree.domain)
        .map(evaluation => ({ address: address.text, evaluation }))
    }),
  )
  const evaluated = found.flat()
  const ways = evaluated.map(({ address, evaluation }) => ({ address, terms: evaluation.matched }))
  return {
    worst: {
      lookups: worstCase(tree),
      voids: { v4: voidTerms(tree, 'v4').length, v6: voidTerms(tree, 'v6').length },
    },
    evaluations: evaluated.map(({ address, evaluation }) => ({
      egress: address,
      identity: evaluation.identity,
      result: knownResult(evaluation),
      lookups: evaluation.lookups,
      voids: evaluation.voids,
    })),
    root: nodeOf(tree, ways),
  }
}

function nodeOf(node: SpfNode, ways: readonly Way[]): SpfTreeNode {
  const reached = stepsOf(node).map(step => termOf(step, ways))
  const unreached = node.state === 'read' ? node.unreached.map(unreachedTerm) : []
  const terms = [...reached, ...unreached]
  // Of very many, those that decided are told all the same.
  const told = terms.filter((term, i) => i < MOST_TERMS || term.matched.length > 0)
  return {
    domain: node.domain,
    state: node.state,
    lets: countOf(reachOf(node)),
    terms: told,
    more: terms.length - told.length,
  }
}

function termOf(step: SpfStep, ways: readonly Way[]): SpfTreeTerm {
  const { term, child } = step
  const through = ways.filter(({ terms: [first] }) => first?.text === term.text && first.column === term.column)
  const below = through.map(({ address, terms }) => ({ address, terms: terms.slice(1) }))
  return {
    term: term.text,
    column: term.column,
    reached: true,
    lookups: costOf(step),
    voids: step.empty,
    lets: countOf(letsIn(step)),
    matched: [...new Set(through.map(({ address }) => address))],
    note: noteOf(step),
    leadsTo: child ? nodeOf(child, below) : null,
  }
}

function unreachedTerm({ text, column }: Placed): SpfTreeTerm {
  const voids = { v4: 0, v6: 0 }
  const lets = { v4: 0, v6: { networks: 0, widest: null }, whole: true }
  return { term: text, column, reached: false, lookups: 0, voids, lets, matched: [], note: null, leadsTo: null }
}

function noteOf({ dynamic, failures, tooManyHosts, child }: SpfStep): string | null {
  if (child !== undefined) return stateNote(child)
  if (dynamic) return 'depends on the message'
  if (tooManyHosts !== undefined) return `leads to ${tooManyHosts} MX hosts, and 10 are allowed`
  return failures.length > 0 ? failures.join('; ') : null
}

function stateNote(node: SpfNode): string | null {
  switch (node.state) {
    case 'read':
      return null
    case 'invalid':
      return `cannot be read at column ${node.faults[0].column}`
    case 'several':
      return `${node.records.length} SPF records`
    case 'none':
      return 'no SPF record'
    case 'unreachable':
      return node.reason
    case 'loop':
      return 'leads back to itself'
    case 'left-out':
      return 'not looked at: the tree is too large'
  }
}

async function orNothing<V>(fact: Promise<V>): Promise<V | undefined> {
  try {
    return await fact
  } catch (failure) {
    if (failure instanceof Unknowable) return undefined
    throw failure
  }
}
