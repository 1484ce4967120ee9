// A message as it was on the wire, from a file that may have stored it otherwise: line endings, a mailbox's first line, a byte
// order mark. Signatures are made over the wire form, so what was changed to get back to it is told.

/** How the lines of a file end. `mixed`: by CRLF and by LF. `none`: there is one line at most. */
export type StoredLines = 'crlf' | 'lf' | 'cr' | 'mixed' | 'none'

export interface WireForm {
  readonly ok: true
  /** With CRLF line ends. A CR within a line stays: it may have been sent so. */
  readonly octets: Buffer
  readonly lines: StoredLines
  /** The file began with the `From ` line of a mailbox (mbox), which is none of the message. */
  readonly mailbox: boolean
}

/** The wire form, or why the file is no message: a clause about the file. */
export type WireReading = WireForm | { readonly ok: false; readonly why: string }

const [LF, CR] = [10, 13]
const POSTMARK = /^From \S+ +(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d/

/** Reads a file. What needs no change is not copied. */
export function wireForm(file: Uint8Array): WireReading {
  const octets = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (octets.length === 0) return { ok: false, why: 'it is empty' }
  const mark = octets.readUIntBE(0, Math.min(2, octets.length))
  if (mark === 0xfffe || mark === 0xfeff) return { ok: false, why: 'it is UTF-16 text, and mail is made of octets' }
  const afterMark = octets.subarray(octets.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0)
  const lines = linesOf(afterMark)
  const ended = lines === 'crlf' || lines === 'none' ? afterMark : withCrlf(afterMark, lines)
  const mailbox = ended.toString('latin1', 0, 5) === 'From '
  if (!mailbox) return { ok: true, octets: ended, lines, mailbox }
  const end = ended.indexOf('\r\n')
  const message = end === -1 ? ended.subarray(ended.length) : ended.subarray(end + 2)
  if (message.length === 0) return { ok: false, why: 'it is a mailbox without a message' }
  const others = postmarks(message)
  if (others > 0) return { ok: false, why: `it is a mailbox of ${others + 1} messages: give one of them` }
  return { ok: true, octets: message, lines, mailbox }
}

function linesOf(octets: Buffer): StoredLines {
  let crlf = 0
  let lf = 0
  for (let at = octets.indexOf(LF); at !== -1; at = octets.indexOf(LF, at + 1)) {
    if (at > 0 && octets[at - 1] === CR) crlf++
    else lf++
  }
  if (lf > 0) return crlf > 0 ? 'mixed' : 'lf'
  if (crlf > 0) return 'crlf'
  return octets.includes(CR) ? 'cr' : 'none'
}

function withCrlf(octets: Buffer, lines: StoredLines): Buffer {
  const ending = lines === 'cr' ? CR : LF
  const bare = (at: number): boolean => octets[at] === ending && (ending === CR || at === 0 || octets[at - 1] !== CR)
  let count = 0
  for (let at = 0; at < octets.length; at++) if (bare(at)) count++
  const written = Buffer.allocUnsafe(octets.length + count)
  let length = 0
  for (let at = 0; at < octets.length; at++) {
    if (bare(at)) {
      written[length++] = CR
      written[length++] = LF
    } else written[length++] = octets[at]!
  }
  return written
}

/** Lines that begin another message of a mailbox: they follow an empty line (RFC 4155, appendix A). */
function postmarks(message: Buffer): number {
  let found = 0
  const sought = '\r\n\r\nFrom '
  for (let at = message.indexOf(sought); at !== -1; at = message.indexOf(sought, at + sought.length)) {
    if (POSTMARK.test(message.toString('latin1', at + 4, at + 204))) found++
  }
  return found
}
