// What an HTTP response must be to carry a DNS message (RFC 8484 §4.2): anything else is told in words.

/** What became of one POST. `lost`: the connection ended without an answer; `final`: another one will do no better. */
export type HttpOutcome =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'wrong'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string; readonly final: boolean }

export const MEDIA_TYPE = 'application/dns-message'

/** A connection that nobody uses is closed after so long. */
export const IDLE_MS = 10_000

/** A DNS message has no more octets (RFC 1035 §4.2.2 has two octets for its length). */
const MOST_OCTETS = 65_535

/** Collects one response. */
export class HttpAnswer {
  readonly #pieces: Buffer[] = []
  #length = 0

  /** @returns why this is no answer, as soon as that is known */
  head(status: number | undefined, contentType: string | undefined, location?: string): string | undefined {
    if (status !== undefined && status >= 300 && status < 400) {
      const where = location === undefined ? '' : ` to ${printable(location)}`
      // What was asked of this server is not to be told to another.
      return `it answers with HTTP status ${status}, a redirection${where}, which is not followed`
    }
    if (status !== 200) return `it answers with HTTP status ${status ?? 'unknown'}`
    const type = contentType?.split(';')[0]?.trim().toLowerCase()
    if (type === MEDIA_TYPE) return undefined
    return `it answers with ${type === undefined ? 'no content type' : printable(type)}, not with a DNS message`
  }

  body(piece: Buffer): string | undefined {
    this.#length += piece.length
    if (this.#length > MOST_OCTETS) return `it answers with more than ${MOST_OCTETS} octets`
    this.#pieces.push(piece)
    return undefined
  }

  get message(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)
}
