// A run that asks the world: with evidence taken down where that is wished, or with proposed records laid over what is there.
import type { CommonTarget } from '../audit/asked.ts'
import { AuditRun } from '../audit/audit.ts'
import type { AnyCheck } from '../audit/check.ts'
import { deadlineAfter } from '../audit/gather.ts'
import type { Profile } from '../audit/profile.ts'
import { ProposedRun } from '../audit/proposed.ts'
import { catalogue } from '../catalogue.ts'
import { recordedMeans } from '../evidence.ts'
import type { Auditing } from './auditing.ts'
import { EvidenceFile } from './evidence-file.ts'
import { type MeansFlags, openMeans } from './means.ts'
import type { Outputs } from './outputs.ts'
import { proposalOf, type ZoneFileGiven } from './proposal.ts'

/** The options of a run, whatever it audits. */
export interface LiveFlags extends MeansFlags {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly saveEvidence?: string
  readonly timeout?: number
}

/** What is the same for every audit of the run. */
export interface LiveRun {
  readonly target: CommonTarget
  readonly profile: Profile
  readonly wanted: (check: AnyCheck) => boolean
  readonly single: boolean
  readonly ehloName: string
  readonly proposed: ZoneFileGiven | undefined
}

/** Audits that run at the same time; the resolver's window, not this, limits the questions. */
const AT_ONCE = 64

/**
 * Opens what the run needs.
 * @throws UsageError for what cannot be used
 */
export async function openLiveRun(
  flags: LiveFlags,
  { target, profile, wanted, single, ehloName, proposed }: LiveRun,
  outputs: Outputs,
  onFault: (where: string, fault: unknown) => void,
): Promise<Auditing> {
  const { only, skip } = flags
  const file = flags.saveEvidence === undefined ? undefined : new EvidenceFile(flags.saveEvidence, outputs)
  const means = await openMeans(flags, ehloName).catch(failure => {
    file?.abandon()
    throw failure
  })
  const asked = { target, profile: profile.name, ...(only && { only }), ...(skip && { skip }), single }
  const recorded = file && recordedMeans(means, { ...asked, ehloName: means.ehloName }, file.write)
  // One for all: the command ends then, however many domains there are.
  const deadline = flags.timeout === undefined ? undefined : deadlineAfter(flags.timeout)
  deadline?.passed.catch(() => recorded?.stop())
  const options = { profile, wanted, onFault, ...(deadline && { deadline }) }
  const proposal =
    proposed &&
    (await proposalOf(proposed, means.resolver).catch(failure => {
      deadline?.cancel()
      means.close()
      throw failure
    }))
  const run = proposal ? new ProposedRun(catalogue(), means, proposal) : new AuditRun(catalogue(), recorded ?? means)
  return {
    atOnce: AT_ONCE,
    audit: domain => run.audit({ ...target, domain }, options),
    async proceed() {
      await file?.proceed()
    },
    async finish() {
      recorded?.finish()
      await file?.finish()
    },
    abandon: () => file?.abandon(),
    tell: () => means.tell(),
    close() {
      deadline?.cancel()
      means.close()
    },
  }
}
