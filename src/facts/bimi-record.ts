// Which BIMI record speaks for a domain: at its own name, else at that of its organization (draft-brand-indicators-for-message-identification-14, §7.2).
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { type BimiRecords, bimiName, listedLocalPart, selectBimiRecords } from '../protocol/bimi.ts'
import { learned, recordsOf, txtText } from './answers.ts'
import { dmarcPolicy } from './dmarc-policy.ts'

export interface BimiLookup extends BimiRecords {
  /** Where the records stand, or were looked for first when there are none. */
  readonly name: string
  readonly selector: string
  /** True when they stand at the organizational domain, which is another. */
  readonly inherited: boolean
  /** The name that a CNAME leads to. */
  readonly alias: string | undefined
}

/** The record that mail without a BIMI-Selector field gets. */
export const bimiRecord = defineFact({
  name: 'bimi-record',
  scope: 'domain',
  gather: ({ domain }, { resolver, know }): Promise<BimiLookup> => findBimi(resolver, know, domain, 'default'),
})

/** Looks for the record of a selector. Throws `Unknowable` when DNS leaves open which one counts. */
export async function findBimi(
  resolver: Resolver,
  know: Know,
  domain: string,
  selector: string,
  local?: string,
): Promise<BimiLookup> {
  const own = await lookUp(resolver, selector, domain, false)
  const found = own.records.length > 0 ? own : await ofOrganization(resolver, know, domain, selector, own)
  const [record] = found.records
  const listed = record === undefined || local === undefined ? undefined : listedLocalPart(record, local)
  if (listed === undefined || listed === selector) return found
  // §4.5: where nothing stands at the selector of the local part, the first record counts.
  const special = await lookUp(resolver, listed, found.name.slice(found.name.indexOf('._bimi.') + 7), found.inherited)
  return special.records.length > 0 ? special : found
}

async function ofOrganization(resolver: Resolver, know: Know, domain: string, selector: string, own: BimiLookup) {
  const { organization } = await know(dmarcPolicy, { domain })
  if (!organization.known) throw new Unknowable(organization.reason)
  if (organization.domain === domain) return own
  const theirs = await lookUp(resolver, selector, organization.domain, true)
  return theirs.records.length > 0 ? theirs : own
}

async function lookUp(resolver: Resolver, selector: string, domain: string, inherited: boolean): Promise<BimiLookup> {
  const name = bimiName(selector, domain)
  if (name === undefined) {
    return { records: [], nearMisses: [], name: `${selector}._bimi.${domain}`, selector, inherited, alias: undefined }
  }
  const answer = learned(await resolver.resolve(name, 'TXT'), name, 'TXT')
  const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
  if (unread !== undefined) throw new Unknowable(`a TXT record of ${name} cannot be read (${unread.reason})`)
  const alias = answer.chain.length > 1 ? answer.chain.at(-1) : undefined
  return { ...selectBimiRecords(recordsOf(answer).map(txtText)), name, selector, inherited, alias }
}
