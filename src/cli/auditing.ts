// What makes the reports of a run of `audit`: the world that is asked now, or evidence that is judged again.
import type { Target } from '../audit/scope.ts'
import type { Report } from '../report/report.ts'
import type { Outputs } from './outputs.ts'

/** What stands before anything is asked. */
export interface Plan {
  readonly domains: readonly string[]
  /** One domain was named, and its report stands alone. */
  readonly single: boolean
  readonly egress: Target['egress']
  /**
   * Opens what the run needs.
   * @param onFault told of faults of ours; the run goes on
   * @throws UsageError for what cannot be used
   */
  begin(outputs: Outputs, onFault: (where: string, fault: unknown) => void): Promise<Auditing>
}

/** A run that has begun. */
export interface Auditing {
  /** How many audits may run at the same time. */
  readonly atOnce: number
  audit(domain: string): Promise<Report>
  /** What could not be done beside the reports is thrown. Called after each of them, and once after the last. */
  proceed(): Promise<void>
  finish(): Promise<void>
  /** Leaves nothing behind of a run that came to no end. */
  abandon(): void
  /** What was asked, in a line. */
  tell(): string
  close(): void
}
