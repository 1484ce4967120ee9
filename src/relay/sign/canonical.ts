// The relaxed canonical form of bodies (RFC 6376 §3.4.4), hashed as they come: what our signatures are made over.
// Relaxed on both sides: some servers on the way take white space from line ends or fold anew, and the signature survives it.
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

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

/** The hash of a body that comes in pieces, cut anywhere. What needs no change is hashed where it is. */
export class BodyHash {
  readonly #hash = createHash('sha256')
  /** Line ends that count only when something follows them: empty lines at the end of the body do not (§3.4.4). */
  #lines = 0
  /** White space that counts only when something follows it in its line. */
  #blank = false
  /** A CR whose LF is yet to come. */
  #return = false
  /** Something was hashed. */
  #some = false

  update(piece: Uint8Array): void {
    const start = this.#upToContent(piece)
    if (start === undefined) return
    this.#hashWaiting()
    const relaxed = new Relaxed(piece, start)
    const end = piece.length
    let at = start
    while (at < end) {
      const octet = piece[at]!
      // Nearly all octets go this way.
      if (octet > SPACE) {
        at++
      } else if (octet === CR) {
        if (at + 1 < end) {
          at++
          continue
        }
        relaxed.skip(at, end)
        this.#return = true
        break
      } else if (octet === SPACE || octet === TAB) {
        const blank = at
        while (piece[at] === SPACE || piece[at] === TAB) at++
        if (at === end || (piece[at] === CR && at + 1 === end)) {
          this.#blank = true
          this.#return = at < end
          relaxed.skip(blank, end)
          break
        }
        const atLineEnd = piece[at] === CR && piece[at + 1] === LF
        if (atLineEnd) relaxed.skip(blank, at)
        else if (at - blank > 1 || octet === TAB) relaxed.space(blank, at)
      } else at++
    }
    const { octets, lines } = relaxed.done()
    this.#lines = lines
    this.#hash.update(octets)
  }

  digest(): string {
    if (this.#return) {
      this.#hashWaiting()
      this.#hash.update('\r')
    }
    // The last line ends in CRLF, whether it was there or not; a body of nothing is hashed as nothing.
    return this.#hash.update(this.#some ? '\r\n' : '').digest('base64')
  }

  /** Past line ends and white space, which wait; undefined when nothing else is there. */
  #upToContent(piece: Uint8Array): number | undefined {
    let at = 0
    for (; at < piece.length; at++) {
      const octet = piece[at]!
      if (this.#return) {
        this.#return = false
        if (octet !== LF) {
          // A CR alone is an octet like others.
          this.#hashWaiting()
          this.#hash.update('\r')
        } else {
          this.#lines++
          this.#blank = false
          continue
        }
      }
      if (octet === CR) this.#return = true
      else if (octet === SPACE || octet === TAB) this.#blank = true
      else return at
    }
    return undefined
  }

  #hashWaiting(): void {
    for (let left = this.#lines; left > 0; left -= 4_096) this.#hash.update('\r\n'.repeat(Math.min(left, 4_096)))
    if (this.#blank) this.#hash.update(' ')
    this.#lines = 0
    this.#blank = false
    this.#some = true
  }
}

/** A piece with some octets left out: copied only as far as it must be. */
class Relaxed {
  readonly #piece: Uint8Array
  #written: Buffer | undefined
  #length = 0
  /** What is behind this place is yet to be taken. */
  #from: number

  constructor(piece: Uint8Array, from: number) {
    this.#piece = piece
    this.#from = from
  }

  skip(start: number, end: number): void {
    this.#written ??= Buffer.allocUnsafe(this.#piece.length)
    this.#written.set(this.#piece.subarray(this.#from, start), this.#length)
    this.#length += start - this.#from
    this.#from = end
  }

  space(start: number, end: number): void {
    this.skip(start, end)
    this.#written![this.#length++] = SPACE
  }

  /** What is left, without the line ends behind it, and how many those are. */
  done(): { readonly octets: Uint8Array; readonly lines: number } {
    if (this.#written) this.skip(this.#piece.length, this.#piece.length)
    const octets = this.#written?.subarray(0, this.#length) ?? this.#piece.subarray(this.#from)
    let end = octets.length
    while (octets[end - 1] === LF && octets[end - 2] === CR) end -= 2
    return { octets: octets.subarray(0, end), lines: (octets.length - end) / 2 }
  }
}
