// The open-relay matrix through a running daemon, to the queue and the wire: every address trick, from whoever may not and from whoever may.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LabRelay, startLabRelay } from '../../src/cli/lab-relay.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import type { TakenMail } from '../../src/lab/mx-server.ts'
import type { Stored } from '../../src/store/store.ts'
import { RawSmtp } from '../support/raw-smtp.ts'

/** Each would go to recipient.example, to this machine or inside the house, if somebody took it for more than it says. */
const tricks = [
  '<user%recipient.example@mail.healthy.example>',
  '<user%recipient.example@healthy.example>',
  '<@mail.healthy.example:user@recipient.example>',
  '<@mail.healthy.example,@b.example:user@recipient.example>',
  '<recipient.example!user@mail.healthy.example>',
  '<recipient.example!user>',
  '<"user@recipient.example"@mail.healthy.example>',
  '<user@recipient.example@mail.healthy.example>',
  '<"user@recipient.example">',
  '<"user%recipient.example"@healthy.example>',
  '<user@[127.0.0.1]>',
  '<user@[192.0.2.41]>',
  '<user@[IPv6:::1]>',
  '<user@[IPv6:::ffff:127.0.0.1]>',
  '<user@[169.254.169.254]>',
  '<user@127.0.0.1>',
  '<user@localhost>',
  '<user>',
  '<user@recipient.example.>',
  '<>',
]
/** A name whose mail hosts are where no mail of the world may go. */
const inward = ['127.0.0.1', '10.0.0.5', '169.254.169.254', '::1', '64:ff9b::7f00:1', '0.0.0.0']

let folder: string
let lab: Lab
let relay: LabRelay
let taken: TakenMail[]
let seen: Set<string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-open-'))
  lab = await startLab({ onMail: mail => taken.push(mail) })
  const names = inward.map((address, i) => {
    return `inward${i}.example MX 10 mx.inward${i}.example\nmx.inward${i}.example ${address.includes(':') ? 'AAAA' : 'A'} ${address}`
  })
  await lab.serve(zones => [zones, ...names, 'direct.example A 127.0.0.1'].join('\n'))
  relay = await startLabRelay(lab, { folder })
})
afterAll(async () => {
  await relay.stop()
  await lab.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  taken = []
  seen = new Set((await stored()).map(one => one.message.id))
})

const stored = (): Promise<readonly Stored[]> => relay.daemon.store.queue.list({}, 1000)
/** What this test put into the queue. */
const queued = async (): Promise<readonly Stored[]> => (await stored()).filter(one => !seen.has(one.message.id))

/** A whole submission in one piece, as spammers do: nothing is waited for. @returns the replies to MAIL, RCPT, DATA and what follows */
async function blurt(
  from: string,
  sender: string,
  recipient: string,
  author = 'app@healthy.example',
): Promise<string[]> {
  const smtp = await RawSmtp.connect({ port: relay.daemon.relay.listeners[0]!.bound[0]!.port, from })
  expect(await smtp.reply()).toMatch(/^220 /)
  expect(await smtp.ask('EHLO client.example')).toMatch(/^250/)
  const letter = `From: <${author}>\r\nSubject: trick\r\n\r\nGood day.\r\n`
  smtp.send(`MAIL FROM:${sender}\r\nRCPT TO:${recipient}\r\nDATA\r\n`)
  const replies = [await smtp.reply(), await smtp.reply(), await smtp.reply()]
  if (replies[2]!.startsWith('354')) {
    smtp.send(`${letter}.\r\n`)
    replies.push(await smtp.reply())
  }
  smtp.end()
  return replies
}

const everyone = ['<someone@recipient.example>', '<someone@healthy.example>', '<postmaster>', ...tricks]

