// The verdict rule: fail beats unknown, unknown counts only where a check is required, warn is the least.
import type { Finding, Level, Report, Verdict } from './report.ts'

type Weighed = Pick<Finding, 'check' | 'level' | 'required'>

/** `fail` if any finding fails; else `unknown` if a required one is unknown; else `warn` if any warns; else `pass`. */
export function verdictOf(findings: readonly Weighed[]): Verdict {
  if (findings.some(f => f.level === 'fail')) return 'fail'
  if (findings.some(f => f.level === 'unknown' && f.required)) return 'unknown'
  if (findings.some(f => f.level === 'warn')) return 'warn'
  return 'pass'
}

/** How many findings there are at each level. */
export function countLevels(findings: readonly Weighed[]): Record<Level, number> {
  const counts: Record<Level, number> = { pass: 0, info: 0, warn: 0, unknown: 0, fail: 0 }
  for (const finding of findings) counts[finding.level]++
  return counts
}

/**
 * Required checks, counted by id: one passes when none of its findings fails or is unknown. A check with nothing but
 * `info` did not apply and is not counted.
 */
export function countRequired(findings: readonly Weighed[]): Report['required'] {
  const held = new Map<string, boolean>()
  for (const f of findings) {
    if (!f.required || f.level === 'info') continue
    held.set(f.check, (held.get(f.check) ?? true) && f.level !== 'fail' && f.level !== 'unknown')
  }
  return { passed: [...held.values()].filter(Boolean).length, of: held.size }
}
