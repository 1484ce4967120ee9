// The command parser: what it makes of paths and parameters, and that no octets upset it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand, parseMail, parseRcpt, routingTrick } from '../../../src/relay/intake/command.ts'
import { parseMailbox } from '../../../src/relay/intake/mailbox.ts'
import { renderReply } from '../../../src/relay/intake/reply.ts'

const mail = (argument: string): string => {
  const read = parseMail(argument)
  return read.ok ? (read.value.sender?.address ?? '<>') : `${read.reply.code} ${read.reply.enhanced}`
}
const rcpt = (argument: string, smtpUtf8 = false): string => {
  const read = parseRcpt(argument, smtpUtf8)
  return read.ok ? (read.value.mailbox?.address ?? 'postmaster') : `${read.reply.code} ${read.reply.enhanced}`
}

describe('a command line', () => {
  it('is a verb and an argument, in any case, with trailing space', () => {
    expect(parseCommand(Buffer.from('ehlo  there \t'))).toEqual({ verb: 'EHLO', argument: 'there' })
    expect(parseCommand(Buffer.from('Mail From:<a@b.example>'))).toEqual({
      verb: 'MAIL',
      argument: 'From:<a@b.example>',
    })
    expect(parseCommand(Buffer.from('QUIT'))).toEqual({ verb: 'QUIT', argument: '' })
  })

  it('is none when it holds controls or is not UTF-8', () => {
    for (const line of ['EHLO a\0b', 'EHLO a\rb', 'EHLO a\x1bb', 'EHLO \xff', ' EHLO a', '\tEHLO', ''])
      expect(parseCommand(Buffer.from(line, 'latin1')).verb).toBe('')
  })
})

