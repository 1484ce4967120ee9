// The header of a message that came from anywhere: read as far as it can be read, with what is no field told beside it. Bounded.
import type { Field } from './field.ts'

/** A line of the header that is neither a field nor the continuation of one. */
export interface StrayLine {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

export interface Header {
  readonly ok: true
  readonly fields: readonly Field[]
  readonly stray: readonly StrayLine[]
  /** Behind the empty line; the end, when there is none. */
  readonly bodyAt: number
  readonly separated: boolean
}

/** What is read at most. Honest headers stay far below, chains of 50 ARC sets among them. */
export const headerLimits = { octets: 1024 * 1024, lines: 10_000 } as const

const NAME = /^[\x21-\x39\x3b-\x7e]+[ \t]*$/
const STARTS = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/
const STRAY_MOST = 100

/**
 * Reads the fields up to the first empty line or the end; line ends must be CRLF. White space before the colon is the obsolete
 * syntax of RFC 5322 §4.5.8. A line that is no field is taken for a part of the one before, as mail programs show it.
 */
export function readHeader(octets: Buffer): Header | { readonly ok: false; readonly why: string } {
  const fields: Field[] = []
  const stray: StrayLine[] = []
  let open: Omit<Field, 'end'> | undefined
  const close = (end: number): void => {
    if (open) fields.push({ ...open, end })
    open = undefined
  }
  for (let at = 0, line = 1; at < octets.length; line++) {
    if (line > headerLimits.lines) return { ok: false, why: `its header has more than ${headerLimits.lines} lines` }
    const feed = octets.indexOf(10, at)
    const next = feed === -1 ? octets.length : feed + 1
    const end = feed === -1 ? next : feed > at && octets[feed - 1] === 13 ? feed - 1 : feed
    if (end > headerLimits.octets)
      return { ok: false, why: `its header is larger than ${headerLimits.octets / 1024} KiB` }
    if (end === at) {
      close(at)
      return { ok: true, fields, stray, bodyAt: next, separated: true }
    }
    const text = octets.toString('latin1', at, end)
    const folded = text.startsWith(' ') || text.startsWith('\t')
    const valueAt = folded ? undefined : valueStart(octets, text, at, next)
    if (valueAt !== undefined) {
      close(at)
      const name = /^[^\s:]+/.exec(text)![0]
      open = { name, key: name.toLowerCase(), start: at, valueAt, blankFold: false }
    } else if (open && folded) {
      if (/^[ \t]*$/.test(text)) open = { ...open, blankFold: true }
    } else if (stray.length < STRAY_MOST) stray.push({ line, text })
    at = next
  }
  close(octets.length)
  return { ok: true, fields, stray, bodyAt: octets.length, separated: false }
}

/** Where the value of a field begins, when one begins here; the colon may stand on a continuation line (§4.5.8). */
function valueStart(octets: Buffer, text: string, at: number, next: number): number | undefined {
  const direct = STARTS.exec(text)
  if (direct) return at + direct[0].length
  if (!NAME.test(text)) return undefined
  const following = /^[ \t]+:/.exec(octets.toString('latin1', next, next + 200))
  return following ? next + following[0].length : undefined
}
