// What the store asks of its thread, and what comes back. Plain data: it crosses between threads.
import type { Envelope, Message } from '../../relay/envelope.ts'
import type { Cursor, QueueCounts, Selection, Stored, StoreFault, StoreHealth, Waiting } from '../store.ts'

/** Octets inside the one buffer that goes along with a batch. */
export interface Slice {
  readonly from: number
  readonly length: number
}

export interface PutOrder {
  readonly do: 'put'
  readonly message: Message
  readonly signatures: Slice
  readonly octets: Slice
  readonly envelopes: readonly Envelope[]
}

/** All writes of a batch go into one transaction, in their order. */
export type Write =
  | PutOrder
  | {
      readonly do: 'record'
      readonly envelopes: readonly Envelope[]
      readonly brought: readonly PutOrder[]
      readonly at: number
    }
  | { readonly do: 'sign'; readonly message: string; readonly signatures: Slice }
  | { readonly do: 'shift'; readonly by: number }
  | { readonly do: 'forget'; readonly before: number }
  | { readonly do: 'keep'; readonly domain: string; readonly at: number; readonly words: string }

/** Reads see what was written before them. */
export type Read =
  | { readonly ask: 'waiting'; readonly after: Cursor | undefined; readonly most: number }
  | { readonly ask: 'heldUntil'; readonly expiresBy: number; readonly most: number }
  | { readonly ask: 'find'; readonly message: string }
  | { readonly ask: 'content'; readonly message: string }
  | { readonly ask: 'list'; readonly selection: Selection; readonly most: number }
  | { readonly ask: 'counts' }
  | { readonly ask: 'newest' }
  | { readonly ask: 'last'; readonly domain: string; readonly most: number }
  | { readonly ask: 'all' }
  /** Whether there is room again. */
  | { readonly ask: 'room' }

/** What each question is answered with. */
export interface Answers {
  waiting: Waiting[]
  heldUntil: Waiting[]
  find: Stored | undefined
  content: { signatures: Uint8Array; message: Uint8Array } | undefined
  list: Stored[]
  counts: QueueCounts
  newest: { message: string; takenAt: number } | undefined
  last: string[]
  all: string[]
  room: undefined
}

export interface Batch {
  readonly writes: readonly Write[]
  readonly reads: readonly Read[]
  readonly octets: Uint8Array
}

export type Result =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: StoreFault; readonly message: string }

/** Writes are answered as soon as they are on the disk, reads after that. `last` is true when the next batch may come. */
export interface Reply {
  readonly of: 'writes' | 'reads'
  readonly results: readonly Result[]
  readonly health: StoreHealth
  readonly last: boolean
}

/** The thread's first word. */
export type Opened =
  | { readonly ok: true; readonly newestEnvelope: number; readonly health: StoreHealth }
  | { readonly ok: false; readonly fault: StoreFault; readonly message: string }

/** What the thread is started with. */
export interface ThreadSettings {
  readonly path: string
  readonly reserve: number
}
