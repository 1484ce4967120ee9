// Whether a name stands in DNS by itself, or is only answered for by a wildcard above it (RFC 4592).
import { nameFault } from '../names/domain.ts'
import type { Answer, RecordType, Resolver } from './resolver.ts'

/**
 * `itself`: the name, or one below it, has records of its own. `covered`: a wildcard answers for it. `absent`: it does not exist.
 * Else the answer by which nothing was learned.
 */
export type Existence = 'itself' | 'covered' | 'absent' | Extract<Answer<never>, { kind: 'unreachable' }>

/** A label that nobody has: whether it is answered for is told by a wildcard alone. */
const NOBODY = 'mailworthy-wildcard-probe'

/**
 * Asks whether a name exists by itself.
 *
 * A wildcard answers for names below its parent that do not exist, and for all that lies below those (RFC 4592 §2.2.1, §3.3.1). So where
 * nobody answers below the name, or beside it, it stands there by itself. Where both are answered for, and alike, the name is
 * taken for covered: it could only stand by itself with a wildcard of its own that says the same as the one above.
 */
export async function existenceOf(name: string, resolver: Resolver): Promise<Existence> {
  const parent = parentOf(name)
  // A name may be too long for a label more.
  const probes =
    parent === undefined || parent === ''
      ? []
      : [`${NOBODY}.${name}`, `${NOBODY}.${parent}`].filter(probe => nameFault(probe) === undefined)
  const [own, ...beside] = await Promise.all([name, ...probes].map(one => resolver.resolve(one, 'TXT')))
  if (own!.kind === 'unreachable') return own!
  if (isAbsent(own!)) return 'absent'
  // No wildcard covers a top-level domain.
  if (parent === undefined || parent === '') return 'itself'
  for (const answer of beside) {
    if (answer.kind === 'unreachable') return answer
    if (isAbsent(answer)) return 'itself'
  }
  const alike = await Promise.all(
    (['TXT', 'A', 'MX'] as const).map(async type => {
      const said = await Promise.all([name, ...probes].map(one => says(one, type, resolver)))
      return new Set(said).size === 1
    }),
  )
  return alike.every(one => one) ? 'covered' : 'itself'
}

/** True when the name itself does not exist; at the end of an alias it is another one that does not. */
export function isAbsent(answer: Answer<unknown>): boolean {
  return answer.kind === 'nxdomain' && answer.chain.length <= 1
}

/** The name without its first label; undefined for the root. A dot inside a label is written `\.`. */
export function parentOf(name: string): string | undefined {
  if (name === '') return undefined
  const dot = /^(?:\\.|[^.\\])*\./s.exec(name)
  return dot === null ? '' : name.slice(dot[0].length)
}

async function says(name: string, type: RecordType, resolver: Resolver): Promise<string> {
  const answer = await resolver.resolve(name, type)
  if (answer.kind === 'unreachable') return answer.why
  // The aliases of the name, without the name.
  const records = answer.kind === 'records' ? answer.records.map(record => JSON.stringify(record)).toSorted() : []
  return JSON.stringify([answer.kind, answer.chain.slice(1), records])
}
