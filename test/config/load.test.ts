// What a good configuration becomes: settings with defaults, canonical names and addresses, and the remarks on what is unwise.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { effective } from '../../src/config/effective.ts'
import { type Configuration, loadConfiguration, readConfiguration } from '../../src/config/load.ts'
import { planLines } from '../../src/config/plan.ts'
import { problemLines } from '../../src/config/problem.ts'
import { STARTER } from '../../src/config/starter.ts'
import { strangeAddresses } from '../../src/config/this-machine.ts'
import { environment, good, type House, makeHouse, now, passwordText } from '../support/configured-house.ts'

let house: House
beforeAll(() => {
  house = makeHouse()
})
afterAll(() => house.remove())

const load = (text: string): Configuration =>
  readConfiguration(text, join(house.folder, 'mailworthy.yaml'), { environment, now })

const withPiece = (from: string, to: string): Configuration => {
  expect(good).toContain(from)
  return load(good.replace(from, () => to))
}

const warnings = (configuration: Configuration): readonly string[] =>
  problemLines('f', configuration.warnings).map(line => line.replaceAll(`${house.folder}/`, ''))

describe('a good configuration', () => {
  it('becomes what the relay is told', () => {
    const { relay, resolver, store, control, log, keys, trust, warnings: remarks } = load(good)
    expect(remarks).toEqual([])
    expect(relay.hostname).toBe('mail.example.org')
    expect(relay.egress).toEqual([{ name: 'main', seenAs: ['192.0.2.10'], source: [], helo: 'mail.example.org' }])
    expect(
      relay.domains.map(({ name, dkim }) => [name, ...dkim.map(one => [one.selector, one.key.asymmetricKeyType])]),
    ).toEqual([['example.org', ['s2026a', 'rsa'], ['e2026a', 'ed25519']]])
    const [submission, printers] = relay.listeners
    expect(submission).toMatchObject({
      name: 'submission',
      bind: [{ address: '0.0.0.0', port: 587 }],
      tls: 'required',
      auth: ['plain', 'login'],
      maxMessageSize: 36 * 1024 * 1024,
      maxRecipients: 200,
      maxConnections: 1000,
    })
    expect(submission!.material!.certificate).toContain('BEGIN CERTIFICATE')
    expect(submission!.material!.key).toContain('PRIVATE KEY')
    expect(printers).toMatchObject({ tls: 'none', material: undefined, auth: [] })
    expect(relay.clients).toEqual([
      {
        name: 'erp',
        match: { user: 'erp' },
        password: passwordText,
        senders: ['*@example.org'],
        rate: undefined,
        gate: undefined,
        lineEndings: 'strict',
      },
      {
        name: 'printers',
        match: { ips: ['10.0.0.0/24'] },
        password: undefined,
        senders: ['scan@example.org'],
        rate: { messages: 30, perMs: 60_000 },
        gate: 'hold',
        lineEndings: 'strict',
      },
    ])
    expect(relay.routes).toEqual([
      {
        name: 'partner',
        match: ['*.partner.test'],
        cost: 1,
        via: 'mx',
        tls: 'verify',
        auth: undefined,
        appearsAs: undefined,
      },
      {
        name: 'cloud',
        match: ['*'],
        cost: 1,
        via: [{ host: 'smtp.example.net', port: 587 }],
        tls: 'verify',
        auth: { user: 'erp', password: 'let me in' },
        appearsAs: { addresses: [], spf: 'include:spf.example.net', dkim: 'both' },
      },
    ])
    expect(relay.gate).toEqual({ mode: 'reject', stale: 72 * 3_600_000, domains: { 'example.org': 'hold' } })
    expect(relay.retry.steps).toEqual([...Array(4).fill(60_000), ...Array(6).fill(300_000), 600_000])
    expect(resolver).toEqual([{ address: '127.0.0.1', port: 53 }])
    expect(store).toEqual({ kind: 'sqlite', path: join(house.folder, 'var/mailworthy.db') })
    expect(control).toEqual({ path: join(house.folder, 'var/mailworthy.sock') })
    expect(log).toEqual({ level: 'info', format: 'text' })
    expect(trust).toEqual([])
    expect(keys.map(({ selector, file }) => [selector, file])).toEqual([
      ['s2026a', join(house.folder, 'keys/rsa.pem')],
      ['e2026a', join(house.folder, 'keys/ed25519.pem')],
    ])
  })

  it('has defaults for what may be left out', () => {
    const settings = good.slice(good.indexOf('egress:'), good.indexOf('routes:'))
    const { relay, resolver, store, control, log } = load(`hostname: mail.example.org\n${settings}`)
    expect(relay.routes).toMatchObject([{ name: 'internet', match: ['*'], via: 'mx', tls: 'auto', cost: 1 }])
    expect(relay.gate).toEqual({ mode: 'reject', stale: 72 * 3_600_000, domains: {} })
    expect(relay.retry).toEqual({
      steps: [...Array(4).fill(60_000), ...Array(6).fill(300_000), 600_000],
      expiresAfter: 172_800_000,
      warnAfter: 14_400_000,
    })
    expect(resolver).toBeUndefined()
    expect(store.path).toBe(join(house.folder, 'var/mailworthy.db'))
    expect(control.path).toBe(join(house.folder, 'var/mailworthy.sock'))
    expect(log).toEqual({ level: 'info', format: 'text' })
  })

  it('may come in UTF-16 with a byte order mark, as PowerShell writes it', () => {
    const file = house.write('utf16.yaml', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')]))
    expect(loadConfiguration(file, { environment, now }).relay.hostname).toBe('mail.example.org')
  })

  it('may use anchors, and tells faults inside them where they are written', () => {
    const anchored = good
      .replace('senders: ["*@example.org"]', 'senders: &all ["*@example.org"]')
      .replace('senders: [scan@example.org]', 'senders: *all')
    expect(load(anchored).relay.clients[1]!.senders).toEqual(['*@example.org'])
    expect(() => load(anchored.replace('&all ["*@example.org"]', '&all ["*@example.net"]'))).toThrow(
      /mailworthy\.yaml:13:\d+ clients\[0\]\.senders\[0\]: example\.net does not stand in domains\n.*:13:\d+ clients\[1\]\.senders\[0\]/,
    )
  })

  it.each([
    [
      'an internationalized domain',
      'name: example.org',
      'name: Bücher.example',
      'domains',
      [{ name: 'xn--bcher-kva.example' }],
    ],
    [
      'an address in other letters',
      '[192.0.2.10]',
      '["2001:DB8:0::1", "::ffff:192.0.2.9"]',
      'egress',
      [{ seenAs: ['2001:db8::1', '192.0.2.9'] }],
    ],
    [
      'a source behind NAT',
      'seenAs: [192.0.2.10]',
      'seenAs: [192.0.2.10], source: 10.0.0.5',
      'egress',
      [{ source: ['10.0.0.5'] }],
    ],
    ['hostname as HELO', ', helo: mail.example.org', '', 'egress', [{ helo: 'mail.example.org' }]],
    [
      'a smart host without port',
      'smtp.example.net:587',
      'SMTP.example.net.',
      'routes',
      [{}, { via: [{ host: 'smtp.example.net', port: 25 }] }],
    ],
    [
      'a smart host by address',
      '"smtp.example.net:587"',
      '"[2001:db8::5]:2525", "2001:db8::6", 192.0.2.5, mailhub',
      'routes',
      [
        {},
        {
          via: [
            { host: '2001:db8::5', port: 2525 },
            { host: '2001:db8::6', port: 25 },
            { host: '192.0.2.5', port: 25 },
            { host: 'mailhub', port: 25 },
          ],
        },
      ],
    ],
    [
      'a mechanism with its qualifier',
      'include:spf.example.net',
      '+include:spf.example.net',
      'routes',
      [{}, { appearsAs: { spf: 'include:spf.example.net' } }],
    ],
    [
      'IPv6 listeners',
      '"0.0.0.0:587"',
      '"0.0.0.0:587", "[::]:587"',
      'listeners',
      [{ bind: [{ address: '0.0.0.0' }, { address: '::', port: 587 }] }],
    ],
    [
      'a size in kilobytes',
      'tls: none',
      'tls: none, maxMessageSize: 512KB',
      'listeners',
      [{}, { maxMessageSize: 524_288 }],
    ],
    [
      'a password in a file',
      `password: "${passwordText}"`,
      'password: file:secrets/erp',
      'clients',
      [{ password: passwordText }],
    ],
    [
      'a user at addresses',
      'match: { user: erp }',
      'match: { user: erp, ips: [10.0.0.0/24] }',
      'clients',
      [{ match: { user: 'erp', ips: ['10.0.0.0/24'] } }, { match: { ips: ['10.0.0.0/24'] } }],
    ],
    [
      'a range of addresses',
      '10.0.0.0/24',
      '10.0.0.5-10.0.0.9',
      'clients',
      [{}, { match: { ips: ['10.0.0.5/32', '10.0.0.6/31', '10.0.0.8/31'] } }],
    ],
    [
      'the null sender',
      '[scan@example.org]',
      '[scan@example.org, "<>"]',
      'clients',
      [{}, { senders: ['scan@example.org', '<>'] }],
    ],
    [
      'a quoted sender',
      '[scan@example.org]',
      `['"a b"@example.org']`,
      'clients',
      [{}, { senders: ['"a b"@example.org'] }],
    ],
    [
      'senders below a domain',
      'domains:\n',
      'domains:\n  - { name: a.b.example.org, dkim: [ { selector: a, key: file:keys/rsa.pem } ] }\n',
      'domains',
      [{ name: 'a.b.example.org' }, { name: 'example.org' }],
    ],
  ] as const)('takes %s', (_, from, to, part, expected) => {
    const text = good.replace(from, () => to)
    expect(text).not.toBe(good)
    const adapted = text.includes('Bücher')
      ? text.replaceAll(/@example\.org/g, '@Bücher.example').replace('example.org: hold', 'bücher.example: hold')
      : text
    const found = load(adapted).relay[part]
    for (const [index, one] of expected.entries()) expect(found[index]).toMatchObject(one)
  })

  it('gives what two clients claim to the narrower one, however they are written', () => {
    const { relay } = load(
      good
        .replace('clients:\n', 'clients:\n  - { name: one, match: { ips: [10.0.0.8-10.0.0.9] }, senders: ["*"] }\n')
        .replace('10.0.0.0/24', '10.0.0.5-10.0.0.9'),
    )
    expect(relay.clients.map(({ name, match }) => [name, match.ips])).toEqual([
      ['one', ['10.0.0.8/31']],
      ['erp', undefined],
      ['printers', ['10.0.0.5/32', '10.0.0.6/31']],
    ])
  })

  it.each([
    ['postfix', [300_000, 600_000, 1_200_000, 2_400_000, 4_000_000], 432_000_000, undefined],
    ['[1m, 1h30m]', [60_000, 5_400_000], 172_800_000, 14_400_000],
    ['{ steps: [1m], expiresAfter: 1d, warnAfter: never }', [60_000], 86_400_000, undefined],
  ])('tries again by %s', (retry, steps, expiresAfter, warnAfter) => {
    expect(withPiece('retry: exchange', `retry: ${retry}`).relay.retry).toEqual({ steps, expiresAfter, warnAfter })
  })
})

describe('what is unwise', () => {
  it.each([
    [
      'a key that others can read',
      'keys/rsa.pem',
      'keys/shared.pem',
      'f:8:59 domains[0].dkim[0].key: warning: others than its owner may use keys/shared.pem (mode 644): chmod 600',
    ],
    [
      'a key of 1024 bits',
      'keys/rsa.pem',
      'keys/rsa1024.pem',
      'domains[0].dkim[0].key: warning: the RSA key has 1024 bits; 2048 are usual',
    ],
    [
      'only Ed25519',
      '{ selector: s2026a, key: file:keys/rsa.pem }, ',
      '',
      'domains[0].dkim: warning: only Ed25519 keys sign for it',
    ],
    [
      'a wide range',
      '10.0.0.0/24',
      '10.0.0.0/16',
      'f:14:38 clients[1].match.ips[0]: warning: "10.0.0.0/16" is wide: whoever has one of its 65,536 addresses may relay',
    ],
    [
      'a wide range of IPv6',
      '10.0.0.0/24',
      '"2001:db8::/48"',
      'clients[1].match.ips[0]: warning: "2001:db8::/48" is wide: whoever has one of its more than one network',
    ],
    ['a hidden address', '[192.0.2.10]', '[10.0.0.5]', 'egress[0].seenAs[0]: warning: receivers never see 10.0.0.5'],
    [
      'a HELO name of no world',
      'helo: mail.example.org',
      'helo: mail.corp.local',
      'egress[0].helo: warning: the world knows no name that ends in .local',
    ],
    [
      'nobody offers AUTH',
      ', auth: [plain, login]',
      '',
      'clients[0].match.user: warning: no listener offers AUTH, so "erp" can never log in',
    ],
    [
      'a gate for a strange domain',
      'example.org: hold',
      'legacy.example: hold',
      'gate.domains["legacy.example"]: warning: legacy.example does not stand in domains',
    ],
    ['a short stale', 'stale: 72h', 'stale: 1h', 'gate.stale: warning: records are asked again every hour'],
    ['no way for the rest', 'match: ["*"]', 'match: ["example.net"]', 'routes: warning: no route matches "*"'],
    [
      'port 465 without TLS at once',
      '0.0.0.0:587',
      '0.0.0.0:465',
      'listeners[0].tls: warning: clients of port 465 speak TLS at once',
    ],
    [
      'port 587 with TLS at once',
      'tls: required',
      'tls: implicit',
      'listeners[0].tls: warning: clients of port 587 begin without TLS',
    ],
  ])('%s', (_, from, to, says) => {
    const said = warnings(withPiece(from, to))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(says)
  })

  it.each([
    ['expired', 'expired on 2026-11-17'],
    ['soon', 'expires on 2026-11-21'],
    ['future', 'is not valid before 2026-11-23'],
    ['other', 'is not for mail.example.org'],
  ])('a certificate that is %s', (name, says) => {
    const said = warnings(
      load(good.replace('tls/good.pem', `tls/${name}.pem`).replace('tls/good.key', `tls/${name}.key`)),
    )
    expect(said).toEqual([expect.stringContaining(`listeners[0].certificate: warning: the certificate ${says}`)])
  })

  it('addresses that this machine does not have', () => {
    const mine = [{ address: '10.0.0.5' }, { address: 'fe80::1%eth0' }] as never
    expect(strangeAddresses(load(good).relay, { eth0: mine })).toEqual([
      'this machine does not have 192.0.2.10 of the egress main: behind NAT, name its own address as source',
    ])
    const behind = withPiece('seenAs: [192.0.2.10]', 'seenAs: [192.0.2.10], source: 10.0.0.5').relay
    expect(strangeAddresses(behind, { eth0: mine })).toEqual([])
    expect(strangeAddresses(behind, {})).toEqual([
      'the listener printers binds 10.0.0.5, which this machine does not have',
      'the egress main leaves from 10.0.0.5, which this machine does not have',
    ])
  })
})

describe('what is shown', () => {
  it('has no secret, and is a configuration itself that means the same', () => {
    const configuration = load(good)
    const text = stringify(effective(configuration))
    expect(text).not.toMatch(/let me in|WrJgQ5U9|PRIVATE KEY/)
    expect(text).toContain('password: scrypt:…')
    expect(text).toContain('password: env:SMARTHOST')
    const again = load(text.replace('scrypt:…', passwordText))
    const { domains: _, ...relay } = configuration.relay
    expect(again.relay).toMatchObject(relay)
    expect(effective(again)).toEqual(effective(configuration))
    expect(parse(text)).toEqual(JSON.parse(JSON.stringify(effective(configuration))))
  })

  it('tells a person what will be done', () => {
    const plan = planLines(load(good)).join('\n')
    expect(plan).toContain(
      '0.0.0.0:587 (submission): STARTTLS required, AUTH PLAIN and LOGIN, up to 36MB and 200 recipients',
    )
    expect(plan).toContain('10.0.0.5:25 (printers): without TLS')
    expect(plan).toContain('the user erp (erp): as *@example.org')
    expect(plan).toContain('10.0.0.0/24 (printers): as scan@example.org, 30 messages in 1m')
    expect(plan).toMatch(/example\.org with s2026a \(RSA 2048, sha256:[0-9a-f]{12}…\)/)
    expect(plan).toContain('everyone by the smart host smtp.example.net:587 (cloud): TLS verify, as erp')
    expect(plan).toContain('reject: mail that would fail at its receivers is refused')
    expect(plan).toContain('client printers: hold')
    expect(plan).toContain('4 × 1m, 6 × 5m, then every 10m; returned after 2d; the sender is told after 4h')
    expect(plan).not.toContain('let me in')
  })
})

it('the start that init writes is good once the files it names exist', () => {
  const names = new Map([
    ['file:keys/example.org.s1.pem', 'file:keys/rsa.pem'],
    ['file:tls/cert.pem', 'file:tls/good.pem'],
    ['file:tls/key.pem', 'file:tls/good.key'],
  ])
  let text = STARTER
  for (const [from, to] of names) {
    expect(text).toContain(from)
    text = text.replace(from, to)
  }
  const configuration = load(text)
  expect(warnings(configuration)).toEqual([])
  expect(configuration.relay.gate.mode).toBe('observe')
  expect(STARTER).toMatch(/After a week[\s\S]*change it to hold or reject/)
})
