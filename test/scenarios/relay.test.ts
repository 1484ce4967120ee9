// The relay's whole line on the lab: real DNS packets, SMTP and TLS on loopback; what a client is told, and what arrives.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/config/load.ts'
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import type { TakenMail } from '../../src/lab/mx-server.ts'
import { visitLab } from '../../src/lab/visit.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'
import { mappedSockets } from '../../src/relay/deliver/sockets.ts'
import type { GateMode } from '../../src/relay/settings.ts'

const { dkimVerify } = (await import('mailauth/lib/dkim/verify.js')) as unknown as {
  dkimVerify(
    message: Buffer,
    options: object,
  ): Promise<{ results: { status: { result: string }; signingDomain: string; algo: string }[] }>
}

let folder: string
let lab: Lab
let resolver: StubResolver
let taken: TakenMail[]
let lines: string[]
let daemon: Daemon | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-relay-'))
  taken = []
  lines = []
  lab = await startLab({ onMail: mail => taken.push(mail) })
  resolver = createResolver({ servers: [lab.resolver] })
})
afterEach(async () => {
  await daemon?.stop()
  daemon = undefined
  resolver.close()
  await lab.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(mode: GateMode = 'reject'): Promise<Daemon> {
  const keys = (domain: string) =>
    Object.entries(lab.signingKeys[domain]!).map(([selector, key]) => ({ selector, key }))
  const visited = (await visitLab(resolver))!
  const configuration: Configuration = {
    file: 'lab',
    relay: {
      hostname: 'mail.healthy.example',
      egress: [{ name: 'main', seenAs: ['192.0.2.25'], source: [], helo: 'mail.healthy.example' }],
      domains: ['healthy.example', 'broken.example'].map(name => ({ name, dkim: keys(name) })),
      listeners: [
        {
          name: 'inside',
          bind: [{ address: '127.0.0.1', port: 0 }],
          tls: 'none',
          material: undefined,
          auth: [],
          maxMessageSize: 1_000_000,
          maxRecipients: 10,
          maxConnections: 10,
        },
      ],
      clients: [
        {
          name: 'app',
          match: { ips: ['127.0.0.1/32'] },
          password: undefined,
          senders: ['*@healthy.example', '*@broken.example', '<>'],
          rate: undefined,
          gate: undefined,
          lineEndings: 'normalize',
        },
      ],
      routes: [
        { name: 'world', match: ['*'], cost: 1, via: 'mx', tls: 'verify', auth: undefined, appearsAs: undefined },
      ],
      gate: { mode, stale: 72 * 3_600_000, domains: {} },
      retry: { steps: [1000], expiresAfter: 3_600_000, warnAfter: undefined },
    },
    resolver: undefined,
    store: { kind: 'sqlite', path: join(folder, 'queue.db') },
    control: { path: join(folder, 'control.sock') },
    trust: [visited.root],
    log: { level: 'info', format: 'text' },
    keys: [],
    warnings: [],
    written: {} as Configuration['written'],
  }
  const log = (_: string, event: string, fields: object): void => {
    lines.push(`${event} ${JSON.stringify(fields)}`)
  }
  daemon = await startDaemon(configuration, log, {
    resolver,
    dialer: mappedDialer(createDialer({ ca: [visited.root] }), visited.map),
    courier: { open: mappedSockets(visited.map) },
  })
  await Promise.all(['healthy.example', 'broken.example'].map(domain => daemon!.scheduler.settled(domain)))
  return daemon
}

function send(from: string, to: readonly string[], text: string): Promise<string> {
  const { port } = daemon!.relay.listeners[0]!.bound[0]!
  const connection = new SMTPConnection({ host: '127.0.0.1', port, ignoreTLS: true, name: 'app.healthy.example' })
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.connect(() => {
      connection.send({ from, to: [...to] }, text, (error, info) => {
        connection.quit()
        if (error) resolve((error as { response?: string }).response ?? String(error))
        else resolve(info.response ?? '')
      })
    })
  })
}

