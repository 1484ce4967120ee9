// Collects what is wrong while settings are built, and knows where in the file each of it stands.
import type { Building } from './building.ts'
import type { YamlText } from './document.ts'
import type { Path, Problem } from './problem.ts'
import type { Misfit } from './shape.ts'

/** The complaints about one file. */
export class Complaints {
  readonly #yaml: YamlText
  /** The places of misfits, and all places above them. */
  readonly #unfit = new Set<string>()
  readonly #problems: Problem[] = []

  constructor(yaml: YamlText, misfits: readonly Misfit[]) {
    this.#yaml = yaml
    for (const { path, says, atKey } of misfits) {
      for (let length = 0; length <= path.length; length++) this.#unfit.add(JSON.stringify(path.slice(0, length)))
      this.#problems.push({ level: 'fault', path, ...(atKey ? yaml.placeOfKey(path) : yaml.place(path)), says })
    }
  }

  /** The part of a `Building` that complains. */
  desk(): Pick<Building, 'fault' | 'warn' | 'fits'> {
    const add = (level: Problem['level'], path: Path, says: string): void => {
      this.#problems.push({ level, path, ...this.#yaml.place(path), says })
    }
    return {
      fault: (path, says) => add('fault', path, says),
      warn: (path, says) => add('warning', path, says),
      fits: path => !this.#unfit.has(JSON.stringify(path)),
    }
  }

  /** All of them, in the order of the file. */
  sorted(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  }
}
