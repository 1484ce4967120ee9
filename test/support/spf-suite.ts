// Reads the test suites of the SPF project: scenarios in YAML, each with its cases and a little world of records.
import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { conformance } from './conformance-zones.ts'
import { type ZoneValue, zoneLine } from './zone-text.ts'

/** Records of a world by owner; a name may be silent. */
export type SuiteZone = { readonly [owner: string]: readonly ('TIMEOUT' | { readonly [type: string]: ZoneValue })[] }

export interface SuiteCase {
  readonly section: string
  readonly name: string
  readonly helo: string
  readonly host: string
  readonly mailfrom: string
  readonly result: string | readonly string[]
  readonly explanation?: string
  readonly zonedata: SuiteZone
}

interface Scenario {
  readonly description?: string
  readonly comment?: string
  readonly tests: { readonly [name: string]: Omit<SuiteCase, 'section' | 'name' | 'zonedata'> }
  readonly zonedata: SuiteZone
}

/** Where a suite stands, beside the checkout. */
export function suiteFile(name: string): URL {
  return new URL(`spf/test/${name}`, conformance)
}

/** Every case of a suite. */
export function readSuite(file: URL): readonly SuiteCase[] {
  const scenarios = parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS() as Scenario | null)
  return scenarios.flatMap(scenario =>
    scenario === null
      ? []
      : Object.entries(scenario.tests).map(([name, test]) => ({
          section: scenario.description ?? scenario.comment?.trim() ?? 'others',
          name,
          ...test,
          mailfrom: test.mailfrom ?? '',
          zonedata: scenario.zonedata,
        })),
  )
}

/** Records of type SPF stand for TXT unless the name has TXT of its own; "NONE" keeps them from it; TIMEOUT is for the rest. */
export function suiteZone(zonedata: SuiteZone): string {
  return Object.entries(zonedata)
    .flatMap(([owner, entries]) => {
      const records = entries.flatMap(entry => (entry === 'TIMEOUT' ? [] : Object.entries(entry)))
      const own = records.some(([type]) => type === 'TXT')
      const lines = records
        .map(([type, value]) => [type === 'SPF' && !own ? 'TXT' : type, value] as const)
        .filter(([type, value]) => type !== 'SPF' && !(type === 'TXT' && value === 'NONE'))
        .map(([type, value]) => zoneLine(owner, type, value))
      const silent = entries.includes('TIMEOUT') && !lines.some(line => line.includes(' TXT '))
      return silent ? [...lines, `${owner} FAULT timeout`] : lines
    })
    .join('\n')
}
