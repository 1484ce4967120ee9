// The content of a message as it comes after DATA: dots unstuffed, bare CR and LF counted, its end found, and never more kept than allowed.

/** Octets that may be kept at one time, by all sessions together. */
export interface Memory {
  used: number
  readonly most: number
}

/** Line endings that are not CRLF. Both are forbidden (RFC 5321 §2.3.8), and what smuggling is made of. */
export interface LineEndings {
  readonly bareCr: number
  readonly bareLf: number
}

/** `too-big`: over the limit. `no-memory`: there was no room to keep it. */
export type Content =
  | { readonly kind: 'complete'; readonly raw: Uint8Array; readonly lineEndings: LineEndings }
  | { readonly kind: 'too-big' }
  | { readonly kind: 'no-memory' }

const CR = 13
const LF = 10
const DOT = 46

/** Where in a line the next octet stands. `dot` and `dotCr`: these octets began a line, and are not yet content. */
const [inLine, afterCr, lineStart, afterDot, afterDotCr] = [0, 1, 2, 3, 4] as const

const FIRST_BLOCK = 16 * 1024

/**
 * Reads one message. Only CRLF.CRLF ends it (RFC 5321 §4.1.1.4), across whatever pieces it comes in. A dot that begins a
 * line is taken away (§4.5.2); a line begins after CRLF and at the start, nowhere else.
 */
export class MessageReader {
  readonly #limit: number
  readonly #memory: Memory
  #kept: Buffer
  #length = 0
  #state: 0 | 1 | 2 | 3 | 4 = lineStart
  #bareCr = 0
  #bareLf = 0
  #lost: 'too-big' | 'no-memory' | undefined
  /** Octets on the wire so far. */
  received = 0

  constructor(limit: number, memory: Memory, declared: number | undefined) {
    this.#limit = limit
    this.#memory = memory
    this.#kept = Buffer.alloc(0)
    if (declared !== undefined && declared > 0) this.#room(Math.min(declared, 1024 * 1024))
  }

  /** Takes octets from `from` on. Returns the index behind the end of the message, or -1 when it goes on. */
  read(chunk: Buffer, from: number): number {
    const end = chunk.length
    let state = this.#state
    let start = from
    let i = from
    let ended = -1
    while (i < end) {
      if (state === inLine) {
        // Nearly all octets pass here.
        while (i < end && chunk[i] !== CR && chunk[i] !== LF) i++
        if (i === end) break
        if (chunk[i] === CR) state = afterCr
        else this.#bareLf++
        i++
        continue
      }
      const octet = chunk[i]!
      switch (state) {
        case afterCr:
          if (octet === LF) state = lineStart
          else {
            this.#bareCr++
            if (octet !== CR) state = inLine
          }
          i++
          break
        case lineStart:
          if (octet === DOT) {
            this.#keep(chunk, start, i)
            start = i + 1
            state = afterDot
            i++
          } else if (octet === CR) {
            state = afterCr
            i++
          } else state = inLine
          break
        case afterDot:
          // The dot is gone; the octet after it is content, unless this is the end.
          if (octet === CR) {
            state = afterDotCr
            start = i + 1
          } else {
            state = inLine
            if (octet === LF) this.#bareLf++
            start = i
          }
          i++
          break
        case afterDotCr:
          if (octet === LF) {
            ended = i + 1
            i = end
            break
          }
          this.#bareCr++
          this.#keep(carriageReturn, 0, 1)
          start = i
          state = octet === CR ? afterCr : inLine
          i++
          break
      }
    }
    if (ended < 0 && state !== afterDot && state !== afterDotCr) this.#keep(chunk, start, end)
    this.#state = state
    this.received += (ended < 0 ? end : ended) - from
    return ended
  }

  /** What came, after its end. The memory is given back by `release`, when nobody needs the content any more. */
  content(): Content {
    if (this.#lost === 'too-big') return { kind: 'too-big' }
    if (this.#lost === 'no-memory') return { kind: 'no-memory' }
    const lineEndings = { bareCr: this.#bareCr, bareLf: this.#bareLf }
    return { kind: 'complete', raw: this.#kept.subarray(0, this.#length), lineEndings }
  }

  get hasBareEndings(): boolean {
    return this.#bareCr + this.#bareLf > 0
  }

  /** Whether there is still a chance that the message can be taken. */
  get isLost(): boolean {
    return this.#lost !== undefined
  }

  release(): void {
    this.#memory.used -= this.#kept.length
    this.#kept = Buffer.alloc(0)
    this.#length = 0
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const count = end - start
    if (count <= 0 || this.#lost !== undefined) return
    const needed = this.#length + count
    const isTooBig = needed > this.#limit
    if (isTooBig || (needed > this.#kept.length && !this.#room(needed))) {
      this.release()
      this.#lost = isTooBig ? 'too-big' : 'no-memory'
      return
    }
    if (count < 24) {
      // Cheaper than a call, and a body of dots is made of such pieces.
      for (let i = start; i < end; i++) this.#kept[this.#length++] = chunk[i]!
      return
    }
    chunk.copy(this.#kept, this.#length, start, end)
    this.#length += count
  }

  #room(wanted: number): boolean {
    const free = this.#memory.most - this.#memory.used + this.#kept.length
    if (wanted > free) return false
    const doubled = Math.max(this.#kept.length * 2, FIRST_BLOCK)
    const size = Math.max(wanted, Math.min(doubled, this.#limit, free))
    const larger = Buffer.allocUnsafeSlow(size)
    this.#kept.copy(larger, 0, 0, this.#length)
    this.#memory.used += size - this.#kept.length
    this.#kept = larger
    return true
  }
}

const carriageReturn = Buffer.from('\r')
