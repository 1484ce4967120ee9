// Content made fit for every SMTP server: quoted-printable and base64 (RFC 2045 §6.7, §6.8), written from octets.

const LINE = 76
const HEX = Buffer.from('0123456789ABCDEF')
const [TAB, LF, CR, SPACE, EQUALS] = [9, 10, 13, 32, 61]

/** Lines of 76 characters with CRLF between them, none behind the last. */
export function base64Lines(octets: Buffer): Buffer {
  return wrapped(octets.toString('base64'))
}

/** Base64 that somebody wrote in lines of another length; undefined when it is none. */
export function base64Rewrapped(octets: Buffer): Buffer | undefined {
  const text = octets.toString('latin1').replaceAll(/[ \t\r\n]+/g, '')
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? wrapped(text) : undefined
}

/**
 * Text in quoted-printable; its CRLFs stay line ends. With `already`, the text is quoted-printable in all but its 8-bit
 * octets and its long lines: what is encoded stays so.
 */
export function quotedPrintable(octets: Buffer, already = false): Buffer {
  const written = Buffer.allocUnsafe(octets.length * 3 + Math.ceil((octets.length * 3) / (LINE - 3)) * 3 + 3)
  let length = 0
  let column = 0
  const room = (wanted: number): void => {
    if (column + wanted <= LINE - 1) return
    written[length++] = EQUALS
    written[length++] = CR
    written[length++] = LF
    column = 0
  }
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at]!
    const ending = octet === CR && octets[at + 1] === LF
    if (ending) {
      written[length++] = CR
      written[length++] = LF
      column = 0
      at++
      continue
    }
    if (octet === EQUALS && already) {
      const behind = pastBlanks(octets, at + 1)
      // A soft line break; white space at the line end is none of the text.
      const soft = behind === octets.length || (octets[behind] === CR && octets[behind + 1] === LF)
      if (soft) {
        written[length++] = EQUALS
        at = behind - 1
        continue
      }
      if (isHex(octets[at + 1]) && isHex(octets[at + 2])) {
        room(3)
        octets.copy(written, length, at, at + 3)
        length += 3
        column += 3
        at += 2
        continue
      }
    }
    const atLineEnd = at + 1 === octets.length || (octets[at + 1] === CR && octets[at + 2] === LF)
    const blank = octet === SPACE || octet === TAB
    // §6.7 rule 3: white space at a line end would be taken away on its way.
    const literal = blank ? !atLineEnd || already : octet > SPACE && octet < 127 && octet !== EQUALS
    if (literal) {
      room(1)
      written[length++] = octet
      column++
    } else {
      room(3)
      written[length++] = EQUALS
      written[length++] = HEX[octet >> 4]!
      written[length++] = HEX[octet & 15]!
      column += 3
    }
  }
  return written.subarray(0, length)
}

/** True for a text of another script than Latin: nobody could read its quoted-printable, and base64 is much shorter. */
export function isMostlyEncoded(octets: Buffer): boolean {
  let encoded = 0
  for (const octet of octets) if (octet > 126) encoded++
  return encoded * 3 > octets.length
}

function wrapped(text: string): Buffer {
  return Buffer.from((text.match(/.{1,76}/g) ?? []).join('\r\n'), 'latin1')
}

function pastBlanks(octets: Buffer, from: number): number {
  let at = from
  while (octets[at] === SPACE || octets[at] === TAB) at++
  return at
}

function isHex(octet: number | undefined): boolean {
  return (
    octet !== undefined &&
    ((octet >= 48 && octet <= 57) || (octet >= 65 && octet <= 70) || (octet >= 97 && octet <= 102))
  )
}
