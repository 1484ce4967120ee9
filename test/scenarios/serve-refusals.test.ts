// `mailworthy serve` with what it cannot start from: one clear line, status 2, nothing left running and nothing made.
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../peers/support/program.ts'
import { type House, makeHouse, passwordText } from '../support/configured-house.ts'
import { type Served, startServe } from '../support/served-relay.ts'

let house: House
let text: string
let port: number
let started: Served[]
let servers: Server[]

beforeEach(async () => {
  house = makeHouse()
  port = await freePort()
  started = []
  servers = []
  text = `hostname: mail.example.org
resolver: ["127.0.0.1:${await freePort()}"]
egress:
  - { name: main, seenAs: [192.0.2.10], helo: mail.example.org }
domains:
  - { name: example.org, dkim: [ { selector: s2026a, key: file:keys/rsa.pem } ] }
listeners:
  - { name: submission, bind: ["127.0.0.1:${port}"], tls: required, certificate: file:tls/good.pem, key: file:tls/good.key, auth: [plain] }
clients:
  - { name: erp, match: { user: erp }, password: "${passwordText}", senders: ["*@example.org"] }
  - { name: near, match: { ips: [10.0.0.0/24] }, senders: ["*@example.org"] }
`
})
afterEach(async () => {
  for (const served of started) served.signal('SIGKILL')
  await Promise.all(started.map(served => served.ended))
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  house.remove()
})

function start(file: string): Served {
  const served = startServe(file)
  started.push(served)
  return served
}

