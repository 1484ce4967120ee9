// What happens in the queue, as values: log lines, message tracking and metrics are made of these.
import type { Envelope, Message, RemoteReply } from '../envelope.ts'

interface About {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly message: Message
  /** As it is now. */
  readonly envelope: Envelope
}

export type QueueEvent =
  /** A message of ours, such as a bounce, is in the queue. */
  | {
      readonly kind: 'accepted'
      readonly at: number
      readonly message: Message
      readonly envelopes: readonly Envelope[]
    }
  | (About & { readonly kind: 'delivered' | 'failed'; readonly reply: RemoteReply })
  /** `late`: the sender is told now that it takes long. */
  | (About & { readonly kind: 'deferred'; readonly reply: RemoteReply; readonly late: boolean })
  /** It ends undelivered because its time is over; `reply` is the last that was heard. */
  | (About & { readonly kind: 'expired'; readonly reply: RemoteReply })
  | (About & { readonly kind: 'held'; readonly because: string })
  | (About & { readonly kind: 'released' | 'retried' | 'dropped' })
  /** Nothing is tried until this is over; `because` undefined: it is. */
  | { readonly kind: 'paused'; readonly at: number; readonly because: string | undefined }
  /** The wall clock was set by so many milliseconds: all times were moved. */
  | { readonly kind: 'clock-set'; readonly at: number; readonly by: number }
  /** A bug of ours, or something stored that cannot be read. The queue goes on. */
  | { readonly kind: 'fault'; readonly at: number; readonly says: string; readonly cause: unknown }
