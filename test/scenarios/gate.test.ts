// The gate over time, on the lab: DNS that is silent, DNS that is wrong, its repair, and what becomes of mail meanwhile.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LabRelay, type LabRelayOptions, startLabRelay, submitLetter } from '../../src/cli/lab-relay.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import type { TakenMail } from '../../src/lab/mx-server.ts'

const author = 'app@healthy.example'
const recipient = 'someone@recipient.example'
const PATIENCE = { timeout: 15_000 }

let folder: string
let lab: Lab
let taken: TakenMail[]
let lines: string[]
let relay: LabRelay | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-gate-'))
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

/** A relay that takes every answer of DNS for now only, and audits as often as it is asked to. */
async function start(options: LabRelayOptions = {}): Promise<void> {
  const log = (_: string, event: string, fields: object): void => {
    lines.push(`${event} ${JSON.stringify(fields)}`)
  }
  relay = await startLabRelay(lab, { log, folder, cache: 0, requestGap: 100, ...options })
}

const submit = (): Promise<string> => submitLetter(relay!, author, recipient)
const said = (event: string): readonly string[] => lines.filter(line => line.startsWith(`${event} `))

/** An audit of the records that began after this. */
async function audit(): Promise<void> {
  const { scheduler } = relay!.daemon
  await scheduler.settled('healthy.example')
  scheduler.request('healthy.example')
  await scheduler.settled('healthy.example')
}

const without =
  (...marks: readonly string[]) =>
  (zones: string): string =>
    zones
      .split('\n')
      .filter(line => !marks.some(mark => line.includes(mark)))
      .join('\n')
const noKeys = without('_domainkey.healthy.example')
/** The record of the domain lets other hosts send, and no longer ours. */
const notUs = (zones: string): string =>
  zones.replace('"v=spf1 mx ip4:192.0.2.25 ip6:2001:db8::25 -all"', '"v=spf1 mx -all"')
/** Mail to the recipient has to wait. */
const recipientGone = (zones: string): string => `${zones}\nrecipient.example FAULT servfail`

async function states(): Promise<readonly string[]> {
  const stored = await relay!.daemon.store.queue.list({}, 100)
  return stored.flatMap(one => one.envelopes.map(envelope => envelope.state))
}

describe('a name server that is silent', () => {
  it('before there is any report: 451, and 250 as soon as it is back', async () => {
    await start({ before: () => lab.silence() })
    const answer = await submit()
    expect(answer).toMatch(/^451-4\.7\.1 healthy\.example /)
    expect(answer.trimEnd()).toMatch(/451.4\.7\.1 mailworthy explain dns-existence(\r?\n|$)/)
    expect(await states()).toEqual([])
    await lab.serve()
    await expect.poll(submit, PATIENCE).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await expect.poll(() => taken, PATIENCE).toHaveLength(1)
  })

  it('with a fresh report: 250, and the message waits and goes out when DNS is back', async () => {
    await start()
    await lab.silence()
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await expect.poll(() => said('deferred').length, PATIENCE).toBeGreaterThan(0)
    // An audit that learns nothing takes nothing back.
    await audit()
    expect(relay!.daemon.scheduler.report('healthy.example')?.readings.exists).toBeNull()
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    expect(await states()).toEqual(['queued', 'queued'])
    expect(taken).toEqual([])
    await lab.serve()
    await expect.poll(() => taken, PATIENCE).toHaveLength(2)
    expect([...said('failed'), ...said('expired'), ...said('held')]).toEqual([])
  }, 60_000)

  it('over a restart: the report of before counts', async () => {
    await start()
    await relay!.stop()
    await start({ before: () => lab.silence() })
    expect(relay!.daemon.scheduler.report('healthy.example')?.readings.exists).toBeNull()
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await relay!.stop()
    // And over another one, when the last report kept is the one that knows nothing.
    await lab.serve()
    await start({ before: () => lab.silence() })
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await lab.serve()
    await expect.poll(() => taken, PATIENCE).toHaveLength(2)
  }, 60_000)
})

