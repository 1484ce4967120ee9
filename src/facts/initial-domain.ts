// Which initial domain does the tenant of the domain have, and does DMARC protect it? The DKIM aliases of the domain tell its name.
import { defineFact } from '../audit/fact.ts'
import { readDmarc } from '../protocol/dmarc/record.ts'
import { learned, recordsOf, txtText } from './answers.ts'
import { microsoft365Dkim, tenantOf } from './microsoft-365-dkim.ts'

export type InitialDomain =
  | { readonly state: 'untold' }
  | { readonly state: 'told'; readonly name: string; readonly policy: 'none' | 'quarantine' | 'reject' | undefined }

export const initialDomain = defineFact({
  name: 'initial-domain',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<InitialDomain> {
    const name = tenantOf(await know(microsoft365Dkim, { domain }))?.initial
    if (name === undefined) return { state: 'untold' }
    const owner = `_dmarc.${name}`
    const texts = recordsOf(learned(await resolver.resolve(owner, 'TXT'), owner, 'TXT')).map(txtText)
    const records = texts.map(readDmarc).flatMap(text => (text.kind === 'record' ? text.record : []))
    // RFC 9989 §4.10: of several none counts.
    return { state: 'told', name, policy: records.length === 1 ? records[0]!.p : undefined }
  },
})
