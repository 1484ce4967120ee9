import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NoticeRequest, writeNotice } from '../../../src/relay/bounce/notice.ts'
import { wordsFor } from '../../../src/relay/bounce/words.ts'
import type { RemoteReply } from '../../../src/relay/envelope.ts'
import { content, envelope, message } from '../deliver/delivery-world.ts'

const refused: RemoteReply = { code: 550, enhanced: '5.1.1', text: 'No such user here', by: 'mx1.one.test [192.0.2.1]' }

const request = (more: Partial<NoticeRequest> = {}): NoticeRequest => ({
  kind: 'failed',
  message: message(),
  content: content('From: billing@example.org\r\nSubject: Invoice\r\n\r\nsecret body\r\n'),
  recipients: [
    { envelope: { ...envelope('gone@one.test'), lastTriedAt: Date.UTC(2026, 10, 20, 8, 1) }, reply: refused },
  ],
  hostname: 'mail.example.org',
  now: Date.UTC(2026, 10, 20, 8, 2),
  id: '01HNOTICE',
  ...more,
})

const written = (more?: Partial<NoticeRequest>): string => writeNotice(request(more))!.message.toString('utf8')

describe('a bounce', () => {
  it('says to a person what happened, what was said, and what to do; and the same to programs', () => {
    const text = written().replaceAll(/=_[0-9a-f]{24}/g, '=_boundary')
    expect(text).toBe(
      [
        'Date: Fri, 20 Nov 2026 08:02:00 +0000',
        'From: Mail delivery <MAILER-DAEMON@mail.example.org>',
        'To: <billing@example.org>',
        'Subject: Not delivered: Invoice',
        'Message-ID: <mwooxs5c.01HNOTICE@mail.example.org>',
        'In-Reply-To: <1@example.org>',
        'References: <1@example.org>',
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status;',
        '\tboundary="=_boundary"',
        '',
        '--=_boundary',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'Your message was not delivered to one of its recipients. It will not be',
        'tried again.',
        '',
        '  Subject: Invoice',
        '  Sent:    Fri, 20 Nov 2026 08:00:00 +0000',
        '  Queue:   01HTEST at mail.example.org',
        '',
        'gone@one.test',
        '    There is no such mailbox.',
        '    The server mx1.one.test [192.0.2.1] said:',
        '        550 5.1.1 No such user here',
        '    Check the address for typing errors, or ask the recipient for the right',
        '    one.',
        '',
        'Details for your mail administrator are attached to this message.',
        '',
        '--=_boundary',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mail.example.org',
        'Arrival-Date: Fri, 20 Nov 2026 08:00:00 +0000',
        'X-Mailworthy-Queue-Id: 01HTEST',
        '',
        'Final-Recipient: rfc822; gone@one.test',
        'Action: failed',
        'Status: 5.1.1',
        'Remote-MTA: dns; mx1.one.test',
        'Diagnostic-Code: smtp; 550 5.1.1 No such user here',
        'Last-Attempt-Date: Fri, 20 Nov 2026 08:01:00 +0000',
        '',
        '--=_boundary',
        'Content-Type: text/rfc822-headers',
        'Content-Transfer-Encoding: 7bit',
        '',
        'DKIM-Signature: v=1',
        'From: billing@example.org',
        'Subject: Invoice',
        '',
        '--=_boundary--',
        '',
      ].join('\r\n'),
    )
  })

  it('is never written to a null sender', () => {
    expect(writeNotice(request({ message: message({ sender: '' }) }))).toBeUndefined()
  })

  it('is for those who wanted it', () => {
    const about = (kind: NoticeRequest['kind']): number =>
      ([[], ['failure'], ['delay'], ['success'], ['never'], ['success', 'failure', 'delay']] as const)
        .map(notify => ({ envelope: envelope('a@one.test', { notify }), reply: refused }))
        .map(one => writeNotice(request({ kind, recipients: [one] })) !== undefined)
        .reduce((bits, yes) => bits * 2 + Number(yes), 0)
    //                        [] failure delay success never all
    expect(about('failed')).toBe(0b110001)
    expect(about('expired')).toBe(0b110001)
    expect(about('delayed')).toBe(0b101001)
    expect(about('relayed')).toBe(0b000101)
  })

  it('tells of several recipients at once, and of those only that want it', () => {
    const [one, two, three] = [
      envelope('a@one.test'),
      envelope('b@one.test', { notify: ['never'] }),
      envelope('c@two.test'),
    ]
    const notice = writeNotice(
      request({ recipients: [one, two, three].map(each => ({ envelope: each!, reply: refused })) }),
    )!
    const text = notice.message.toString()
    expect(notice.about).toEqual([one!.id, three!.id])
    expect(text).toContain('not delivered to 2 of its recipients')
    expect(text).not.toContain('b@one.test')
    expect(text.match(/^Final-Recipient: .*$/gm)).toEqual([
      'Final-Recipient: rfc822; a@one.test',
      'Final-Recipient: rfc822; c@two.test',
    ])
  })

  it('says what RFC 3461 asks for: ENVID, ORCPT, the message or its header', () => {
    const asked = {
      message: message({ dsn: { ret: 'full', envid: 'order 7\r\nX: y' } }),
      recipients: [{ envelope: envelope('a@one.test', { orcpt: 'rfc822;Anna@old.test' }), reply: refused }],
    } as const
    const text = written(asked)
    expect(text).toContain('\r\nOriginal-Envelope-Id: order 7\\x0d\\x0aX: y\r\n')
    expect(text).toContain('\r\nOriginal-Recipient: rfc822; Anna@old.test\r\nFinal-Recipient: rfc822; a@one.test\r\n')
    expect(text).toContain('Content-Type: message/rfc822\r\n\r\nDKIM-Signature: v=1\r\nFrom: billing@example.org\r\n')
    expect(text).toContain('secret body')
    expect(written()).not.toContain('secret body')
    // What cannot go to every server as it is, or is huge, is not sent back whole.
    for (const body of ['gr\u00fc\u00dfe\r\n', 'x'.repeat(1000), `${'x'.repeat(78)}\r\n`.repeat(15_000)]) {
      expect(written({ ...asked, content: content(`Subject: x\r\n\r\n${body}`) })).toContain(
        'Content-Type: text/rfc822-headers',
      )
    }
  })

  it('of mail that took too long is 4.4.7, with the last that was heard', () => {
    const last = {
      code: 0,
      enhanced: '4.4.1',
      text: 'connect to mx1.one.test [192.0.2.1]: connection refused',
      by: undefined,
    }
    const text = written({ kind: 'expired', recipients: [{ envelope: envelope('a@one.test'), reply: last }] })
    expect(text).toContain('in all the time\r\nthat was allowed')
    expect(text).toContain('No mail server of the recipient could be reached.')
    expect(text).toMatch(
      /\r\nAction: failed\r\nStatus: 4\.4\.7\r\nDiagnostic-Code: x-mailworthy; 4\.4\.1 connect to mx1/,
    )
    expect(text).not.toContain('Remote-MTA')
  })

  it('has a status of its own class when the reply has none', () => {
    const status = (kind: NoticeRequest['kind'], enhanced: string | undefined) =>
      /^Status: (.*)$/m
        .exec(
          written({
            kind,
            recipients: [
              {
                envelope: envelope('a@x.test', { notify: ['success', 'failure', 'delay'] }),
                reply: { ...refused, enhanced },
              },
            ],
          }),
        )?.[1]
        ?.trim()
    expect([
      status('failed', undefined),
      status('failed', '4.2.0'),
      status('delayed', '5.1.1'),
      status('relayed', '2.1.5'),
    ]).toEqual(['5.0.0', '5.0.0', '4.0.0', '2.1.5'])
  })
})

