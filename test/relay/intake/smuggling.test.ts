// Smuggling: no form of line ending hides a second message in the first, whatever the cut, over real sockets.
import { describe, expect, it } from 'vitest'
import { client, startPrinters, type TestIntake } from '../../support/intake.ts'
import { RawSmtp } from '../../support/raw-smtp.ts'

const vectors = [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r.\r\n',
  '\r\n.\r',
  '\n.\r',
  '\r.\n',
  '\r\n.\r\r\n',
  '\r\r\n.\r\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
]
const hidden =
  'MAIL FROM:<scan@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nFrom: scan@example.org\r\n\r\nhidden\r\n.\r\nQUIT\r\n'

/** Sends a message with the vector and a whole second message behind it, cut as told; counts what was taken. */
async function smuggle({ port, taken }: TestIntake, vector: string, cut: number | undefined): Promise<string[]> {
  const before = taken.length
  const smtp = await RawSmtp.connect({ port })
  await smtp.reply()
  await smtp.ask('EHLO printer')
  smtp.send('MAIL FROM:<scan@example.org>\r\nRCPT TO:<someone@example.net>\r\nDATA\r\n')
  for (let i = 0; i < 3; i++) await smtp.reply()
  const octets = Buffer.from(`Subject: a\r\n\r\nbody${vector}${hidden}`, 'latin1')
  if (cut === undefined) smtp.send(octets)
  else {
    smtp.send(octets.subarray(0, cut))
    // The server has taken what was written before it is asked again: two pieces, not one.
    await new Promise(resolve => setImmediate(resolve))
    smtp.send(octets.subarray(cut))
  }
  await smtp.closed()
  return taken.slice(before).map(one => one.raw.toString('latin1'))
}

describe('smuggling', () => {
  for (const vector of vectors) {
    it(`${JSON.stringify(vector)} hides no message from a strict client, wherever it is cut`, async () => {
      const intake = await startPrinters({ limits: { connectionsPerAddress: 1000 } })
      const start = Buffer.byteLength('Subject: a\r\n\r\nbody')
      const places = [undefined, ...Array.from({ length: vector.length + 8 }, (_, i) => start - 3 + i)]
      for (const place of places) {
        const messages = await smuggle(intake, vector, place)
        expect(messages.length, `cut at ${place}`).toBeLessThanOrEqual(1)
        // Where the whole was taken as one message, the hidden one is text in it.
        for (const message of messages) expect(message).toContain('MAIL FROM:<scan@example.org>')
      }
    })
  }

  it('makes one message of what an old device sends, and still needs CRLF.CRLF to end it', async () => {
    const device = client({ name: 'device', match: { ips: ['127.0.0.1'] }, senders: ['*'], lineEndings: 'normalize' })
    const intake = await startPrinters({
      clients: [device],
      ports: {
        async onMessage(submission, raw, lineEndings) {
          intake.taken.push({ submission, raw: Buffer.from(raw), lineEndings })
          return { code: 250, enhanced: '2.0.0', lines: ['Ok'] }
        },
      },
    })
    const messages = await smuggle(intake, '\n.\n', undefined)
    expect(messages).toHaveLength(1)
    expect(intake.taken[0]!.lineEndings).toEqual({ bareCr: 0, bareLf: 2 })
    expect(intake.taken[0]!.submission.session.client.lineEndings).toBe('normalize')
  })

  it('ends the connection after bare line endings were refused: what follows may be hidden', async () => {
    const { port, taken } = await startPrinters()
    const smtp = await RawSmtp.connect({ port })
    await smtp.reply()
    await smtp.ask('EHLO printer')
    smtp.send(`MAIL FROM:<scan@example.org>\r\nRCPT TO:<someone@example.net>\r\nDATA\r\n`)
    for (let i = 0; i < 3; i++) await smtp.reply()
    smtp.send(`body\r\r\n.\r\n${hidden}`)
    expect(await smtp.reply()).toBe('550 5.6.0 Bare CR or LF in the message')
    expect(await smtp.reply()).toBe('closed')
    expect(taken).toHaveLength(0)
  })
})
