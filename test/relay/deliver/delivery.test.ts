import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/relay/envelope.ts'
import { startSink } from '../../support/sink.ts'
import { content, courierTo, egress, envelope, message, route } from './delivery-world.ts'

const body = (text: string): string => `From: billing@example.org\r\nSubject: x\r\n\r\n${text}`

describe('delivery by MX', () => {
  it('hands over the message as it is stored, with its signatures in front', async () => {
    const sink = await startSink()
    const { attempt } = courierTo([sink.port])
    const sent = content(body('.\r\n..\r\n.hidden\r\nHello\r\n.\r\n'))
    const outcomes = await attempt(['anna@one.test', 'bert@one.test'], { content: sent })
    const reply = { code: 250, enhanced: '2.0.0', text: 'Ok: queued as SINK1', by: 'mx1.one.test [192.0.2.1]' }
    expect(outcomes).toEqual([
      { kind: 'delivered', reply },
      { kind: 'delivered', reply },
    ] satisfies Outcome[])
    const [mail] = sink.mails
    expect(mail).toMatchObject({ from: 'billing@example.org', to: ['anna@one.test', 'bert@one.test'] })
    expect(mail!.data.equals(Buffer.concat([sent.signatures, sent.message]))).toBe(true)
    expect(mail!.wire.toString('latin1').split('\r\n.\r\n')).toHaveLength(2)
    expect(sink.visits[0]!.lines.slice(0, 2)).toEqual([
      'EHLO mail.example.org',
      `MAIL FROM:<billing@example.org> SIZE=${sent.signatures.length + sent.message.length}`,
    ])
  })

  it('hands over megabytes unchanged', async () => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    const line = `.${'x'.repeat(70)}\r\n..y\r\n`
    const sent = content(body(line.repeat(40_000)))
    expect(await said(['a@one.test'], { content: sent })).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    expect(sink.mails[0]!.data.equals(Buffer.concat([sent.signatures, sent.message]))).toBe(true)
  })

  it('keeps a connection for the next message, for twenty at most', async () => {
    const sink = await startSink()
    const { attempt, courier } = courierTo([sink.port])
    for (let i = 0; i < 41; i++) await attempt([`a${i}@one.test`])
    expect(sink.visits).toHaveLength(3)
    expect(sink.visits.map(visit => visit.lines.filter(line => line.startsWith('MAIL')).length)).toEqual([20, 20, 1])
    await courier.close()
    await expect.poll(() => sink.visits.every(visit => visit.lines.at(-1) === 'QUIT' && visit.closed)).toBe(true)
  })

  it('ends a kept connection after a while', async () => {
    const sink = await startSink()
    const { attempt } = courierTo([sink.port], { patience: { idle: 20 } })
    await attempt(['a@one.test'])
    await expect.poll(() => sink.visits[0]!.closed).toBe(true)
    expect(sink.visits[0]!.lines.at(-1)).toBe('QUIT')
  })

  it('opens a new one where the server has ended the kept one', async () => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    await said(['a@one.test'])
    sink.hangUp()
    expect(await said(['a@one.test'])).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    // Also when it is noticed only while speaking.
    const rude = await startSink({
      behavior: (step, _, visit) =>
        step === 'MAIL' && visit.lines.filter(line => line.startsWith('MAIL')).length > 1 ? { do: 'reset' } : undefined,
    })
    const other = courierTo([rude.port])
    await other.said(['a@one.test'])
    expect(await other.said(['a@one.test'])).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    expect(rude.visits).toHaveLength(2)
  })

  it('shares no connection between egresses', async () => {
    const sink = await startSink()
    const { attempt } = courierTo([sink.port])
    await attempt(['a@one.test'])
    await attempt(['a@one.test'], { egress: { ...egress, name: 'other', helo: 'other.example.org' } })
    expect(sink.visits.map(visit => visit.lines[0])).toEqual(['EHLO mail.example.org', 'EHLO other.example.org'])
  })

  it('splits what is more than a hundred recipients', async () => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    const all = Array.from({ length: 205 }, (_, i) => `a${i}@one.test`)
    expect(new Set(await said(all))).toEqual(new Set(['delivered 250 2.0.0 Ok: queued as SINK1']))
    expect(sink.mails.map(mail => mail.to.length)).toEqual([100, 100, 5])
  })

  it('uses no family that the egress does not list', async () => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    expect(await said(['a@six.test'])).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    const six = { ...egress, seenAs: ['2001:db8::10'] }
    expect(await said(['a@six.test'], { egress: six })).toEqual([
      'deferred 4.4.1 connect to mx.six.test [2001:db8::1]: not a part of this network',
    ])
    expect(await said(['a@six.test'], { egress: { ...egress, seenAs: [] } })).toEqual([
      'deferred 4.3.5 the egress main has no address',
    ])
  })

  it.each([
    ['a@null.test', /^failed 556 5\.1\.10 /],
    ['a@no.such.test', /^failed 5\.1\.2 /],
    ['a@slow.test', /^deferred 4\.4\.3 DNS reported a failure/],
    ['a@loop.test', /^failed 5\.4\.6 /],
    ['a@inward.test', /^failed 5\.4\.4 .*127\.0\.0\.1.*loopback/],
    ['a@[127.0.0.1]', /^failed 5\.1\.2 /],
  ])('to %s comes to nothing, in words', async (recipient, expected) => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    expect((await said([recipient]))[0]).toMatch(expected)
    expect(sink.visits).toHaveLength(0)
  })
})

