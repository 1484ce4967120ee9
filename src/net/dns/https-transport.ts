// Questions over HTTPS (RFC 8484): by HTTP/2 over one connection, or by HTTP/1.1 where the server has no other.
import type { ServerAddress } from '../resolver.ts'
import type { HttpOutcome } from './http-answer.ts'
import { Http1Poster } from './http1-poster.ts'
import { Http2Poster } from './http2-poster.ts'
import { certifiedName, type TlsSockets, tlsFault } from './tls-socket.ts'
import type { Listener, Sent, Transport } from './transport.ts'
import { answersQuestion, encodeQuery, type Question } from './wire-query.ts'

/** How often a question may lose its connection. */
const MOST_SPOILED = 2

interface Posted {
  readonly question: Question
  readonly query: Buffer
  readonly listener: Listener
  spoiled: number
  sent: Sent | undefined
}

export class HttpsTransport implements Transport {
  /** How many connections were opened. */
  connections = 0
  readonly #server: ServerAddress
  readonly #tls: TlsSockets
  readonly #target: { readonly authority: string; readonly path: string }
  readonly #posted = new Set<Posted>()
  readonly #http2 = new Set<Http2Poster>()
  #http1: Http1Poster | undefined

  constructor(server: ServerAddress, tls: TlsSockets) {
    this.#server = server
    this.#tls = tls
    const name = certifiedName(server)
    const host = name.includes(':') ? `[${name}]` : name
    const authority = server.port === 443 ? host : `${host}:${server.port}`
    this.#target = { authority, path: server.path ?? '/dns-query' }
  }

  send(question: Question, edns: boolean, listener: Listener): Sent {
    // RFC 8484 §4.1: the id is 0, since HTTP tells which answer belongs to which question.
    const query = encodeQuery(question, 0, edns, true)
    const posted: Posted = { question, query, listener, spoiled: 0, sent: undefined }
    this.#posted.add(posted)
    this.#post(posted)
    return {
      overdue: () => posted.sent?.overdue(),
      forget: () => {
        this.#posted.delete(posted)
        posted.sent?.forget()
      },
    }
  }

  close(): void {
    this.#posted.clear()
    for (const poster of this.#http2) poster.close()
    this.#http2.clear()
    this.#http1?.close()
  }

  #post(posted: Posted): void {
    const poster = this.#http1 ?? this.#http2Poster()
    posted.sent = poster.post(posted.query, outcome => this.#heard(posted, outcome))
  }

  #http2Poster(): Http2Poster {
    for (const known of this.#http2) if (!known.retired) return known
    const poster: Http2Poster = new Http2Poster(this.#open(['h2', 'http/1.1']), this.#target, this.#faultOf, () => {
      this.#http1 ??= new Http1Poster(() => this.#open(['http/1.1']), this.#target, this.#faultOf)
      // What was waiting for this connection has been told nothing.
      for (const posted of this.#posted) this.#post(posted)
    })
    for (const known of this.#http2) if (known.retired && known.idle) this.#http2.delete(known)
    this.#http2.add(poster)
    return poster
  }

  #open(protocols: readonly string[]) {
    this.connections++
    return this.#tls.open(this.#server, protocols)
  }

  readonly #faultOf = (fault: Error) => tlsFault(fault, this.#server)

  #heard(posted: Posted, outcome: HttpOutcome): void {
    if (!this.#posted.has(posted)) return
    if (outcome.kind === 'lost' && !outcome.final && ++posted.spoiled < MOST_SPOILED) {
      this.#post(posted)
      return
    }
    this.#posted.delete(posted)
    const { listener } = posted
    if (outcome.kind !== 'message')
      listener.failed(`over HTTPS: ${outcome.detail}`, outcome.kind === 'lost' && outcome.final)
    else if (answersQuestion(outcome.bytes, posted.question, posted.query)) listener.message(outcome.bytes)
    else if (outcome.bytes.length < 12) listener.failed('over HTTPS: it sent what is no DNS message')
    else listener.failed('over HTTPS: it answered another question')
  }
}
