// Messages that were just taken, kept in bounded memory: most are delivered at once, and need not be read again.
import type { Content, Envelope } from '../../relay/envelope.ts'
import type { Stored } from '../store.ts'
import { hasEnded } from './envelope-row.ts'

interface Kept extends Stored {
  readonly content: Content
  readonly octets: number
}

/** About what a message without its content takes. */
const OCTETS_PER_MESSAGE = 2048

export class RecentMessages {
  readonly #kept = new Map<string, Kept>()
  readonly #most: number
  #octets = 0

  /** @param most octets of memory, about. */
  constructor(most: number) {
    this.#most = most
  }

  keep(stored: Stored, content: Content): void {
    // A view keeps all of the buffer alive that it looks at.
    const octets = OCTETS_PER_MESSAGE + content.message.buffer.byteLength + content.signatures.buffer.byteLength
    if (octets > this.#most / 4) return
    this.#kept.set(stored.message.id, { ...stored, content, octets })
    this.#octets += octets
    for (const id of this.#kept.keys()) {
      if (this.#octets <= this.#most) return
      this.drop(id)
    }
  }

  get(message: string): Kept | undefined {
    return this.#kept.get(message)
  }

  /** What was recorded of envelopes, as the database has it too: what has ended stays so. */
  record(changed: readonly Envelope[]): void {
    for (const envelope of changed) {
      const kept = this.#kept.get(envelope.message)
      if (kept === undefined) continue
      const envelopes = kept.envelopes.map(e => (e.id === envelope.id && !hasEnded(e.state) ? envelope : e))
      if (envelopes.every(e => hasEnded(e.state))) this.drop(envelope.message)
      else this.#kept.set(envelope.message, { ...kept, envelopes })
    }
  }

  sign(message: string, signatures: Uint8Array): void {
    const kept = this.#kept.get(message)
    if (kept) this.#kept.set(message, { ...kept, content: { ...kept.content, signatures } })
  }

  drop(message: string): void {
    this.#octets -= this.#kept.get(message)?.octets ?? 0
    this.#kept.delete(message)
  }

  clear(): void {
    this.#kept.clear()
    this.#octets = 0
  }
}
