// Questions over UDP to one server: several connected sockets with random ports and random ids, so that an answer can
// be forged only by who sees the question (RFC 5452 §9).
import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ServerAddress } from './server-address.ts'
import { type Listener, networkFault, type Sent, type Transport } from './transport.ts'
import { answersQuestion, encodeQuery, type Question } from './wire-query.ts'

const SOCKETS = 8
const RECEIVE_BUFFER = 4 * 1024 * 1024

export class UdpTransport implements Transport {
  readonly #server: ServerAddress
  readonly #sockets: (QuestionSocket | undefined)[] = new Array(SOCKETS).fill(undefined)
  #ignored = 0

  constructor(server: ServerAddress) {
    this.#server = server
  }

  /** How many messages came that answered no open question: late, doubled or forged. */
  get ignored(): number {
    return this.#ignored
  }

  /** Sends the question. Answers are heard until they are forgotten, however late. The listener is never called at once. */
  send(question: Question, edns: boolean, listener: Listener): Sent {
    const index = randomInt(SOCKETS)
    const known = this.#sockets[index]
    if (known && !known.closed) return known.send(question, edns, listener)
    const socket = new QuestionSocket(this.#server, () => this.#ignored++)
    this.#sockets[index] = socket
    return socket.send(question, edns, listener)
  }

  close(): void {
    for (const socket of this.#sockets) socket?.close()
  }
}

interface Open {
  readonly question: Question
  readonly query: Buffer
  readonly listener: Listener
}

class QuestionSocket {
  readonly #socket: Socket
  readonly #open = new Map<number, Open>()
  readonly #ignore: () => void
  #unsent: Buffer[] | undefined = []
  closed = false

  constructor(server: ServerAddress, ignore: () => void) {
    this.#ignore = ignore
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.unref()
    socket.on('error', fault => this.#fail(fault))
    socket.on('message', bytes => this.#message(bytes))
    socket.on('connect', () => {
      try {
        // A burst of answers must not be lost in our own kernel; where so much is not allowed, what is allowed will do.
        socket.setRecvBufferSize(RECEIVE_BUFFER)
      } catch {}
      const unsent = this.#unsent ?? []
      this.#unsent = undefined
      for (const query of unsent) this.#write(query)
    })
    // Binding and connecting take a turn of the event loop; questions wait in #unsent. Port 0 is a random one.
    socket.connect(server.port, server.address)
  }

  send(question: Question, edns: boolean, listener: Listener): Sent {
    let id = randomInt(0x10000)
    while (this.#open.has(id)) id = randomInt(0x10000)
    const query = encodeQuery(question, id, edns)
    this.#open.set(id, { question, query, listener })
    if (this.#unsent) this.#unsent.push(query)
    else this.#write(query)
    return { overdue() {}, forget: () => this.#open.delete(id) }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.#unsent = undefined
    this.#socket.close()
  }

  #write(query: Buffer): void {
    if (this.closed) return
    // The callback keeps send failures from becoming 'error' events of nobody in particular.
    this.#socket.send(query, fault => {
      if (fault) this.#fail(fault)
    })
  }

  #message(bytes: Buffer): void {
    const open = bytes.length < 2 ? undefined : this.#open.get(bytes.readUInt16BE(0))
    if (open && answersQuestion(bytes, open.question, open.query)) open.listener.message(bytes)
    else this.#ignore()
  }

  /** An ICMP error or a local one. It names no question, so all that are open here have failed. */
  #fail(fault: Error): void {
    if (this.closed) return
    this.close()
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const { listener } of open) listener.failed(networkFault(fault))
  }
}
