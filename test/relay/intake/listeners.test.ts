// Several listeners of one relay: started together or not at all, with one memory of clients, on IPv4 and IPv6.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startIntake } from '../../../src/relay/intake/listener.ts'
import { reply } from '../../../src/relay/intake/reply.ts'
import type { IntakePorts, Submission } from '../../../src/relay/intake/submission.ts'
import type { ListenerSettings } from '../../../src/relay/settings.ts'
import { client, erp, material, plain, printers, startPrinters } from '../../support/intake.ts'
import { RawSmtp } from '../../support/raw-smtp.ts'

const listener = (name: string, given: Partial<ListenerSettings> = {}): ListenerSettings => ({
  name,
  bind: [{ address: '127.0.0.1', port: 0 }],
  tls: 'implicit',
  material,
  auth: ['plain'],
  maxMessageSize: 100_000,
  maxRecipients: 10,
  maxConnections: 10,
  ...given,
})

const ports: IntakePorts = {
  onSender: () => undefined,
  onMessage: async () => reply(250, '2.0.0', 'Ok'),
  verify: async (_, password, stored) => stored === `stored:${password}`,
}

describe('the listeners of a relay', () => {
  it('share what they know of guesses', async () => {
    const limits = { greetingDelayMs: 0, tarpitMs: 0, authFailuresPerAddress: 2 }
    const listeners = [listener('one'), listener('two')]
    const [one, two] = await startIntake({ hostname: 'mail.example.org', clients: [erp], listeners, limits }, ports)
    onTestFinished(async () => {
      await Promise.all([one!.close(), two!.close()])
    })
    const guess = async (port: number, password: string): Promise<string> => {
      const smtp = await RawSmtp.connect({ port, implicit: true })
      await smtp.reply()
      await smtp.ask('EHLO client.example')
      return (await smtp.ask(`AUTH PLAIN ${plain('erp', password)}`)).slice(0, 9)
    }
    expect(await guess(one!.bound[0]!.port, 'a')).toBe('535 5.7.8')
    expect(await guess(one!.bound[0]!.port, 'b')).toBe('535 5.7.8')
    expect(await guess(two!.bound[0]!.port, 'correct horse')).toBe('421 4.7.0')
  })

  it('start all, or none', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => {
      taken.close()
    })
    const { port } = taken.address() as { port: number }
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const other = (free.address() as { port: number }).port
    free.close()
    await once(free, 'close')
    const listeners = [
      listener('works', { bind: [{ address: '127.0.0.1', port: other }] }),
      listener('taken', { bind: [{ address: '127.0.0.1', port }] }),
    ]
    await expect(startIntake({ hostname: 'mail.example.org', clients: [erp], listeners }, ports)).rejects.toThrow(
      'EADDRINUSE',
    )
    // The one that worked is closed again.
    await expect(RawSmtp.connect({ port: other })).rejects.toThrow('ECONNREFUSED')
  })

  it('know a client on IPv4 and IPv6, and IPv4 through an IPv6 socket', async () => {
    const { listener: started, taken } = await startPrinters({
      listener: {
        bind: [
          { address: '127.0.0.1', port: 0 },
          { address: '::1', port: 0 },
          { address: '::', port: 0 },
        ],
      },
    })
    for (const [i, address] of ['127.0.0.1', '::1', '127.0.0.1'].entries()) {
      const smtp = await RawSmtp.connect({ address, port: started.bound[i]!.port })
      await smtp.reply()
      await smtp.ask('EHLO printer')
      expect(await smtp.ask('MAIL FROM:<scan@example.org>')).toMatch(/^250/)
      await smtp.ask('RCPT TO:<a@example.net>')
      await smtp.ask('DATA')
      await smtp.ask('a\r\n.')
    }
    expect(taken.map(one => one.submission.session.peer.address)).toEqual(['127.0.0.1', '::1', '127.0.0.1'])
  })

  it('take internationalized mail as it is', async () => {
    const all: Submission[] = []
    const { port } = await startPrinters({
      clients: [client({ ...printers, senders: ['*@bücher.example'] })],
      ports: {
        onMessage: async submission => {
          all.push(submission)
          return reply(250, '2.0.0', 'Ok')
        },
      },
    })
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    await smtp.ask('EHLO printer')
    expect(await smtp.ask('MAIL FROM:<müller@BÜCHER.example> SMTPUTF8 BODY=8BITMIME')).toMatch(/^250/)
    expect(await smtp.ask('RCPT TO:<δοκιμή@παράδειγμα.example>')).toMatch(/^250/)
    await smtp.ask('DATA')
    expect(await smtp.ask('Subject: ü\r\n.')).toMatch(/^250/)
    expect(all[0]).toMatchObject({
      session: { protocol: 'UTF8SMTP' },
      sender: {
        address: 'müller@xn--bcher-kva.example',
        domain: 'xn--bcher-kva.example',
        smtpUtf8: true,
        body: '8bitmime',
      },
      recipients: [{ address: 'δοκιμή@xn--hxajbheg2az3al.example' }],
    })
  })
})
