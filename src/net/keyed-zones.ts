// Zones that customers ask below a name which is their key: it is put in here, on the way out, and taken out of whatever comes
// back, so that no fact, evidence, report or log can hold it.
import type { Answer, RecordType, RecordTypes, Resolver } from './resolver.ts'

/** A zone as it is publicly known, and where it is asked instead with the key. */
export interface KeyedZone {
  readonly zone: string
  readonly keyedZone: string
  readonly key: string
}

/** The same resolver, which asks below these zones with the key. */
export function withKeyedZones(resolver: Resolver, zones: readonly KeyedZone[]): Resolver {
  if (zones.length === 0) return resolver
  return {
    async resolve<T extends RecordType>(...asked: Parameters<Resolver['resolve']>): Promise<Answer<RecordTypes[T]>> {
      const [name, type, from] = asked
      const lower = name.toLowerCase()
      const keyed = from === undefined ? zones.find(({ zone }) => lower.endsWith(`.${zone}`)) : undefined
      if (keyed === undefined) return (await resolver.resolve(name, type, from)) as Answer<RecordTypes[T]>
      const below = name.slice(0, -keyed.zone.length)
      const answer = await resolver.resolve(`${below}${keyed.keyedZone}`, type)
      return withoutKey(answer, keyed) as Answer<RecordTypes[T]>
    },
  }
}

// Servers repeat the name in aliases and in their explanations, and may do so in any text.
function withoutKey(value: unknown, keyed: KeyedZone): unknown {
  if (typeof value === 'string') {
    return replaced(replaced(value, keyed.keyedZone, keyed.zone), keyed.key, '…')
  }
  if (Array.isArray(value)) return value.map(item => withoutKey(item, keyed))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutKey(item, keyed)]))
}

/** Whatever the case is: DNS does not keep it. */
function replaced(text: string, part: string, by: string): string {
  return text.replace(new RegExp(part.replace(/[^A-Za-z0-9]/g, '\\$&'), 'gi'), by)
}
