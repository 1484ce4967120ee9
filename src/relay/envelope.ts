// THE WORDS of the relay: a message that was taken, and one envelope for each of its recipients on the way out.

/** What was submitted, without its content. Times are milliseconds since the epoch. */
export interface Message {
  /** The queue id, as replies and logs show it. */
  readonly id: string
  readonly takenAt: number
  readonly client: string
  readonly listener: string
  /** The address that submitted it, and the name it gave in EHLO. */
  readonly peer: { readonly address: string; readonly ehlo: string }
  /** MAIL FROM; empty for the null sender. */
  readonly sender: string
  /** The one address in the header From: what the gate judges. Empty for our own bounces. */
  readonly author: string
  readonly messageId: string
  readonly subject: string
  /** Octets of content and signatures. */
  readonly size: number
  /** The message needs SMTPUTF8 on its way (RFC 6531). */
  readonly smtpUtf8: boolean
  /** RFC 3461: what the client asked for. */
  readonly dsn: { readonly ret: 'full' | 'hdrs' | undefined; readonly envid: string | undefined }
}

/** The octets of a message: the content never changes after it was taken; the signatures may be made anew. */
export interface Content {
  /** DKIM-Signature header fields, each ended by CRLF; they stand in front of `message`. */
  readonly signatures: Uint8Array
  /** Header and body as sent, CRLF line endings, not dot-stuffed. */
  readonly message: Uint8Array
}

/** `held`: waits for the gate or a person. `delivered`, `failed`, `dropped`: the end. */
export type EnvelopeState = 'queued' | 'held' | 'delivered' | 'failed' | 'dropped'

/** A reply of the remote server, or our own reason in its form. */
export interface RemoteReply {
  /** 0 when no server said it. */
  readonly code: number
  /** RFC 3463, `5.7.1`. */
  readonly enhanced: string | undefined
  readonly text: string
  /** Who said it: `mx1.example.net [192.0.2.1]`. */
  readonly by: string | undefined
}

/** One recipient of a message. */
export interface Envelope {
  /** Unique in the store. */
  readonly id: number
  readonly message: string
  readonly recipient: string
  readonly state: EnvelopeState
  /** When it is tried next; for held ones, when it was held. */
  readonly dueAt: number
  readonly attempts: number
  readonly firstTriedAt: number | undefined
  readonly lastTriedAt: number | undefined
  readonly expiresAt: number
  /** When the sender is told that it takes long; undefined when that was done, or never will be. */
  readonly warnAt: number | undefined
  /** How often an attempt ended by a fault of ours, not by a reply. */
  readonly crashes: number
  readonly lastReply: RemoteReply | undefined
  /** Why it is held, in words. */
  readonly heldBecause: string | undefined
  /** RFC 3461: when the sender wants to be told, and how the recipient was originally called. */
  readonly dsn: {
    readonly notify: readonly ('never' | 'success' | 'failure' | 'delay')[]
    readonly orcpt: string | undefined
  }
}

/** What came of one attempt for one envelope. */
export type Outcome =
  /** `relayed`: success was to be told, and the next server cannot do that: we say that it went there (RFC 3461 §5.2.2). */
  | { readonly kind: 'delivered'; readonly reply: RemoteReply; readonly relayed?: true }
  /** `nextAt`: not before this; 0 leaves it to the retry ladder, which may make it later in any case. */
  | { readonly kind: 'deferred'; readonly reply: RemoteReply; readonly nextAt: number }
  | { readonly kind: 'failed'; readonly reply: RemoteReply }
  | { readonly kind: 'held'; readonly because: string }
