// A Resolver over zone text: what unit tests ask instead of a network. Keeps the questions it was asked.
import { Zone } from '../../src/lab/zone.ts'
import { nameFault } from '../../src/names/domain.ts'
import { describeExtendedError } from '../../src/net/dns/extended-errors.ts'
import type { Answer, AskedServer, RecordType, RecordTypes, Resolver, Unchecked } from '../../src/net/resolver.ts'

export interface ZoneResolver extends Resolver {
  /** `name TYPE`, in the order asked. */
  readonly asked: readonly string[]
}

export function zoneResolver(text: string | Zone): ZoneResolver {
  const zone = typeof text === 'string' ? new Zone(text) : text
  const asked: string[] = []
  return {
    asked,
    async resolve<T extends RecordType>(
      name: string,
      type: T,
      from?: AskedServer | Unchecked,
    ): Promise<Answer<RecordTypes[T]>> {
      const unchecked = from !== undefined && 'unchecked' in from
      asked.push(`${name} ${type}${unchecked ? ' unchecked' : ''}`)
      if (nameFault(name)) return { kind: 'unreachable', why: 'malformed', server: 'zone', extended: nameFault(name)! }
      const found = zone.lookup(name, type, unchecked)
      if (found.fault !== undefined) {
        const extended =
          found.extendedCode === undefined
            ? {}
            : { extended: describeExtendedError(found.extendedCode, Buffer.alloc(0)) }
        return { kind: 'unreachable', why: found.fault, server: 'zone', ...extended }
      }
      const told = {
        ttl: Math.min(...found.records.map(r => r.ttl), ...found.chain.map(link => link.ttl)),
        authentic: found.authentic && !unchecked,
        ...(found.signatures.length > 0 && { signatures: found.signatures }),
        server: 'zone',
        authoritative: true,
        chain: found.chain.map(link => link.name),
      }
      if (!found.exists) return { kind: 'nxdomain', ...told }
      if (found.records.length === 0) return { kind: 'nodata', ...told }
      return { kind: 'records', records: found.records.map(r => r.value) as RecordTypes[T][], malformed: [], ...told }
    },
  }
}
