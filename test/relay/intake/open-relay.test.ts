// The open-relay matrix: every address trick, from whoever has no right to it, relays nothing; and from a client, goes nowhere but where it says.
import { describe, expect, it } from 'vitest'
import { client, erp, plain, printers, startPrinters, startTestIntake } from '../../support/intake.ts'
import { RawSmtp } from '../../support/raw-smtp.ts'

const recipients = [
  '<user@victim.example>',
  '<user%victim.example@mail.example.org>',
  '<user%victim.example@example.org>',
  '<@mail.example.org:user@victim.example>',
  '<@mail.example.org,@b.example:user@victim.example>',
  '<victim.example!user@mail.example.org>',
  '<victim.example!user>',
  '<"user@victim.example"@mail.example.org>',
  '<"user@victim.example">',
  '<"user%victim.example"@example.org>',
  '<user@victim.example@mail.example.org>',
  '<user@[127.0.0.1]>',
  '<user@[IPv6:::1]>',
  '<user@[IPv6:::ffff:127.0.0.1]>',
  '<user@[169.254.169.254]>',
  '<user@127.0.0.1>',
  '<user@localhost>',
  '<user>',
  'user@victim.example',
  ' <user@victim.example>',
]

const senders = [
  '<>',
  '<someone@outside.example>',
  '<scan@example.org>',
  '<postmaster@mail.example.org>',
  '<user@[127.0.0.1]>',
]

/** Whom the server has no reason to trust, and how such a one comes. */
const strangers: readonly (readonly [
  who: string,
  come: () => Promise<{ smtp: RawSmtp; taken: readonly unknown[] }>,
])[] = [
  [
    'somebody unknown, without AUTH on offer',
    async () => {
      const { port, taken } = await startPrinters({
        clients: [client({ name: 'others', match: { ips: ['192.0.2.0/24'] } })],
      })
      return { smtp: await RawSmtp.connect({ port }), taken }
    },
  ],
  [
    'somebody unknown, over TLS, who does not authenticate',
    async () => {
      const { port, taken } = await startTestIntake({ listener: { tls: 'implicit' } })
      return { smtp: await RawSmtp.connect({ port, implicit: true }), taken }
    },
  ],
  [
    'a client of another domain',
    async () => {
      const other = client({ name: 'other', match: { ips: ['127.0.0.1'] }, senders: ['*@other.example'] })
      const { port, taken } = await startPrinters({ clients: [other] })
      return { smtp: await RawSmtp.connect({ port }), taken }
    },
  ],
  [
    'a user of another domain',
    async () => {
      const other = { ...erp, senders: ['*@other.example'] }
      const { port, taken } = await startTestIntake({ listener: { tls: 'implicit' }, clients: [other] })
      const smtp = await RawSmtp.connect({ port, implicit: true })
      smtp.send(`EHLO client.example\r\nAUTH PLAIN ${plain('erp', 'correct horse')}\r\n`)
      for (let i = 0; i < 2; i++) await smtp.reply()
      return { smtp, taken }
    },
  ],
]

describe('an open relay is what this is not', () => {
  for (const [who, come] of strangers) {
    it(`for ${who}`, async () => {
      for (const sender of senders) {
        for (const recipient of recipients) {
          const { smtp, taken } = await come()
          smtp.send('EHLO client.example\r\n')
          const pipelined = ['RSET', `MAIL FROM:${sender}`, `RCPT TO:${recipient}`, 'DATA']
          smtp.send(pipelined.map(line => `${line}\r\n`).join(''))
          let last = ''
          while (!last.startsWith('250 2.0.0')) last = await smtp.reply()
          const [mail, rcpt, data] = [await smtp.reply(), await smtp.reply(), await smtp.reply()]
          expect(mail, `${sender} ${recipient}`).toMatch(/^5(?:50 5\.7\.1|30 5\.7\.0|01 5\.1\.7)/)
          expect(rcpt).toMatch(/^503 5\.5\.1/)
          expect(data).toMatch(/^503 5\.5\.1/)
          expect(taken).toHaveLength(0)
          smtp.end()
        }
      }
    }, 60_000)
  }

  it('follows no routes for its own clients either', async () => {
    const { port } = await startPrinters({ limits: { errors: 100 } })
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    await smtp.ask('EHLO printer')
    await smtp.ask('MAIL FROM:<scan@example.org>')
    const answers = new Map<string, string>()
    for (const recipient of recipients) answers.set(recipient, (await smtp.ask(`RCPT TO:${recipient}`)).slice(0, 9))
    const plainly = ['<user@victim.example>', 'user@victim.example', ' <user@victim.example>']
    for (const [recipient, answer] of answers)
      expect(answer, recipient).toMatch(plainly.includes(recipient) ? /^250 2\.1\.5/ : /^5(?:50 5\.7\.1|01 5\.1\.3)/)
  })

  it('lets nobody become somebody by a header, a name or an address that claims it', async () => {
    const { port, taken } = await startPrinters({ clients: [client({ ...printers, match: { ips: ['192.0.2.1'] } })] })
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    for (const line of [
      'EHLO [192.0.2.1]',
      'XCLIENT ADDR=192.0.2.1',
      'PROXY TCP4 192.0.2.1 192.0.2.2 25 25',
      'XFORWARD ADDR=192.0.2.1',
    ])
      await smtp.ask(line)
    expect(await smtp.ask('MAIL FROM:<scan@example.org> AUTH=scan@example.org')).toMatch(/^550 5\.7\.1/)
    expect(taken).toHaveLength(0)
  })
})
