// Bodies made fit for every server: what is encoded decodes to the same octets, what is signed by others stays as it is.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readContentType } from '../../../src/protocol/message/content-type.ts'
import { base64Lines, quotedPrintable } from '../../../src/protocol/message/transfer-encoding.ts'
import { prepare } from '../../../src/relay/message/prepare.ts'
import { isRefusal } from '../../../src/relay/message/refusal.ts'
import { submission } from '../../support/submission.ts'

const head = 'From: a@example.org\r\nDate: Fri, 20 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n'

/** The message without our trace, or the refusal. */
function sent(raw: string): string {
  const made = prepare(Buffer.from(head + raw, 'latin1'), submission)
  if (isRefusal(made)) return `${made.code} ${made.enhanced} ${made.says}`
  const all = made.message.toString('latin1')
  return all.slice(all.indexOf(head) + head.length)
}

/** RFC 2045 §6.7, as a receiver reads it. */
const fromQuotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll(/[ \t]+(?=\r\n|$)/g, '')
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )

const bodyOf = (entity: string): string => entity.slice(entity.indexOf('\r\n\r\n') + 4)
const mime = 'MIME-Version: 1.0\r\n'
const long = 'word '.repeat(300)

describe('a body of one part', () => {
  it('of short lines in ASCII stays as it is', () => {
    const raw = `${mime}Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhello =\r\n \r\n`
    expect(sent(raw)).toBe(raw)
  })

  it('of 8-bit text becomes quoted-printable', () => {
    const made = sent(
      `${mime}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSch\xf6nen Tag, a=b \r\n`,
    )
    expect(made).toBe(
      `${mime}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSch=F6nen Tag, a=3Db=20\r\n`,
    )
  })

  it('of mostly 8-bit text becomes base64', () => {
    const body = `${'\xe4\xf6\xfc'.repeat(40)}\r\n`
    const made = sent(`${mime}Content-Type: text/plain; charset=iso-8859-1\r\n\r\n${body}`)
    expect(made).toContain('Content-Transfer-Encoding: base64\r\n')
    expect(Buffer.from(bodyOf(made), 'base64').toString('latin1')).toBe(body)
  })

  it('without MIME gets what MIME needs', () => {
    expect(sent(`Subject: x\r\n\r\ncaf\xc3\xa9\r\n`)).toBe(
      'Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n' +
        `${mime}\r\ncaf=C3=A9\r\n`,
    )
    expect(sent('\r\ncaf\xe9 au lait\r\n')).toContain('charset=unknown-8bit')
    expect(sent(`\r\n${long}\r\n`)).not.toContain('Content-Type')
  })

  it('with long lines is encoded, and decodes to the same', () => {
    const body = `${long}\r\nshort\r\n`
    const made = sent(`${mime}Content-Type: text/html\r\n\r\n${body}`)
    expect(made).toContain('quoted-printable')
    expect(fromQuotedPrintable(bodyOf(made)).toString('latin1')).toBe(body)
  })

  it('that is no text becomes base64', () => {
    const body = `%PDF\0\xff${'\x80'.repeat(1_200)}\r\n`
    const made = sent(`${mime}Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n${body}`)
    expect(made).toContain('Content-Transfer-Encoding: base64')
    expect(Buffer.from(bodyOf(made), 'base64').toString('latin1')).toBe(body)
  })

  it('that is encoded badly is encoded again', () => {
    const base64 = Buffer.from('x'.repeat(1_500)).toString('base64')
    const made = sent(`${mime}Content-Type: image/png\r\nContent-Transfer-Encoding: BASE64\r\n\r\n${base64}\r\n`)
    expect(bodyOf(made)).toBe(`${base64.match(/.{1,76}/g)!.join('\r\n')}\r\n`)
    const printable = `a=3Db=\r\nc ${'d=20e'.repeat(300)}\xe4\r\n`
    const again = sent(
      `${mime}Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${printable}`,
    )
    expect(fromQuotedPrintable(bodyOf(again)).toString('latin1')).toBe(`a=bc ${'d e'.repeat(300)}\xe4\r\n`)
  })

  it('is refused where nobody could read it afterwards', () => {
    expect(sent(`${mime}Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n\xe4\r\n`)).toContain(
      '550 5.6.0',
    )
    expect(sent(`${mime}Content-Transfer-Encoding: x-uuencode\r\n\r\n${long}\r\n`)).toContain('encoding x-uuencode')
    expect(sent(`Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n${long}\r\n`)).toContain(
      '2 Content-Type fields',
    )
    expect(sent(`Content-Type: text\r\n\r\n${long}\r\n`)).toContain('cannot be read')
  })
})

