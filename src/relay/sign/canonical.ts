// The relaxed canonical forms of header fields and bodies (RFC 6376 §3.4.2, §3.4.4): what signatures are made over.
// Relaxed on both sides: some servers on the way take white space from line ends or fold anew, and the signature survives it.
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A header field, from its name to its last CRLF, as one line without CRLF. Octets as latin1, one character each. */
export function relaxedField(field: string): string {
  const colon = field.indexOf(':')
  const name = field.slice(0, colon).trimEnd().toLowerCase()
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
  const start = value.startsWith(' ') ? 1 : 0
  const end = value.endsWith(' ') ? value.length - 1 : value.length
  return `${name}:${value.slice(start, Math.max(start, end))}`
}

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32]

/** Bodies are taken in pieces of this size, with a pause between them: other connections must not wait for a large one. */
const PIECE = 1 << 20

/** The bh= of a body: SHA-256 of its relaxed form, in base64. Line endings must be CRLF. */
export async function bodyHash(body: Uint8Array): Promise<string> {
  const hash = new BodyHash()
  for (let at = 0; at < body.length; at += PIECE) {
    if (at > 0) await nextTurn()
    hash.update(body.subarray(at, at + PIECE))
  }
  return hash.digest()
}

/** The hash of a body that comes in pieces, cut anywhere. */
export class BodyHash {
  readonly #hash = createHash('sha256')
  /** Line ends that count only when something follows them. */
  #lines = 0
  /** White space that counts only when something follows it in its line. */
  #blank = false
  /** A CR whose LF is yet to come. */
  #return = false
  /** Something was hashed. */
  #some = false

  update(piece: Uint8Array): void {
    const written = Buffer.allocUnsafe(piece.length + 4)
    let length = 0
    // Those of this piece; what came before it is hashed as soon as something follows.
    let lines = 0
    let blank = this.#blank
    let afterReturn = this.#return
    for (let at = 0; at < piece.length; at++) {
      const octet = piece[at]!
      if (octet === CR && !afterReturn) {
        afterReturn = true
        continue
      }
      if (octet === LF && afterReturn) {
        // White space at line ends goes; empty lines at the end of the body go, so each waits for what follows.
        afterReturn = false
        blank = false
        lines++
        continue
      }
      if ((octet === SPACE || octet === TAB) && !afterReturn) {
        blank = true
        continue
      }
      if (this.#lines > 0) this.#hashLines()
      for (; lines > 0; lines--) {
        written[length++] = CR
        written[length++] = LF
      }
      if (blank) {
        written[length++] = SPACE
        blank = false
      }
      if (afterReturn) {
        // A CR alone is an octet like others.
        written[length++] = CR
        afterReturn = octet === CR
        if (octet !== CR) at--
        continue
      }
      written[length++] = octet
    }
    this.#lines += lines
    this.#blank = blank
    this.#return = afterReturn
    this.#some ||= length > 0
    if (length > 0) this.#hash.update(written.subarray(0, length))
  }

  digest(): string {
    if (this.#return) this.update(Buffer.from('\r'))
    // The last line ends in CRLF, whether it was there or not; a body of nothing is hashed as nothing.
    return this.#hash.update(this.#some ? '\r\n' : '').digest('base64')
  }

  #hashLines(): void {
    const block = '\r\n'.repeat(Math.min(this.#lines, 4_096))
    for (; this.#lines > 0; this.#lines -= block.length / 2) {
      this.#hash.update(this.#lines * 2 < block.length ? '\r\n'.repeat(this.#lines) : block)
    }
    this.#lines = 0
    this.#some = true
  }
}
