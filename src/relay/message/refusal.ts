// Why a submitted message is not taken, as a value that a reply can be made of.

/** A refusal: reply code, RFC 3463 status, and one sentence in ASCII that fits in a reply line. */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: 550 | 552 | 554
  readonly enhanced: '5.3.4' | '5.4.6' | '5.6.0' | '5.6.7'
  readonly says: string
}

/** RFC 5321 §4.5.3.1.5 gives a reply line 512 octets; code, status and CRLF take some of them. */
const LONGEST = 480

/** The content is not what RFC 5322 and MIME allow (5.6.0, `other or undefined media error`). */
export function badContent(says: string): Refusal {
  return { kind: 'refused', code: 550, enhanced: '5.6.0', says: presentable(says) }
}

/** More header than any honest message has. */
export function tooMuchHeader(says: string): Refusal {
  return { kind: 'refused', code: 552, enhanced: '5.3.4', says: presentable(says) }
}

/** The message goes round in circles (RFC 5321 §6.3). */
export function mailLoop(says: string): Refusal {
  return { kind: 'refused', code: 554, enhanced: '5.4.6', says: presentable(says) }
}

/** The header needs SMTPUTF8, and the client did not ask for it (RFC 6531 §3.4). */
export function needsSmtpUtf8(says: string): Refusal {
  return { kind: 'refused', code: 550, enhanced: '5.6.7', says: presentable(says) }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refused'
}

/** Whatever the message held, a reply stays one line of ASCII. */
function presentable(says: string): string {
  const ascii = says.replaceAll(/[^\x20-\x7e]/g, '?')
  return ascii.length <= LONGEST ? ascii : `${ascii.slice(0, LONGEST - 3)}...`
}
