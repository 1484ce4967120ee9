// From what was submitted to what is signed: completed, without its blind recipients, fit for every server, or refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PrepareContext, type Prepared, prepare } from '../../../src/relay/message/prepare.ts'
import { isRefusal } from '../../../src/relay/message/refusal.ts'
import { submission } from '../../support/submission.ts'

const complete =
  'From: a@example.org\r\nTo: b@example.net\r\nDate: Fri, 20 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n'
const octets = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text)

function prepared(text: string | Buffer, context: Partial<PrepareContext> = {}): Prepared {
  const made = prepare(octets(text), { ...submission, ...context })
  if (isRefusal(made)) throw new Error(`${made.code} ${made.enhanced} ${made.says}`)
  return made
}
function refused(text: string | Buffer, context: Partial<PrepareContext> = {}): string {
  const made = prepare(octets(text), { ...submission, ...context })
  return isRefusal(made) ? `${made.code} ${made.enhanced} ${made.says}` : 'prepared'
}
const text = (made: Prepared): string => made.message.toString('latin1')
const smtpUtf8 = { session: { ...submission.session, smtpUtf8: true } }

describe('a complete message', () => {
  it('gets our trace and stays as it is behind it', () => {
    const raw = `${complete}Subject: hello\r\n\r\nbody\r\n.\r\n..\r\n`
    const made = prepared(raw)
    expect(text(made)).toBe(
      'Received: from erp.example.org ([192.0.2.7])\r\n\tby mail.example.org with ESMTPSA id Q1;\r\n' +
        `\tFri, 20 Nov 2026 08:00:00 +0000\r\n${raw}`,
    )
    expect(made).toMatchObject({
      author: { address: 'a@example.org', domain: 'example.org' },
      messageId: '<1@example.org>',
      subject: 'hello',
      smtpUtf8: false,
      eightBit: false,
      changes: [],
    })
  })

  it('says by what protocol it came (RFC 3848, RFC 6531)', () => {
    const by = (session: Partial<PrepareContext['session']>): string =>
      /with (\S+) id/.exec(text(prepared(`${complete}\r\n`, { session: { ...submission.session, ...session } })))![1]!
    expect(by({ encrypted: false })).toBe('ESMTPA')
    expect(by({ authenticated: false })).toBe('ESMTPS')
    expect(by({ encrypted: false, authenticated: false })).toBe('ESMTP')
    expect(by({ smtpUtf8: true })).toBe('UTF8SMTPSA')
    expect(by({ extended: false })).toBe('SMTP')
  })

  it('writes an IPv6 peer as a literal, and nothing of the peer that could end the line', () => {
    const peer = { address: '2001:db8::7', ehlo: 'x\r\nBcc: y; (\u0085\u2028) <z@w>"' }
    const received = text(prepared(`${complete}\r\n`, { peer })).split('From:')[0]!
    expect(received).toContain('from x??Bcc:?y??????????????'.slice(0, 14))
    expect(received).toContain('([IPv6:2001:db8::7])')
    expect(received.split('\r\n')).toHaveLength(4)
    expect(received).toMatch(/^[\x20-\x7e\r\n\t]+$/)
  })
})

