// Makes any text safe to show: control, bidirectional and invisible characters become escapes that a person can see.
//
// What the network says reaches terminals and pages. An ESC there moves the cursor, U+202E turns a line around, a zero-width
// space makes two names look like one; a no-break space inside an SPF record is a fault that nobody sees. All become
// `\x1b`, `\u202e`, `\u{e0041}`. A backslash stays as it is: exact values stand in the JSON report.
import { thousands } from './thousands.ts'

// Cc: C0, DEL, C1. Cf and Default_Ignorable: bidi controls, zero-width, soft hyphen, tags. Cs: lone surrogates. Zl, Zp, and
// every space but U+0020.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu

/** What nearly all texts consist of, told much sooner than that nothing in them is unseen. */
const PLAIN = /^[\x20-\x7e]*$/
const PLAIN_LINES = /^[\x20-\x7e\n]*$/

/** The text with everything that cannot be seen, or that would steer a terminal, written as an escape. One line stays one. */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, escapeOf)
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\u{${code.toString(16)}}`
}

/** The same characters as `\uXXXX` escapes of a JSON text, where they can only stand inside strings (RFC 8259 §7). */
export function visibleJson(json: string): string {
  if (PLAIN_LINES.test(json)) return json
  return json.replace(UNSEEN, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => unitEscape(character.charCodeAt(i))).join(''),
  )
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

/** At most `most` characters of a text, and how many were left off. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  // Never half of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most
  return `${text.slice(0, end)}… (${thousands(text.length - end)} more characters)`
}