describe('a multipart', () => {
  const multipart = (type: string, parts: readonly string[], encoding = '8bit'): string =>
    `Content-Type: multipart/${type}; boundary="=_b"\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n` +
    `preamble\r\n${parts.map(part => `--=_b\r\n${part}\r\n`).join('')}--=_b--\r\nepilogue\r\n`

  it('has the parts encoded that need it, and no others', () => {
    const plain = 'Content-Type: text/plain; charset=utf-8\r\n\r\nnothing to do = here'
    const text = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\xc3\xa9 '
    const image = 'Content-Type: image/png\r\nX: y\r\n\r\n\x89PNG\0'
    const made = sent(mime + multipart('mixed', [plain, text, image, '\r\n\xe4b c d e f g']))
    expect(made).toBe(
      `${mime}Content-Type: multipart/mixed; boundary="=_b"\r\nContent-Transfer-Encoding: 7bit\r\n\r\npreamble\r\n--=_b\r\n` +
        `${plain}\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n` +
        `caf=C3=A9=20\r\n--=_b\r\nContent-Type: image/png\r\nX: y\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORwA=\r\n` +
        '--=_b\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' +
        '=E4b c d e f g\r\n--=_b--\r\nepilogue\r\n',
    )
  })

  it('may be nested, have empty parts, and no end', () => {
    const inner = multipart('alternative', ['\r\n\xe4 xxxxxxxx']).replaceAll('=_b', 'in').replaceAll('"', '')
    const made = sent(`${mime}${multipart('mixed', [inner])}`)
    expect(made).toContain('=E4 xxxxxxxx\r\n--in--\r\nepilogue\r\n\r\n--=_b--')
    expect(made).not.toMatch(/[^\x00-\x7f]/)
    expect(sent(`${mime}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n\xe4bcdefgh\r\n`)).toContain(
      '\r\n\r\n--b\r\n--b\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E4bcdefgh\r\n',
    )
  })

  it('loses a preamble that cannot be sent', () => {
    const made = sent(`${mime}${multipart('mixed', ['\r\nx'])}`.replace('preamble', '\xe4').replace('epilogue', long))
    expect(made).toContain('\r\n\r\n\r\n--=_b\r\n\r\nx\r\n--=_b--\r\n')
  })

  it('that is signed stays as it is: 8-bit goes to servers that take it, long lines go nowhere', () => {
    const signed = (body: string): string =>
      mime +
      multipart('signed', [
        `Content-Type: text/plain\r\n\r\n${body}`,
        'Content-Type: application/pgp-signature\r\n\r\nx',
      ])
    expect(sent(signed('caf\xc3\xa9'))).toBe(signed('caf\xc3\xa9'))
    expect(sent(signed(long))).toMatch(
      /^550 5\.6\.0 A line of the body is 1500 octets long .* multipart\/signed must not be changed$/,
    )
    const mixed = sent(
      mime + multipart('mixed', [signed('\xc3\xa9').slice(mime.length).replaceAll('=_b', 'in'), '\r\n\xe4bcdefgh']),
    )
    expect(mixed).toContain('Content-Transfer-Encoding: 8bit\r\n\r\npreamble\r\n--=_b')
    expect(mixed).toContain('\xc3\xa9')
    expect(mixed).toContain('=E4bcdefgh')
  })

  it('leaves forwarded messages alone, but for lines that nobody takes', () => {
    const forwarded = (body: string): string =>
      mime + multipart('mixed', [`Content-Type: message/rfc822\r\n\r\nSubject: f\r\n\r\n${body}`])
    expect(sent(forwarded('\xe4bcdefgh'))).toBe(forwarded('\xe4bcdefgh'))
    expect(sent(forwarded(long))).toContain('Subject: f\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nword')
  })

  it('is refused when it hides its parts', () => {
    expect(sent(`${mime}${multipart('mixed', ['\r\n\xe4'])}`.replace('8bit', 'base64'))).toContain(
      '550 5.6.0 A multipart is in',
    )
    expect(sent(`${mime}Content-Type: multipart/mixed\r\n\r\n\xe4\r\n`)).toContain('no usable boundary')
    expect(sent(`${mime}Content-Type: multipart/mixed; boundary=b\r\n\r\n\xe4\r\n`)).toContain('has no parts')
    expect(sent(`${mime}Content-Type: multipart/mixed; boundary*0=b\r\n\r\n--b\r\n\r\n\xe4\r\n`)).toContain(
      'cannot be read',
    )
  })

  it('has bounds in depth and width', () => {
    let nested = 'Content-Type: text/plain\r\n\r\n\xe4'
    for (let level = 0; level < 12; level++) {
      nested = `Content-Type: multipart/mixed; boundary=l${level}\r\n\r\n--l${level}\r\n${nested}\r\n--l${level}--`
    }
    expect(sent(mime + nested)).toContain('550 5.6.0 The parts are nested more than 10 deep')
    const wide = (parts: number): string =>
      `${mime}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(parts)}--b\r\n\r\n\xe4bcdefgh\r\n--b--\r\n`
    expect(sent(wide(999))).toContain('=E4bcdefgh')
    expect(sent(wide(10_000))).toContain('550 5.6.0 The message has more than 1000 parts')
  })
})

