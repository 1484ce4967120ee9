// `mailworthy explain` and `mailworthy checks`: the checks told from their own metadata.
import type { AnyCheck } from '../audit/check.ts'
import { checks } from '../checks/index.ts'
import { profilesOf } from '../checks/profiles.ts'
import { visible } from '../report/visible.ts'
import { wrap } from '../report/wrap.ts'
import { UsageError } from './failure.ts'

/** Prints what a check asks and every way it can end. Throws `UsageError` with near names for an id that is none. */
export function explain(id: string, json: boolean, out: NodeJS.WritableStream): void {
  const check = checks.find(c => c.id === id)
  if (!check) {
    const words = id.toLowerCase().split('-')
    // Of those that share a word, first those that begin alike, then those that share most.
    const shared = (known: string): number =>
      known.split('-').filter(word => id.toLowerCase().includes(word)).length +
      (known.startsWith(`${words[0]}-`) ? 0.5 : 0)
    const near = checks
      .map(c => c.id)
      .filter(known => shared(known) > 0)
      .sort((a, b) => shared(b) - shared(a))
    const hint =
      near.length > 0 ? `did you mean ${near.slice(0, 5).join(', ')}?` : '`mailworthy checks` lists them all.'
    throw new UsageError(`no check is called "${visible(id.slice(0, 80))}"; ${hint}`)
  }
  out.write(
    json
      ? `${JSON.stringify({ ...described(check), outcomes: check.outcomes }, null, 2)}\n`
      : `${explanation(check)}\n`,
  )
}

function described({ id, group, title, why, refs }: AnyCheck) {
  return { id, group, title, why, refs, profiles: profilesOf(id) }
}

/** Prints all check ids with their good state and the profiles that they are in, or the same as JSON. */
export function listChecks(json: boolean, out: NodeJS.WritableStream): void {
  if (json) {
    out.write(`${JSON.stringify(checks.map(described), null, 2)}\n`)
    return
  }
  const width = Math.max(...checks.map(c => c.id.length))
  for (const { id, title } of checks) {
    const places = profilesOf(id).map(({ profile }) => profile)
    out.write(`${id.padEnd(width)}  ${title} (${places.join(', ')})\n`)
  }
}

function explanation(check: AnyCheck): string {
  const outcomes = Object.entries(check.outcomes).flatMap(([name, { level, says, fix }]) => [
    `  ${level.padEnd(7)} ${name}`,
    ...indented(says, 4),
    ...(fix === undefined ? [] : indented(`What to do: ${fix}`, 4)),
    '',
  ])
  return [
    `${check.id}: ${check.title}`,
    '',
    ...indented(check.why, 0),
    '',
    'How it can end (words in braces are filled in):',
    '',
    ...outcomes,
    ...indented(`Profiles: ${profilesInWords(check.id)}.`, 0),
    `Sources: ${check.refs.join(', ')}`,
  ].join('\n')
}

/** `sending (required), full (required), receiving`. */
function profilesInWords(id: string): string {
  return profilesOf(id)
    .map(({ profile, required }) => (required ? `${profile} (required)` : profile))
    .join(', ')
}

const WIDTH = 100

function indented(text: string, indent: number): readonly string[] {
  return wrap(text, WIDTH - indent).map(line => ' '.repeat(indent) + line)
}
