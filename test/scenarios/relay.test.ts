// The relay's whole line on the lab: real DNS packets, SMTP and TLS on loopback; what a client is told, and what arrives.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  judgeSignatures,
  type LabRelay,
  type LabRelayOptions,
  startLabRelay,
  submitLetter,
} from '../../src/cli/lab-relay.ts'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import type { TakenMail } from '../../src/lab/mx-server.ts'
import type { GateMode } from '../../src/relay/settings.ts'

const recipient = 'someone@recipient.example'

let folder: string
let lab: Lab
let taken: TakenMail[]
let lines: string[]
let relay: LabRelay | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-relay-'))
  taken = []
  lines = []
  lab = await startLab({ onMail: mail => taken.push(mail) })
})
afterEach(async () => {
  await relay?.stop()
  relay = undefined
  await lab.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(mode: GateMode = 'reject', more: LabRelayOptions = {}): Promise<LabRelay> {
  const log = (_: string, event: string, fields: object): void => {
    lines.push(`${event} ${JSON.stringify(fields)}`)
  }
  relay = await startLabRelay(lab, { mode, log, folder, ...more })
  return relay
}

describe('a message', () => {
  it('of a healthy domain arrives, signed by both keys, over verified TLS', async () => {
    await start()
    expect(await submitLetter(relay!, 'app@healthy.example', recipient)).toMatch(
      /^250 2\.0\.0 Ok: queued as [0-9A-Z]{10}$/,
    )
    await expect.poll(() => taken).toHaveLength(1)
    const [mail] = taken as [TakenMail]
    expect(mail).toMatchObject({ from: 'app@healthy.example', to: ['someone@recipient.example'], tls: true })
    expect(await judgeSignatures(mail, relay!.resolver)).toEqual([
      'pass healthy.example ed25519-sha256',
      'pass healthy.example rsa-sha256',
    ])
    await expect.poll(() => lines.find(line => line.startsWith('delivered'))).toContain('mx.recipient.example')
  })

  it('of a broken domain is refused, with the record to publish and where to read on', async () => {
    await start()
    const said = await submitLetter(relay!, 'app@broken.example', recipient)
    expect(said).toMatch(
      /^550-5\.7\.\d+ broken\.example DKIM key published for s1 is not the one we sign with \(dkim-key-match\)/,
    )
    expect(said).toContain('publish: s1._domainkey.broken.example. TXT "v=DKIM1; k=rsa; p=')
    expect(said.trimEnd().split(/\r?\n/).at(-1)).toMatch(/^550 5\.7\.\d+ mailworthy explain /)
    expect(taken).toEqual([])
  })

  it('of a broken domain is held in hold mode, and waits', async () => {
    const { daemon } = await start('hold')
    expect(await submitLetter(relay!, 'app@broken.example', recipient)).toMatch(/^250 2\.0\.0 Ok: held as /)
    const [held] = await daemon.store.queue.list({ state: 'held' }, 10)
    expect(held!.envelopes[0]!.heldBecause).toMatch(/^Gate: broken\.example DKIM key published for s1/)
    expect(taken).toEqual([])
  })

  it('that nobody takes comes back to its sender, signed, in words', async () => {
    await start()
    const said = await submitLetter(relay!, 'app@healthy.example', 'someone@nowhere.example')
    expect(said).toMatch(/^250 /)
    await expect.poll(() => taken.find(mail => mail.from === ''), { timeout: 10_000 }).toBeDefined()
    const bounce = taken.find(mail => mail.from === '')!
    expect(bounce.to).toEqual(['app@healthy.example'])
    expect(bounce.data.toString()).toMatch(/multipart\/report[\s\S]*someone@nowhere\.example[\s\S]*does not exist/)
    expect(await judgeSignatures(bounce, relay!.resolver)).toContain('pass healthy.example rsa-sha256')
  })

  it.each(['implicit', 'required'] as const)(
    'waits while a listener of ours (TLS %s) shows an expired certificate',
    async tls => {
      const now = new Date()
      const material = certificateFor('mail.healthy.example', 'expired', createAuthority(now), now)
      const bind = [{ address: '0.0.0.0', port: 0 }]
      const limits = { maxMessageSize: 1_000_000, maxRecipients: 10, maxConnections: 10 }
      await start('reject', { listeners: [{ name: 'submission', bind, tls, material, auth: ['plain'], ...limits }] })
      const { port } = relay!.daemon.relay.listeners[1]!.bound[0]!
      expect(await submitLetter(relay!, 'app@healthy.example', recipient)).toBe(
        `451-4.3.5 127.0.0.1:${port} shows a certificate that is outside its dates (certificate-expiry)\n451 4.3.5 mailworthy explain certificate-expiry`,
      )
      const { target, findings } = relay!.daemon.scheduler.report('healthy.example')!
      expect(target.listeners).toEqual([`127.0.0.1:${port}`])
      expect(findings.filter(f => f.check === 'certificate-expiry').map(f => f.says)).toEqual([
        expect.stringMatching(/^The certificate of mail\.healthy\.example \[127\.0\.0\.1\]:\d+ expired on /),
      ])
      expect(taken).toEqual([])
    },
  )

  it('survives a stop: what was answered 250 goes out after the next start', async () => {
    await start()
    await lab.close()
    expect(await submitLetter(relay!, 'app@healthy.example', recipient)).toMatch(/^250 /)
    await relay!.stop()
    lab = await startLab({ onMail: mail => taken.push(mail) })
    await start()
    await relay!.daemon.relay.desk.retry({})
    await expect.poll(() => taken.filter(mail => mail.from !== ''), { timeout: 10_000 }).toHaveLength(1)
  })
})
