// What the octets of a message are like: line endings, longest line, 8-bit, NUL; and line endings put right.
import { badContent, type Refusal } from './refusal.ts'

/** RFC 5322 §2.1.1 and RFC 5321 §4.5.3.1.6: octets in a line, without its CRLF. */
export const LONGEST_LINE = 998

/** What one pass over the octets finds. */
export interface Survey {
  /** CRs without LF and LFs without CR (RFC 5321 §2.3.8: neither may be sent). */
  readonly bareEndings: number
  readonly eightBit: boolean
  readonly nul: boolean
  /** Octets in the longest line, without CRLF. */
  readonly longestLine: number
}

const CR = 13
const LF = 10

export function survey(octets: Uint8Array, start = 0, end: number = octets.length): Survey {
  let bareEndings = 0
  let high = 0
  let nul = false
  let longestLine = 0
  let lineStart = start
  for (let at = start; at < end; at++) {
    const octet = octets[at]!
    // Nearly all octets go this way.
    if (octet > CR) {
      high |= octet
    } else if (octet === LF) {
      const ended = at > start && octets[at - 1] === CR
      if (!ended) bareEndings++
      const length = at - lineStart - (ended ? 1 : 0)
      if (length > longestLine) longestLine = length
      lineStart = at + 1
    } else if (octet === CR) {
      if (at + 1 >= end || octets[at + 1] !== LF) bareEndings++
    } else if (octet === 0) nul = true
  }
  if (end - lineStart > longestLine) longestLine = end - lineStart
  return { bareEndings, eightBit: high > 127, nul, longestLine }
}

/** True when the octets can go over any SMTP connection as they are. */
export function isSendable({ eightBit, nul, longestLine }: Survey): boolean {
  return !eightBit && !nul && longestLine <= LONGEST_LINE
}

/**
 * The message with CRLF at the end of each line, the last one included. `strict` refuses every other line ending, for what
 * is no line to us may be one to the next server. `normalize` is for devices that know no better: LF, and any number of CRs
 * before an LF, become one CRLF; a lone CR becomes CRLF in the body, but is refused in the header, where it would make new
 * fields.
 * @param found what a survey of the octets found.
 */
export function withLineEndings(
  octets: Buffer,
  policy: 'strict' | 'normalize',
  { bareEndings }: Survey = survey(octets),
): Buffer | Refusal {
  if (bareEndings === 0) return endsInLine(octets) ? octets : Buffer.concat([octets, Buffer.from('\r\n')])
  if (policy === 'strict') return badContent('The message holds a CR or LF that is not part of a CRLF line ending')

  const written = Buffer.allocUnsafe(octets.length + bareEndings + 2)
  let length = 0
  let lineLength = 0
  let inHeader = true
  const endLine = (): void => {
    written[length++] = CR
    written[length++] = LF
    if (lineLength === 0) inHeader = false
    lineLength = 0
  }
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at]!
    if (octet === LF) endLine()
    else if (octet === CR) {
      let last = at
      while (octets[last + 1] === CR) last++
      if (octets[last + 1] === LF) {
        at = last + 1
        endLine()
      } else if (inHeader) return badContent('The header holds a CR that is not part of a line ending')
      else endLine()
    } else {
      written[length++] = octet
      lineLength++
    }
  }
  if (lineLength > 0) endLine()
  return written.subarray(0, length)
}

function endsInLine(octets: Uint8Array): boolean {
  return octets.length === 0 || octets[octets.length - 1] === LF
}
