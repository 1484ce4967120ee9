// Questions over TCP and TLS (RFC 7766, RFC 7858): few connections, kept open, each with many questions at once. A
// connection that ends takes no answer with it: what was open is asked again over another.
import { connect } from 'node:net'
import type { ServerAddress } from '../resolver.ts'
import { type Carried, type Ending, StreamConnection } from './stream-connection.ts'
import { type TlsSockets, tlsFault } from './tls-socket.ts'
import { type Listener, networkFault, type Sent, type Transport } from './transport.ts'
import type { Question } from './wire-query.ts'

/** Connections at once. One would do for a server that answers out of order; many do not. */
const MOST_CONNECTIONS = 4
/** Questions at once over one connection; unbound takes no more. */
const DEEPEST = 32
/** Connections that may end under a question without having answered anything. */
const MOST_SPOILED = 2

export class StreamTransport implements Transport {
  /** How many connections were opened. */
  connections = 0
  readonly #server: ServerAddress
  readonly #tls: TlsSockets | undefined
  readonly #open = new Set<StreamConnection>()
  #line: Carried[] = []
  /** How many questions one connection is given: some servers close after the first answer. */
  #depth = DEEPEST

  /** @param tls makes the connections of DNS over TLS; without, they are plain TCP */
  constructor(server: ServerAddress, tls?: TlsSockets) {
    this.#server = server
    this.#tls = tls
  }

  send(question: Question, edns: boolean, listener: Listener): Sent {
    const carried: Carried = { question, edns, listener, spoiled: 0 }
    this.#line.push(carried)
    this.#pump()
    return {
      overdue: () => {
        for (const connection of this.#open) connection.doubt(carried)
      },
      forget: () => {
        const at = this.#line.indexOf(carried)
        if (at >= 0) this.#line.splice(at, 1)
        for (const connection of this.#open) connection.forget(carried)
      },
    }
  }

  close(): void {
    this.#line = []
    for (const connection of this.#open) connection.close()
    this.#open.clear()
  }

  /** Hands on what waits, to connections with room; the fullest first, so that the others may fall idle. */
  #pump(): void {
    while (this.#line.length > 0) {
      const connection = this.#withRoom() ?? this.#another()
      if (connection === undefined) return
      connection.send(this.#line.shift()!)
    }
  }

  #withRoom(): StreamConnection | undefined {
    const roomy = [...this.#open].filter(one => !one.retired && one.open < this.#depth)
    return roomy.toSorted((a, b) => b.open - a.open)[0]
  }

  #another(): StreamConnection | undefined {
    // One that is doubted does not count: it may never end by itself.
    if ([...this.#open].filter(one => !one.retired).length >= MOST_CONNECTIONS) return undefined
    this.connections++
    const tls = this.#tls
    const server = this.#server
    const socket = tls ? tls.open(server, ['dot']) : connect({ host: server.address, port: server.port, noDelay: true })
    const connection: StreamConnection = new StreamConnection(socket, tls ? 'secureConnect' : 'connect', {
      answered: () => {
        if (connection.answered % (this.#depth * 4) === 0) this.#depth = Math.min(DEEPEST, this.#depth * 2)
        this.#pump()
      },
      ended: ending => this.#ended(connection, ending),
      faultOf: fault => (tls ? tlsFault(fault, server) : { detail: networkFault(fault), final: false }),
    })
    this.#open.add(connection)
    return connection
  }

  #ended(connection: StreamConnection, { detail, final, open }: Ending): void {
    this.#open.delete(connection)
    const { established, answered } = connection
    // RFC 7766 §6.2.1, §6.2.4: a server may close at any time; what it has not answered is asked again.
    if (answered > 0 && open.length > 0) this.#depth = Math.min(this.#depth, answered)
    if (established && answered === 0) for (const carried of open) carried.spoiled++
    const again = open.filter(carried => established && carried.spoiled < MOST_SPOILED)
    this.#line.unshift(...again)
    const way = this.#tls ? 'over TLS' : 'over TCP'
    for (const carried of open) if (!again.includes(carried)) carried.listener.failed(`${way}: ${detail}`, final)
    this.#pump()
  }
}
