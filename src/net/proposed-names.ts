// A zone file by name: what stands at each, which names exist by it, and where it has wildcards.
import { parentOf } from './existence.ts'
import type { ZoneFile, ZoneFileRecord } from './zone-file/zone-file.ts'

/** All records of one type at a name of the file. */
export interface ProposedSet {
  readonly type: string
  readonly ttl: number
  /** By what they say. */
  readonly records: Map<string, ZoneFileRecord>
}

/** What the file says about one name. */
export interface ProposedName {
  readonly sets: Map<string, ProposedSet>
  readonly removed: Set<string>
  /** The whole name is taken away, but for `sets`. */
  all: boolean
}

/** The file by name. */
export class ProposedNames {
  readonly names = new Map<string, ProposedName>()
  /** Names that exist once it is published: owners, and all above them (RFC 8020 §2). */
  readonly tree = new Set<string>()
  /** Names with something at the wildcard directly below them. */
  readonly wildcards = new Set<string>()
  readonly records: readonly ZoneFileRecord[]

  constructor({ records, removals }: ZoneFile) {
    this.records = records
    for (const record of records) {
      const { sets } = this.#name(record.owner)
      const set = sets.get(record.type) ?? { type: record.type, ttl: record.ttl, records: new Map() }
      // RFC 2181 §5: a record that is given twice is one; §5.2: the set has one TTL, the shortest where the file has several.
      set.records.set(JSON.stringify(record.value ?? (record as { readonly text?: string }).text), record)
      sets.set(record.type, { ...set, ttl: Math.min(set.ttl, record.ttl) })
      for (
        let name: string | undefined = record.owner;
        name !== undefined && !this.tree.has(name);
        name = parentOf(name)
      ) {
        this.tree.add(name)
      }
    }
    for (const { owner, type } of removals) {
      const name = this.#name(owner)
      if (type === undefined) name.all = true
      else name.removed.add(type)
    }
  }

  #name(owner: string): ProposedName {
    const known = this.names.get(owner)
    if (known) return known
    const fresh: ProposedName = { sets: new Map(), removed: new Set(), all: false }
    this.names.set(owner, fresh)
    if (owner.startsWith('*.')) this.wildcards.add(owner.slice(2))
    return fresh
  }

  /** The longest name that exists by the file and is the name or above it. Above a domain of two labels nothing is new. */
  nearest(name: string): string | undefined {
    for (let one: string | undefined = name; one !== undefined && parentOf(one) !== ''; one = parentOf(one)) {
      if (this.tree.has(one)) return one
    }
    return undefined
  }

  /** The longest name above this one with a wildcard in the file. */
  wildcardAbove(name: string): string | undefined {
    for (let one = parentOf(name); one !== undefined; one = parentOf(one)) if (this.wildcards.has(one)) return one
    return undefined
  }
}