describe('what servers say', () => {
  it('is kept for each recipient (three fates of one transaction)', async () => {
    for (const extensions of [['PIPELINING'], []]) {
      const sink = await startSink({
        extensions,
        behavior: (step, line) => {
          if (step !== 'RCPT') return undefined
          if (line.includes('full')) return '452-4.2.2 The mailbox is full.\r\n452 4.2.2 Try \x1b[31mlater\u2028.'
          return line.includes('gone') ? '550 5.1.1 <gone@one.test>: no such user' : undefined
        },
      })
      const { attempt } = courierTo([sink.port])
      const by = 'mx1.one.test [192.0.2.1]'
      expect(await attempt(['full@one.test', 'gone@one.test', 'here@one.test'])).toEqual([
        {
          kind: 'deferred',
          reply: { code: 452, enhanced: '4.2.2', text: 'The mailbox is full. Try \\x1b[31mlater\\u2028.', by },
          nextAt: 0,
        },
        { kind: 'failed', reply: { code: 550, enhanced: '5.1.1', text: '<gone@one.test>: no such user', by } },
        { kind: 'delivered', reply: { code: 250, enhanced: '2.0.0', text: 'Ok: queued as SINK1', by } },
      ])
      expect(sink.mails.map(mail => mail.to)).toEqual([['here@one.test']])
    }
  })

  it.each([
    ['MAIL', '550 5.7.1 Not from you', 'failed 550 5.7.1 Not from you'],
    ['MAIL', '451 4.7.1 Greylisted', 'deferred 451 4.7.1 Greylisted'],
    ['MAIL', '530 5.7.0 Must issue STARTTLS first', 'deferred 530 5.7.0 Must issue STARTTLS first'],
    ['MAIL', '503 5.5.1 Bad sequence', 'deferred 503 5.5.1 Bad sequence'],
    ['RCPT', '550 5.1.1 No', 'failed 550 5.1.1 No'],
    ['RCPT', '550 no code of its own', 'failed 550 no code of its own'],
    ['RCPT', '450 4.2.0 Greylisted', 'deferred 450 4.2.0 Greylisted'],
    ['RCPT', '552 5.2.2 Mailbox full', 'failed 552 5.2.2 Mailbox full'],
    ['RCPT', '354 nonsense', 'deferred 354 nonsense'],
    ['DATA', '554 5.7.1 No', 'failed 554 5.7.1 No'],
    ['DATA', '451 4.3.0 Later', 'deferred 451 4.3.0 Later'],
    ['dot', '554 5.7.1 Spam', 'failed 554 5.7.1 Spam'],
    ['dot', '451 4.3.0 Later', 'deferred 451 4.3.0 Later'],
    ['dot', '354 nonsense', 'deferred 354 nonsense'],
    ['dot', '250', 'delivered 250'],
  ])('to %s decides: %s', async (at, reply, expected) => {
    for (const extensions of [['PIPELINING'], []]) {
      const sink = await startSink({ extensions, behavior: step => (step === at ? reply : undefined) })
      const { said } = courierTo([sink.port])
      expect(await said(['a@one.test'])).toEqual([expected])
    }
  })

  it('lets the connection be used again after a refusal before the message, and closes it after one', async () => {
    let refuse = true
    const sink = await startSink({ behavior: step => (step === 'RCPT' && refuse ? '550 5.1.1 No' : undefined) })
    const { said } = courierTo([sink.port])
    await said(['a@one.test'])
    refuse = false
    expect(await said(['a@one.test'])).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    expect(sink.visits).toHaveLength(1)
    expect(sink.visits[0]!.lines).toContain('RSET')
    const strict = await startSink({ behavior: step => (step === 'dot' ? '554 5.7.1 Spam' : undefined) })
    const other = courierTo([strict.port])
    await other.said(['a@one.test'])
    await expect.poll(() => strict.visits[0]!.closed).toBe(true)
    // Never QUIT after the message had begun: it could become a part of it.
    expect(strict.visits[0]!.lines).not.toContain('QUIT')
  })

  it('may be 552 for too many recipients: the others go, that one goes later', async () => {
    const sink = await startSink({
      behavior: (step, line) => (step === 'RCPT' && line.includes('late') ? '552 Too many recipients' : undefined),
    })
    const { said } = courierTo([sink.port])
    expect(await said(['a@one.test', 'late@one.test'])).toEqual([
      'delivered 250 2.0.0 Ok: queued as SINK1',
      'deferred 552 Too many recipients',
    ])
  })
})

