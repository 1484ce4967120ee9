// Reads SMTP replies out of bytes that come in any pieces; a server that never ends a reply is cut off, whatever it sends.

/** One reply, all of its lines (RFC 5321 §4.2.1): the text after each code, without the line end. */
export interface SmtpReply {
  readonly code: number
  readonly lines: readonly string[]
}

/** Why what came is no reply. Nothing after it can be understood. */
export interface ReplyFault {
  readonly fault: string
}

// RFC 5321 §4.5.3.1.5 allows 512 octets in a reply line; what is merely too long is still read.
const LONGEST_LINE = 4096
const MOST_LINES = 200
const MOST_OCTETS = 64 * 1024

const LF = 10
const CR = 13

/** Collects bytes and gives out whole replies. Work and memory are bounded by what one reply may be. */
export class ReplyReader {
  #bytes = Buffer.alloc(0)
  #lines: string[] = []
  #octets = 0
  #fault: ReplyFault | undefined

  push(bytes: Uint8Array): void {
    if (this.#fault === undefined) this.#bytes = Buffer.concat([this.#bytes, bytes])
  }

  /** The next whole reply; a fault, which then stays; or undefined when more bytes are needed. */
  next(): SmtpReply | ReplyFault | undefined {
    while (this.#fault === undefined) {
      const end = this.#bytes.indexOf(LF)
      const length = end === -1 ? this.#bytes.length : end
      if (length > LONGEST_LINE) return this.#fail(`a line of more than ${LONGEST_LINE} octets`)
      if (end === -1) return undefined
      // Some servers end lines with a bare LF; it is wrong, and everyone understands it.
      const text = this.#bytes.subarray(0, end > 0 && this.#bytes[end - 1] === CR ? end - 1 : end).toString('utf8')
      this.#bytes = this.#bytes.subarray(end + 1)
      this.#octets += end + 1
      const reply = this.#line(text)
      if (reply) return reply
    }
    return this.#fault
  }

  /** Octets that came and belong to no reply that was given out. */
  get left(): number {
    return this.#bytes.length + this.#octets
  }

  /** The beginning of what did not become a reply, for evidence. */
  get remains(): string {
    return [...this.#lines, this.#bytes.subarray(0, 200).toString('utf8')].join(' ').slice(0, 200)
  }

  #line(text: string): SmtpReply | ReplyFault | undefined {
    const parts = /^([0-9]{3})(?:([ -])(.*))?$/s.exec(text)
    if (!parts) return this.#fail(`"${text.slice(0, 80)}" is no SMTP reply`)
    this.#lines.push(parts[3] ?? '')
    if (parts[2] === '-') {
      if (this.#lines.length >= MOST_LINES) return this.#fail(`a reply of more than ${MOST_LINES} lines`)
      if (this.#octets > MOST_OCTETS) return this.#fail(`a reply of more than ${MOST_OCTETS} octets`)
      return undefined
    }
    // The codes of all lines should be equal (RFC 5321 §4.2.1); where they are not, clients go by the last.
    const reply = { code: Number(parts[1]), lines: this.#lines }
    this.#lines = []
    this.#octets = 0
    return reply
  }

  #fail(fault: string): ReplyFault {
    this.#fault = { fault }
    return this.#fault
  }
}

/** A reply in one line, as a person reads it in a log: `250 mx.example.org | STARTTLS`. */
export function replyText({ code, lines }: SmtpReply): string {
  return `${code} ${lines.join(' | ')}`.trimEnd()
}
