// What a run over many domains had finished before it was cut off: read from its NDJSON file, so that only the rest is audited.
//
// The file is believed only as far as it is what this run would write: whole lines, reports, of this profile and these senders, about
// domains of this list. Of a line that was cut in the middle nothing is kept.
import { createReadStream, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Report, Verdict } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'
import { PART_SUFFIX } from './sinks.ts'

/** The finished part of a run. */
export interface Finished {
  /** Where it stands: the file itself, or the part beside it that a cut run left. Undefined when there is neither. */
  readonly file: string | undefined
  /** Of its whole lines. */
  readonly octets: number
  readonly domains: ReadonlySet<string>
  readonly counts: Readonly<Record<Verdict, number>>
}

/** What the reports of the run are about. */
export interface Expected {
  readonly domains: readonly string[]
  readonly profile: string
  readonly target: Pick<Report['target'], 'egress' | 'selectors'>
}

/** No report is as long; a file without line breaks is none of ours. */
const LONGEST_LINE = 256 * 1024 * 1024

/**
 * Reads what stands in the file of a run, or in the part that it left.
 * @throws UsageError for a file that this run would not have written
 */
export async function readFinished(output: string, expected: Expected): Promise<Finished> {
  const file = newestOf(output)
  const counts = { pass: 0, warn: 0, unknown: 0, fail: 0 }
  const domains = new Set<string>()
  let octets = 0
  if (file === undefined) return { file, octets, domains, counts }
  const wanted = new Set(expected.domains)
  let number = 0
  for await (const line of linesOf(file)) {
    number++
    const refuse = (why: string): UsageError =>
      new UsageError(`cannot resume: ${visible(file)}:${number} ${why}; name another file, or take this one away`)
    const report = reportIn(line)
    if (report === undefined) throw refuse('is no report of an audit')
    const { domain, profile, target, verdict } = report
    if (!wanted.has(domain)) throw refuse(`is about ${visible(domain)}, which is not among the domains`)
    if (profile !== expected.profile) throw refuse(`was made with the profile ${visible(profile)}`)
    if (
      JSON.stringify([target.egress, target.selectors]) !==
      JSON.stringify([expected.target.egress, expected.target.selectors])
    ) {
      throw refuse('was made for other sending addresses, HELO names or selectors')
    }
    if (!domains.has(domain)) counts[verdict]++
    domains.add(domain)
    octets += line.length + 1
  }
  return { file, octets, domains, counts }
}

/** The finished reports, for the other formats of the run. */
export async function* finishedReports({ file }: Finished): AsyncGenerator<Report> {
  if (file === undefined) return
  for await (const line of linesOf(file)) {
    const report = reportIn(line)
    if (report !== undefined) yield report
  }
}

/** The file, or a part of it, whichever was written last. */
function newestOf(output: string): string | undefined {
  try {
    const path = statSync(output, { throwIfNoEntry: false }) ? realpathSync(output) : resolve(output)
    const beside = readdirSync(dirname(path)).filter(
      name => name.startsWith(`${basename(path)}.`) && PART_SUFFIX.test(name.slice(basename(path).length)),
    )
    const found = [path, ...beside.map(name => join(dirname(path), name))].flatMap(file => {
      const stats = statSync(file, { throwIfNoEntry: false })
      if (stats && file === path && !stats.isFile())
        throw new UsageError(`cannot resume: ${visible(output)} is no file`)
      return stats?.isFile() && (stats.size > 0 || file === path) ? [{ file, at: stats.mtimeMs }] : []
    })
    return found.toSorted((a, b) => b.at - a.at)[0]?.file
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot resume ${visible(output)}: ${fileTrouble(error)}`)
  }
}

/** Whole lines, without their ends. What stands behind the last line break is left out. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = []
  let held = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
        yield Buffer.concat([...pieces.splice(0), chunk.subarray(from, end)])
        held = 0
        from = end + 1
      }
      pieces.push(chunk.subarray(from))
      held += chunk.length - from
      if (held > LONGEST_LINE) throw new UsageError(`cannot resume: ${visible(file)} has no lines`)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot resume: ${visible(file)} cannot be read: ${fileTrouble(error)}`)
  }
}

const verdicts: readonly unknown[] = ['pass', 'warn', 'unknown', 'fail'] satisfies readonly Verdict[]

function reportIn(line: Buffer): Report | undefined {
  let value: Partial<Report> | null
  try {
    value = JSON.parse(line.toString()) as Partial<Report> | null
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || value.schema !== 1) return undefined
  const { domain, verdict, findings, target } = value
  const isReport =
    typeof domain === 'string' && verdicts.includes(verdict) && Array.isArray(findings) && Array.isArray(target?.egress)
  return isReport ? (value as Report) : undefined
}
