// What a submission server may add to a message (RFC 6409 §8): our Received, and Date and Message-ID where they are missing.

/** Where a message came from and by what, for its Received field. */
export interface Submission {
  /** The queue id. */
  readonly id: string
  /** Our own name. */
  readonly hostname: string
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  readonly peer: { readonly address: string; readonly ehlo: string }
  readonly session: {
    /** EHLO, not HELO. */
    readonly extended: boolean
    readonly encrypted: boolean
    readonly authenticated: boolean
    /** The client asked for SMTPUTF8 (RFC 6531 §3.4). */
    readonly smtpUtf8: boolean
  }
}

/** Our trace (RFC 5321 §4.4): a whole field with its CRLF. Recipients are not named: some of them may be blind. */
export function receivedField(submission: Submission): string {
  const { id, hostname, takenAt, peer } = submission
  const address = peer.address.includes(':') ? `IPv6:${peer.address}` : peer.address
  return (
    `Received: from ${traced(peer.ehlo)} ([${traced(address)}])\r\n` +
    `\tby ${traced(hostname)} with ${protocolName(submission)} id ${traced(id)};\r\n` +
    `\t${mailDate(takenAt)}\r\n`
  )
}

/** RFC 5322 §3.3, in UTC. */
export function mailDate(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

/** Unique, and the same whenever it is made for the same submission. */
export function messageIdFor({ id, hostname, takenAt }: Submission): string {
  return `<${takenAt.toString(36)}.${traced(id)}@${traced(hostname)}>`
}

/** RFC 3848 and RFC 6531 §4.3: the registered names of what was spoken. */
function protocolName({ session }: Submission): string {
  if (!session.extended) return 'SMTP'
  const [secure, known] = [session.encrypted ? 'S' : '', session.authenticated ? 'A' : '']
  return `${session.smtpUtf8 ? 'UTF8SMTP' : 'ESMTP'}${secure}${known}`
}

/** Text of others in a field of ours: nothing in it may end the line or the clause, open a comment, or be taken for an address. */
function traced(text: string): string {
  const safe = text.slice(0, 255).replaceAll(/[^A-Za-z0-9.:_[\]+=-]/g, '?')
  return safe === '' ? 'unknown' : safe
}
