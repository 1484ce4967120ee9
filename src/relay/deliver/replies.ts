// What a remote server's reply means for a recipient, and how it is kept: its own words, safe to show, in one line.
import { shorten, visible } from '../../report/visible.ts'
import type { RemoteReply } from '../envelope.ts'

/** Replies are kept up to this many characters; servers with a story to tell stay below it. */
const LONGEST_TEXT = 2_000

/**
 * Reads a reply as it came: lines with their codes, LF between them. The lines are joined by spaces; an enhanced code
 * (RFC 2034 §4: of the class of the reply) stands in `enhanced` and is taken off each line.
 * @param raw decoded text; what is no reply gets the code 0.
 */
export function remoteReply(raw: string, by: string | undefined): RemoteReply {
  const lines = raw.split(/\r?\n/)
  const code = Number(/^[2-5]\d\d(?=[ -]|$)/.exec(lines.at(-1)!)?.[0] ?? 0)
  let enhanced: string | undefined
  const texts = lines.map(line => {
    const text = code === 0 ? line : line.replace(/^\d{3}[ -]?/, '')
    const found = /^([245])\.\d{1,3}\.\d{1,3}(?=\s|$)/.exec(text)
    if (!found || found[1] !== String(code)[0]) return text.trim()
    enhanced ??= found[0]
    return (found[0] === enhanced ? text.slice(found[0].length) : text).trim()
  })
  const text = texts.filter(Boolean).join(' ').replaceAll('\t', ' ')
  return { code, enhanced, text: shorten(visible(text), LONGEST_TEXT), by }
}

/** A reason of our own in the form of a reply. */
export function ownReply(enhanced: string, text: string): RemoteReply {
  return { code: 0, enhanced, text: shorten(visible(text), LONGEST_TEXT), by: undefined }
}

/** `550 5.1.1 No such user`, as a log or a bounce shows it. */
export function replyLine({ code, enhanced, text }: RemoteReply): string {
  return [code === 0 ? undefined : String(code), enhanced, text].filter(Boolean).join(' ')
}

/**
 * These say that we came in the wrong state or without what our own settings should have given (RFC 4954 §6): the message
 * is not to blame, and may go the next time.
 */
const OUR_FAULT: readonly number[] = [503, 530, 534, 535, 538]

/** What a reply decides (RFC 5321 §4.2.1). What is no reply, or makes no sense here, decides nothing for good. */
export function decides({ code }: RemoteReply): 'delivered' | 'deferred' | 'failed' {
  if (code >= 200 && code < 300) return 'delivered'
  return code >= 500 && code < 600 && !OUR_FAULT.includes(code) ? 'failed' : 'deferred'
}

/**
 * True for the 552 that says "too many recipients" (RFC 5321 §4.5.3.1.10) and not "too large": others of the same transaction
 * were answered otherwise. The recipient may go with the next one.
 */
export function meansTooMany({ code, enhanced }: RemoteReply, all: readonly RemoteReply[]): boolean {
  return code === 552 && (enhanced === undefined || enhanced === '5.5.3') && all.some(other => other.code !== 552)
}