describe('a warning', () => {
  it('says that nothing need be done, and until when it is tried', () => {
    const reply = { code: 451, enhanced: '4.7.1', text: 'Greylisted', by: 'mx1.one.test [192.0.2.1]' }
    const text = written({
      kind: 'delayed',
      recipients: [{ envelope: envelope('a@one.test'), reply }],
      message: message({ dsn: { ret: 'full', envid: undefined } }),
    })
    expect(text).toContain('Subject: Delayed, still being tried: Invoice')
    expect(text).toContain('you need not send it\r\nagain')
    expect(text).toContain('    The server has not taken the message yet.\r\n')
    expect(text).toContain('    It is tried until Wed, 25 Nov 2026 08:00:00 +0000.')
    expect(text).toContain('\r\nAction: delayed\r\nStatus: 4.7.1\r\n')
    expect(text).toContain('\r\nWill-Retry-Until: Wed, 25 Nov 2026 08:00:00 +0000\r\n')
    // RFC 3461 §4.3: the whole message comes back only when it failed.
    expect(text).not.toContain('secret body')
  })
})

describe('a notice of mail passed on', () => {
  it('does not claim that it was delivered', () => {
    const reply = { code: 250, enhanced: '2.0.0', text: 'Ok: queued as 1', by: 'mx1.one.test [192.0.2.1]' }
    const text = written({
      kind: 'relayed',
      recipients: [{ envelope: envelope('a@one.test', { notify: ['success'] }), reply }],
    })
    expect(text).toContain('does not confirm')
    expect(text).toContain('\r\nAction: relayed\r\nStatus: 2.0.0\r\n')
  })
})

