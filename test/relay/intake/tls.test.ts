// TLS of the listeners: nothing of the plain text survives it, our own certificate or none, replaced while running.
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import tlsDefaults from 'smtp-server/lib/tls-options.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { erp, material, materialFor, plain, printers, startPrinters, startTestIntake } from '../../support/intake.ts'
import { RawSmtp } from '../../support/raw-smtp.ts'

describe('STARTTLS', () => {
  for (const count of [1, 101, 1000]) {
    it(`discards ${count} commands that came with it in clear`, async () => {
      const { port, taken } = await startTestIntake({ listener: { tls: 'optional' }, clients: [erp, printers] })
      const smtp = await RawSmtp.connect({ port })
      await smtp.reply()
      await smtp.ask('EHLO client.example')
      smtp.send(`STARTTLS\r\n${'MAIL FROM:<scan@example.org>\r\n'.repeat(count)}`)
      expect(await smtp.reply()).toMatch(/^220 2\.0\.0/)
      await smtp.handshake().catch(() => undefined)
      if (smtp.socket.destroyed) return
      // The first reply under TLS is that to the first command under TLS.
      expect(await smtp.ask('RCPT TO:<a@example.net>')).toMatch(/^503 5\.5\.1/)
      expect(await smtp.ask('EHLO client.example')).toMatch(/^250-mail\.example\.org/)
      expect(smtp.unread).toBe('')
      expect(taken).toHaveLength(0)
    })
  }

  it('forgets who the client was and what it had begun', async () => {
    const { port } = await startTestIntake({ listener: { tls: 'optional' }, clients: [erp, printers] })
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    await smtp.ask('EHLO before.example')
    await smtp.ask('MAIL FROM:<scan@example.org>')
    await smtp.ask('RCPT TO:<a@example.net>')
    await smtp.ask('STARTTLS')
    await smtp.handshake()
    expect(await smtp.ask('DATA')).toMatch(/^503/)
    expect(await smtp.ask(`AUTH PLAIN ${plain('erp', 'correct horse')}`)).toMatch(/^503/)
  })

  it('reads a message that comes octet by octet, each in a record of its own', async () => {
    const { port, taken } = await startTestIntake({ listener: { tls: 'optional' }, clients: [printers] })
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    await smtp.ask('EHLO client.example')
    await smtp.ask('STARTTLS')
    await smtp.handshake()
    const all =
      'EHLO client.example\r\nMAIL FROM:<scan@example.org>\r\nRCPT TO:<a@example.net>\r\nDATA\r\nSubject: a\r\n\r\n..\r\n.\r\nQUIT\r\n'
    for (const octet of Buffer.from(all)) smtp.send(Buffer.from([octet]))
    await smtp.closed()
    expect(taken.map(one => one.raw.toString())).toEqual(['Subject: a\r\n\r\n.\r\n'])
    expect(taken[0]!.submission.session).toMatchObject({ protocol: 'ESMTPS', tls: { protocol: 'TLSv1.3' } })
  })

  it('does not speak TLS 1.1', async () => {
    const { port } = await startTestIntake({ listener: { tls: 'implicit' } })
    const old = connectTls({
      host: '127.0.0.1',
      port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await expect(once(old, 'secureConnect')).rejects.toThrow()
  })
})

describe('the certificate', () => {
  it('must be there, and fit', async () => {
    await expect(startTestIntake({ listener: { material: undefined } })).rejects.toThrow('TLS needs a certificate')
    await expect(startTestIntake({ listener: { material: { certificate: '', key: '' } } })).rejects.toThrow('TLS needs')
    const other = materialFor('other.example')
    await expect(startTestIntake({ listener: { material: { ...material, key: other.key } } })).rejects.toThrow(
      'not fit',
    )
    await expect(startTestIntake({ listener: { tls: 'implicit', material: undefined } })).rejects.toThrow('TLS needs')
  })

  it('is never the one that everybody has the key of', async () => {
    const wellKnown = tlsDefaults() as { key: string; cert: string }
    const startWith = startTestIntake({ listener: { material: { certificate: wellKnown.cert, key: wellKnown.key } } })
    await expect(startWith).rejects.toThrow('publicly known')
  })

  for (const tls of ['required', 'implicit'] as const) {
    it(`is replaced while running (${tls}): new handshakes have the new one, open sessions go on`, async () => {
      const { port, listener, taken } = await startTestIntake({ listener: { tls }, clients: [printers] })
      const secured = async (): Promise<RawSmtp> => {
        const smtp = await RawSmtp.connect({ port, implicit: tls === 'implicit' })
        await smtp.reply()
        if (tls === 'implicit') return smtp
        await smtp.ask('EHLO client.example')
        await smtp.ask('STARTTLS')
        await smtp.handshake()
        return smtp
      }
      const nameOf = (smtp: RawSmtp): string => (smtp.socket as TLSSocket).getPeerCertificate().subject.CN as string
      const before = await secured()
      listener.replaceMaterial(materialFor('new.example.org'))
      expect(nameOf(before)).toBe('mail.example.org')
      expect(nameOf(await secured())).toBe('new.example.org')
      expect(() => listener.replaceMaterial({ ...material, key: 'none' })).toThrow('not fit')
      expect(nameOf(await secured())).toBe('new.example.org')
      before.send('EHLO a\r\nMAIL FROM:<scan@example.org>\r\nRCPT TO:<a@example.net>\r\nDATA\r\n')
      for (let i = 0; i < 4; i++) await before.reply()
      before.send('Subject: a\r\n.\r\n')
      expect(await before.reply()).toMatch(/^250/)
      expect(taken).toHaveLength(1)
    })
  }
})

describe('the beginning of a connection', () => {
  it('makes strangers wait, and turns away who cannot', async () => {
    const { port } = await startTestIntake({ limits: { greetingDelayMs: 200 } })
    for (const octets of ['EHLO client.example\r\n', 'E', '\x16\x03\x01\x02\x00\x01']) {
      const smtp = await RawSmtp.connect({ port })
      smtp.send(Buffer.from(octets, 'latin1'))
      expect(await smtp.reply()).toMatch(/^421 4\.7\.0/)
      expect(await smtp.reply()).toBe('closed')
    }
    const patient = await RawSmtp.connect({ port })
    expect(await patient.reply()).toMatch(/^220 /)
  })

  it('greets at once whom it knows by address, or who authenticated from there before', async () => {
    const slow = { greetingDelayMs: 60_000 }
    const known = await startPrinters({ limits: slow })
    const smtp = await RawSmtp.connect({ port: known.port })
    expect(await smtp.reply()).toMatch(/^220 /)

    const { port } = await startTestIntake({ listener: { tls: 'implicit' }, limits: { greetingDelayMs: 50 } })
    const first = await RawSmtp.connect({ port, implicit: true })
    await first.reply()
    await first.ask('EHLO client.example')
    expect(await first.ask(`AUTH PLAIN ${plain('erp', 'correct horse')}`)).toMatch(/^235/)
    const second = await RawSmtp.connect({ port, implicit: true })
    second.send('EHLO client.example\r\n')
    expect(await second.reply()).toMatch(/^220 /)
    expect(await second.reply()).toMatch(/^250/)
  })

  it('ends handshakes that come to nothing, and counts them', async () => {
    const { port, events } = await startTestIntake({
      listener: { tls: 'implicit', maxConnections: 50 },
      limits: { connectionsPerAddress: 5, tlsHandshakeMs: 300 },
    })
    const half = Array.from({ length: 5 }, () => connect({ host: '127.0.0.1', port }))
    onTestFinished(() => {
      for (const socket of half) socket.destroy()
    })
    await Promise.all(half.map(socket => once(socket, 'connect')))
    const ended = Promise.all(half.map(socket => new Promise(resolve => socket.resume().on('close', resolve))))
    const refused = connect({ host: '127.0.0.1', port })
    refused.on('error', () => undefined)
    await once(refused.resume(), 'close')
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'turned-away', because: 'too many connections from this address' }),
    )
    // Drops of a record that never ends do not keep a handshake alive.
    half[0]!.on('error', () => undefined).write(Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xf0]))
    const drip = setInterval(() => half[0]!.write('\0'), 50)
    await ended.finally(() => clearInterval(drip))
    const smtp = await RawSmtp.connect({ port, implicit: true })
    expect(await smtp.reply()).toMatch(/^220 /)
  })
})
