// Reads one answer of HTTP/1.1 from a connection (RFC 9112): bounded in head, body and time; nothing that a server does makes it throw.
import type { Connection } from './dialer.ts'

/** What the server said. */
export interface HttpResponse {
  readonly kind: 'response'
  readonly status: number
  /** By lower-case name; several of one name are joined by a comma (RFC 9110 §5.3). */
  readonly fields: ReadonlyMap<string, string>
  readonly body: Uint8Array
  /** True when there is more of the body than may be read. */
  readonly isCut: boolean
}

/** What came was no answer. `timeout` and `closed` tell nothing about the document. */
export interface HttpSilence {
  readonly kind: 'unanswered'
  readonly why: 'timeout' | 'closed' | 'not-http'
  readonly detail: string
}

/** Octets of the status line and the fields together. */
const MOST_HEAD = 16 * 1024

/** Reads the answer to a request that was sent. `left` is what is left of the time, in milliseconds. */
export async function readResponse(
  connection: Connection,
  mostBody: number,
  left: () => number,
): Promise<HttpResponse | HttpSilence> {
  const inbox = new Inbox(connection, left)
  for (;;) {
    const head = await inbox.upTo('\r\n\r\n', MOST_HEAD)
    if (typeof head !== 'string') return { kind: 'unanswered', ...head }
    const [statusLine = '', ...lines] = head.split('\r\n')
    const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(statusLine)?.[1]
    if (status === undefined) return notHttp('the first line is no status line')
    // RFC 9110 §15.2: any number of interim answers may come first.
    if (status.startsWith('1')) continue
    const fields = readFields(lines)
    const body = await readBody(inbox, fields, mostBody)
    if ('why' in body) return { kind: 'unanswered', ...body }
    return { kind: 'response', status: Number(status), fields, ...body }
  }
}

type Trouble = { readonly why: 'timeout' | 'closed' | 'not-http'; readonly detail: string }

function notHttp(detail: string): HttpSilence {
  return { kind: 'unanswered', why: 'not-http', detail }
}

function readFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) continue
    const known = fields.get(name.toLowerCase())
    fields.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`)
  }
  return fields
}

// RFC 9112 §6.3: chunked, else by Content-Length, else to the end of the connection.
async function readBody(
  inbox: Inbox,
  fields: ReadonlyMap<string, string>,
  most: number,
): Promise<{ readonly body: Uint8Array; readonly isCut: boolean } | Trouble> {
  if (fields.get('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(inbox, most)
  const length = fields.get('content-length')
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length))
    return { why: 'not-http', detail: 'Content-Length is no number' }
  const wanted = length === undefined ? undefined : Number(length)
  const body = await inbox.take(Math.min(wanted ?? most + 1, most + 1), wanted === undefined)
  if ('why' in body) return body
  return { body: body.subarray(0, most), isCut: body.length > most }
}

async function readChunks(
  inbox: Inbox,
  most: number,
): Promise<{ readonly body: Uint8Array; readonly isCut: boolean } | Trouble> {
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    const line = await inbox.upTo('\r\n', 1024)
    if (typeof line !== 'string') return line
    const size = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;|$)/.exec(line)?.[1]
    if (size === undefined) return { why: 'not-http', detail: 'a chunk has no size' }
    const length = Number.parseInt(size, 16)
    if (length === 0) return { body: Buffer.concat(chunks), isCut: false }
    const bytes = await inbox.take(Math.min(length, most - total + 1), false)
    if ('why' in bytes) return bytes
    chunks.push(bytes)
    total += bytes.length
    if (total > most) return { body: Buffer.concat(chunks).subarray(0, most), isCut: true }
    const end = await inbox.upTo('\r\n', 2)
    if (typeof end !== 'string') return end
  }
}

/** What came and was not used yet. */
class Inbox {
  #bytes: Buffer = Buffer.alloc(0)
  readonly #connection: Connection
  readonly #left: () => number

  constructor(connection: Connection, left: () => number) {
    this.#connection = connection
    this.#left = left
  }

  /** The text before the mark, octet by octet; the mark is gone too. */
  async upTo(mark: string, most: number): Promise<string | Trouble> {
    for (let from = 0; ; ) {
      const at = this.#bytes.indexOf(mark, from, 'latin1')
      if (at >= 0 && at <= most) {
        const text = this.#bytes.toString('latin1', 0, at)
        this.#bytes = this.#bytes.subarray(at + mark.length)
        return text
      }
      if (at >= 0 || this.#bytes.length > most + mark.length) return { why: 'not-http', detail: 'its head is too long' }
      from = Math.max(0, this.#bytes.length - mark.length)
      const trouble = await this.#more()
      if (trouble) return trouble
    }
  }

  /** So many octets; fewer only when the connection ends and that is how the body ends. */
  async take(count: number, endsWithConnection: boolean): Promise<Buffer | Trouble> {
    while (this.#bytes.length < count) {
      const trouble = await this.#more()
      if (trouble?.why === 'closed' && endsWithConnection) break
      if (trouble) return trouble
    }
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(taken.length)
    return taken
  }

  async #more(): Promise<Trouble | undefined> {
    const bytes = await this.#connection.read(this.#left())
    if (bytes === 'timeout') return { why: 'timeout', detail: 'the server did not answer in time' }
    if (bytes === 'closed')
      return { why: 'closed', detail: 'the server ended the connection before its answer was whole' }
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    return undefined
  }
}
