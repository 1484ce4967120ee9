// What is wrong with a message octet by octet, whatever its fields mean: line lengths, characters, folds (RFC 5322 §2.1, §2.2, §4.5).
import { type Field, valueText } from './field.ts'
import type { MessageContent } from './read.ts'

/** Where something stands: the names of fields, or `body`; each once, in their order. */
export interface OctetFaults {
  /** Lines of more than 998 octets. */
  readonly tooLong: readonly string[]
  /** Fields with a line of more than 78 characters: allowed, and more than §2.1.1 wants. */
  readonly wide: readonly string[]
  readonly controls: readonly string[]
  /** CR without LF. */
  readonly bareCr: readonly string[]
  readonly nul: readonly string[]
  /** Octets above 127 in fields; `notUtf8` are those among them that are no UTF-8 either. */
  readonly eightBit: readonly string[]
  readonly notUtf8: readonly string[]
  /** A continuation line of nothing but white space. */
  readonly blankFolds: readonly string[]
  /** White space before the colon. */
  readonly spacedColons: readonly string[]
}

const LINE_MOST = 998
const WIDE = 78
const NAMES_MOST = 50

/** Looks at every octet once. */
export function octetFaults({ octets, fields, bodyAt }: MessageContent): OctetFaults {
  const named = (holds: (field: Field) => boolean): readonly string[] =>
    [...new Set(fields.filter(holds).map(field => field.name))].slice(0, NAMES_MOST)
  const body = (holds: boolean): readonly string[] => (holds ? ['body'] : [])
  const inField = (found: (text: string) => boolean) => (field: Field) =>
    found(octets.toString('latin1', field.start, field.end))
  return {
    tooLong: [
      ...named(field => longestLine(octets, field.start, field.end) > LINE_MOST),
      ...body(longestLine(octets, bodyAt, octets.length) > LINE_MOST),
    ],
    wide: named(field => {
      const longest = longestLine(octets, field.start, field.end)
      return (
        longest > WIDE &&
        longest <= LINE_MOST &&
        !octets.toString('latin1', field.start, field.end).includes('=?') &&
        isFoldable(octets, field)
      )
    }),
    controls: named(inField(text => /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text))),
    bareCr: [...named(inField(text => /\r(?!\n)/.test(text))), ...body(hasBareCr(octets, bodyAt))],
    nul: [...named(inField(text => text.includes('\0'))), ...body(octets.indexOf(0, bodyAt) >= 0)],
    eightBit: named(inField(text => /[\x80-\xff]/.test(text))),
    notUtf8: named(field => !isUtf8(octets.subarray(field.start, field.end))),
    blankFolds: named(field => field.blankFold),
    spacedColons: named(field => octets[field.start + field.name.length] !== 58),
  }
}

/** What the lines of servers look like is not the sender's doing, and long words cannot be folded. */
function isFoldable(octets: Buffer, field: Field): boolean {
  if (/^(?:received|x-|arc-|authentication-results|dkim-signature)/.test(field.key)) return false
  return /\s\S+\s/.test(valueText(octets, field))
}

function longestLine(octets: Buffer, from: number, to: number): number {
  let longest = 0
  for (let at = from; at < to; ) {
    const feed = octets.indexOf(10, at)
    const end = feed < 0 || feed >= to ? to : feed
    const length = end - at - (end < to && octets[end - 1] === 13 ? 1 : 0)
    if (length > longest) longest = length
    at = end + 1
  }
  return longest
}

function hasBareCr(octets: Buffer, from: number): boolean {
  for (let at = octets.indexOf(13, from); at >= 0; at = octets.indexOf(13, at + 1))
    if (octets[at + 1] !== 10) return true
  return false
}

function isUtf8(octets: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets)
    return true
  } catch {
    return false
  }
}
