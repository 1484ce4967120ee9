// How long public authorities may let a certificate live, as dated data: CA/Browser Forum, Baseline Requirements §6.3.2.

/** A certificate issued `since` then may be valid for so many days. */
export interface LifetimeLimit {
  readonly since: string
  readonly days: number
}

/** The month in which the limits below were last compared with the requirements. */
export const certificateLifetimesAsOf = '2026-11'

/** The newest first. Ballots 193, SC-22 and SC-081v3. */
export const lifetimeLimits: readonly LifetimeLimit[] = [
  { since: '2029-03-15', days: 47 },
  { since: '2027-03-15', days: 100 },
  { since: '2026-03-15', days: 200 },
  { since: '2020-09-01', days: 398 },
  { since: '2018-03-01', days: 825 },
]