describe('MAIL', () => {
  it.each([
    ['FROM:<a@example.org>', 'a@example.org'],
    ['FROM: <a@example.org>', 'a@example.org'],
    ['from:<a@EXAMPLE.Org>', 'a@example.org'],
    ['FROM:a@example.org', 'a@example.org'],
    ['FROM:a@example.org SIZE=1', 'a@example.org'],
    ['FROM:<>', '<>'],
    ['FROM:<> SIZE=0', '<>'],
    ['FROM:<"a b"@example.org>', '"a b"@example.org'],
    ['FROM:<"a>b"@example.org>', '"a>b"@example.org'],
    ['FROM:<"a"@example.org>', 'a@example.org'],
    ['FROM:<"a\\"b"@example.org>', '"a\\"b"@example.org'],
    ['FROM:<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
    ['FROM:<a@[IPv6:2001:DB8::1]>', 'a@[IPv6:2001:db8::1]'],
    ['FROM:<ä@bücher.example> SMTPUTF8', 'ä@xn--bcher-kva.example'],
    ['FROM:<a@b_c.example>', 'a@b_c.example'],
    ['FROM<a@example.org>', '501 5.5.4'],
    ['TO:<a@example.org>', '501 5.5.4'],
    ['FROM:', '501 5.1.7'],
    ['FROM:<@a.example:b@c.example>', '501 5.1.7'],
    ['FROM:<@a.example,@b.example:b@c.example>', '501 5.1.7'],
    ['FROM:<a@b@c.example>', '501 5.1.7'],
    ['FROM:<a@example.org>x', '501 5.1.7'],
    ['FROM:<<a@example.org>>', '501 5.1.7'],
    ['FROM:<a@example.org', '501 5.1.7'],
    ['FROM:a@example.org>', '501 5.1.7'],
    ['FROM:<"a@example.org>', '501 5.1.7'],
    ['FROM:<a..b@example.org>', '501 5.1.7'],
    ['FROM:<.a@example.org>', '501 5.1.7'],
    ['FROM:<a.@example.org>', '501 5.1.7'],
    ['FROM:<a b@example.org>', '501 5.1.7'],
    ['FROM:<a(comment)@example.org>', '501 5.1.7'],
    ['FROM:<@example.org>', '501 5.1.7'],
    ['FROM:<a@>', '501 5.1.7'],
    ['FROM:<a@example>', '501 5.1.7'],
    ['FROM:<a@example.org.>', '501 5.1.7'],
    ['FROM:<a@-example.org>', '501 5.1.7'],
    ['FROM:<a@exa..mple.org>', '501 5.1.7'],
    ['FROM:<a@192.0.2.1>', '501 5.1.7'],
    ['FROM:<a@1.0x7f>', '501 5.1.7'],
    ['FROM:<a@[192.0.2.256]>', '501 5.1.7'],
    ['FROM:<a@[::1]>', '501 5.1.7'],
    ['FROM:<a@exa%6dple.org>', '501 5.1.7'],
    [`FROM:<${'a'.repeat(65)}@example.org>`, '501 5.1.7'],
    [`FROM:<a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(61)}>`, '501 5.1.7'],
    ['FROM:<ä@example.org>', '553 5.6.7'],
    ['FROM:<a@bücher.example>', '553 5.6.7'],
    ['FROM:<a\u200b@example.org> SMTPUTF8', '501 5.1.7'],
    ['FROM:<a\u2028@example.org> SMTPUTF8', '501 5.1.7'],
    ['FROM:<a\u0085@example.org> SMTPUTF8', '501 5.1.7'],
    ['FROM:<a\u202e@example.org> SMTPUTF8', '501 5.1.7'],
    ['FROM:<a@example。org> SMTPUTF8', '501 5.1.7'],
    ['FROM:<a@example.org> SMTPUTF8=YES', '501 5.5.4'],
    ['FROM:<a@example.org> BODY=9BIT', '501 5.5.4'],
    ['FROM:<a@example.org> BODY', '501 5.5.4'],
    ['FROM:<a@example.org> RET=SOME', '501 5.5.4'],
    ['FROM:<a@example.org> ENVID=', '501 5.5.4'],
    [`FROM:<a@example.org> ENVID=${'x'.repeat(101)}`, '501 5.5.4'],
    ['FROM:<a@example.org> SIZE=-1', '501 5.5.4'],
    ['FROM:<a@example.org> SIZE=1=2', '501 5.5.4'],
    ['FROM:<a@example.org> REQUIRETLS', '555 5.5.4'],
    ['FROM:<a@example.org> MT-PRIORITY=3', '555 5.5.4'],
  ])('%s is read as %s', (argument, expected) => {
    expect(mail(argument)).toBe(expected)
  })

  it('carries its parameters, decoded', () => {
    const read = parseMail('FROM:<a@example.org> size=42 BODY=8bitmime SMTPUTF8 RET=full ENVID=a+2Bb AUTH=<>')
    expect(read.ok && read.value).toMatchObject({
      size: 42,
      body: '8bitmime',
      smtpUtf8: true,
      ret: 'full',
      envid: 'a+b',
    })
  })
})

describe('RCPT', () => {
  it.each([
    ['TO:<a@example.net>', 'a@example.net'],
    ['TO:<POSTMASTER>', 'postmaster'],
    ['TO:<PostMaster@Example.net>', 'PostMaster@example.net'],
    ['TO:<>', '501 5.1.3'],
    ['TO:<user>', '501 5.1.3'],
    ['TO:<"user@victim.example">', '501 5.1.3'],
    ['TO:<user@victim.example@local.example>', '501 5.1.3'],
    ['TO:<@relay.example,@b.example:user@victim.example>', '550 5.7.1'],
    ['TO:<a@localhost>', '501 5.1.3'],
    ['TO:<ä@example.net>', '553 5.6.7'],
    ['TO:<a@example.net> NOTIFY=', '501 5.5.4'],
    ['TO:<a@example.net> NOTIFY=NEVER,DELAY', '501 5.5.4'],
    ['TO:<a@example.net> NOTIFY=SOMETIMES', '501 5.5.4'],
    ['TO:<a@example.net> ORCPT=a@example.net', '501 5.5.4'],
    ['TO:<a@example.net> ORCPT=rfc822;a+0D+0Ab', '501 5.5.4'],
    ['TO:<a@example.net> ORCPT=utf-8;ä@example.net', '501 5.5.4'],
    ['TO:<a@example.net> FOO', '555 5.5.4'],
  ])('%s is read as %s', (argument, expected) => {
    expect(rcpt(argument)).toBe(expected)
  })

  it('carries what RFC 3461 asks, for each recipient', () => {
    const read = parseRcpt('TO:<a@example.net> NOTIFY=success,DELAY ORCPT=rfc822;a+40b@example.net', false)
    expect(read.ok && read.value).toMatchObject({ notify: ['success', 'delay'], orcpt: 'rfc822;a@b@example.net' })
  })

  it('maps all spellings of an internationalized domain to one', () => {
    const spellings = [
      'bücher.example',
      'BÜCHER.example',
      'xn--bcher-kva.EXAMPLE',
      'bu\u0308cher.example',
      'ｂücher.example',
    ]
    expect(new Set(spellings.map(domain => rcpt(`TO:<a@${domain}>`, true)))).toEqual(
      new Set(['a@xn--bcher-kva.example']),
    )
  })

  it('tells an honest address from one that asks for a route', () => {
    const trick = (address: string): boolean => {
      const read = parseMailbox(address)
      return read.kind === 'mailbox' && routingTrick(read.mailbox) !== undefined
    }
    const tricks = [
      'a%b@c.example',
      'b!a@c.example',
      '"a@b"@c.example',
      '"a\\@b"@c.example',
      'a@[127.0.0.1]',
      'a@[IPv6:::1]',
    ]
    expect(tricks.filter(trick)).toEqual(tricks)
    expect(['a@c.example', 'a+b=c@c.example', '"a b"@c.example'].filter(trick)).toEqual([])
  })
})

describe('any octets', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map(octets => Buffer.from(octets)),
    fc
      .array(
        fc.constantFrom(
          'MAIL FROM:',
          'RCPT TO:',
          '<',
          '>',
          '"',
          '\\',
          '@',
          ':',
          ' ',
          'a',
          '.',
          'SIZE=',
          'ä',
          '\0',
          '=',
          ';',
          '+0D',
        ),
        { maxLength: 60 },
      )
      .map(parts => Buffer.from(parts.join(''))),
  )

  it('make a command or none, an address or a refusal; never a throw, never a control in what comes out', () => {
    fc.assert(
      fc.property(hostile, line => {
        const { argument } = parseCommand(line)
        for (const text of [argument, line.toString('utf8'), line.toString('latin1')]) {
          for (const read of [parseMail(text), parseRcpt(text, true), parseRcpt(text, false)]) {
            if (!read.ok) expect(renderReply(read.reply)).toMatch(/^(?:\d{3}[ -][\x20-\x7e]*\r\n)+$/)
            else expect(JSON.stringify(read.value)).not.toMatch(/\\u00[01]|\\[rntbf]|\u2028/)
          }
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('an address that was read is read again as itself', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.constantFrom('example.org', 'BÜCHER.example', '[192.0.2.1]'),
        (local, domain) => {
          for (const written of [`${local}@${domain}`, `"${local.replaceAll(/["\\]/g, '\\$&')}"@${domain}`]) {
            const read = parseMailbox(written)
            if (read.kind === 'bad') continue
            expect(parseMailbox(read.mailbox.address)).toMatchObject({ kind: 'mailbox', mailbox: read.mailbox })
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('a reply on the wire', () => {
  it('has its status on each line, and a space on the last', () => {
    expect(renderReply({ code: 550, enhanced: '5.7.1', lines: ['a', 'b'] })).toBe('550-5.7.1 a\r\n550 5.7.1 b\r\n')
    expect(renderReply({ code: 334, enhanced: undefined, lines: [''] })).toBe('334 \r\n')
    expect(renderReply({ code: 250, enhanced: undefined, lines: [] })).toBe('250 \r\n')
  })

  it('is ASCII in lines of 512 octets at most, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 2_000 }), { maxLength: 5 }), lines => {
        const wire = renderReply({ code: 550, enhanced: '5.7.26', lines })
        expect(wire).toMatch(/^(?:550-5\.7\.26[\x20-\x7e]*\r\n)*550 5\.7\.26[\x20-\x7e]*\r\n$/)
        for (const line of wire.split('\r\n')) expect(line.length + 2).toBeLessThanOrEqual(512)
      }),
    )
    const pieces = renderReply({ code: 550, enhanced: '5.7.20', lines: [`publish: ${'v'.repeat(900)}`] }).split('\r\n')
    // At the space, then where the line is full.
    expect(pieces.map(piece => piece.length)).toEqual([510, 421, 0])
  })

  it('lets no line break through', () => {
    expect(renderReply({ code: 550, enhanced: undefined, lines: ['a\r\n250 Ok', 'ä\u2028b'] })).toBe(
      '550-a  250 Ok\r\n550 ? b\r\n',
    )
  })
})
