// The canonical forms of header fields and bodies (RFC 6376 §3.4): what signatures are made over, for octets that are in memory.
// Octets of fields are latin1 text, one character each. Line ends must be CRLF.

export type Canonicalization = 'simple' | 'relaxed'

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32]

/** A header field, from its name to its last CRLF, as one line without CRLF (§3.4.2). */
export function relaxedField(field: string): string {
  const colon = field.indexOf(':')
  const name = field.slice(0, colon).trimEnd().toLowerCase()
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
  const start = value.startsWith(' ') ? 1 : 0
  const end = value.endsWith(' ') ? value.length - 1 : value.length
  return `${name}:${value.slice(start, Math.max(start, end))}`
}

/** A field in either form, without its last CRLF; the simple form is the field as it stands (§3.4.1). */
export function canonicalField(field: string, form: Canonicalization): string {
  return form === 'relaxed' ? relaxedField(field) : field.replace(/\r\n$/, '')
}

/** A body in either form. What needs no change is not copied. */
export function canonicalBody(body: Buffer, form: Canonicalization): Buffer {
  return form === 'relaxed' ? relaxedBody(body) : simpleBody(body)
}

// §3.4.3: any number of CRLFs at the end are one, and an empty body is one CRLF.
function simpleBody(body: Buffer): Buffer {
  const end = withoutEmptyLines(body, body.length)
  if (end + 2 <= body.length && body[end] === CR && body[end + 1] === LF) return body.subarray(0, end + 2)
  return Buffer.concat([body.subarray(0, end), CRLF])
}

const CRLF = Buffer.from('\r\n')

// §3.4.4: white space at line ends is nothing, elsewhere one space; empty lines at the end are nothing; and so is an empty body.
function relaxedBody(body: Buffer): Buffer {
  const written = Buffer.allocUnsafe(body.length + 2)
  let length = 0
  let blank = false
  for (let at = 0; at < body.length; at++) {
    const octet = body[at]!
    if (octet === SPACE || octet === TAB) {
      blank = true
      continue
    }
    const ending = octet === CR && body[at + 1] === LF
    if (blank && !ending) written[length++] = SPACE
    blank = false
    written[length++] = octet
    if (ending) written[length++] = body[++at]!
  }
  const end = withoutEmptyLines(written, length)
  if (end === 0) return EMPTY
  written[end] = CR
  written[end + 1] = LF
  return written.subarray(0, end + 2)
}

const EMPTY = Buffer.alloc(0)

/** Where the body ends without the CRLFs at its end. */
function withoutEmptyLines(octets: Buffer, length: number): number {
  let end = length
  while (end >= 2 && octets[end - 2] === CR && octets[end - 1] === LF) end -= 2
  return end
}
