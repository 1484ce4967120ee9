// Which SPF records stand at the domain? Where none does: does the domain take mail, so that a record can be proposed?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type NearMiss, selectSpf } from '../protocol/spf/record.ts'
import { learned, recordsOf, txtText } from './answers.ts'

export interface SpfRecords {
  /** False when DNS denies the domain itself (RFC 8020). */
  readonly exists: boolean
  /** Where the TXT records stand: the domain, or the name that it is an alias of. */
  readonly owner: string
  /** The name and the texts of all its TXT records together, which RFC 7208 §3.4 wants below 450. */
  readonly octets: number
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
    const octets = recordsOf(answer).reduce((sum, strings) => sum + txtText(strings).length, domain.length)
    const known = { ...selection, exists, owner: answer.chain.at(-1) ?? domain, octets }
    if (selection.records.length > 0 || !exists) return { ...known, hasMx: undefined }
    const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
    // It may be the one.
    if (unread !== undefined) throw new Unknowable(`a TXT record of ${domain} cannot be read (${unread.reason})`)
    const mx = await resolver.resolve(domain, 'MX')
    if (mx.kind === 'unreachable') return { ...known, hasMx: undefined }
    // A null MX (RFC 7505) is no host.
    return { ...known, hasMx: recordsOf(mx).some(({ exchange }) => exchange !== '') }
  },
})
