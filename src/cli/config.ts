// `mailworthy config init|check|show|schema`: the configuration file, begun, tried, shown and described.
import { networkInterfaces } from 'node:os'
import { stringify } from 'yaml'
import { effective } from '../config/effective.ts'
import { loadConfiguration } from '../config/load.ts'
import { planLines } from '../config/plan.ts'
import { ConfigurationError, type Problem, pathText } from '../config/problem.ts'
import { configurationJsonSchema } from '../config/schema.ts'
import { STARTER } from '../config/starter.ts'
import { strangeAddresses } from '../config/this-machine.ts'
import { visible } from '../report/visible.ts'
import { type ConfigurationFlags, configured, fileOf } from './configuration.ts'
import { Ended } from './failure.ts'
import { writeNewFile } from './new-file.ts'

interface JsonFlags extends ConfigurationFlags {
  readonly json?: boolean
}

/** Writes a commented start, to standard output for `-`. */
export function initConfiguration(output: string, out: NodeJS.WritableStream): void {
  if (output === '-') {
    out.write(STARTER)
    return
  }
  writeNewFile(output, STARTER, 0o640)
  process.stderr.write(
    `${visible(output)} is written. Change it to your names, make the key it names, then: mailworthy config check --config ${visible(output)}\n`,
  )
}

/** Says what the configuration does, or all that is wrong with it. */
export function checkConfiguration(flags: JsonFlags, out: NodeJS.WritableStream): void {
  if (flags.json === true) {
    checkAsJson(flags, out)
    return
  }
  const configuration = configured(flags)
  if (flags.quiet === true) return
  const remarks = strangeAddresses(configuration.relay, networkInterfaces())
  for (const remark of remarks) process.stderr.write(`${visible(configuration.file)}: warning: ${remark}\n`)
  const count = configuration.warnings.length + remarks.length
  const warned = count === 0 ? '' : `, with ${count} ${count === 1 ? 'warning' : 'warnings'}`
  out.write(`${visible(configuration.file)} is good${warned}.\n\n${planLines(configuration).join('\n')}\n`)
}

function checkAsJson(flags: JsonFlags, out: NodeJS.WritableStream): void {
  const file = fileOf(flags)
  const problems = problemsOf(file)
  const ok = problems.every(problem => problem.level !== 'fault')
  const rows = problems.map(({ path, ...rest }) => ({ ...rest, path: pathText(path) }))
  out.write(`${JSON.stringify({ file, ok, problems: rows }, null, 2)}\n`)
  if (!ok) throw new Ended(2)
}

function problemsOf(file: string): readonly Problem[] {
  try {
    return loadConfiguration(file, { environment: process.env, now: new Date() }).warnings
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

/** Prints the configuration as it takes effect: with defaults, without secrets. */
export function showConfiguration(flags: JsonFlags, out: NodeJS.WritableStream): void {
  const data = effective(configured(flags))
  out.write(flags.json === true ? `${JSON.stringify(data, null, 2)}\n` : stringify(data, { lineWidth: 120 }))
}

/** Prints the JSON Schema of the file. */
export function printSchema(out: NodeJS.WritableStream): void {
  out.write(`${JSON.stringify(configurationJsonSchema(), null, 2)}\n`)
}
