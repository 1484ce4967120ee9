// What every builder of settings works with: where to complain, what may be read, and which parts of the file have the right shape.
import { parseDomain } from '../names/domain.ts'
import { type Path, quoted } from './problem.ts'
import { type Referred, readReference, type Surroundings } from './reference.ts'

/** Handed from builder to builder. A builder complains and goes on, so that all faults are told at once. */
export interface Building extends Surroundings {
  readonly now: Date
  fault(path: Path, says: string): void
  warn(path: Path, says: string): void
  /** False when something at or below the place has the wrong shape, which has been told. */
  fits(path: Path): boolean
}

/** The elements of a list that have the right shape, each with its place. */
export function fitting<T>(building: Building, path: Path, list: readonly T[]): readonly (readonly [T, Path])[] {
  if (!Array.isArray(list)) return []
  return list.map((item, index) => [item, [...path, index]] as const).filter(([, at]) => building.fits(at))
}

/** Complains of names that stand twice in one list, whatever their case. */
export function uniqueNames(
  building: Building,
  kind: string,
  named: readonly (readonly [{ readonly name: string }, Path])[],
): void {
  const first = new Map<string, string>()
  for (const [{ name }, path] of named) {
    const key = name.toLowerCase()
    if (first.has(key))
      building.fault([...path, 'name'], `another ${kind} is called ${quoted(first.get(key)!)} already`)
    else first.set(key, name)
  }
}

/** The A-label form of a domain; undefined, and a complaint, when the text is none. */
export function domainOf(building: Building, path: Path, text: string): string | undefined {
  const parsed = parseDomain(text)
  if (parsed.ok) return parsed.name
  building.fault(path, `${quoted(text)} is no domain: ${parsed.reason}`)
  return undefined
}

/** What a reference names; undefined, and a complaint, when it cannot be had. Warns of secrets that others may read. */
export function referred(
  building: Building,
  path: Path,
  text: string,
  secret: boolean,
): Extract<Referred, { ok: true }> | undefined {
  const read = readReference(text, building, secret)
  if (!read.ok) {
    building.fault(path, read.why)
    return undefined
  }
  if (read.remark !== undefined) building.warn(path, read.remark)
  return read
}

/** A secret of one line: a password, a token. */
export function secretLine(building: Building, path: Path, text: string): string | undefined {
  const read = referred(building, path, text, true)
  if (read === undefined) return undefined
  // Editors and `echo` end a file with a newline that is no part of the secret.
  const line = read.text.replace(/\r?\n$/, '')
  if (!/[\r\n\0]/.test(line)) return line
  building.fault(path, 'what it names has more than one line')
  return undefined
}