/** Milliseconds after which a test gives a silent server up; a busy machine needs less for one that speaks. */
const SHORT = 600

describe('the next host', () => {
  const good = 'delivered 250 2.0.0 Ok: queued as SINK1'

  it.each([
    ['greeting', '421 4.7.0 Busy'],
    ['greeting', '554 5.7.1 No service'],
    ['EHLO', '421 4.3.2 Closing'],
    ['MAIL', '421 4.3.2 Closing'],
    ['RCPT', '421 4.3.2 Closing'],
    ['DATA', '421 4.3.2 Closing'],
    ['greeting', { do: 'drop' }],
    ['EHLO', { do: 'reset' }],
    ['MAIL', { do: 'drop' }],
    ['RCPT', { do: 'reset' }],
    ['DATA', { do: 'drop' }],
    ['greeting', { do: 'silence' }],
    ['EHLO', { do: 'silence' }],
    ['RCPT', { do: 'silence' }],
    ['DATA', { do: 'silence' }],
    ['DATA', '250 nonsense'],
    ['greeting', 'SSH-2.0-OpenSSH'],
  ] as const)('is tried after %s is answered with %j', async (at, act) => {
    const one = async (extensions: readonly string[]): Promise<void> => {
      const bad = await startSink({ extensions, behavior: step => (step === at ? act : undefined) })
      const next = await startSink()
      const patience = { greeting: SHORT, command: SHORT, data: SHORT }
      const { said } = courierTo([bad.port, next.port], { patience })
      expect(await said(['a@two.test'])).toEqual([good])
      expect([bad.visits.length, next.visits.length, bad.mails.length]).toEqual([1, 1, 0])
    }
    await Promise.all([one(['PIPELINING']), one([])])
  })

  it('is tried when nobody listens at the first', async () => {
    const next = await startSink()
    const { said } = courierTo([1, next.port])
    expect(await said(['a@two.test'])).toEqual([good])
  })

  it('gets only the recipients that the first has not decided', async () => {
    const first = await startSink({
      extensions: [],
      behavior: (step, line) => {
        if (step !== 'RCPT') return undefined
        return line.includes('gone') ? '550 5.1.1 No' : line.includes('rest') ? '421 4.3.2 Closing' : undefined
      },
    })
    const next = await startSink()
    const { said } = courierTo([first.port, next.port])
    expect(await said(['a@two.test', 'gone@two.test', 'rest@two.test'])).toEqual([good, 'failed 550 5.1.1 No', good])
    expect(next.mails.map(mail => mail.to)).toEqual([['a@two.test', 'rest@two.test']])
  })

  it('is not tried once the message has begun: it might be there already', async () => {
    for (const act of [{ do: 'drop' }, { do: 'reset' }, { do: 'silence' }, '421 4.3.2 Closing'] as const) {
      for (const at of ['content', 'dot']) {
        const first = await startSink({ behavior: step => (step === at ? act : undefined) })
        const next = await startSink()
        const { said } = courierTo([first.port, next.port], { patience: { finalDot: SHORT, block: SHORT } })
        const [line] = await said(['a@two.test'])
        expect(line).toMatch(/^deferred (4\.4\.2|421)/)
        expect(next.visits).toHaveLength(0)
      }
    }
  })

  it('is missing: then the last word counts', async () => {
    const unwelcoming = () => startSink({ behavior: step => (step === 'greeting' ? '554 5.7.1 Go away' : undefined) })
    const both = courierTo([(await unwelcoming()).port, (await unwelcoming()).port])
    expect(await both.said(['a@two.test'])).toEqual(['failed 554 5.7.1 Go away'])
    const one = courierTo([(await unwelcoming()).port, 1])
    expect(await one.said(['a@two.test'])).toEqual([
      'deferred 4.4.1 connect to mx2.two.test [192.0.2.2]: connection refused',
    ])
    // A smart host is our own setting: its 5xx must not bounce everything.
    const smart = route({ via: [{ host: 'relay.test', port: 25 }] })
    const own = courierTo([(await unwelcoming()).port])
    expect(await own.said(['a@any.test'], { route: smart })).toEqual(['deferred 554 5.7.1 Go away'])
  })

  it('is one of five at most', async () => {
    const { said } = courierTo([])
    const tried: string[] = []
    const counting = courierTo([], {
      open: async ({ address }) => {
        tried.push(address)
        return { failed: 'nobody there' }
      },
    })
    expect((await said(['a@many.test']))[0]).toMatch(/^deferred 4\.4\.1 connect to mx\.many\.test/)
    await counting.said(['a@many.test'])
    expect(tried).toHaveLength(5)
    let now = 0
    const slow = courierTo([], {
      clock: () => now,
      patience: { search: 100 },
      open: async ({ address }) => {
        tried.push(address)
        now += 60
        return { failed: 'nobody there' }
      },
    })
    tried.length = 0
    await slow.said(['a@many.test'])
    expect(tried).toHaveLength(2)
  })
})