describe('nothing is relayed', () => {
  it('for an address that no client has, whatever it says it is', async () => {
    const senders = [
      '<app@healthy.example>',
      '<app@broken.example>',
      '<someone@recipient.example>',
      '<>',
      '<postmaster@mail.healthy.example>',
    ]
    for (const recipient of everyone) {
      const said = await Promise.all(senders.map(sender => blurt('127.0.0.2', sender, recipient)))
      for (const [i, replies] of said.entries()) {
        expect(replies, `${senders[i]} ${recipient}`).toEqual([
          expect.stringMatching(/^550 5\.7\.1 /),
          expect.stringMatching(/^50[13] 5\./),
          expect.stringMatching(/^503 5\.5\.1 /),
        ])
      }
    }
    expect(await queued()).toEqual([])
    expect(taken).toEqual([])
  }, 60_000)

  it('for a client as somebody who it is not', async () => {
    for (const sender of [
      '<someone@recipient.example>',
      '<app@sub.healthy.example>',
      '<app@nothealthy.example>',
      '<app%healthy.example@recipient.example>',
      '<"app@healthy.example"@recipient.example>',
    ]) {
      for (const recipient of everyone) {
        const replies = await blurt('127.0.0.1', sender, recipient)
        expect(replies[0], `${sender} ${recipient}`).toMatch(/^5(50 5\.7\.1|01 5\.1\.7) /)
        expect(replies).toHaveLength(3)
      }
    }
    expect(await queued()).toEqual([])
    expect(taken).toEqual([])
  }, 60_000)

  it('for a client that writes as somebody else in the header From, also behind the null sender', async () => {
    for (const sender of ['<app@healthy.example>', '<>']) {
      for (const author of [
        'someone@recipient.example',
        'app@sub.healthy.example',
        'app@healthy.example>, <x@recipient.example',
      ]) {
        const replies = await blurt('127.0.0.1', sender, '<someone@recipient.example>', author)
        expect(replies[3], `${sender} ${author}`).toMatch(/^550 5\.(7\.1|6\.0) /)
      }
      // The gate looks at the author, whoever the sender is.
      const gated = await blurt('127.0.0.1', sender, '<someone@recipient.example>', 'app@broken.example')
      expect(gated[3]).toMatch(/^550-5\.7\.\d+ broken\.example /)
    }
    expect(await queued()).toEqual([])
    expect(taken).toEqual([])
  })

  it('for a client by a trick in the recipient: refused, or it goes nowhere but where it says', async () => {
    for (const recipient of tricks) {
      const replies = await blurt('127.0.0.1', '<app@healthy.example>', recipient)
      expect(replies[1], recipient).toMatch(/^5(50 5\.7\.1|01 5\.1\.3) /)
      expect(replies[2], recipient).toMatch(/^50[34] |^554 /)
    }
    expect(await queued()).toEqual([])
    expect(taken).toEqual([])
  })
})

describe('for the right client', () => {
  it('mail goes where it says', async () => {
    const replies = await blurt('127.0.0.1', '<app@healthy.example>', '<someone@recipient.example>')
    expect(replies[3]).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await expect.poll(() => taken.map(mail => mail.to)).toEqual([['someone@recipient.example']])
  })

  it('mail to names that lead inside is never connected there', async () => {
    const names = [...inward.map((_, i) => `inward${i}.example`), 'direct.example']
    for (const name of names) {
      const replies = await blurt('127.0.0.1', '<app@healthy.example>', `<someone@${name}>`)
      expect(replies[3], name).toMatch(/^250 /)
    }
    const outcomes = async (): Promise<readonly string[]> =>
      (await queued())
        .flatMap(one => one.envelopes)
        .filter(one => names.some(name => one.recipient.endsWith(`@${name}`)) && one.attempts > 0)
        .map(one => `${one.recipient.split('@')[1]} ${one.state} ${one.lastReply?.text}`)
    await expect.poll(async () => (await outcomes()).length, { timeout: 10_000 }).toBe(names.length)
    for (const outcome of await outcomes())
      expect(outcome).toMatch(/ failed .* has nowhere to go that may be connected: /)
  })
})
