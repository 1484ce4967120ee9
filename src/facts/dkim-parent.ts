// Does `_domainkey` of the domain exist? Where it does not, no selector can: nothing stands below a name that is denied (RFC 8020 §2).
import { defineFact } from '../audit/fact.ts'
import { canonicalName, nameFault } from '../names/domain.ts'

/**
 * `denied`: NXDOMAIN. Some name servers say so of a name that is only empty, against RFC 8020 §3.1, so it never proves that a
 * selector is missing; asking for the selector itself does.
 */
export interface DkimParent {
  /** `_domainkey.domain` */
  readonly name: string
  readonly state: 'exists' | 'denied' | 'unknown'
}

export const dkimParent = defineFact({
  name: 'dkim-parent',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<DkimParent> {
    const name = canonicalName(`_domainkey.${domain}`)
    if (nameFault(name) !== undefined) return { name, state: 'unknown' }
    const answer = await resolver.resolve(name, 'TXT')
    if (answer.kind === 'unreachable') return { name, state: 'unknown' }
    // Behind an alias it is the other name that is denied.
    const denied = answer.kind === 'nxdomain' && (answer.chain.at(-1) ?? name) === name
    return { name, state: denied ? 'denied' : 'exists' }
  },
})