async function listen(at: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<void> {
  const server = createServer(socket => socket.on('error', () => {}).end()).listen(at)
  await once(server, 'listening')
  servers.push(server)
}

const everything = (): readonly string[] => (readdirSync(house.folder, { recursive: true }) as string[]).sort()

/** Starts it and waits for its end. @returns its one line, with the folder left out */
async function refusal(file: string): Promise<string> {
  const before = everything()
  const served = start(file)
  const ended = await Promise.race([served.ended, new Promise(resolve => setTimeout(resolve, 15_000, 'it runs'))])
  expect(ended, served.output()).toEqual({ status: 2, signal: null })
  expect(served.output()).toBe(served.errors())
  expect(everything()).toEqual(before)
  const lines = served.errors().split('\n')
  expect(lines.pop()).toBe('')
  expect(lines, served.errors()).toHaveLength(1)
  expect(lines[0]).toMatch(/^mailworthy: /)
  return lines[0]!.slice('mailworthy: '.length).replaceAll(`${house.folder}/`, '')
}

function changed(from: string, to: string): string {
  expect(text.split(from), `"${from}" stands there once`).toHaveLength(2)
  return text.replace(from, () => to)
}

async function startAndStop(file: string): Promise<void> {
  const served = start(file)
  await served.says(RUNNING)
  served.signal('SIGTERM')
  expect(await served.ended, served.output()).toEqual({ status: 0, signal: null })
}

const RUNNING = / info listening listener=submission /

it('starts from the good one, whatever DNS says or does not say of its selector', async () => {
  const served = start(house.write('mailworthy.yaml', text))
  await served.says(RUNNING)
  expect(served.errors()).toBe('')
  expect(readdirSync(join(house.folder, 'var')).sort()).toEqual([
    'mailworthy.db',
    'mailworthy.db-wal',
    'mailworthy.sock',
  ])
  served.signal('SIGTERM')
  expect(await served.ended, served.output()).toEqual({ status: 0, signal: null })
  expect(readdirSync(join(house.folder, 'var'))).toEqual(['mailworthy.db'])
}, 30_000)

describe('a file that is wrong', () => {
  it.each([
    [
      'a key that is none',
      'keys/rsa.pem',
      'keys/damaged.pem',
      /^mailworthy\.yaml:6:59 domains\[0\]\.dkim\[0\]\.key: its private key cannot be read: the PEM text is damaged/,
    ],
    [
      'a public key',
      'keys/rsa.pem',
      'keys/public.pem',
      /^mailworthy\.yaml:6:59 domains\[0\]\.dkim\[0\]\.key: it holds a public key, not a private key/,
    ],
    [
      'a key that is not there',
      'keys/rsa.pem',
      'keys/none.pem',
      /^mailworthy\.yaml:6:59 domains\[0\]\.dkim\[0\]\.key: cannot read keys\/none\.pem: there is no such file$/,
    ],
    [
      'a key that is a folder',
      'keys/rsa.pem',
      'keys',
      /^mailworthy\.yaml:6:59 domains\[0\]\.dkim\[0\]\.key: cannot read keys: it is a directory$/,
    ],
    [
      'a certificate that is not there',
      'tls/good.pem',
      'tls/none.pem',
      /^mailworthy\.yaml:8:\d+ listeners\[0\]\.certificate: cannot read tls\/none\.pem: there is no such file$/,
    ],
    [
      'a certificate of another key',
      'tls/good.key',
      'tls/other.key',
      /^mailworthy\.yaml:8:\d+ listeners\[0\]\.key: .*certificate/,
    ],
    [
      'an unknown field',
      'name: near,',
      'nmae: x, name: near,',
      /^mailworthy\.yaml:11:\d+ clients\[1\]\.nmae: there is no such setting/,
    ],
    [
      'ranges that lie across each other',
      'ips: [10.0.0.0/24] }, senders: ["*@example.org"] }',
      'ips: [10.0.0.0-10.0.0.9] }, senders: ["*@example.org"] }\n  - { name: far, match: { ips: [10.0.0.5-10.0.0.20] }, senders: ["*@example.org"] }',
      /^mailworthy\.yaml:12:\d+ clients\[2\]\.match\.ips\[0\]: .*10\.0\.0\.5-10\.0\.0\.20.*near/,
    ],
  ])(
    '%s',
    async (_, from, to, says) => {
      expect(await refusal(house.write('mailworthy.yaml', changed(from, to)))).toMatch(says)
    },
    30_000,
  )

  it('a path too long for a control socket', async () => {
    const file = house.write('mailworthy.yaml', `${text}control: unix:${'x'.repeat(100)}\n`)
    expect(await refusal(file)).toMatch(
      /^mailworthy\.yaml:12:10 control: a socket's path has at most 103 octets, and this one \d+: /,
    )
  }, 30_000)

  it('one that is not there, or is none', async () => {
    expect(await refusal(join(house.folder, 'none.yaml'))).toBe('none.yaml: cannot be read: there is no such file')
    expect(await refusal(join(house.folder, 'keys'))).toMatch(/keys: cannot be read: it is a directory$/)
  }, 30_000)

  it.skipIf(process.getuid?.() === 0)(
    '(skipped as root, who may read everything) what may not be read',
    async () => {
      const file = house.write('mailworthy.yaml', text)
      chmodSync(join(house.folder, 'keys/rsa.pem'), 0)
      expect(await refusal(file)).toMatch(/^mailworthy\.yaml:6:59 .* keys\/rsa\.pem: permission denied$/)
      chmodSync(file, 0)
      expect(await refusal(file)).toBe('mailworthy.yaml: cannot be read: permission denied')
    },
    30_000,
  )

  it('several faults at once: a line for each', async () => {
    const wrong = changed('keys/rsa.pem', 'keys/none.pem').replace('tls: required', 'tls: requird')
    const served = start(house.write('mailworthy.yaml', wrong))
    expect(await served.ended).toEqual({ status: 2, signal: null })
    const lines = served.errors().trimEnd().split('\n')
    expect(lines[0]).toBe('mailworthy: the configuration has 2 faults:')
    expect(lines.slice(1).map(line => line.replace(/^.*\/(mailworthy\.yaml:\d+):.*/, '$1'))).toEqual([
      'mailworthy.yaml:6',
      'mailworthy.yaml:8',
    ])
  }, 30_000)
})

describe('a place that is not free', () => {
  it('the port of a listener', async () => {
    await listen({ host: '127.0.0.1', port })
    const file = house.write('mailworthy.yaml', text)
    expect(await refusal(file)).toBe(`cannot start: the address is taken (127.0.0.1:${port})`)
  }, 30_000)

  it('the port of a listener, where there is a store already', async () => {
    const file = house.write('mailworthy.yaml', text)
    await startAndStop(file)
    await listen({ host: '127.0.0.1', port })
    expect(await refusal(file)).toBe(`cannot start: the address is taken (127.0.0.1:${port})`)
  }, 30_000)

  it('an address that is not of this machine', async () => {
    const file = house.write('mailworthy.yaml', changed(`127.0.0.1:${port}`, `192.0.2.77:${port}`))
    expect(await refusal(file)).toBe(`cannot start: this machine has no such address (192.0.2.77:${port})`)
  }, 30_000)

  it('a file at the place of the control socket, which stays what it is', async () => {
    const file = house.write('mailworthy.yaml', `${text}control: unix:keys/rsa.pem\n`)
    expect(await refusal(file)).toMatch(/^cannot start: keys\/rsa\.pem is no socket: it is left as it is/)
    expect(createPrivateKey(readFileSync(join(house.folder, 'keys/rsa.pem'))).type).toBe('private')
  }, 30_000)

  it('a file where the folder of the control socket would be', async () => {
    const file = house.write('mailworthy.yaml', `${text}control: unix:keys/rsa.pem/run/a.sock\n`)
    expect(await refusal(file)).toBe('cannot start: the control socket cannot be made: keys/rsa.pem is no directory')
  }, 30_000)

  it('a control socket at which somebody answers', async () => {
    await listen({ path: join(house.folder, 'other.sock') })
    const file = house.write('mailworthy.yaml', `${text}control: unix:other.sock\n`)
    expect(await refusal(file)).toBe('cannot start: another mailworthy answers at other.sock')
  }, 30_000)

  it('a store that is of something else', async () => {
    mkdirSync(join(house.folder, 'var'))
    writeFileSync(join(house.folder, 'var/mailworthy.db'), 'this is a letter, not a database\n'.repeat(200))
    const file = house.write('mailworthy.yaml', text)
    expect(await refusal(file)).toBe('var/mailworthy.db is not a database of mailworthy')
  }, 30_000)
})

describe('beside another one', () => {
  it('on the same configuration: the second is refused, and the first goes on', async () => {
    const file = house.write('mailworthy.yaml', text)
    const first = start(file)
    await first.says(RUNNING)
    expect(await refusal(file)).toBe('cannot start: another mailworthy answers at var/mailworthy.sock')
    // Its socket is still there, and still its own.
    expect(await refusal(file)).toBe('cannot start: another mailworthy answers at var/mailworthy.sock')
    first.signal('SIGTERM')
    expect(await first.ended, first.output()).toEqual({ status: 0, signal: null })
    expect(first.output()).not.toContain(' fault ')
  }, 40_000)

  it('on the same store', async () => {
    const first = start(house.write('mailworthy.yaml', text))
    await first.says(RUNNING)
    const other = changed(`127.0.0.1:${port}`, `127.0.0.1:${await freePort()}`)
    const file = house.write('other.yaml', `${other}control: unix:other.sock\n`)
    expect(await refusal(file)).toBe('var/mailworthy.db is in use by another process: only one may have it open')
  }, 40_000)

  it('started in the same moment: one of them runs', async () => {
    const file = house.write('mailworthy.yaml', text)
    await startAndStop(file)
    const both = [start(file), start(file)]
    const ended = await Promise.race(both.map(async one => [one, await one.ended] as const))
    expect(ended[1], ended[0].output()).toEqual({ status: 2, signal: null })
    expect(ended[0].errors().trimEnd().split('\n')).toHaveLength(1)
    const other = both.find(one => one !== ended[0])!
    await other.says(RUNNING)
    expect(await refusal(file)).toBe('cannot start: another mailworthy answers at var/mailworthy.sock')
  }, 40_000)

  it('that was killed: its socket and its lock are no obstacle', async () => {
    const file = house.write('mailworthy.yaml', text)
    const first = start(file)
    await first.says(RUNNING)
    first.signal('SIGKILL')
    await first.ended
    expect(everything()).toContain('var/mailworthy.sock')
    const second = start(file)
    await second.says(RUNNING)
  }, 40_000)
})
