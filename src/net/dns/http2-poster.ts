// One connection of HTTP/2 that carries many questions at once.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { HttpAnswer, type HttpOutcome, IDLE_MS, MEDIA_TYPE } from './http-answer.ts'

interface Posted {
  readonly query: Buffer
  readonly tell: (outcome: HttpOutcome) => void
  /** How many answers had come when it was posted. */
  readonly since: number
  stream: ClientHttp2Stream | undefined
}

const CLOSED = 'it closed the connection without an answer'

export class Http2Poster {
  /** How many answers came over it. */
  answered = 0
  /** Nothing more is to be posted over it. */
  retired = false
  readonly #socket: TLSSocket
  readonly #authority: string
  readonly #path: string
  readonly #posted = new Set<Posted>()
  readonly #faultOf: (fault: Error) => { readonly detail: string; readonly final: boolean }
  readonly #withoutHttp2: () => void
  #session: ClientHttp2Session | undefined
  #over = false

  /** @param withoutHttp2 called instead of any outcome when the server speaks no HTTP/2 */
  constructor(
    socket: TLSSocket,
    target: { readonly authority: string; readonly path: string },
    faultOf: (fault: Error) => { readonly detail: string; readonly final: boolean },
    withoutHttp2: () => void,
  ) {
    this.#socket = socket
    this.#authority = target.authority
    this.#path = target.path
    this.#faultOf = faultOf
    this.#withoutHttp2 = withoutHttp2
    socket.unref()
    socket.on('error', fault => this.#fail(fault))
    socket.once('close', () => this.#end(CLOSED))
    socket.once('secureConnect', () => this.#ready())
  }

  /** Nothing waits for it. */
  get idle(): boolean {
    return this.#posted.size === 0
  }

  /** @returns what forgets the question; `tell` is called once at most, never at once */
  post(query: Buffer, tell: (outcome: HttpOutcome) => void): { overdue(): void; forget(): void } {
    const posted: Posted = { query, tell, since: this.answered, stream: undefined }
    this.#posted.add(posted)
    if (this.#session) this.#begin(posted, this.#session)
    return {
      overdue: () => {
        if (this.#posted.has(posted) && posted.since === this.answered) this.retired = true
      },
      forget: () => {
        this.#posted.delete(posted)
        posted.stream?.close(constants.NGHTTP2_CANCEL)
        if (this.retired && this.#posted.size === 0) this.close()
      },
    }
  }

  /** Ends it; nobody is told. */
  close(): void {
    this.#over = true
    this.retired = true
    this.#posted.clear()
    this.#session?.destroy()
    this.#socket.destroy()
  }

  #ready(): void {
    if (this.#over) return
    if (this.#socket.alpnProtocol !== 'h2') {
      this.close()
      this.#withoutHttp2()
      return
    }
    const session = connect(`https://${this.#authority}`, { createConnection: () => this.#socket })
    this.#session = session
    session.unref()
    session.on('error', fault => this.#fail(fault))
    session.once('close', () => this.#end(CLOSED))
    // RFC 9113 §6.8: what it has begun it still answers; nothing new is asked.
    session.once('goaway', () => {
      this.retired = true
    })
    session.setTimeout(IDLE_MS, () => {
      if (this.#posted.size === 0) this.close()
    })
    for (const posted of this.#posted) this.#begin(posted, session)
  }

  #begin(posted: Posted, session: ClientHttp2Session): void {
    const answer = new HttpAnswer()
    const lost = (): void => this.#settle(posted, { kind: 'lost', detail: 'it broke the request off', final: false })
    let stream: ClientHttp2Stream
    try {
      stream = session.request({
        ':method': 'POST',
        ':path': this.#path,
        'content-type': MEDIA_TYPE,
        accept: MEDIA_TYPE,
        'content-length': posted.query.length,
      })
    } catch {
      // The session has ended in this very moment.
      this.retired = true
      setImmediate(lost)
      return
    }
    posted.stream = stream
    const wrong = (detail: string | undefined): void => {
      if (detail !== undefined) this.#settle(posted, { kind: 'wrong', detail })
    }
    stream.once('response', h => wrong(answer.head(h[':status'], h['content-type'], h.location)))
    stream.on('data', (piece: Buffer) => wrong(answer.body(piece)))
    stream.once('end', () => {
      // A stream that was reset ends too.
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted) {
        this.#settle(posted, { kind: 'message', bytes: answer.message })
      }
    })
    stream.once('error', () => {})
    stream.once('close', lost)
    stream.end(posted.query)
  }

  #settle(posted: Posted, outcome: HttpOutcome): void {
    if (!this.#posted.delete(posted)) return
    if (outcome.kind !== 'lost') this.answered++
    if (outcome.kind === 'wrong') posted.stream?.close(constants.NGHTTP2_CANCEL)
    posted.tell(outcome)
  }

  #fail(fault: Error): void {
    const { detail, final } = this.#faultOf(fault)
    this.#end(detail, final)
  }

  #end(detail: string, final = false): void {
    if (this.#over) return
    const open = [...this.#posted]
    this.close()
    for (const { tell } of open) tell({ kind: 'lost', detail, final })
  }
}
