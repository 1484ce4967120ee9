// The header of a message (or of a part) as a list of fields with their offsets, read under caps before anything else looks at it.
import type { Field } from '../../protocol/message/field.ts'
import { LONGEST_LINE } from './octets.ts'
import { badContent, type Refusal, tooMuchHeader } from './refusal.ts'

/** What a header may be at most. */
export interface HeaderCaps {
  readonly octets: number
  readonly fields: number
  readonly foldsPerField: number
  /** Octets in a line, without CRLF. */
  readonly line: number
}

/** Honest headers stay far below; parsers of others may be quadratic. */
const submittedCaps: HeaderCaps = { octets: 256 * 1024, fields: 1_000, foldsPerField: 100, line: LONGEST_LINE }

/** For what was let in before: what we added to it may go over. */
export const noCaps: HeaderCaps = { octets: Infinity, fields: Infinity, foldsPerField: Infinity, line: Infinity }

/** Where header and body are. */
export interface Layout {
  readonly fields: readonly Field[]
  /** Behind the empty line; the end, when there is none. */
  readonly bodyAt: number
  /** The empty line between header and body is there. */
  readonly separated: boolean
}

const COLON = 58

/**
 * Reads the fields up to the first empty line or the end. Line endings must be CRLF. Obsolete syntax (white space before the
 * colon, RFC 5322 §4.5) is refused: programs differ on the name of such a field.
 */
export function readFields(
  octets: Buffer,
  start = 0,
  end: number = octets.length,
  caps: HeaderCaps = submittedCaps,
): Layout | Refusal {
  const fields: Field[] = []
  let open: { name: string; start: number; valueAt: number; folds: number; blankFold: boolean } | undefined
  const close = (at: number): void => {
    if (!open) return
    const { name, start, valueAt, blankFold } = open
    fields.push({ name, key: name.toLowerCase(), start, valueAt, end: at, blankFold })
    open = undefined
  }
  for (let at = start, line = 1; at < end; line++) {
    if (at - start > caps.octets) return overCap(`${caps.octets / 1024} KiB`)
    const feed = octets.indexOf(10, at)
    const next = feed === -1 || feed >= end ? end : feed + 1
    const length = next - at - endingLength(octets, next)
    if (length === 0) {
      close(at)
      return { fields, bodyAt: next, separated: true }
    }
    if (length > caps.line) {
      return badContent(`Line ${line} of the header is ${length} octets long; ${caps.line} are allowed`)
    }
    const first = octets[at]!
    if (first === 32 || first === 9) {
      if (!open) return badContent('The header begins with a continuation line')
      if (++open.folds > caps.foldsPerField) {
        return overCap(`${caps.foldsPerField} continuation lines in the field ${open.name}`)
      }
      if (isBlank(octets, at, at + length)) open.blankFold = true
    } else {
      close(at)
      const colon = nameEnd(octets, at, at + length)
      if (colon === undefined) return badContent(`Line ${line} of the header is no header field`)
      if (fields.length >= caps.fields) return overCap(`${caps.fields} fields`)
      open = {
        name: octets.toString('latin1', at, colon),
        start: at,
        valueAt: colon + 1,
        folds: 0,
        blankFold: false,
      }
    }
    at = next
  }
  close(end)
  return { fields, bodyAt: end, separated: false }
}

/** The field without continuation lines of nothing but white space, which no program shows. */
export function withoutBlankFolds(octets: Buffer, field: Field): Buffer {
  const lines = octets.toString('latin1', field.start, field.end).split('\r\n')
  const kept = lines.filter((line, index) => index === 0 || !/^[ \t]*$/.test(line))
  return Buffer.from(`${kept.join('\r\n')}\r\n`, 'latin1')
}

/** The place of the colon, when all before it is a field name: printable ASCII (RFC 5322 §3.6.8). */
function nameEnd(octets: Buffer, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    const octet = octets[at]!
    if (octet === COLON) return at > start ? at : undefined
    if (octet < 33 || octet > 126) return undefined
  }
  return undefined
}

function endingLength(octets: Buffer, next: number): number {
  if (octets[next - 1] !== 10) return 0
  return octets[next - 2] === 13 ? 2 : 1
}

function isBlank(octets: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (octets[at] !== 32 && octets[at] !== 9) return false
  return true
}

function overCap(what: string): Refusal {
  return tooMuchHeader(`The header is larger than this server takes: more than ${what}`)
}
