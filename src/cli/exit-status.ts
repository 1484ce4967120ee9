// From verdicts to the exit status: what `--fail-on` says ends with 1, what stayed unknown with 3.
import type { Verdict } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { UsageError } from './failure.ts'

const failing: { readonly [level: string]: readonly Verdict[] } = {
  fail: ['fail'],
  warn: ['fail', 'warn'],
  unknown: ['fail', 'unknown'],
}

/** The verdicts that end with 1. Throws `UsageError` for a level that `--fail-on` does not take. */
export function failOnOf(level: string): readonly Verdict[] {
  const failOn = Object.hasOwn(failing, level) ? failing[level] : undefined
  if (!failOn) throw new UsageError(`--fail-on takes fail, warn or unknown, not "${visible(level)}"`)
  return failOn
}

/** 1 when one of the verdicts is one that fails, else 3 when one is unknown, else 0. */
export function exitStatus(verdicts: ReadonlySet<Verdict>, failOn: readonly Verdict[]): number {
  if (failOn.some(verdict => verdicts.has(verdict))) return 1
  return verdicts.has('unknown') ? 3 : 0
}
