// What is wrong with a configuration, where, and in words: the one way in which this room complains.
import { shorten, visible } from '../report/visible.ts'

/** Where something stands in the file: keys and positions in lists. */
export type Path = readonly (string | number)[]

/** One fault or one warning. Lines and columns count from 1; undefined where no place in the file is to blame. */
export interface Problem {
  readonly level: 'fault' | 'warning'
  readonly path: Path
  readonly line: number | undefined
  readonly column: number | undefined
  /** A clause that completes "`path`: …". One line, safe to show. */
  readonly says: string
}

/** The file cannot be used. Every fault that could be found is told at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  /** As it was named by whoever asked, or found. */
  readonly file: string
  readonly problems: readonly Problem[]

  constructor(file: string, problems: readonly Problem[]) {
    super(problemLines(file, problems).join('\n'))
    this.file = file
    this.problems = problems
  }
}

/** More than these are no help to anyone. */
const MOST_LINES = 50

/** A line for each problem: `mailworthy.yaml:14:7 clients[1].match.ips[0]: …`. */
export function problemLines(file: string, problems: readonly Problem[]): readonly string[] {
  const lines = problems.slice(0, MOST_LINES).map(problem => problemLine(file, problem))
  const more = problems.length - lines.length
  return more > 0 ? [...lines, `${visible(file)}: and ${more.toLocaleString('en-US')} more`] : lines
}

function problemLine(file: string, { level, path, line, column, says }: Problem): string {
  const place = line === undefined ? visible(file) : `${visible(file)}:${line}:${column}`
  const where = path.length === 0 ? '' : ` ${pathText(path)}:`
  return `${place}${path.length === 0 ? ':' : ''}${where}${level === 'warning' ? ' warning:' : ''} ${says}`
}

/** `clients[1].match.ips[0]`, as JavaScript, `jq` and yq write it. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      const name = /^[\w-]+$/.test(step) ? step : undefined
      if (name === undefined) return `[${quoted(step)}]`
      return index === 0 ? name : `.${name}`
    })
    .join('')
}

/** A value of the file inside a sentence: in quotes, cut, and with nothing that steers a terminal. */
export function quoted(text: string): string {
  return `"${visible(shorten(text, 80))}"`
}

/** `a`, `a or b`, `a, b or c`. */
export function choices(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
