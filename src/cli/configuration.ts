// How commands come to the configuration: they find the file, and turn what is wrong with it into lines and status 2.
import { findConfiguration } from '../config/configuration-file.ts'
import { type Configuration, loadConfiguration } from '../config/load.ts'
import { ConfigurationError, problemLines } from '../config/problem.ts'
import { UsageError } from './failure.ts'

/** What every command that reads the configuration takes. */
export interface ConfigurationFlags {
  readonly config?: string
  readonly quiet?: boolean
}

/**
 * Finds and loads it; warnings go to standard error.
 * @throws UsageError with a line for every fault
 */
export function configured(flags: ConfigurationFlags): Configuration {
  const configuration = usable(() => loadConfiguration(fileOf(flags), { environment: process.env, now: new Date() }))
  if (flags.quiet !== true) {
    for (const line of problemLines(configuration.file, configuration.warnings)) process.stderr.write(`${line}\n`)
  }
  return configuration
}

/** The file to load. @throws UsageError when none was named and none is there */
export function fileOf({ config }: ConfigurationFlags): string {
  const found = findConfiguration(config, process.env)
  if (found.ok) return found.file
  throw new UsageError(
    `there is no configuration: name one with --config FILE or $MAILWORTHY_CONFIG; neither ${found.tried.join(' nor ')} exists. \`mailworthy config init\` writes a start.`,
  )
}

function usable(load: () => Configuration): Configuration {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const lines = problemLines(error.file, error.problems)
    const faults = error.problems.filter(problem => problem.level === 'fault').length
    throw new UsageError(
      lines.length === 1
        ? lines[0]!
        : `the configuration has ${faults} ${faults === 1 ? 'fault' : 'faults'}:\n${lines.join('\n')}`,
    )
  }
}