describe('what is missing or must not go out', () => {
  it('is added: Date and Message-ID', () => {
    const made = prepared('From: a@example.org\r\nSubject: x\r\n\r\nbody\r\n')
    expect(text(made)).toContain('Subject: x\r\nDate: Fri, 20 Nov 2026 08:00:00 +0000\r\nMessage-ID: <')
    expect(made.messageId).toMatch(/^<[a-z0-9]+\.Q1@mail\.example\.org>$/)
    expect(text(made)).toContain(`Message-ID: ${made.messageId}\r\n\r\nbody\r\n`)
    expect(made.changes).toEqual(['Date', 'Message-ID'])
    expect(prepared('From: a@example.org\r\n\r\n').message).toEqual(prepared('From: a@example.org\r\n\r\n').message)
  })

  it('is put in the place of an empty field', () => {
    const made = text(prepared('From: a@example.org\r\nDate:\r\nMessage-ID: \r\nTo: b@example.net\r\n\r\n'))
    expect(made.match(/^Date:/gm)).toHaveLength(1)
    expect(made.match(/^Message-ID:/gm)).toHaveLength(1)
  })

  it('is taken away: Bcc in all its forms, and Return-Path', () => {
    const made = prepared(
      `Return-Path: <x@evil.example>\r\nBcc: one@example.net,\r\n two@example.net\r\n${complete}bcc: three@example.net\r\nResent-Bcc: four@example.net\r\nBCC:\r\n\tfive@example.net\r\n\r\nBcc: in the body\r\n`,
    )
    expect(text(made)).not.toMatch(/(one|two|three|four|five)@example\.net/)
    expect(text(made)).not.toMatch(/return-path/i)
    expect(text(made)).toContain('\r\n\r\nBcc: in the body\r\n')
    expect(made.changes).toEqual(['Bcc', 'Return-Path'])
  })

  it('is the end of the header, where it is missing', () => {
    expect(text(prepared(complete))).toMatch(/<1@example\.org>\r\n\r\n$/)
    expect(text(prepared(complete.trimEnd()))).toMatch(/<1@example\.org>\r\n\r\n$/)
  })

  it('is a continuation line of nothing', () => {
    expect(text(prepared(`${complete}Subject: a\r\n \r\n b\r\n\r\nx\r\n`))).toContain('Subject: a\r\n b\r\n\r\nx')
  })
})

describe('fields that may stand once', () => {
  it('lose their copies, and empty ones beside others', () => {
    const made = prepared(`message-id:\r\n${complete}Subject: x\r\nSubject:  x \r\nSubject:\r\n\r\n`)
    expect(text(made).match(/^(subject|message-id):.*/gim)).toEqual(['Message-ID: <1@example.org>', 'Subject: x'])
    expect(made).toMatchObject({ messageId: '<1@example.org>', subject: 'x', changes: ['double fields'] })
  })

  it('become one list when they name recipients', () => {
    const made = prepared(
      `${complete}to: "C, c" <c@example.net>,\r\nTo: b@example.net\r\nTo:\r\n D <d@example.net>\r\n\r\n`,
    )
    expect(text(made)).toContain('\r\nTo: b@example.net,\r\n\t"C, c" <c@example.net>,\r\n\tD <d@example.net>\r\nDate:')
    expect(text(made).match(/^to:/gim)).toHaveLength(1)
  })

  it.each(['Subject', 'Date', 'Message-ID', 'Sender', 'Content-Type', 'References'])('are refused: two of %s', name => {
    expect(refused(`From: a@example.org\r\n${name}: x/y\r\n${name}: x/z\r\n\r\n`)).toBe(
      `550 5.6.0 The header has 2 ${name} fields; it may have one (RFC 5322 3.6)`,
    )
  })

  it('are not those of the trace, nor unknown ones', () => {
    const made = prepared(`Received: by x; y\r\nReceived: by z; y\r\nX-A: 1\r\nX-A: 2\r\n${complete}\r\n`)
    expect(made.changes).toEqual([])
  })
})

describe('a message is refused', () => {
  it.each([
    ['without a header', '', '550 5.6.0 The message has no header'],
    ['that starts with an empty line', `\r\n${complete}\r\nbody\r\n`, '550 5.6.0 The message has no header'],
    ['whose body stands in the header', `${complete}Hello\r\nworld\r\n`, '550 5.6.0 Line 5 of the header'],
    ['without From', 'To: b@example.net\r\n\r\nx\r\n', '550 5.6.0 The header has no From field'],
    ['with two From fields', `From: b@evil.example\r\n${complete}\r\n`, '550 5.6.0 The header has 2 From fields'],
    ['with a bare LF', `${complete}\r\na\nb\r\n`, '550 5.6.0 The message holds a CR or LF'],
    ['with NUL in the header', `${complete}X: a\0b\r\n\r\n`, '550 5.6.0 The header holds NUL'],
    ['with an 8-bit header', `${complete}Subject: \xe4\r\n\r\n`, '550 5.6.7 The header holds octets beyond ASCII'],
    ['with a long header line', `${complete}X: ${'x'.repeat(1_000)}\r\n\r\n`, '550 5.6.0 Line 5 of the header is 1003'],
    [
      'that goes round',
      `${'Received: by x; Fri\r\n'.repeat(31)}${complete}\r\n`,
      '554 5.4.6 The message has gone through 31',
    ],
  ])('%s', (_, raw, expected) => {
    expect(refused(raw)).toContain(expected)
  })

  it('only beyond 30 servers', () => {
    expect(refused(`${'Received: by x; Fri\r\n'.repeat(30)}${complete}\r\n`)).toBe('prepared')
  })

  it('with a header that is no UTF-8, though the client speaks SMTPUTF8', () => {
    expect(refused(`${complete}Subject: \xe4\r\n\r\n`, smtpUtf8)).toContain('550 5.6.0 The header is not UTF-8')
    const made = prepared(Buffer.from(`${complete}Subject: \u00e4\r\n\r\n`), smtpUtf8)
    expect(made).toMatchObject({ smtpUtf8: true, eightBit: true, subject: '\u00e4' })
  })
})

