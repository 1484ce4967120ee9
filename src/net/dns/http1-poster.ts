// Questions by HTTP/1.1, for servers that have no HTTP/2: some kept connections, each with one question at a time.
import { Agent, request } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { HttpAnswer, type HttpOutcome, IDLE_MS, MEDIA_TYPE } from './http-answer.ts'

const MOST_CONNECTIONS = 8

export class Http1Poster {
  readonly #agent: Agent
  readonly #authority: string
  readonly #path: string
  readonly #faultOf: (fault: Error) => { readonly detail: string; readonly final: boolean }

  constructor(
    open: () => TLSSocket,
    target: { readonly authority: string; readonly path: string },
    faultOf: (fault: Error) => { readonly detail: string; readonly final: boolean },
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, timeout: IDLE_MS })
    Object.assign(this.#agent, { createConnection: () => open().unref() })
    this.#authority = target.authority
    this.#path = target.path
    this.#faultOf = faultOf
  }

  /** @returns what forgets the question; `tell` is called once at most, never at once */
  post(query: Buffer, tell: (outcome: HttpOutcome) => void): { overdue(): void; forget(): void } {
    const answer = new HttpAnswer()
    let over = false
    const post = request({
      agent: this.#agent,
      path: this.#path,
      method: 'POST',
      headers: {
        host: this.#authority,
        'content-type': MEDIA_TYPE,
        accept: MEDIA_TYPE,
        'content-length': query.length,
      },
    })
    const settle = (outcome: HttpOutcome): void => {
      if (over) return
      over = true
      if (outcome.kind === 'wrong') post.destroy()
      tell(outcome)
    }
    const wrong = (detail: string | undefined): void => {
      if (detail !== undefined) settle({ kind: 'wrong', detail })
    }
    post.once('response', response => {
      wrong(answer.head(response.statusCode, response.headers['content-type'], response.headers.location))
      response.on('data', (piece: Buffer) => wrong(answer.body(piece)))
      response.once('end', () => {
        if (response.complete) settle({ kind: 'message', bytes: answer.message })
      })
      response.once('error', () => {})
    })
    post.on('error', fault => settle({ kind: 'lost', ...this.#faultOf(fault) }))
    post.once('close', () => settle({ kind: 'lost', detail: 'it broke the request off', final: false }))
    post.end(query)
    // A connection with one question is ended with it.
    const forget = (): void => {
      over = true
      post.destroy()
    }
    return { overdue() {}, forget }
  }

  close(): void {
    this.#agent.destroy()
  }
}
