// Audits a domain as it is and as it would be with proposed records, and says what they would change.

import type { Resolver } from '../net/resolver.ts'
import { compareReports } from '../report/compare.ts'
import type { Proposed, Report } from '../report/report.ts'
import { type AuditOptions, AuditRun, type Catalogue } from './audit.ts'
import type { Means } from './gather.ts'
import type { Target } from './scope.ts'

/** Proposed records, as one audit asks them. */
export interface ProposedState {
  readonly resolver: Resolver
  /** False for a name about which the live answers hold. */
  readonly differs: (name: string) => boolean
  readonly unasked: () => Proposed['unasked']
}

/** Records that are to be tried. */
export interface Proposal {
  readonly file: string
  readonly records: Proposed['records']
  /** The same records for every audit, with nothing asked of them yet. */
  readonly open: () => ProposedState
}

/** Audits domains twice each. What the first audit learned of shared hosts serves the second one where no proposed record has a part in it. */
export class ProposedRun {
  readonly #live: AuditRun
  readonly #catalogue: Catalogue
  readonly #means: Means
  readonly #proposal: Proposal

  constructor(catalogue: Catalogue, means: Means, proposal: Proposal) {
    this.#live = new AuditRun(catalogue, means)
    this.#catalogue = catalogue
    this.#means = means
    this.#proposal = proposal
  }

  /** The report of the proposed state, with what it would change. */
  async audit(target: Target, options: AuditOptions): Promise<Report> {
    const now = options.now ?? new Date()
    const live = await this.#live.audit(target, { ...options, now })
    const { resolver, differs, unasked } = this.#proposal.open()
    const means = { resolver, dialer: this.#means.dialer, ehloName: this.#means.ehloName }
    const run = new AuditRun(this.#catalogue, means, { run: this.#live, differs })
    const report = await run.audit(target, { ...options, now })
    const { file, records } = this.#proposal
    return {
      ...report,
      durationMs: live.durationMs + report.durationMs,
      proposed: {
        file,
        records,
        verdictNow: live.verdict,
        changes: compareReports(live, report).changes,
        unasked: unasked(),
      },
    }
  }
}