describe('values of others', () => {
  const hostile = 'x\r\nBcc: evil@evil.test\r\n\r\n--=_\u0085\u2028\u202e\0\x1b[31m'

  it('begin no line of the header or of the report', () => {
    const notice = writeNotice(
      request({
        message: message({
          sender: `a>${hostile}@example.org`,
          subject: hostile,
          messageId: hostile,
          id: hostile,
          dsn: { ret: undefined, envid: hostile },
        }),
        recipients: [
          {
            envelope: envelope(hostile, { orcpt: `rfc822;${hostile}` }),
            reply: { code: 550, enhanced: '5.1.1', text: hostile, by: hostile },
          },
        ],
        from: `b>${hostile}@example.org`,
        id: hostile,
      }),
    )!
    const text = notice.message.toString('utf8')
    expect(text).not.toMatch(/^Bcc:/m)
    expect(text).not.toMatch(/[\u0085\u2028\u202e\0\x1b]/)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    const boundary = /boundary="(.*)"/.exec(text)![1]!
    expect(text.split(`--${boundary}`)).toHaveLength(5)
  })

  it('may be anything: every notice is a line-wise 7-bit message', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(text, text, text, text, text, (sender, subject, recipient, said, by) => {
        const ascii = `a@${sender.replace(/[^\x00-\x7f]/g, '')}`
        const notice = writeNotice(
          request({
            message: message({ sender: ascii, subject }),
            recipients: [
              {
                envelope: envelope(recipient, { orcpt: said }),
                reply: { code: 550, enhanced: undefined, text: said, by },
              },
            ],
          }),
        )!
        const octets = notice.message.toString('latin1')
        expect(octets).toMatch(/^[\x00-\x7f]*$/)
        expect(octets.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        expect(Math.max(...octets.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(998)
        const header = octets.slice(0, octets.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]/g, ' ')
        expect(header.split('\r\n').map(line => line.split(':')[0])).toEqual([
          'Date',
          'From',
          'To',
          'Subject',
          'Message-ID',
          'In-Reply-To',
          'References',
          'Auto-Submitted',
          'MIME-Version',
          'Content-Type',
        ])
      }),
    )
  })

  it('in letters beyond ASCII are encoded, and an address with them needs SMTPUTF8', () => {
    const notice = writeNotice(
      request({
        message: message({
          sender: 'jürgen@example.org',
          subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus dem schönen, großen und überaus grünen Österreich',
        }),
        recipients: [{ envelope: envelope('größe+x@one.test'), reply: { ...refused, text: 'Größe unbekannt' } }],
      }),
    )!
    const text = notice.message.toString('utf8')
    expect(notice.smtpUtf8).toBe(true)
    expect(notice.subject).toBe('Not delivered: Grüße aus dem schönen, großen und überaus grünen Österreich')
    expect(text).toMatch(/^Subject: =\?utf-8\?B\?[A-Za-z0-9+/=]{1,60}\?=\r\n =\?utf-8\?B\?/m)
    expect(text).toContain('Final-Recipient: utf-8; gr\\x{F6}\\x{DF}e\\x{2B}x@one.test')
    expect(text).toContain('Diagnostic-Code: smtp; 550 5.1.1 Gr\\u{f6}\\u{df}e unbekannt')
    expect(text).toContain('Gr=C3=B6=C3=9Fe unbekannt')
  })
})

describe('the words', () => {
  it.each([
    ['5.1.1', false, 'There is no such mailbox.'],
    ['5.2.2', false, 'The mailbox is full.'],
    ['5.7.26', false, 'The server could not verify who sent the message (SPF, DKIM, DMARC).'],
    ['5.7.999', false, 'The server refused the message.'],
    ['5.9.9', false, 'The server did not take the message.'],
    [undefined, false, 'The server did not take the message.'],
    ['4.7.1', true, 'The server has not taken the message yet.'],
    ['4.4.1', true, 'No mail server of the recipient could be reached.'],
  ])('of %s (may still go well: %s): %s', (enhanced, passing, what) => {
    expect(wordsFor({ enhanced }, passing).what).toBe(what)
  })
})
