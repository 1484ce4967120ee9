// What one client may take: lines, octets, time, connections, commands, recipients, guesses; and how the listener ends.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { reply } from '../../../src/relay/intake/reply.ts'
import { client, erp, plain, printers, startPrinters, startTestIntake } from '../../support/intake.ts'
import { RawSmtp } from '../../support/raw-smtp.ts'

async function greeted(port: number, implicit = false): Promise<RawSmtp> {
  const smtp = await RawSmtp.connect({ port, implicit })
  await smtp.reply()
  await smtp.ask('EHLO client.example')
  return smtp
}

/** Up to the 354. */
async function inData(port: number): Promise<RawSmtp> {
  const smtp = await greeted(port)
  smtp.send('MAIL FROM:<scan@example.org>\r\nRCPT TO:<a@example.net>\r\nDATA\r\n')
  for (let i = 0; i < 3; i++) await smtp.reply()
  return smtp
}

describe('lines', () => {
  it('may not be longer than RFC 4954 lets one be', async () => {
    const { port } = await startPrinters()
    const smtp = await greeted(port)
    expect(await smtp.ask(`NOOP ${'a'.repeat(3_000)}`)).toBe('500 5.5.2 Line too long')
    smtp.send(`${'a'.repeat(16_385)}\r\n`)
    expect(await smtp.reply()).toBe('500 5.5.2 Line too long')
    expect(await smtp.reply()).toBe('closed')
  })

  it('without an end are given up early, whatever comes', async () => {
    const { port } = await startPrinters()
    const smtp = await greeted(port)
    const before = process.memoryUsage().rss
    smtp.send(Buffer.alloc(10_000_000, 'a'))
    expect(await smtp.reply()).toBe('500 5.5.2 Line too long')
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
  })
})

describe('octets', () => {
  it('over the size are counted, not kept, and refused at the end', async () => {
    const { port, taken } = await startPrinters({ listener: { maxMessageSize: 10_000 } })
    const smtp = await inData(port)
    smtp.send(`${'a'.repeat(10_001)}\r\n.\r\n`)
    expect(await smtp.reply()).toMatch(/^552 5\.3\.4/)
    expect(await smtp.ask('NOOP')).toMatch(/^250/)
    expect(taken).toHaveLength(0)
  })

  it('far over the size end the connection', async () => {
    const { port } = await startPrinters({ listener: { maxMessageSize: 10_000 }, limits: { excess: 100_000 } })
    const smtp = await inData(port)
    let sent = 0
    const piece = Buffer.from(`${'a'.repeat(76)}\r\n`.repeat(100))
    while (smtp.unread === '' && sent < 100_000_000) {
      smtp.send(piece)
      sent += piece.length
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await smtp.reply()).toMatch(/^552 5\.3\.4/)
    expect(await smtp.reply()).toBe('closed')
    expect(sent).toBeLessThan(20_000_000)
  })

  it('of all sessions together stay within the memory', async () => {
    const { port, taken } = await startPrinters({ limits: { memory: 200_000 } })
    const [one, other] = [await inData(port), await inData(port)]
    one.send(`${'a'.repeat(76)}\r\n`.repeat(1_000))
    other.send(`${'b'.repeat(76)}\r\n`.repeat(3_000))
    other.send('.\r\n')
    expect(await other.reply()).toMatch(/^452 4\.3\.1/)
    one.send('.\r\n')
    expect(await one.reply()).toMatch(/^250/)
    // What was kept is given back.
    const again = await inData(port)
    again.send(`${'c'.repeat(76)}\r\n`.repeat(1_000))
    again.send('.\r\n')
    expect(await again.reply()).toMatch(/^250/)
    expect(taken).toHaveLength(2)
  })
})

