// An evidence file that was read: which audits it holds, and what each line says. Lines are kept as text until they are asked for.
import { EvidenceFault } from './fields.ts'
import {
  type AuditLine,
  type ConnectionLine,
  type EvidenceLine,
  type HeaderLine,
  type QuestionLine,
  readLine,
} from './lines.ts'
import { questionKey } from './question.ts'

/** What was heard, found by the id of its line or by what was asked. */
export class Recording {
  readonly header: HeaderLine
  /** In the order in which they ended. */
  readonly audits: readonly AuditLine[]
  readonly #written: readonly string[]
  /** Places of lines in the file. */
  readonly #byId: ReadonlyMap<number, number>
  readonly #byKey: ReadonlyMap<string, readonly number[]>

  private constructor(
    header: HeaderLine,
    audits: readonly AuditLine[],
    written: readonly string[],
    byId: ReadonlyMap<number, number>,
    byKey: ReadonlyMap<string, readonly number[]>,
  ) {
    this.header = header
    this.audits = audits
    this.#written = written
    this.#byId = byId
    this.#byKey = byKey
  }

  /** Reads a whole file. @throws EvidenceFault with the line that is wrong, and how */
  static read(file: string): Recording {
    // Only ASCII is written, but an editor may put a mark in front.
    const written = file.replace(/^\ufeff/, '').split('\n')
    const [header] = written.length > 0 ? [readAt(written, 0)] : []
    if (header?.kind !== 'header') throw new EvidenceFault('this is no evidence file of mailworthy', 1)
    const audits: AuditLine[] = []
    const byId = new Map<number, number>()
    const byKey = new Map<string, number[]>()
    let end: number | undefined
    for (const [place, text] of written.entries()) {
      if (place === 0 || text.trim() === '') continue
      if (end !== undefined) throw new EvidenceFault('there is more after the last line of the evidence', place + 1)
      const line = readAt(written, place)
      switch (line.kind) {
        case 'header':
          throw new EvidenceFault('a second evidence file begins here', place + 1)
        case 'audit':
          audits.push(line)
          break
        case 'end':
          end = place
          break
        default: {
          const before = line.id === 0 ? undefined : byId.get(line.id)
          if (before !== undefined) {
            throw new EvidenceFault(`its id ${line.id} is already that of line ${before + 1}`, place + 1)
          }
          byId.set(line.id, place)
          const key = lineKey(line)
          const same = byKey.get(key)
          if (same) same.push(place)
          else byKey.set(key, [place])
        }
      }
    }
    if (end === undefined) {
      throw new EvidenceFault('it ends before its last line: the file was cut short', written.length)
    }
    const recording = new Recording(header, audits, written, byId, byKey)
    for (const { domain, heard } of audits) {
      const lost = [...heard.values()].flat().find(id => !byId.has(id))
      if (lost !== undefined)
        throw new EvidenceFault(`the audit of ${domain} heard line ${lost}, which is not there`, end + 1)
    }
    return recording
  }

  /** The line with this id. */
  line(id: number): QuestionLine | ConnectionLine {
    return this.#at(this.#byId.get(id)!)
  }

  /** All lines about one question or endpoint, in the order of the file. */
  about(key: string): readonly (QuestionLine | ConnectionLine)[] {
    return (this.#byKey.get(key) ?? []).map(place => this.#at(place))
  }

  #at(place: number): QuestionLine | ConnectionLine {
    return readAt(this.#written, place) as QuestionLine | ConnectionLine
  }
}

/** What a line is about. */
export function lineKey(line: QuestionLine | ConnectionLine): string {
  return line.kind === 'question' ? questionKey(line.question) : `connect ${line.endpoint}`
}

function readAt(written: readonly string[], place: number): EvidenceLine {
  try {
    return readLine(written[place]!)
  } catch (fault) {
    if (!(fault instanceof EvidenceFault)) throw fault
    if (place === 0 && !written[0]!.includes('"mailworthy"')) {
      throw new EvidenceFault('this is no evidence file of mailworthy', 1)
    }
    throw new EvidenceFault(fault.message, place + 1)
  }
}
