// Whether the findings meet what the large receivers demand: pure, over the dated rules.
import type { Finding, Readiness, Report } from '../report/report.ts'
import { providers } from '../rules/providers.ts'

/**
 * One readiness per provider. A demand fails when its check fails, and is unknown when its check could not be made or was
 * not asked for: ready means proven, never presumed.
 */
export function readiness(findings: readonly Finding[]): Report['ready'] {
  return Object.fromEntries(providers.map(provider => [provider.id, judge(provider.demands, findings)]))
}

function judge(demands: readonly string[], findings: readonly Finding[]): Readiness {
  const failed: string[] = []
  const unsure: string[] = []
  for (const id of demands) {
    const about = findings.filter(f => f.check === id)
    if (about.some(f => f.level === 'fail')) failed.push(id)
    else if (!about.some(f => f.level === 'pass' || f.level === 'warn') || about.some(f => f.level === 'unknown'))
      unsure.push(id)
  }
  if (failed.length > 0) return { verdict: 'fail', because: failed }
  return unsure.length > 0 ? { verdict: 'unknown', because: unsure } : { verdict: 'pass', because: [] }
}
