// What the intake hands on: who submitted what, as plain data, and the ports behind which the rest of the relay decides.
import type { ClientSettings } from '../settings.ts'
import type { Notify } from './command.ts'
import type { LineEndings } from './message-reader.ts'
import type { Reply } from './reply.ts'

/** One connection, as far as it has come. */
export interface SessionFacts {
  /** For logs; random. */
  readonly id: string
  readonly listener: string
  readonly peer: { readonly address: string; readonly port: number }
  /** What it said in EHLO or HELO. */
  readonly ehlo: string
  /** It said EHLO. */
  readonly extended: boolean
  readonly tls: { readonly protocol: string; readonly cipher: string } | undefined
  /** The authenticated user. */
  readonly user: string | undefined
  readonly client: ClientSettings
  /** For Received (RFC 3848): SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA; with UTF8 in front as RFC 6531 §4.3 has it. */
  readonly protocol: string
}

/** MAIL FROM. */
export interface SubmittedSender {
  /** Canonical; empty for the null sender. */
  readonly address: string
  /** A-label form; empty for the null sender. */
  readonly domain: string
  readonly smtpUtf8: boolean
  readonly body: '7bit' | '8bitmime'
  /** As declared (RFC 1870). */
  readonly size: number | undefined
  readonly ret: 'full' | 'hdrs' | undefined
  /** Decoded. */
  readonly envid: string | undefined
}

/** RCPT TO. */
export interface SubmittedRecipient {
  /** Canonical. `<Postmaster>` has become the postmaster of our own host name. */
  readonly address: string
  readonly domain: string
  readonly notify: readonly Notify[]
  /** Decoded: `rfc822;user@example.org`. */
  readonly orcpt: string | undefined
}

/** A message with its envelope, received in full. */
export interface Submission {
  readonly session: SessionFacts
  readonly sender: SubmittedSender
  readonly recipients: readonly SubmittedRecipient[]
}

/** What happened that is worth a line in a log, or a bug report. */
export type IntakeEvent =
  | {
      readonly kind: 'connected' | 'disconnected'
      readonly listener: string
      readonly peer: string
      readonly session: string
    }
  | { readonly kind: 'turned-away'; readonly listener: string; readonly peer: string; readonly because: string }
  | { readonly kind: 'authenticated'; readonly listener: string; readonly peer: string; readonly user: string }
  | {
      readonly kind: 'not-authenticated'
      readonly listener: string
      readonly peer: string
      readonly user: string
      readonly because: string
    }
  | {
      readonly kind: 'refused'
      readonly listener: string
      readonly peer: string
      readonly session: string
      readonly command: string
      readonly reply: Reply
    }
  | { readonly kind: 'fault'; readonly listener: string; readonly because: string; readonly cause: unknown }

/** What the intake asks of others. */
export interface IntakePorts {
  /** After the client was found to be allowed to use this sender: a reason to refuse it all the same. */
  readonly onSender: (session: SessionFacts, sender: SubmittedSender) => Promise<Reply | undefined> | Reply | undefined
  /**
   * Takes the message or does not; its reply is sent as it stands. A 250 promises that the message is durable. `raw` may be
   * kept: nobody else writes to it.
   */
  readonly onMessage: (submission: Submission, raw: Uint8Array, lineEndings: LineEndings) => Promise<Reply>
  /**
   * Whether this is the password that was stored as `stored` (`scrypt:…`). Undefined stands for a user that does not exist:
   * that takes as long, and is false. Throws when it cannot be said.
   */
  readonly verify: (user: string, password: string, stored: string | undefined) => Promise<boolean>
  readonly onEvent?: (event: IntakeEvent) => void
  /** Milliseconds since the epoch; the system's clock unless given. */
  readonly now?: () => number
}