describe('what the server must be able to do', () => {
  it('is internationalized mail, for mail that needs it', async () => {
    const plain = await startSink({ extensions: ['8BITMIME'] })
    const { said } = courierTo([plain.port])
    const expected = [expect.stringMatching(/^failed 5\.6\.7 .*SMTPUTF8.*mx1\.one\.test/)]
    expect(await said(['jürgen@one.test'])).toEqual(expected)
    expect(await said(['a@one.test'], { message: message({ smtpUtf8: true }) })).toEqual(expected)
    expect(plain.visits.flatMap(visit => visit.lines).filter(line => line.startsWith('MAIL'))).toEqual([])
    const able = await startSink()
    const other = courierTo([able.port])
    await other.said(['jürgen@one.test'])
    await other.said(['a@one.test'], { message: message({ smtpUtf8: true }) })
    await other.said(['a@one.test'])
    const mails = able.visits[0]!.lines.filter(line => line.startsWith('MAIL'))
    expect(mails.map(line => line.includes(' SMTPUTF8'))).toEqual([true, true, false])
    expect(able.visits[0]!.lines).toContain('RCPT TO:<jürgen@one.test>')
  })

  it('is 8-bit data, for mail that has it', async () => {
    const eight = content(Buffer.from(body('gr\xfc\xdfe\r\n'), 'latin1'))
    const plain = await startSink({ extensions: ['PIPELINING'] })
    expect(await courierTo([plain.port]).said(['a@one.test'], { content: eight })).toEqual([
      expect.stringMatching(/^failed 5\.6\.3 .*8BITMIME/),
    ])
    const able = await startSink()
    expect(await courierTo([able.port]).said(['a@one.test'], { content: eight })).toEqual([
      'delivered 250 2.0.0 Ok: queued as SINK1',
    ])
    expect(able.visits[0]!.lines[1]).toContain(' BODY=8BITMIME')
    expect(able.mails[0]!.data.subarray(-9).equals(eight.message.subarray(-9))).toBe(true)
  })

  it('is the size of the message', async () => {
    const small = await startSink({ extensions: ['SIZE 50'] })
    expect(await courierTo([small.port]).said(['a@one.test'])).toEqual([
      expect.stringMatching(
        /^failed 5\.3\.4 the message has \d+ octets, and mx1\.one\.test \[192\.0\.2\.1\] takes no more than 50/,
      ),
    ])
  })

  it('is read from the keywords, not from the name of the host', async () => {
    const named = await startSink({
      behavior: step => (step === 'EHLO' ? '250-smtputf8.example says DSN 8BITMIME\r\n250 HELP SMTPUTF8' : undefined),
    })
    expect(await courierTo([named.port]).said(['jürgen@one.test'])).toEqual([expect.stringMatching(/^failed 5\.6\.7/)])
  })

  it('is no more than HELO, for simple mail', async () => {
    const old = await startSink({ behavior: step => (step === 'EHLO' ? '502 5.5.1 What?' : undefined) })
    expect(await courierTo([old.port]).said(['a@one.test'])).toEqual(['delivered 250 2.0.0 Ok: queued as SINK1'])
    expect(old.visits[0]!.lines.slice(0, 3)).toEqual([
      'EHLO mail.example.org',
      'HELO mail.example.org',
      'MAIL FROM:<billing@example.org>',
    ])
  })
})