describe('a client that leaves in the middle', () => {
  it('gives back the memory of its message', async () => {
    const { port, events, taken } = await startPrinters({ limits: { memory: 100_000 } })
    const leaving = await inData(port)
    leaving.send('a'.repeat(90_000))
    leaving.end()
    await expect.poll(() => events.some(event => event.kind === 'disconnected')).toBe(true)
    const smtp = await inData(port)
    smtp.send(`${'b'.repeat(90_000)}\r\n.\r\n`)
    expect(await smtp.reply()).toMatch(/^250/)
    expect(taken).toHaveLength(1)
  })

  it('has not said what it did not end with CRLF', async () => {
    const { port, taken } = await startPrinters()
    const smtp = await inData(port)
    smtp.send('a\r\n.\r\nMAIL FROM:<scan@example.org>\r\nRSET')
    smtp.end()
    await smtp.closed()
    expect(taken).toHaveLength(1)
    expect(smtp.unread).not.toContain('250 2.0.0 Ok\r\n')
  })
})

describe('time', () => {
  const quick = { idleMs: 150, rateWindowMs: 150, leastRate: 1_000 }

  it('without a whole command is up in the end, though octets keep coming', async () => {
    const { port } = await startPrinters({ limits: quick })
    const smtp = await greeted(port)
    const drip = setInterval(() => smtp.send('a'), 20)
    expect(await smtp.reply()).toMatch(/^421 4\.4\.2/)
    clearInterval(drip)
    await smtp.closed()
  })

  it('is up for content that comes too slowly', async () => {
    const { port, taken } = await startPrinters({ limits: { ...quick, idleMs: 60_000 } })
    const smtp = await inData(port)
    const drip = setInterval(() => smtp.send('a'), 20)
    expect(await smtp.reply()).toMatch(/^421 4\.4\.2 .*slowly/)
    clearInterval(drip)
    expect(taken).toHaveLength(0)
  })

  it('is up for a transaction, and for a connection between messages', async () => {
    const { port } = await startPrinters({ limits: { transactionMs: 100 } })
    expect(await (await inData(port)).reply()).toMatch(/^421 4\.4\.2/)
    const long = await startPrinters({ limits: { sessionMs: 100 } })
    const smtp = await greeted(long.port)
    expect(await smtp.reply()).toMatch(/^421 4\.4\.2/)
  })

  it('that we take ourselves is not held against the client', async () => {
    let answer: (() => void) | undefined
    const { port } = await startPrinters({
      limits: { idleMs: 50, transactionMs: 50, sessionMs: 50, rateWindowMs: 50, leastRate: 1_000_000 },
      ports: { onMessage: () => new Promise(resolve => (answer = () => resolve(reply(250, '2.0.0', 'Ok')))) },
    })
    const smtp = await inData(port)
    smtp.send('Subject: a\r\n.\r\n')
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(smtp.unread).toBe('')
    answer!()
    expect(await smtp.reply()).toBe('250 2.0.0 Ok')
  })
})

describe('connections', () => {
  it('are limited in all, and for each address that is no client', async () => {
    const all = await startPrinters({ listener: { maxConnections: 2 } })
    const held = [await greeted(all.port), await greeted(all.port)]
    const third = await RawSmtp.connect({ port: all.port })
    expect(await third.reply()).toMatch(/^421 4\.7\.0 too many connections/)
    held[0]!.send('QUIT\r\n')
    await held[0]!.closed()
    // Closed on their side is not yet closed on ours.
    await expect.poll(async () => (await RawSmtp.connect({ port: all.port })).reply()).toMatch(/^220/)

    const each = await startTestIntake({ limits: { connectionsPerAddress: 1 } })
    const first = await greeted(each.port)
    expect(await (await RawSmtp.connect({ port: each.port })).reply()).toMatch(/^421 4\.7\.0/)
    // After STARTTLS it still counts, and is counted out when it ends.
    await first.ask('STARTTLS')
    await first.handshake()
    expect(await (await RawSmtp.connect({ port: each.port })).reply()).toMatch(/^421 4\.7\.0/)
    await first.ask('QUIT')
    await first.closed()
    await expect.poll(async () => (await RawSmtp.connect({ port: each.port })).reply()).toMatch(/^220/)
  })
})

