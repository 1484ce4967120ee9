// Does the name exist in DNS? Asked as SOA, which every zone has and any other name answers with "no such record".
import { defineFact } from '../audit/fact.ts'
import { learned } from './answers.ts'

export interface Existence {
  readonly exists: boolean
  /** The name that a CNAME leads to, when the domain is only an alias. */
  readonly alias: string | undefined
}

export const existence = defineFact({
  name: 'existence',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<Existence> {
    const answer = learned(await resolver.resolve(domain, 'SOA'), domain, 'SOA')
    // RFC 8020: only NXDOMAIN says that there is nothing here and below.
    return { exists: answer.kind !== 'nxdomain', alias: answer.chain.length > 1 ? answer.chain.at(-1) : undefined }
  },
})
