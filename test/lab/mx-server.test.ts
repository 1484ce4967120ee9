import { afterEach, describe, expect, it } from 'vitest'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { type MxOptions, type MxServer, startMx, type TakenMail } from '../../src/lab/mx-server.ts'
import type { Connection } from '../../src/net/dialer.ts'
import { ReplyReader, replyText } from '../../src/net/smtp-replies.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'

const servers: MxServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** Talks with a server: each text is said as it is, and the next reply to it is given back. */
async function client(options: MxOptions) {
  const server = await startMx(options)
  servers.push(server)
  const connection = (await createDialer().connect({ address: '127.0.0.1', port: server.port }, 5000)) as Connection
  const replies = new ReplyReader()
  const hear = async (): Promise<string> => {
    for (;;) {
      const reply = replies.next()
      if (reply) return 'code' in reply ? replyText(reply) : reply.fault
      const bytes = await connection.read(5000)
      if (typeof bytes === 'string') return bytes
      replies.push(bytes)
    }
  }
  const say = (text: string): Promise<string> => {
    connection.write(text)
    return hear()
  }
  return { connection, hear, say }
}

describe('the MX of the lab', () => {
  it('takes mail, with its envelope and without the dot stuffing', async () => {
    const taken: TakenMail[] = []
    const { hear, say } = await client({ hostname: 'mx.example.org', onMail: mail => taken.push(mail) })
    expect(await hear()).toBe('220 mx.example.org ESMTP')
    expect(await say('DATA\r\n')).toBe('503 5.5.1 RCPT first')
    expect(await say('RCPT TO:<b@example.org>\r\n')).toBe('503 5.5.1 MAIL first')
    expect(await say('MAIL FROM:<> SIZE=10\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n')).toMatch(
      /^250/,
    )
    expect([await hear(), await hear(), await hear()].map(r => r.slice(0, 3))).toEqual(['250', '250', '354'])
    expect(await say('Subject: x\r\n\r\n..dot\r\nbye\r\n.\r\n')).toBe('250 2.0.0 Ok: taken')
    expect(await say('NOISE\r\n')).toMatch(/^502/)
    expect(await say('QUIT\r\n')).toMatch(/^221/)
    expect(await hear()).toBe('closed')
    expect(taken.map(mail => ({ ...mail, data: mail.data.toString() }))).toEqual([
      { from: '', to: ['b@example.org', 'c@example.org'], data: 'Subject: x\r\n\r\n.dot\r\nbye\r\n', tls: false },
    ])
  })

  it('tells clients where it sees them', async () => {
    const { hear, say } = await client({ hostname: 'mx.example.org', seesClientsAt: '192.0.2.10' })
    await hear()
    expect(await say('EHLO client.example.net\r\n')).toMatch(
      /^250.mx\.example\.org Hello client\.example\.net \[192\.0\.2\.10\]/,
    )
  })

  it('takes mail under TLS, and forgets what was said in clear', async () => {
    const now = new Date()
    const certificate = certificateFor('mx.example.org', 'good', createAuthority(now), now)
    const taken: TakenMail[] = []
    const { connection, hear, say } = await client({
      hostname: 'mx.example.org',
      certificate,
      onMail: m => taken.push(m),
    })
    await hear()
    await say('MAIL FROM:<a@example.net>\r\n')
    expect(await say('STARTTLS\r\n')).toMatch(/^220/)
    expect(await connection.startTls({ serverName: 'mx.example.org' }, 5000)).toMatchObject({ kind: 'secured' })
    expect(await say('RCPT TO:<b@example.org>\r\n')).toMatch(/^503/)
    expect(await say('STARTTLS\r\n')).toMatch(/^502/)
    await say('MAIL FROM:<a@example.net>\r\n')
    await say('RCPT TO:<b@example.org>\r\n')
    await say('DATA\r\n')
    await say('x\r\n.\r\n')
    expect(taken).toMatchObject([{ from: 'a@example.net', tls: true }])
  })

  it('throws out who speaks before the banner is over', async () => {
    const { hear, say } = await client({ hostname: 'mx.example.org', misbehavior: 'slow-banner', pause: 60_000 })
    expect(await say('EHLO hasty.example.net\r\n')).toMatch(/554 .* before the banner was over|no SMTP reply/)
    expect(await hear()).toBe('closed')
  })

  it('does not offer STARTTLS without a certificate', async () => {
    const { hear, say } = await client({ hostname: 'mx.example.org' })
    await hear()
    expect(await say('EHLO probe.example.net\r\n')).not.toContain('STARTTLS')
    expect(await say('STARTTLS\r\n')).toMatch(/^502/)
  })
})
