// Real zones and include trees as data beside the checkout, as one little DNS world: 3,000 names as people publish them.
import { existsSync, readFileSync } from 'node:fs'
import { Zone } from '../../src/lab/zone.ts'
import { type ZoneResolver, zoneResolver } from './zone-resolver.ts'
import { type ZoneValue, zoneLine } from './zone-text.ts'

/** Where the conformance data stands; it is not part of the repository. */
export const conformance = new URL('../../../shared/conformance/', import.meta.url)

/** False in a checkout without the data beside it: tests that need it skip. */
export const conformanceAvailable = existsSync(new URL('zones/closure.json', conformance))

type Names = { readonly [owner: string]: { readonly [type: string]: readonly ZoneValue[] } }

const types = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'])

/** The names of one of the files: `moj`, `providers` or `closure`. */
export function conformanceNames(file: 'moj' | 'providers' | 'closure'): Names {
  const data = JSON.parse(readFileSync(new URL(`zones/${file}.json`, conformance), 'utf8'))
  return data.names ?? data
}

let zone: Zone | undefined

/** All names of the three files as one zone. Made once. */
export function conformanceZone(): Zone {
  zone ??= new Zone(conformanceText())
  return zone
}

/** A resolver over all of them that keeps what it was asked. */
export function conformanceResolver(): ZoneResolver {
  return zoneResolver(conformanceZone())
}

/** The domains of the 406 real zones, without the reverse zones and the one that is no domain. */
export function conformanceDomains(): readonly string[] {
  const { zones } = JSON.parse(readFileSync(new URL('zones/moj.json', conformance), 'utf8'))
  const names: readonly string[] = Array.isArray(zones) ? zones : Object.keys(zones)
  return names.map(name => name.replace(/\.$/, '')).filter(name => name.includes('.') && !name.endsWith('.arpa'))
}

function conformanceText(): string {
  const lines: string[] = []
  for (const file of ['moj', 'providers', 'closure'] as const) {
    for (const [owner, sets] of Object.entries(conformanceNames(file))) {
      for (const [type, values] of Object.entries(sets)) {
        // Pseudo-types of the source (X-…) are no DNS records.
        if (types.has(type)) lines.push(...values.map(value => zoneLine(owner, type, value)))
      }
    }
  }
  return lines.join('\n')
}
