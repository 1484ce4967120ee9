// Which SPF records stand at the domain? Where none does: does the domain take mail, so that a record can be proposed?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type NearMiss, selectSpf } from '../protocol/spf/record.ts'
import { learned, recordsOf } from './answers.ts'

export interface SpfRecords {
  /** False when DNS denies the domain itself (RFC 8020). */
  readonly exists: boolean
  /** The texts of all records that receivers take for SPF. */
  readonly records: readonly string[]
  /** Texts that were meant as SPF and are not read as such. */
  readonly nearMisses: readonly NearMiss[]
  /** True when the domain has MX hosts; undefined when that was not asked or not learned. */
  readonly hasMx: boolean | undefined
}

export const spfRecord = defineFact({
  name: 'spf-record',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<SpfRecords> {
    const answer = learned(await resolver.resolve(domain, 'TXT'), domain, 'TXT')
    const selection = selectSpf(recordsOf(answer))
    const exists = answer.kind !== 'nxdomain'
    if (selection.records.length > 0 || !exists) return { ...selection, exists, hasMx: undefined }
    const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
    // It may be the one.
    if (unread !== undefined) throw new Unknowable(`a TXT record of ${domain} cannot be read (${unread.reason})`)
    const mx = await resolver.resolve(domain, 'MX')
    if (mx.kind === 'unreachable') return { ...selection, exists, hasMx: undefined }
    // A null MX (RFC 7505) is no host.
    return { ...selection, exists, hasMx: recordsOf(mx).some(({ exchange }) => exchange !== '') }
  },
})