describe('commands', () => {
  it('without a message come to an end: RSET, NOOP, MAIL and RSET', async () => {
    for (const flood of ['RSET\r\n', 'NOOP\r\n', 'EHLO a\r\n', 'MAIL FROM:<scan@example.org>\r\nRSET\r\n']) {
      const { port } = await startPrinters({ limits: { idleCommands: 20 } })
      const smtp = await greeted(port)
      smtp.send(flood.repeat(2_000))
      let count = 0
      let last = ''
      while (!last.startsWith('421 4.7.0') && last !== 'closed') {
        last = await smtp.reply()
        count++
      }
      expect(last).toMatch(/^421 4\.7\.0/)
      expect(count).toBeLessThan(30)
    }
  })

  it('that are refused come to an end too', async () => {
    const { port } = await startPrinters({ limits: { errors: 3 } })
    const smtp = await greeted(port)
    expect([await smtp.ask('FOO'), await smtp.ask('BAR')].map(said => said.slice(0, 3))).toEqual(['500', '500'])
    expect(await smtp.ask('BAZ')).toBe('421 4.7.0 Too many errors')
  })

  it('start anew with each message', async () => {
    const { port, taken } = await startPrinters({ limits: { idleCommands: 5 } })
    const smtp = await greeted(port)
    for (let i = 0; i < 20; i++) {
      smtp.send('RSET\r\nMAIL FROM:<scan@example.org>\r\nRCPT TO:<a@example.net>\r\nDATA\r\n')
      for (let j = 0; j < 4; j++) await smtp.reply()
      smtp.send('a\r\n.\r\n')
      expect(await smtp.reply()).toMatch(/^250/)
    }
    expect(taken).toHaveLength(20)
  })
})

describe('recipients', () => {
  it('are limited; the message goes to those that were taken', async () => {
    const { port, taken } = await startPrinters({ listener: { maxRecipients: 3 } })
    const smtp = await greeted(port)
    await smtp.ask('MAIL FROM:<scan@example.org>')
    const addresses = Array.from({ length: 2_000 }, (_, i) => `RCPT TO:<r${i}@example.net>\r\n`)
    smtp.send(addresses.join(''))
    const said = new Map<string, number>()
    for (const _ of addresses) {
      const code = (await smtp.reply()).slice(0, 9)
      said.set(code, (said.get(code) ?? 0) + 1)
    }
    expect([...said]).toEqual([
      ['250 2.1.5', 3],
      ['452 4.5.3', 1_997],
    ])
    // One that is there already is no further one; its parameters are those of the last time.
    expect(await smtp.ask('RCPT TO:<r0@EXAMPLE.net> NOTIFY=NEVER')).toMatch(/^250/)
    await smtp.ask('DATA')
    await smtp.ask('a\r\n.')
    const { recipients } = taken[0]!.submission
    expect(recipients.map(one => one.address)).toEqual(['r0@example.net', 'r1@example.net', 'r2@example.net'])
    expect(recipients[0]!.notify).toEqual(['never'])
  })
})

describe('messages', () => {
  it('come no faster than the client may send', async () => {
    let now = 1_000_000
    const slow = client({ ...printers, rate: { messages: 2, perMs: 60_000 } })
    const { port } = await startPrinters({ clients: [slow], ports: { now: () => now } })
    const send = async (): Promise<string> => {
      const smtp = await greeted(port)
      const mail = await smtp.ask('MAIL FROM:<scan@example.org>')
      if (!mail.startsWith('250')) return mail
      await smtp.ask('RCPT TO:<a@example.net>')
      const data = await smtp.ask('DATA')
      return data.startsWith('354') ? smtp.ask('a\r\n.') : data
    }
    expect([await send(), await send(), await send()].map(said => said.slice(0, 10).trim())).toEqual([
      '250 2.0.0',
      '250 2.0.0',
      '451 4.7.28',
    ])
    now += 30_000
    expect([await send(), await send()].map(said => said.slice(0, 3))).toEqual(['250', '451'])
  })
})

