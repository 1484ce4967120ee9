// Domain names between their wire form and the text that everyone else reads, so that one label is never taken for two.
//
// The text is lower case without the trailing dot; inside a label, a dot is `\.`, a backslash `\\`, and an octet outside
// ASCII text `\DDD` (as in RFC 1035 §5.1). The root is the empty string. Any other backslash stands for itself.
import { canonicalName, isWithin, nameFault } from '../../names/domain.ts'

/** Octets that are no DNS data; the message says what is wrong with them. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** A name ready for the wire with its canonical text, or why DNS cannot carry it. */
export type EncodedName =
  | { readonly ok: true; readonly name: string; readonly wire: Buffer }
  | { readonly ok: false; readonly reason: string }

/** The wire form of a name in presentation form: 63 octets a label, 255 in all (RFC 1035 §2.3.4). */
export function encodeName(text: string): EncodedName {
  const labels = text.includes('\\') ? escapedLabels(text) : plainLabels(text)
  if (typeof labels === 'string') return { ok: false, reason: labels }
  const parts = labels.flatMap(label => [Buffer.of(label.length), label])
  const wire = Buffer.concat([...parts, Buffer.of(0)])
  return { ok: true, name: labels.map(presentLabel).join('.'), wire }
}

/**
 * The name that starts at `offset`, and where what follows it starts. Pointers may only lead back (RFC 1035 §4.1.4), so
 * there is no loop to be caught in. @throws Unreadable
 */
export function decodeName(message: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let end: number | undefined
  let at = offset
  let from = offset
  let octets = 1
  for (;;) {
    const length = message[at]
    if (length === undefined) throw new Unreadable('a name runs over the end of the message')
    if (length === 0) break
    if (length >= 0xc0) {
      const low = message[at + 1]
      if (low === undefined) throw new Unreadable('a name runs over the end of the message')
      end ??= at + 2
      const target = ((length & 0x3f) << 8) | low
      if (target >= from) throw new Unreadable('a name has a compression pointer that does not lead back')
      at = target
      from = target
      continue
    }
    if (length > 63) throw new Unreadable('a name has a label of an unknown kind')
    octets += length + 1
    if (octets > 255) throw new Unreadable('a name is longer than 255 octets')
    if (at + 1 + length > message.length) throw new Unreadable('a name runs over the end of the message')
    labels.push(presentLabel(message.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return { name: labels.join('.'), end: end ?? at + 1 }
}

/** Where what follows the name starts, even when its pointer leads nowhere. @throws Unreadable */
export function skipName(message: Buffer, offset: number): number {
  let at = offset
  for (;;) {
    const length = message[at]
    if (length === undefined) throw new Unreadable('a name runs over the end of the message')
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    if (length > 63) throw new Unreadable('a name has a label of an unknown kind')
    at += 1 + length
  }
}

/** True when `name` is `ancestor` or lies below it, label by label: `a\.example.org` does not lie below `example.org`. */
export function liesWithin(name: string, ancestor: string): boolean {
  if (!isWithin(name, ancestor)) return false
  const above = name.slice(0, name.length - ancestor.length - 1)
  return name === ancestor || ancestor === '' || /(\\*)$/.exec(above)![1]!.length % 2 === 0
}

const ODD = /[^\x20-\x7e]|[.\\]/

function presentLabel(label: Buffer): string {
  const text = label.toString('latin1')
  if (!ODD.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase()).replace(/[^\x20-\x7e]|[.\\]/g, escapeOctet)
}

function escapeOctet(octet: string): string {
  return octet === '.' || octet === '\\' ? `\\${octet}` : `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`
}

/** The labels of a name without escapes, or what is wrong with it. */
function plainLabels(text: string): Buffer[] | string {
  const name = canonicalName(text)
  return nameFault(name) ?? (name === '' ? [] : name.split('.').map(label => Buffer.from(label, 'latin1')))
}

const TOKEN = /\\(\d{3})|\\([.\\])|(\.)|(.)/gs

/** The labels of a name with escapes, or what is wrong with it. Its rules are those of `nameFault`, counted in octets. */
function escapedLabels(text: string): Buffer[] | string {
  const labels: number[][] = [[]]
  for (const [, digits, escaped, dot, plain] of text.matchAll(TOKEN)) {
    if (dot !== undefined) {
      labels.push([])
      continue
    }
    const octet = digits === undefined ? (escaped ?? plain)!.charCodeAt(0) : Number(digits)
    if (octet > 255) return 'it contains an escape that is no octet'
    const fault = plain === undefined ? undefined : nameFault(plain)
    if (fault) return fault
    labels.at(-1)!.push(octet)
  }
  if (labels.at(-1)!.length === 0) labels.pop()
  if (labels.some(label => label.length === 0)) return nameFault('a..b')!
  if (labels.some(label => label.length > 63)) return 'one of its labels is longer than 63 octets'
  if (labels.reduce((sum, label) => sum + label.length + 1, 1) > 255) return 'it is longer than 253 octets'
  return labels.map(label => Buffer.from(label))
}
