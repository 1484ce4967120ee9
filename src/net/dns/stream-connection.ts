// One connection that carries many questions at once: two octets of length before each message (RFC 1035 §4.2.2), and
// answers in any order, told apart by their ids (RFC 7766 §6.2.1.1).
import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Listener } from './transport.ts'
import { answersQuestion, encodeQuery, type Question } from './wire-query.ts'

/** A question that is to be answered over some connection. */
export interface Carried {
  readonly question: Question
  readonly edns: boolean
  readonly listener: Listener
  /** How many connections ended under it that had answered nothing. */
  spoiled: number
}

/** How a connection ended. */
export interface Ending {
  readonly detail: string
  readonly final: boolean
  /** What it left unanswered, in the order asked. */
  readonly open: readonly Carried[]
}

interface Open {
  readonly carried: Carried
  readonly query: Buffer
  /** What had been answered when it was sent. */
  readonly since: number
}

/** A connection that nobody uses is closed after so long (RFC 7766 §6.2.3). */
const IDLE_MS = 10_000
/** One that leaves so much unanswered is of no use. */
const MOST_FORGOTTEN = 100

export class StreamConnection {
  /** How many answers came over it. */
  answered = 0
  /** It was opened: whatever ends it now, someone was there. */
  established = false
  /** Nothing more is to be sent over it. */
  retired = false
  readonly #socket: Socket
  readonly #open = new Map<number, Open>()
  /** Ids whose answers nobody waits for any more. */
  readonly #forgotten = new Set<number>()
  readonly #padded: boolean
  readonly #answer: () => void
  readonly #ended: (ending: Ending) => void
  #pieces: Buffer[] = []
  #length = 0
  #over = false

  /**
   * @param socket one that connects. @param ready the event that says it is open
   * @param on called when an answer came, and once when the connection has ended by other hands
   */
  constructor(
    socket: Socket,
    ready: 'connect' | 'secureConnect',
    on: {
      readonly answered: () => void
      readonly ended: (ending: Ending) => void
      readonly faultOf: (fault: Error) => { readonly detail: string; readonly final: boolean }
    },
  ) {
    this.#socket = socket
    this.#padded = ready === 'secureConnect'
    this.#answer = on.answered
    this.#ended = on.ended
    socket.unref()
    socket.setNoDelay(true)
    socket.setTimeout(IDLE_MS)
    socket.once(ready, () => {
      this.established = true
    })
    socket.on('data', piece => this.#data(piece))
    socket.on('error', fault => {
      const { detail, final } = on.faultOf(fault)
      this.#end(detail, final)
    })
    socket.on('end', () => this.#end('it closed the connection without an answer'))
    socket.on('close', () => this.#end('it closed the connection without an answer'))
    socket.on('timeout', () => {
      if (this.#open.size === 0) this.#end('it was idle')
    })
  }

  /** How many questions wait for their answers. */
  get open(): number {
    return this.#open.size
  }

  send(carried: Carried): void {
    let id = randomInt(0x10000)
    while (this.#open.has(id) || this.#forgotten.has(id)) id = randomInt(0x10000)
    const query = encodeQuery(carried.question, id, carried.edns, this.#padded)
    this.#open.set(id, { carried, query, since: this.answered })
    // In one write, so that no server sees the length alone (RFC 7766 §8).
    this.#socket.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]))
  }

  /** A question waits too long: when nothing at all came since it was sent, the connection may be dead. */
  doubt(carried: Carried): void {
    const found = this.#find(carried)
    if (found !== undefined && found[1].since === this.answered) this.retired = true
  }

  forget(carried: Carried): void {
    const found = this.#find(carried)
    if (found === undefined) return
    this.#open.delete(found[0])
    this.#forgotten.add(found[0])
    if (this.#forgotten.size > MOST_FORGOTTEN) this.retired = true
    if (this.retired && this.#open.size === 0) this.#end('it was left')
  }

  /** Ends it; nobody is told. */
  close(): void {
    this.#over = true
    this.#socket.destroy()
  }

  #find(carried: Carried): [number, Open] | undefined {
    for (const entry of this.#open) if (entry[1].carried === carried) return entry
    return undefined
  }

  #data(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length < this.#needed()) return
    let bytes = Buffer.concat(this.#pieces)
    while (!this.#over) {
      const needed = neededOf(bytes)
      if (bytes.length < needed) break
      this.#message(bytes.subarray(2, needed))
      bytes = bytes.subarray(needed)
    }
    this.#pieces = [bytes]
    this.#length = bytes.length
  }

  /** How many octets there must be before there is a whole message. Pieces are not joined for each that comes. */
  #needed(): number {
    if (this.#length >= 2 && this.#pieces[0]!.length < 2) this.#pieces = [Buffer.concat(this.#pieces)]
    return neededOf(this.#pieces[0]!)
  }

  #message(bytes: Buffer): void {
    if (bytes.length < 12) {
      this.#end('it sent what is no DNS message')
      return
    }
    const id = bytes.readUInt16BE(0)
    const open = this.#open.get(id)
    // The answer to what has been forgotten may still come.
    if (this.#forgotten.delete(id)) return
    if (open === undefined || !answersQuestion(bytes, open.carried.question, open.query)) {
      this.#end('it answered another question')
      return
    }
    this.#open.delete(id)
    this.answered++
    open.carried.listener.message(bytes)
    this.#answer()
  }

  #end(detail: string, final = false): void {
    if (this.#over) return
    this.close()
    const open = [...this.#open.values()].map(({ carried }) => carried)
    this.#open.clear()
    this.#ended({ detail, final, open })
  }
}

function neededOf(bytes: Buffer): number {
  return bytes.length < 2 ? 2 : 2 + bytes.readUInt16BE(0)
}
