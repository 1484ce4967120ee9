// Writes a term of an SPF record out: what an include says in its place, or the networks that it comes to.
import { publicSuffixOrganization } from '../../names/organizational.ts'
import { networksOf } from './address-set.ts'
import type { Qualifier } from './parse.ts'
import { matchesOf } from './reach.ts'
import { nodesOf, type SpfNode, type SpfStep, stepsOf } from './tree.ts'

/** Networks in place of one term: more would be no record any more. */
const MOST_NETWORKS = 64

/** Records that end every evaluation that gets there with an error, or go round. */
export function isBroken({ state }: SpfNode): boolean {
  return state === 'none' || state === 'several' || state === 'invalid' || state === 'loop'
}

/** True when somewhere in or below the term an evaluation ends with a permanent error. */
export function leadsToError(step: SpfStep): boolean {
  if (step.tooManyHosts !== undefined) return true
  if (step.child === undefined) return false
  return nodesOf(step.child).some(
    ({ node }) => isBroken(node) || stepsOf(node).some(below => below.tooManyHosts !== undefined),
  )
}

/** A term that asks, is answered, and by which nobody passes. */
export function matchesNobody({ term, target, dynamic, failures, found, child }: SpfStep): boolean {
  const asks = term.name === 'a' || term.name === 'mx' || term.name === 'exists'
  return (
    asks && target !== undefined && !dynamic && child === undefined && failures.length === 0 && !found.v4 && !found.v6
  )
}

/**
 * What an included record says, without the terms that `leaveOut` names: mechanisms for the including record.
 * @returns undefined when it cannot be said there: it refuses somebody of its own, or depends on the message.
 */
export function inlined(step: SpfStep, leaveOut: (step: SpfStep) => boolean): readonly string[] | undefined {
  const { child } = step
  if (child?.state !== 'read') return undefined
  const said: string[] = []
  for (const inner of child.steps) {
    const { term, target, dynamic } = inner
    if (term.name === 'all' && term.qualifier !== '+') break
    if (leaveOut(inner)) continue
    if (dynamic || ('qualifier' in term && term.qualifier !== '+') || term.name === 'ptr' || term.name === 'all') {
      return undefined
    }
    if (term.name === 'ip4' || term.name === 'ip6') said.push(term.text.replace(/^\+/, ''))
    else if (target === undefined) return undefined
    else if (term.name === 'include' || term.name === 'redirect') {
      const parts = isSound(inner, leaveOut) ? [`include:${target}`] : inlined(inner, leaveOut)
      if (parts === undefined) return undefined
      said.push(...parts)
    } else said.push(`${term.name}:${target}${'prefix4' in term ? lengths(term.prefix4, term.prefix6) : ''}`)
  }
  const sign = signOf(step)
  return [...new Set(said)].map(term => `${sign}${term}`)
}

/** The term as the networks that it comes to today; undefined when they depend on the message, did not answer, or are too many. */
export function writtenOut(step: SpfStep): readonly string[] | undefined {
  const { addresses, whole } = matchesOf(step)
  const networks = whole ? networksOf(addresses, MOST_NETWORKS) : undefined
  const sign = signOf(step)
  return networks?.map(text => `${sign}${text.includes(':') ? 'ip6' : 'ip4'}:${text}`)
}

/** True for a term that asks for hosts of the domain's own organization, which knows when their addresses change. */
export function isOwn({ child, hosts }: SpfStep, domain: string): boolean {
  const organization = publicSuffixOrganization(domain)
  return child === undefined && hosts.length > 0 && hosts.every(host => publicSuffixOrganization(host) === organization)
}

function isSound({ child }: SpfStep, leaveOut: (step: SpfStep) => boolean): boolean {
  return child !== undefined && !nodesOf(child).some(({ node }) => isBroken(node) || stepsOf(node).some(leaveOut))
}

function signOf({ term }: SpfStep): '' | Qualifier {
  return 'qualifier' in term && term.qualifier !== '+' ? term.qualifier : ''
}

function lengths(prefix4: number, prefix6: number): string {
  return `${prefix4 === 32 ? '' : `/${prefix4}`}${prefix6 === 128 ? '' : `//${prefix6}`}`
}
