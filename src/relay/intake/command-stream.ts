// Cuts what a client sends into command lines and message content: lines end in CRLF and nothing else, and are never longer than allowed.
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import type { MessageReader } from './message-reader.ts'

/** RFC 4954 §4: the longest line of AUTH. */
const LONGEST_LINE = 12_288

/** After so many commands in one piece, others get a turn. */
const MOST_AT_ONCE = 100

/** Who is told. `resume` lets the next line come; until then nothing more is read. */
export interface StreamListener {
  /** Whether the client may speak yet; called with each piece. */
  mayTalk(): boolean
  line(line: Buffer, resume: () => void): void
  /** More content has come. */
  progress(reader: MessageReader): void
  content(reader: MessageReader, resume: () => void): void
  /** What came is no command line; nothing after it is read. */
  broken(why: 'too-long' | 'bare-lf'): void
}

type Next = (fault?: Error | null) => void

/** smtp-server's stream takes LF for a line end, unstuffs after LF, and yields at each dot; this one does not. */
export class CommandStream extends SMTPStream {
  readonly #listener: StreamListener
  #rest: Buffer = Buffer.alloc(0)
  #at = 0
  #next: Next | undefined
  #reader: MessageReader | undefined
  #busy = false
  #again = false

  constructor(listener: StreamListener) {
    super()
    this.#listener = listener
  }

  /** What comes from now on is content. */
  receive(reader: MessageReader): void {
    this.#reader = reader
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: Next): void {
    if (this.isClosed || !this.#listener.mayTalk()) {
      next()
      return
    }
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#at = 0
    this.#next = next
    this.#run()
  }

  readonly #run = (): void => {
    // A line that is answered at once resumes from within: loop, do not recurse.
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = true
    try {
      for (let count = 0; this.#step(); ) {
        if (!this.#again) return
        this.#again = false
        if (++count < MOST_AT_ONCE) continue
        setImmediate(this.#run)
        return
      }
    } finally {
      this.#busy = false
    }
  }

  /** Handles one line, or the content. False when more must be read first, or nothing more will be. */
  #step(): boolean {
    if (this.isClosed) return this.#read()
    const reader = this.#reader
    if (reader !== undefined) {
      const end = reader.read(this.#rest, this.#at)
      this.#at = end < 0 ? this.#rest.length : end
      this.#listener.progress(reader)
      if (end < 0 || this.isClosed) return this.#read()
      this.#reader = undefined
      this.#listener.content(reader, this.#run)
      return true
    }
    const lineFeed = this.#rest.indexOf(10, this.#at)
    const length = (lineFeed < 0 ? this.#rest.length : lineFeed) - this.#at
    if (length > LONGEST_LINE + 1) return this.#break('too-long')
    if (lineFeed < 0) return this.#read()
    // RFC 5321 §2.3.8. To split there would make commands out of the text of others.
    if (length === 0 || this.#rest[lineFeed - 1] !== 13) return this.#break('bare-lf')
    const line = this.#rest.subarray(this.#at, lineFeed - 1)
    this.#at = lineFeed + 1
    this.#listener.line(line, this.#run)
    return true
  }

  #break(why: 'too-long' | 'bare-lf'): boolean {
    this.isClosed = true
    this.#listener.broken(why)
    return this.#read()
  }

  /** Lets the next piece come; keeps the beginning of a line. */
  #read(): boolean {
    this.#rest = this.isClosed ? Buffer.alloc(0) : this.#rest.subarray(this.#at)
    this.#at = 0
    const next = this.#next
    this.#next = undefined
    next?.()
    return false
  }
}
