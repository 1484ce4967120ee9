// Which checks `--only` and `--skip` leave: by id or by group.
import type { AnyCheck } from '../audit/check.ts'
import type { Profile } from '../audit/profile.ts'
import { checks } from '../checks/index.ts'
import { visible } from '../report/visible.ts'
import { UsageError } from './failure.ts'

/**
 * The filter for an audit.
 * @throws UsageError for a name that is neither check nor group, and when nothing of the profile is left
 */
export function selectChecks(
  profile: Profile,
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): (check: AnyCheck) => boolean {
  const groups = [...new Set<string>(checks.map(check => check.group))]
  for (const [option, names] of [
    ['--only', only],
    ['--skip', skip],
  ] as const) {
    const wrong = names?.find(name => !groups.includes(name) && !checks.some(check => check.id === name))
    if (wrong !== undefined) {
      throw new UsageError(
        `${option}: "${visible(wrong)}" is neither a check (see \`mailworthy checks\`) nor a group (${groups.join(', ')})`,
      )
    }
  }
  const named = (check: AnyCheck, names: readonly string[]): boolean =>
    names.includes(check.id) || names.includes(check.group)
  const wanted = (check: AnyCheck): boolean => (only === undefined || named(check, only)) && !named(check, skip ?? [])
  if (!checks.some(check => profile.checks[check.id] !== undefined && wanted(check))) {
    throw new UsageError(`--only and --skip leave no check of the profile "${profile.name}"`)
  }
  return wanted
}