describe('notifications (RFC 3461)', () => {
  const told = () => [
    envelope('a@one.test', { notify: ['success', 'failure'], orcpt: 'rfc822;a+b=c@Old.test' }),
    envelope('b@one.test', { notify: ['never'] }),
    envelope('c@one.test'),
    envelope('d@one.test', { orcpt: 'rfc822;d\r\nRCPT TO:<evil@one.test>' }),
  ]
  const asked = message({ dsn: { ret: 'hdrs', envid: 'id+1 x' } })

  it('are passed on, each with its recipient', async () => {
    for (const extensions of [['DSN', 'PIPELINING'], ['DSN']]) {
      const sink = await startSink({ extensions })
      const outcomes = await courierTo([sink.port]).attempt(told(), { message: asked })
      expect(sink.visits[0]!.lines.slice(1, 6)).toEqual([
        'MAIL FROM:<billing@example.org> RET=HDRS ENVID=id+2B1+20x',
        'RCPT TO:<a@one.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb+3Dc@Old.test',
        'RCPT TO:<b@one.test> NOTIFY=NEVER',
        'RCPT TO:<c@one.test>',
        'RCPT TO:<d@one.test> ORCPT=rfc822;d+0D+0ARCPT+20TO:<evil@one.test>',
      ])
      expect(outcomes.map(one => one.kind === 'delivered' && one.relayed)).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ])
    }
  })

  it('are owed by us where the server knows none', async () => {
    const sink = await startSink({ extensions: ['PIPELINING'] })
    const outcomes = await courierTo([sink.port]).attempt(told(), { message: asked })
    expect(sink.visits[0]!.lines.slice(1, 3)).toEqual(['MAIL FROM:<billing@example.org>', 'RCPT TO:<a@one.test>'])
    expect(outcomes.map(one => one.kind === 'delivered' && one.relayed)).toEqual([
      true,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('what cannot be sent as it is', () => {
  it.each(['a\nb\r\n', 'a\rb\r\n', 'x\r\n.\r', '\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\r\n.\r\n', 'x\r\n.\r\r\n'])(
    'is not sent at all: %j',
    async text => {
      const sink = await startSink()
      expect(await courierTo([sink.port]).said(['a@one.test'], { content: content(body(text)) })).toEqual([
        'failed 5.6.0 the message holds a CR or LF that is no line ending',
      ])
      expect(sink.visits).toHaveLength(0)
    },
  )

  it('says no address that would end the line', async () => {
    const sink = await startSink()
    const { said } = courierTo([sink.port])
    expect(await said(['a>\r\nRCPT TO:<evil@one.test', 'b@one.test'])).toEqual([
      expect.stringMatching(/^failed 5\.1\.3 <a>\\x0d\\x0aRCPT/),
      'delivered 250 2.0.0 Ok: queued as SINK1',
    ])
    expect(await said(['b@one.test'], { message: message({ sender: 'a>\r\nx' }) })).toEqual([
      expect.stringMatching(/^failed 5\.1\.7/),
    ])
    expect(sink.mails.map(mail => mail.to)).toEqual([['b@one.test']])
  })

  it('is sent with a null sender, for bounces', async () => {
    const sink = await startSink()
    await courierTo([sink.port]).attempt(['a@one.test'], { message: message({ sender: '' }) })
    expect(sink.visits[0]!.lines[1]).toMatch(/^MAIL FROM:<> /)
  })
})