const letter = (from: string): string =>
  `From: <${from}>\r\nTo: <someone@recipient.example>\r\nSubject: Hello\r\n\r\nGood day.\r\n`

async function signatures(mail: TakenMail): Promise<string[]> {
  const { results } = await dkimVerify(mail.data, {
    resolver: async (name: string, type: 'TXT') => {
      const answer = await resolver.resolve(name, type)
      if (answer.kind !== 'records') throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
      return answer.records
    },
  })
  return results.map(r => `${r.status.result} ${r.signingDomain} ${r.algo}`)
}

describe('a message', () => {
  it('of a healthy domain arrives, signed by both keys, over verified TLS', async () => {
    await start()
    expect(await send('app@healthy.example', ['someone@recipient.example'], letter('app@healthy.example'))).toMatch(
      /^250 2\.0\.0 Ok: queued as [0-9A-Z]{10}$/,
    )
    await expect.poll(() => taken).toHaveLength(1)
    const [mail] = taken as [TakenMail]
    expect(mail).toMatchObject({ from: 'app@healthy.example', to: ['someone@recipient.example'], tls: true })
    expect((await signatures(mail)).sort()).toEqual([
      'pass healthy.example ed25519-sha256',
      'pass healthy.example rsa-sha256',
    ])
    await expect.poll(() => lines.find(line => line.startsWith('delivered'))).toContain('mx.recipient.example')
  })

  it('of a broken domain is refused, with the record to publish and where to read on', async () => {
    await start()
    const said = await send('app@broken.example', ['someone@recipient.example'], letter('app@broken.example'))
    expect(said).toMatch(
      /^550-5\.7\.\d+ broken\.example DKIM key published for s1 is not the one we sign with \(dkim-key-match\)/,
    )
    expect(said).toContain('publish: s1._domainkey.broken.example. TXT "v=DKIM1; k=rsa; p=')
    expect(said.trimEnd().split(/\r?\n/).at(-1)).toMatch(/^550 5\.7\.\d+ mailworthy explain /)
    expect(taken).toEqual([])
  })

  it('of a broken domain is held in hold mode, and waits', async () => {
    const { store } = await start('hold')
    expect(await send('app@broken.example', ['someone@recipient.example'], letter('app@broken.example'))).toMatch(
      /^250 2\.0\.0 Ok: held as /,
    )
    const [held] = await store.queue.list({ state: 'held' }, 10)
    expect(held!.envelopes[0]!.heldBecause).toMatch(/^Gate: broken\.example DKIM key published for s1/)
    expect(taken).toEqual([])
  })

  it('that nobody takes comes back to its sender, signed, in words', async () => {
    await start()
    const said = await send('app@healthy.example', ['someone@nowhere.example'], letter('app@healthy.example'))
    expect(said).toMatch(/^250 /)
    await expect.poll(() => taken.find(mail => mail.from === ''), { timeout: 10_000 }).toBeDefined()
    const bounce = taken.find(mail => mail.from === '')!
    expect(bounce.to).toEqual(['app@healthy.example'])
    expect(bounce.data.toString()).toMatch(/multipart\/report[\s\S]*someone@nowhere\.example[\s\S]*does not exist/)
    expect(await signatures(bounce)).toContain('pass healthy.example rsa-sha256')
  })

  it('survives a stop: what was answered 250 goes out after the next start', async () => {
    const first = await start()
    await first.relay.desk.hold({}, 'nothing yet')
    await lab.close()
    expect(await send('app@healthy.example', ['someone@recipient.example'], letter('app@healthy.example'))).toMatch(
      /^250 /,
    )
    await daemon!.stop()
    resolver.close()
    lab = await startLab({ onMail: mail => taken.push(mail) })
    resolver = createResolver({ servers: [lab.resolver] })
    await start()
    await daemon!.relay.desk.retry({})
    await expect.poll(() => taken.filter(mail => mail.from !== ''), { timeout: 10_000 }).toHaveLength(1)
  })
})
