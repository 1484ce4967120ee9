// The one DMARC record to publish, from all that was learned: every finding about DMARC proposes this one.
import { defineFact } from '../audit/fact.ts'
import { type Mended, mendedDmarc } from '../protocol/dmarc/mend.ts'
import { dmarcPolicy } from './dmarc-policy.ts'
import { noMail } from './no-mail.ts'

export interface DmarcProposal {
  /** Undefined when nothing can be proposed: the domain does not exist. */
  readonly mended: Mended | undefined
  /** True when the domain neither takes nor sends mail, so that nothing can be lost by asking for reject. */
  readonly parked: boolean
}

export const dmarcProposal = defineFact({
  name: 'dmarc-proposal',
  scope: 'domain',
  async gather(subject, { know }): Promise<DmarcProposal> {
    const found = await know(dmarcPolicy, subject)
    const { policy } = found
    // Only where it would make a difference: a domain under reject is not asked for more.
    const isTop = policy.kind === 'policy' && policy.from !== 'public-suffix' && policy.effective === 'reject'
    const parked = found.exists !== false && !isTop && (await know(noMail, subject))
    return { mended: mendedDmarc(subject.domain, found, parked), parked }
  },
})