describe('a legacy device', () => {
  const device = { lineEndings: 'normalize' } as const
  it('may end lines by LF or CR CR LF', () => {
    const made = prepared(`${complete.replaceAll('\r\n', '\n')}\nscan\n..\n`, device)
    expect(text(made)).toContain(`${complete}\r\nscan\r\n..\r\n`)
    expect(made.changes).toEqual(['line endings'])
    expect(text(prepared(`${complete.replaceAll('\r\n', '\r\r\n')}\r\r\nscan\r\r\n`, device))).toContain(
      `${complete}\r\nscan\r\n`,
    )
  })
  it('may not make header fields by CR', () => {
    expect(refused('From: a@example.org\rX: y\r\n\r\n', device)).toContain('550 5.6.0 The header holds a CR')
  })
})

describe('the subject for people', () => {
  it('is decoded and holds no line breaks', () => {
    const subject = (value: string): string => prepared(`${complete}Subject: ${value}\r\n\r\n`).subject
    expect(subject('=?utf-8?b?w6Q=?=\r\n =?iso-8859-1?q?_=E4=0D=0AX:_y?=')).toBe('\u00e4 \u00e4 X: y')
    expect(subject('=?no-such-charset?q?x?=')).toBe('=?no-such-charset?q?x?=')
    expect(subject('a\r\n\tb')).toBe('a b')
  })
})

describe('any octets', () => {
  const line = fc.constantFrom(
    ...[
      'From: a@example.org',
      'From: A <a@example.org>',
      'To: b@example.net',
      'Bcc: c@example.net',
      ' folded',
      '\tfolded',
    ],
    ...['Content-Type: multipart/mixed; boundary=b', 'Content-Type: text/plain', 'Content-Transfer-Encoding: base64'],
    ...['MIME-Version: 1.0', '--b', '--b--', '', '', 'text', '\xe4\xf6', 'x'.repeat(1_100), '\0', 'a\rb', 'Date: x'],
  )
  const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r\r\n')
  const message = fc.array(fc.tuple(line, ending), { maxLength: 16 }).map(lines => lines.map(l => l.join('')).join(''))

  it('are refused in one line of ASCII, or prepared so that every server can take them', () => {
    let count = 0
    fc.assert(
      fc.property(
        fc.oneof(
          message,
          message.map(m => `From: a@example.org\r\n${m}`),
        ),
        fc.boolean(),
        (raw, strict) => {
          const made = prepare(octets(raw), { ...submission, lineEndings: strict ? 'strict' : 'normalize' })
          if (isRefusal(made)) {
            expect(made.says).toMatch(/^[\x20-\x7e]{1,480}$/)
            return
          }
          count++
          const sent = text(made)
          expect(sent).not.toMatch(/(?<!\r)\n|\r(?!\n)|\0/)
          expect(sent.endsWith('\r\n')).toBe(true)
          expect(Math.max(...sent.split('\r\n').map(one => one.length))).toBeLessThanOrEqual(998)
          expect(/[^\x00-\x7f]/.test(sent)).toBe(made.eightBit)
          const header = sent.slice(0, sent.indexOf('\r\n\r\n'))
          expect(header).not.toMatch(/^bcc:/im)
          expect(header.match(/^from:/gim)).toHaveLength(1)
          for (const name of ['Date', 'Message-ID', 'Received']) expect(header).toMatch(new RegExp(`^${name}:`, 'm'))
          // Preparing is done once; what comes out needs nothing more.
          const again = prepare(made.message, submission)
          expect(isRefusal(again) ? again.says : again.changes).toEqual([])
        },
      ),
      { numRuns: 3_000 },
    )
    expect(count).toBeGreaterThan(300)
  })
})
