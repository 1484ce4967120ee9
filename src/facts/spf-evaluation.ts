// What do receivers make of mail from this address for the domain: SPF evaluated as they do it, for MAIL FROM and for HELO.
import { defineFact } from '../audit/fact.ts'
import { evaluateSpf, type SpfEvaluation } from '../protocol/spf/evaluate.ts'

export interface SpfEvaluations {
  /** For MAIL FROM `postmaster@domain`. */
  readonly mailfrom: SpfEvaluation
  /** For the name given in HELO, where it is known; a null sender is judged by it alone (RFC 7208 §2.4). */
  readonly helo: SpfEvaluation | undefined
}

export const spfEvaluation = defineFact({
  name: 'spf-evaluation',
  scope: 'egress',
  /** A lookup that does not answer is the result `temperror` of that identity, not a missing record. */
  async gather({ domain, address, helo }, { resolver, now }): Promise<SpfEvaluations> {
    const asked = { ip: address, mailFrom: `postmaster@${domain}`, helo: helo ?? domain, resolver, ...(now && { now }) }
    const [mailfrom, greeted] = await Promise.all([
      evaluateSpf({ ...asked, identity: 'mailfrom' }),
      helo === undefined ? undefined : evaluateSpf({ ...asked, identity: 'helo' }),
    ])
    return { mailfrom, helo: greeted }
  },
})