describe('guesses', () => {
  const login = async (smtp: RawSmtp, password: string, user = 'erp'): Promise<string> =>
    (await smtp.ask(`AUTH PLAIN ${plain(user, password)}`)).slice(0, 10).trim()

  it('are limited in a connection, from an address, and the right password does not help then', async () => {
    const { port, verified } = await startTestIntake({
      listener: { tls: 'implicit' },
      limits: { authFailures: 3, authFailuresPerAddress: 4, authFailuresPerUser: 100 },
    })
    const smtp = await greeted(port, true)
    expect([await login(smtp, 'a'), await login(smtp, 'b'), await login(smtp, 'c')]).toEqual([
      '535 5.7.8',
      '535 5.7.8',
      '421 4.7.0',
    ])
    const again = await greeted(port, true)
    expect(await login(again, 'd', 'nobody')).toBe('535 5.7.8')
    const last = await greeted(port, true)
    expect(await login(last, 'correct horse')).toBe('421 4.7.0')
    expect(verified).toEqual(['erp:a', 'erp:b', 'erp:c', 'nobody:d'])
  })

  it('are limited for a user, but not where the user has been before', async () => {
    const { port } = await startTestIntake({
      listener: { tls: 'implicit', bind: [{ address: '127.0.0.1', port: 0 }] },
      limits: { authFailures: 100, authFailuresPerAddress: 100, authFailuresPerUser: 2 },
    })
    const smtp = await greeted(port, true)
    expect([await login(smtp, 'a'), await login(smtp, 'b'), await login(smtp, 'correct horse')]).toEqual([
      '535 5.7.8',
      '535 5.7.8',
      '454 4.7.0',
    ])

    const other = await startTestIntake({
      listener: { tls: 'implicit' },
      limits: { authFailures: 100, authFailuresPerAddress: 100, authFailuresPerUser: 2 },
    })
    expect(await login(await greeted(other.port, true), 'correct horse')).toBe('235 2.7.0')
    const guesser = await greeted(other.port, true)
    await login(guesser, 'a')
    await login(guesser, 'b')
    expect(await login(await greeted(other.port, true), 'correct horse')).toBe('235 2.7.0')
  })

  it('side by side count side by side', async () => {
    const { port, verified } = await startTestIntake({
      listener: { tls: 'implicit' },
      limits: { authFailuresPerAddress: 5, tarpitMs: 30 },
    })
    const many = await Promise.all(Array.from({ length: 12 }, () => greeted(port, true)))
    const said = await Promise.all(many.map((smtp, i) => login(smtp, `guess${i}`)))
    expect(verified).toHaveLength(5)
    expect(said.filter(one => one === '421 4.7.0')).toHaveLength(7)
  })

  it('are slow; a known password is not even hashed again', async () => {
    const { port, verified } = await startTestIntake({ listener: { tls: 'implicit' }, limits: { tarpitMs: 200 } })
    const start = performance.now()
    expect(await login(await greeted(port, true), 'wrong')).toBe('535 5.7.8')
    expect(performance.now() - start).toBeGreaterThan(190)
    for (let i = 0; i < 3; i++) expect(await login(await greeted(port, true), 'correct horse')).toBe('235 2.7.0')
    expect(verified).toEqual(['erp:wrong', 'erp:correct horse'])
    expect(await login(await greeted(port, true), 'correct horsf')).toBe('535 5.7.8')
  })

  it('cannot be judged while what judges is down', async () => {
    const { port, events } = await startTestIntake({
      listener: { tls: 'implicit' },
      ports: { verify: () => Promise.reject(new Error('out of memory')) },
    })
    expect(await login(await greeted(port, true), 'correct horse')).toBe('454 4.7.0')
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'fault', because: 'a password could not be verified' }),
    )
  })

  it('at users without a password, or from where the user may not be, fail like others', async () => {
    const away = { ...erp, match: { user: 'away', ips: ['192.0.2.0/24'] } }
    const { port } = await startTestIntake({
      listener: { tls: 'implicit' },
      clients: [away, { ...erp, password: undefined }],
    })
    expect(await login(await greeted(port, true), 'correct horse', 'away')).toBe('535 5.7.8')
    expect(await login(await greeted(port, true), 'correct horse')).toBe('535 5.7.8')
  })
})

