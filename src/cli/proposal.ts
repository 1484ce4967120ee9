// Reads the zone file of `--with`, and lays it over what an audit asks.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Proposal } from '../audit/proposed.ts'
import { layOver } from '../net/overlay.ts'
import { recordStrings } from '../net/record-text.ts'
import type { RecordType, Resolver } from '../net/resolver.ts'
import { parseZoneFile, type ZoneFile, type ZoneFileRecord } from '../net/zone-file/zone-file.ts'
import type { ProposedSet } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

/** A zone file that could be read. */
export interface ZoneFileGiven {
  readonly path: string
  readonly zone: ZoneFile
}

/** The file, before anything is asked. @throws UsageError with the place of what cannot be read */
export function readZoneFile(path: string): ZoneFileGiven {
  let octets: Buffer
  try {
    octets = readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    throw new UsageError(`cannot read the zone file ${visible(path)}: ${fileTrouble(error)}`)
  }
  const parsed = parseZoneFile(octets)
  if (!parsed.ok) throw faultAt(path, parsed)
  return { path, zone: parsed.zone }
}

/** The file laid over live DNS. @throws UsageError when a record could not stand beside what is there */
export async function proposalOf({ path, zone }: ZoneFileGiven, live: Resolver): Promise<Proposal> {
  const file = path === '-' ? 'standard input' : basename(path)
  const overlay = layOver(live, zone, `proposed (${file})`)
  const fault = await overlay.prepare()
  if (fault !== undefined) throw faultAt(path, fault)
  return {
    file,
    records: setsOf(zone),
    open() {
      const own = overlay.afresh()
      return { resolver: own, differs: name => own.touches(name), unasked: () => own.unasked() }
    },
  }
}

function faultAt(path: string, { reason, line, column }: { reason: string; line: number; column: number }): UsageError {
  const file = path === '-' ? 'standard input' : path
  return new UsageError(visible(`${file}:${line}:${column}: ${reason}`))
}

function setsOf({ records, removals }: ZoneFile): readonly ProposedSet[] {
  const sets = Map.groupBy(records, ({ owner, type }) => `${type} ${owner}`)
  return [
    ...removals.map(({ owner, type = null }) => ({ do: 'remove' as const, name: owner, type, values: [] })),
    ...[...sets.values()].map(set => ({
      do: 'publish' as const,
      name: set[0]!.owner,
      type: set[0]!.type,
      values: set.map(textOf),
    })),
  ]
}

function textOf(record: ZoneFileRecord): string {
  if (record.value === undefined) return (record as { readonly text: string }).text
  return recordStrings(record.type as RecordType, record.value as never).join('')
}