describe('the encodings', () => {
  const anyOctets = fc.uint8Array({ maxLength: 400 }).map(a => Buffer.from(a))
  const texts = fc
    .array(fc.constantFrom('a', ' ', '\t', '=', '\xe4', '.', '\r\n', 'From ', '\0'), { maxLength: 300 })
    .map(parts => Buffer.from(parts.join(''), 'latin1'))

  it('decode to what they were made of, in lines of at most 76', () => {
    fc.assert(
      fc.property(fc.oneof(anyOctets, texts), octets => {
        const printable = quotedPrintable(octets).toString('latin1')
        expect(fromQuotedPrintable(printable)).toEqual(octets)
        const base64 = base64Lines(octets).toString('latin1')
        expect(Buffer.from(base64, 'base64')).toEqual(octets)
        for (const line of [...printable.split('\r\n'), ...base64.split('\r\n')]) {
          expect(line).toMatch(/^[\x20-\x7e\t]{0,76}$/)
          expect(line).not.toMatch(/[ \t]$/)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('of what is encoded already, in lines of any length, keep lines short', () => {
    const written = fc.array(
      fc.constantFrom('a', 'x'.repeat(30), '=20', '=3D=20=3D=20', '=\r\n', '= \t\r\n', '\r\n', '\xe4', '=z'),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(written, parts => {
        const octets = Buffer.from(`${parts.join('')}\r\n`, 'latin1')
        const again = quotedPrintable(octets, true).toString('latin1')
        expect(fromQuotedPrintable(again)).toEqual(fromQuotedPrintable(octets.toString('latin1')))
        for (const line of again.split('\r\n')) expect(line).toMatch(/^[\x20-\x7e]{0,76}$/)
      }),
      { numRuns: 1_000 },
    )
  })

  it('of what is encoded already change only what must be', () => {
    fc.assert(
      fc.property(texts, octets => {
        const once = quotedPrintable(octets)
        expect(quotedPrintable(once, true)).toEqual(once)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a content type', () => {
  it.each([
    ['text/plain', { type: 'text/plain' }],
    ['Multipart/Mixed; boundary="a b;c\\"d"', { type: 'multipart/mixed', boundary: 'a b;c"d' }],
    ['multipart/mixed;\tboundary=--=_Part_1.2 (a comment); x=y;', { boundary: '--=_Part_1.2' }],
    ['text/html (html); charset="UTF-8"', { charset: 'UTF-8' }],
  ])('%s', (value, expected) => {
    expect(readContentType(value)).toMatchObject(expected)
  })
  it.each([
    '',
    'text',
    'text/',
    'text/plain; x',
    'text/plain; x=',
    'a/b; boundary=c; boundary=d',
    'a/b; boundary="c',
    'a/b c',
  ])('%j is none', value => {
    expect(readContentType(value)).toBeUndefined()
  })
})