describe('ports', () => {
  it('say what they say, in as many lines as they like', async () => {
    const { port } = await startPrinters({
      ports: {
        onSender: (session, sender) =>
          sender.size === 1 ? reply(550, '5.1.8', `${sender.domain} does not exist`, session.client.name) : undefined,
        onMessage: async () => reply(550, '5.7.20', 'no key', 'publish: s1._domainkey.example.org. TXT "v=DKIM1; p=…"'),
      },
    })
    const smtp = await greeted(port)
    expect(await smtp.ask('MAIL FROM:<scan@example.org> SIZE=1')).toBe(
      '550-5.1.8 example.org does not exist\n550 5.1.8 printers',
    )
    await smtp.ask('MAIL FROM:<scan@example.org>')
    await smtp.ask('RCPT TO:<a@example.net>')
    await smtp.ask('DATA')
    expect(await smtp.ask('a\r\n.')).toBe(
      '550-5.7.20 no key\n550 5.7.20 publish: s1._domainkey.example.org. TXT "v=DKIM1; p=?"',
    )
    expect(await smtp.ask('NOOP')).toMatch(/^250/)
  })

  it('that fail make a temporary refusal, and a fault that is told', async () => {
    const { port, events } = await startPrinters({
      ports: {
        onSender: (_, sender) => {
          if (sender.size === 1) throw new Error('resolver bug')
          return undefined
        },
        onMessage: () => Promise.reject(new Error('store is gone')),
      },
    })
    const smtp = await greeted(port)
    expect(await smtp.ask('MAIL FROM:<scan@example.org> SIZE=1')).toMatch(/^451 4\.3\.0/)
    await smtp.ask('MAIL FROM:<scan@example.org>')
    await smtp.ask('RCPT TO:<a@example.net>')
    await smtp.ask('DATA')
    expect(await smtp.ask('a\r\n.')).toMatch(/^451 4\.3\.0/)
    expect(events.filter(event => event.kind === 'fault')).toHaveLength(2)
  })

  it('are not asked about a message whose client is gone half-way', async () => {
    const { port, taken, events } = await startPrinters()
    const smtp = await inData(port)
    smtp.send('Subject: half\r\n\r\n')
    smtp.end()
    await smtp.closed()
    await expect.poll(() => events.some(event => event.kind === 'disconnected')).toBe(true)
    expect(taken).toHaveLength(0)
  })
})

describe('the end of a listener', () => {
  it('lets a message come in and be answered, then says goodbye', async () => {
    let answer: (() => void) | undefined
    const intake = await startPrinters({
      ports: {
        onMessage: () => new Promise(resolve => (answer = () => resolve(reply(250, '2.0.0', 'Ok: queued as T1')))),
      },
    })
    const [idle, sending, answered] = [await greeted(intake.port), await inData(intake.port), await inData(intake.port)]
    answered.send('a\r\n.\r\n')
    await expect.poll(() => answer).toBeDefined()
    const first = answer!
    answer = undefined
    const closed = intake.listener.close()
    expect(await idle.reply()).toMatch(/^421 4\.3\.2/)
    expect(await idle.reply()).toBe('closed')
    await expect(once(connect({ host: '127.0.0.1', port: intake.port }), 'connect')).rejects.toThrow()

    sending.send('Subject: b\r\n\r\n.\r\nMAIL FROM:<scan@example.org>\r\n')
    await expect.poll(() => answer).toBeDefined()
    for (const [smtp, go] of [
      [answered, first],
      [sending, answer!],
    ] as const) {
      go()
      expect(await smtp.reply()).toBe('250 2.0.0 Ok: queued as T1')
      expect(await smtp.reply()).toMatch(/^421 4\.3\.2/)
      expect(await smtp.reply()).toBe('closed')
    }
    await closed
  })

  it('does not wait for ever, nor for handshakes', async () => {
    const intake = await startTestIntake({
      listener: { tls: 'optional' },
      clients: [printers],
      limits: { graceMs: 100 },
    })
    const sending = await inData(intake.port)
    const shaking = await greeted(intake.port)
    await shaking.ask('STARTTLS')
    await intake.listener.close()
    await sending.closed()
    await shaking.closed()
    const implicit = await startTestIntake({ listener: { tls: 'implicit' }, limits: { graceMs: 60_000 } })
    const half = connect({ host: '127.0.0.1', port: implicit.port })
    half.on('error', () => undefined)
    await once(half, 'connect')
    await implicit.listener.close()
  })
})
