// What a parser of the header From finds: exactly one mailbox, or why not.

export interface Mailbox {
  /** Without quotes. */
  readonly local: string
  /** As written. */
  readonly domain: string
}

/** One reading of a From field. `why` is a sentence part about the field: "it names …". */
export type MailboxReading =
  | {
      readonly ok: true
      readonly mailbox: Mailbox
      /** What a person reads beside the address: the display name and each comment. */
      readonly spoken: readonly string[]
    }
  | { readonly ok: false; readonly why: string }
