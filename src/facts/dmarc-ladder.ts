// The next step of the domain's DMARC policy, and what is still missing for it, by all that was told and learned.
import { defineFact } from '../audit/fact.ts'
import { nextRung, type Rung } from '../protocol/dmarc/ladder.ts'
import { readDmarc } from '../protocol/dmarc/record.ts'
import { dmarcPolicy } from './dmarc-policy.ts'
import { type DmarcProposal, dmarcProposal } from './dmarc-proposal.ts'
import { dmarcReportTargets, type ReportTarget } from './dmarc-report-targets.ts'
import { type SendingProof, sendingProof } from './sending-proof.ts'
import { standingSet } from './standing-set.ts'

export interface DmarcLadder extends DmarcProposal {
  /** The step, from the record as it should stand; undefined at the top, or while there is no sound record. */
  readonly next: Rung | undefined
  /** What has to be there before the step, as clauses without a full stop. */
  readonly missing: readonly string[]
  /** What would have to be known and is not. */
  readonly unknown: readonly string[]
  readonly sending: SendingProof
}

const untold: SendingProof = { proven: [], unproven: [], unknown: [], told: false }

export const dmarcLadder = defineFact({
  name: 'dmarc-ladder',
  scope: 'domain',
  async gather(subject, { know, foresee, egress, selectors }): Promise<DmarcLadder> {
    const [{ policy, organization }, proposal] = await Promise.all([
      know(dmarcPolicy, subject),
      know(dmarcProposal, subject),
    ])
    const { mended } = proposal
    const applied = policy.kind === 'policy' && policy.from !== 'public-suffix' ? policy : undefined
    const sound = mended === undefined ? undefined : readDmarc(mended.text)
    const stands = applied !== undefined && sound?.kind === 'record' && mended?.owner === applied.owner
    const governs = !organization.known || organization.domain === applied?.at
    const next = stands ? nextRung({ ...applied, record: sound.record }, governs) : undefined
    if (next === undefined || proposal.parked) {
      return { ...proposal, next, missing: [], unknown: [], sending: untold }
    }
    // Proposed is a step only when it is known that mail passes, which takes as long as the SPF tree is deep.
    if (egress.length + selectors.length > 0) foresee(standingSet, { name: mended!.owner, type: 'TXT' })
    const [{ targets }, sending] = await Promise.all([know(dmarcReportTargets, subject), know(sendingProof, subject)])
    const reports = reporting(targets.filter(({ tag }) => tag === 'rua'))
    return {
      ...proposal,
      next,
      missing: [...reports.missing, ...sending.unproven],
      unknown: [...reports.unknown, ...sending.unknown],
      sending,
    }
  },
})

/** RFC 9989 §5.1.5: without reports nobody knows what a step would do. One place where they arrive is enough. */
function reporting(targets: readonly ReportTarget[]): { missing: readonly string[]; unknown: readonly string[] } {
  const states = targets.map(({ authorization, takesMail }) => {
    if (authorization.state === 'no' || takesMail?.state === 'no') return 'no'
    return authorization.state === 'unknown' || takesMail?.state === 'unknown' ? 'unknown' : 'yes'
  })
  if (states.includes('yes')) return { missing: [], unknown: [] }
  if (states.includes('unknown')) return { missing: [], unknown: ['whether the reports arrive'] }
  const missing =
    targets.length === 0
      ? 'reports (rua= and the address of a mailbox)'
      : 'a place where reports arrive (see dmarc-reporting)'
  return { missing: [missing], unknown: [] }
}