describe('DNS that is wrong', () => {
  it('refuses new mail with what to publish; what is queued is held, and goes out after the repair', async () => {
    await start()
    await lab.serve(recipientGone)
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await expect.poll(() => said('deferred').length, PATIENCE).toBeGreaterThan(0)
    await lab.serve(zones => recipientGone(noKeys(zones)))
    await audit()
    const answer = await submit()
    expect(answer).toMatch(/^550-5\.7\.20 healthy\.example DKIM key of .* is missing in DNS \(dkim-key\)/)
    expect(answer).toContain('publish: s1._domainkey.healthy.example. TXT "v=DKIM1; k=rsa; p=')
    expect(answer.trimEnd()).toMatch(/550 5\.7\.20 mailworthy explain dkim-key$/)
    await expect.poll(() => said('held'), PATIENCE).toHaveLength(1)
    expect(said('held')[0]).toContain('Gate: healthy.example DKIM key')
    expect(await states()).toEqual(['held'])
    // The recipient is back, and the keys are not: it stays, and no audit gives it more time.
    const [before] = await relay!.daemon.store.queue.list({ state: 'held' }, 1)
    await lab.serve(noKeys)
    await audit()
    const [after] = await relay!.daemon.store.queue.list({ state: 'held' }, 1)
    expect(after!.envelopes).toEqual(before!.envelopes)
    expect(taken).toEqual([])
    await lab.serve()
    await audit()
    await expect.poll(() => taken.map(mail => mail.to), PATIENCE).toEqual([[recipient]])
    expect([...said('failed'), ...said('expired')]).toEqual([])
  }, 60_000)

  it('is told as DMARC sees it when neither DKIM nor SPF is left', async () => {
    await lab.serve(zones => noKeys(notUs(zones)))
    await start()
    const answer = await submit()
    expect(answer).toMatch(/^550-5\.7\.26 /)
    expect(answer).toContain('does not let our address send (SPF) (spf-authorization)')
    expect(answer).toContain('asks for reject (DMARC)')
    expect(answer).toMatch(/publish: healthy\.example\. TXT "v=spf1 [^"]*ip4:192\.0\.2\.25/)
  })

  it('leaves the gate open when SPF alone fails: DKIM aligns', async () => {
    await lab.serve(notUs)
    await start()
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
  })

  it('in hold mode is 250: held, and out after the repair', async () => {
    await lab.serve(noKeys)
    await start({ mode: 'hold' })
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: held as /)
    await audit()
    expect(await states()).toEqual(['held'])
    await lab.serve()
    await audit()
    await expect.poll(() => taken, PATIENCE).toHaveLength(1)
  })

  it('in observe mode is noted, and the mail goes out', async () => {
    await lab.serve(noKeys)
    await start({ mode: 'observe' })
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: queued as /)
    expect(said('queued')[0]).toContain('is missing in DNS (dkim-key)')
    await expect.poll(() => taken, PATIENCE).toHaveLength(1)
  })
})

describe('a fault of our own', () => {
  const listed = (zones: string): string => `${zones}\n25.2.0.192.zen.spamhaus.org A 127.0.0.4`

  it('puts mail off: nobody but us can mend it', async () => {
    await lab.serve(listed)
    await start()
    const answer = await submit()
    expect(answer).toMatch(/^451-4\.3\.5 192\.0\.2\.25 is on a blocklist \(zen\.spamhaus\.org\) \(dnsbl-address\)/)
    expect(answer).not.toContain('publish:')
    expect(await states()).toEqual([])
  })

  it('in hold mode is held', async () => {
    await lab.serve(listed)
    await start({ mode: 'hold' })
    expect(await submit()).toMatch(/^250 2\.0\.0 Ok: held as /)
  })
})
