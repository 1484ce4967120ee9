// What stands now at one name and type: publishing replaces a whole set, so that what is to stay must be known.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { canonicalName } from '../names/domain.ts'
import { existenceOf } from '../net/existence.ts'
import { isRecordType, recordStrings } from '../net/record-text.ts'
import type { Finding, StandingSet } from '../report/report.ts'
import { learned, whyUnreachable } from './answers.ts'

/** The set as the name itself has it. What only a wildcard answers does not stand there. */
export const standingSet = defineFact({
  name: 'standing-set',
  scope: 'recordSet',
  async gather({ name, type }, { resolver }): Promise<StandingSet> {
    if (!isRecordType(type)) throw new Unknowable(`records of the type ${type} are not asked for`)
    // The apex of a zone stands there by itself, and of an audited domain that is known already. No zone begins with `_` but rarely.
    const [told, soa] = await Promise.all([
      resolver.resolve(name, type),
      name.startsWith('_') ? undefined : resolver.resolve(name, 'SOA'),
    ])
    const answer = learned(told, name, type)
    const isAlias = answer.chain.length > 1
    if (answer.kind !== 'records' && !isAlias) return { name, type, state: 'none', values: [] }
    const isApex = soa?.kind === 'records' && soa.chain.length === 1
    const existence = isApex ? 'itself' : await existenceOf(name, resolver)
    if (typeof existence === 'object') throw new Unknowable(whyUnreachable(existence, name, 'TXT'))
    if (existence !== 'itself') return { name, type, state: 'none', values: [] }
    if (isAlias || answer.kind !== 'records') return { name, type, state: 'alias', values: [] }
    if (answer.malformed.length > 0) throw new Unknowable(`some ${type} records of ${name} cannot be read`)
    const values = answer.records.map(record => recordStrings(type, record))
    // Servers give a set in any order.
    return {
      name,
      type,
      state: 'records',
      values: values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    }
  },
})

/** Types that would have to go where a CNAME is to stand; others are rare at such names. */
const BESIDE_ALIAS = ['TXT', 'A', 'AAAA', 'MX']

/** Every set that the records of these findings would change, as it stands now. */
export async function standing(findings: readonly Finding[], know: Know): Promise<readonly StandingSet[]> {
  const changes = findings.flatMap(({ records = [] }) => records)
  const wanted = new Map<string, { readonly name: string; readonly type: string }>()
  for (const { do: act, name, type } of changes) {
    for (const one of act === 'publish' && type === 'CNAME' ? [type, ...BESIDE_ALIAS] : [type]) {
      wanted.set(`${canonicalName(name)} ${one}`, { name: canonicalName(name), type: one })
    }
  }
  const sets = [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, set]) => set)
  return Promise.all(sets.map(set => orUnknown(know(standingSet, set), set)))
}

async function orUnknown(
  learning: Promise<StandingSet>,
  set: Pick<StandingSet, 'name' | 'type'>,
): Promise<StandingSet> {
  try {
    return await learning
  } catch (failure) {
    if (failure instanceof Unknowable) return { ...set, state: 'unknown', values: [] }
    throw failure
  }
}
