// Wrong configurations of every kind: each is refused with file, line and reason before anything starts.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfiguration, readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError } from '../../src/config/problem.ts'
import { environment, good, type House, makeHouse, now } from '../support/configured-house.ts'
import { mailworthy } from '../support/run-cli.ts'

let house: House
beforeAll(() => {
  house = makeHouse()
})
afterAll(() => house.remove())

function complaintsAbout(text: string): readonly string[] {
  try {
    readConfiguration(text, join(house.folder, 'mailworthy.yaml'), { environment, now })
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.message.split('\n').map(line => line.replaceAll(`${house.folder}/`, ''))
  }
}

function changed(from: string, to: string): string {
  const text = good.replace(from, () => to)
  expect(text, `"${from}" stands in the good configuration`).not.toBe(good)
  return text
}

/** Nine to the twelfth values, if somebody counted them all. */
const bomb = Array.from({ length: 12 }, (_, level) => {
  const piece = level === 0 ? 'x' : `*a${level - 1}`
  return `a${level}: &a${level} [${Array(9).fill(piece).join(', ')}]\n`
}).join('')

describe('YAML that is none', () => {
  it.each([
    ['nothing', '', 'mailworthy.yaml: is empty'],
    ['only comments', '# later\n', 'mailworthy.yaml: is empty'],
    ['a text', 'hostname\n', 'mailworthy.yaml:1:1: the file must be a group of settings'],
    ['a list', '- hostname: a\n', 'mailworthy.yaml:1:1: the file must be a group of settings'],
    ['a tab', 'gate:\n\tmode: hold\n', 'mailworthy.yaml:2:1: a tab stands in the indentation: YAML takes spaces only'],
    ['an open quote', 'hostname: "mail.example.org\n', 'and its other quote is missing'],
    ['an open bracket', 'resolver: ["127.0.0.1"\n', 'this is no YAML'],
    ['two colons', 'hostname: mail: x\n', 'mailworthy.yaml:1:11: a second "key:" stands in one value'],
    ['a second document', `${good}---\nhostname: x\n`, 'mailworthy.yaml:22:1: a second document begins here'],
    [
      'a key twice',
      `${good}hostname: x\n`,
      'mailworthy.yaml:22:1 hostname: this key stands twice, for the first time in line 1',
    ],
    ['a key that is a number', `${good}1: x\n`, 'mailworthy.yaml:22:1: a key must be text'],
    ['a key that is a list', `${good}? [a]\n: x\n`, 'mailworthy.yaml:22:3: a key must be text'],
    ['a tag', 'hostname: !!js/function x\n', 'mailworthy.yaml:1:11: tags are not read here'],
    [
      'an alias of nothing',
      'hostname: *nobody\n',
      'mailworthy.yaml:1:11 hostname: no anchor &nobody stands before this alias',
    ],
    ['an alias inside itself', 'a: &a\n  b: *a\n', 'mailworthy.yaml:2:6 a.b: the alias *a stands inside what it names'],
    ['a bomb of aliases', bomb, 'the file has more than 200,000 values'],
    ['a merge key', '<<: { hostname: x }\n', 'mailworthy.yaml:1:1: merge keys (<<) are not read here'],
    ['a prototype', '__proto__: { hostname: x }\n', 'mailworthy.yaml:1:1: no setting is called "__proto__"'],
    ['too deep a nest', `hostname: ${'['.repeat(50)}${']'.repeat(50)}\n`, 'it is nested more than 32 deep'],
    ['a bottomless nest', '['.repeat(5000), 'it is nested more than 32 deep'],
    ['a control character', 'hostname: "mail\\x1b[31m"\n', '"mail\\x1b[31m" is no domain'],
  ])('%s', (_, text, says) => {
    const complaints = complaintsAbout(text)
    expect(complaints.join('\n')).toContain(says)
    expect(complaints.join('')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/)
  })
})

describe('settings that do not fit', () => {
  it.each([
    ['an unknown setting', 'retry:', 'retries:', '20:1 retries: there is no such setting; did you mean retry?'],
    [
      'an unknown setting like none',
      'retry: exchange',
      'colour: red',
      '20:1 colour: there is no such setting; here may stand hostname,',
    ],
    [
      'hyphens for capitals',
      'seenAs',
      'seen-as',
      '6:19 egress[0].seen-as: there is no such setting; did you mean seenAs?',
    ],
    [
      'an unknown field deep inside',
      'stale: 72h',
      'stael: 72h',
      '19:23 gate.stael: there is no such setting; did you mean stale?',
    ],
    ['a missing setting', 'hostname: mail.example.org\n', '', '1:1 hostname: is missing: text must stand here'],
    [
      'a missing field',
      ', senders: ["*@example.org"]',
      '',
      '13:5 clients[0].senders: is missing: a list must stand here',
    ],
    ['an empty setting', 'hostname: mail.example.org', 'hostname:', '1:10 hostname: is empty: text must stand here'],
    ['an empty list', 'seenAs: [192.0.2.10]', 'seenAs: []', '6:27 egress[0].seenAs: the list is empty'],
    [
      'text for a list',
      'senders: [scan@example.org]',
      'senders: scan@example.org',
      '14:63 clients[1].senders: must be a list, not "scan@example.org"',
    ],
    [
      'a list for a group',
      '{ mode: reject, stale: 72h, domains: { example.org: hold } }',
      '[reject]',
      '19:7 gate: must be a group of settings, not a list',
    ],
    [
      'a number for text',
      'selector: s2026a',
      'selector: 2026',
      '8:46 domains[0].dkim[0].selector: must be text, not the number 2026: put it into quotes',
    ],
    [
      'a fraction',
      'messages: 30',
      'messages: 1.5',
      'clients[1].rate.messages: must be a whole number, not the number 1.5',
    ],
    [
      'a number out of bounds',
      'messages: 30',
      'messages: 0',
      'clients[1].rate.messages: the number 0 is too small: at least 1',
    ],
    [
      'a wrong word',
      'mode: reject',
      'mode: rejct',
      '19:15 gate.mode: "rejct" is none of reject, hold or observe; did you mean reject?',
    ],
    [
      'a wrong preset',
      'retry: exchange',
      'retry: sendmail',
      '20:8 retry: "sendmail" is none of exchange, postfix, a list or a group of settings',
    ],
    [
      'a duration without unit',
      'stale: 72h',
      'stale: 72',
      '19:30 gate.stale: must be text, not the number 72: put it into quotes',
    ],
    [
      'a duration that is none',
      'stale: 72h',
      'stale: soon',
      'gate.stale: "soon" is no duration: write a number with its unit',
    ],
    [
      'a size that is none',
      'tls: none }',
      'tls: none, maxMessageSize: huge }',
      'listeners[1].maxMessageSize: "huge" is no size',
    ],
    [
      'a size out of bounds',
      'tls: none }',
      'tls: none, maxMessageSize: 10GB }',
      'listeners[1].maxMessageSize: must be from 64KB to 256MB',
    ],
    [
      'a route that goes nowhere',
      'via: mx',
      'via: smtp.example.net',
      'routes[0].via: "smtp.example.net" is none of mx or a list',
    ],
    [
      'steps that are none',
      'retry: exchange',
      'retry: { steps: [1m, never] }',
      '20:22 retry.steps[1]: "never" is no duration',
    ],
    ['too short a step', 'retry: exchange', 'retry: [1m, 5ms]', '20:13 retry[1]: is shorter than a second'],
    [
      'too long a step',
      'retry: exchange',
      'retry: { steps: [3d], expiresAfter: 2d }',
      'retry.steps[0]: is longer than messages are kept',
    ],
  ])('%s', (_, from, to, says) => {
    expect(complaintsAbout(changed(from, to)).join('\n')).toContain(says)
  })
})

describe('what this version cannot do yet', () => {
  it.each([
    [
      'reports',
      'retry: exchange',
      'reports: [{ name: weekly, cron: "0 7 * * MON" }]',
      '20:1 reports: this version makes no scheduled reports yet',
    ],
    [
      'a dashboard',
      'retry: exchange',
      'dashboard: { bind: "127.0.0.1:8025", token: env:T }',
      '20:1 dashboard: this version has no dashboard yet',
    ],
    [
      'metrics',
      'retry: exchange',
      'metrics: { bind: "127.0.0.1:9125" }',
      '20:1 metrics: this version serves no metrics yet',
    ],
    ['pace', 'tls: verify', 'pace: exchange-online', 'routes[0].pace: this version paces no deliveries yet'],
    ['DANE alone', 'tls: verify', 'tls: dane', 'routes[0].tls: this version cannot demand DANE yet: "verify"'],
    [
      'XOAUTH2',
      'auth: { user: erp, password: env:SMARTHOST }',
      'auth: { type: xoauth2, tenant: env:T, client: env:C, secret: env:S }',
      'routes[1].auth.type: this version cannot do XOAUTH2 yet',
    ],
    [
      'PostgreSQL',
      'sqlite:var/mailworthy.db',
      '[postgres://a/mail, postgres://b/mail]',
      '3:8 store: this version keeps its queue in SQLite only',
    ],
    [
      'DNSCrypt',
      '"127.0.0.1:53"',
      '"sdns://AQ"',
      '2:12 resolver[0]: "sdns://AQ" is no name server: "sdns" is not supported: give an address, or tcp://, tls:// or https:// before it',
    ],
    [
      'a gate for a route',
      'tls: verify',
      'gate: hold',
      'routes[0].gate: this version sets the gate by client, by domain and by default',
    ],
  ])('%s', (_, from, to, says) => {
    const complaints = complaintsAbout(changed(from, to))
    expect(complaints.join('\n')).toContain(says)
    expect(complaints).toHaveLength(1)
  })
})

describe('files and secrets', () => {
  it.each([
    [
      'a missing key',
      'keys/rsa.pem',
      'keys/none.pem',
      '8:59 domains[0].dkim[0].key: cannot read keys/none.pem: there is no such file',
    ],
    ['a folder for a key', 'keys/rsa.pem', 'keys', 'domains[0].dkim[0].key: cannot read keys: it is a directory'],
    [
      'a device for a key',
      'file:keys/rsa.pem',
      'file:/dev/zero',
      'domains[0].dkim[0].key: cannot read /dev/zero: it is no plain file',
    ],
    ['an empty key', 'keys/rsa.pem', 'keys/empty.pem', 'domains[0].dkim[0].key: keys/empty.pem is empty'],
    ['a binary key', 'keys/rsa.pem', 'keys/binary.pem', 'keys/binary.pem: it is not UTF-8 text'],
    [
      'a damaged key',
      'keys/rsa.pem',
      'keys/damaged.pem',
      'domains[0].dkim[0].key: its private key cannot be read: the PEM text is damaged',
    ],
    [
      'a public key',
      'keys/rsa.pem',
      'keys/public.pem',
      'domains[0].dkim[0].key: it holds a public key, not a private key',
    ],
    [
      'a certificate for a key',
      'keys/rsa.pem',
      'tls/good.pem',
      'domains[0].dkim[0].key: it holds a certificate, not a private key',
    ],
    [
      'a locked key',
      'keys/rsa.pem',
      'keys/locked.pem',
      'domains[0].dkim[0].key: the key is encrypted with a passphrase',
    ],
    ['a short key', 'keys/rsa.pem', 'keys/rsa512.pem', 'domains[0].dkim[0].key: the RSA key has 512 bits'],
    ['a key of another type', 'keys/rsa.pem', 'keys/ec.pem', 'domains[0].dkim[0].key: DKIM has no keys of the type ec'],
    [
      'a key in the file itself',
      'file:keys/rsa.pem',
      '"-----BEGIN PRIVATE KEY-----"',
      'domains[0].dkim[0].key: must be a reference, file:PATH or env:NAME',
    ],
    ['a reference to nothing', 'file:keys/rsa.pem', '"file:"', 'domains[0].dkim[0].key: must be a reference'],
    [
      'a variable that is not set',
      'env:SMARTHOST',
      'env:NOBODY',
      'routes[1].auth.password: the environment variable NOBODY is not set',
    ],
    [
      'a variable that is empty',
      'env:SMARTHOST',
      'env:EMPTY',
      'routes[1].auth.password: the environment variable EMPTY is empty',
    ],
    [
      'a variable of several lines',
      'env:SMARTHOST',
      'env:TWO_LINES',
      'routes[1].auth.password: what it names has more than one line',
    ],
    [
      'a variable that cannot be',
      'env:SMARTHOST',
      '"env:a b"',
      'routes[1].auth.password: "a b" is no name of an environment variable',
    ],
    [
      'a missing certificate',
      ', certificate: file:tls/good.pem, key: file:tls/good.key',
      '',
      '10:5 listeners[0]: TLS needs a certificate: set certificate and key, or tls: none',
    ],
    [
      'a certificate without key',
      ', key: file:tls/good.key',
      '',
      'listeners[0]: the certificate needs its private key',
    ],
    [
      'a certificate file that is missing',
      'tls/good.pem',
      'tls/none.pem',
      '10:76 listeners[0].certificate: cannot read tls/none.pem: there is no such file',
    ],
    [
      'a certificate that is none',
      'tls/good.pem',
      'tls/text.pem',
      'listeners[0].certificate: it holds no certificate in PEM',
    ],
    [
      'a damaged certificate',
      'tls/good.pem',
      'tls/damaged.pem',
      'listeners[0].certificate: certificate 1 of the file cannot be read',
    ],
    [
      'the key of another certificate',
      'tls/good.key',
      'tls/other.key',
      '10:100 listeners[0].key: the key does not belong to the certificate',
    ],
    [
      'a chain upside down',
      'tls/good.pem',
      'tls/reversed.pem',
      'listeners[0].key: the key belongs to certificate 2 of the file: its own must stand first',
    ],
    [
      'a root that is none',
      'retry: exchange',
      'trust: [file:tls/text.pem]',
      '20:9 trust[0]: it holds no certificate in PEM',
    ],
    [
      'a certificate that is not used',
      'tls: none }',
      'tls: none, certificate: file:tls/good.pem, key: file:tls/good.key }',
      'listeners[1].certificate: is not used, since this listener has tls: none',
    ],
  ])('%s', (_, from, to, says) => {
    expect(complaintsAbout(changed(from, to)).join('\n')).toContain(says)
  })

  it('passwords never stand in a complaint', () => {
    for (const written of [
      'hunter2',
      'scrypt:hunter2',
      'scrypt:1:1:1:hunter2hunter2:hunter2hunter2hunter2hunter2hunter2',
    ]) {
      const complaints = complaintsAbout(good.replace(/scrypt:15[^"]*/, written)).join('\n')
      expect(complaints).toContain('13:50 clients[0].password: ')
      expect(complaints).not.toContain('hunter2')
    }
    const smartHost = complaintsAbout(changed('env:SMARTHOST', 'hunter2')).join('\n')
    expect(smartHost).toContain('routes[1].auth.password: must be a reference, file:PATH or env:NAME')
    expect(smartHost).not.toContain('hunter2')
  })
})

describe('settings that contradict each other', () => {
  it.each([
    [
      'an address that is none',
      '[192.0.2.10]',
      '[192.0.2.300]',
      '6:28 egress[0].seenAs[0]: "192.0.2.300" is no IPv4 or IPv6 address',
    ],
    ['an address of nobody', '[192.0.2.10]', '[0.0.0.0]', 'egress[0].seenAs[0]: no host can have the address 0.0.0.0'],
    [
      'an egress twice',
      '  - { name: main,',
      '  - { name: Main, seenAs: [192.0.2.10] }\n  - { name: main,',
      '7:13 egress[1].name: another egress is called "Main" already',
    ],
    [
      'a seen address twice',
      '  - { name: main,',
      '  - { name: b, seenAs: [192.0.2.10] }\n  - { name: main,',
      'egress[1].seenAs[0]: 192.0.2.10 stands in the egress "b" already',
    ],
    [
      'a source of another family',
      'seenAs: [192.0.2.10]',
      'seenAs: [192.0.2.10], source: "2001:db8::1"',
      'egress[0].source: nothing in seenAs says what the world sees of connections from 2001:db8::1',
    ],
    [
      'a HELO name without dot',
      'helo: mail.example.org',
      'helo: mailserver',
      'egress[0].helo: "mailserver" is no domain: it has no dot',
    ],
    [
      'a HELO name with underscore',
      'helo: mail.example.org',
      'helo: mail_1.example.org',
      'egress[0].helo: "mail_1.example.org" is no host name',
    ],
    [
      'a host name that is an address',
      'hostname: mail.example.org',
      'hostname: 192.0.2.1',
      '1:11 hostname: "192.0.2.1" is no domain: it is an address',
    ],
    [
      'a domain that is none',
      'name: example.org',
      'name: user@example.org',
      '8:13 domains[0].name: "user@example.org" is no domain: it looks like a mail address',
    ],
    [
      'a domain twice',
      'domains:\n',
      'domains:\n  - { name: EXAMPLE.org., dkim: [ { selector: a, key: file:keys/rsa.pem } ] }\n',
      'domains[1].name: the domain example.org stands here already',
    ],
    [
      'a domain without key',
      '[ { selector: s2026a, key: file:keys/rsa.pem }, { selector: e2026a, key: file:keys/ed25519.pem } ]',
      '[]',
      'domains[0].dkim: the list is empty',
    ],
    [
      'a selector twice',
      'selector: e2026a',
      'selector: S2026A',
      'domains[0].dkim[1].selector: the selector "s2026a" stands here already',
    ],
    [
      'a selector that is none',
      'selector: s2026a',
      'selector: s_2026',
      'domains[0].dkim[0].selector: "s_2026" is no selector',
    ],
    [
      'a bind without port',
      '0.0.0.0:587',
      '0.0.0.0',
      '10:32 listeners[0].bind[0]: "0.0.0.0" is no address with a port',
    ],
    [
      'a bind of a name',
      '0.0.0.0:587',
      'localhost:587',
      'listeners[0].bind[0]: "localhost:587" is no address with a port',
    ],
    [
      'a port that is none',
      '0.0.0.0:587',
      '0.0.0.0:70000',
      'listeners[0].bind[0]: "0.0.0.0:70000" is no address with a port',
    ],
    [
      'an endpoint twice',
      '10.0.0.5:25',
      '10.0.0.5:587',
      '11:30 listeners[1].bind[0]: "10.0.0.5:587" is taken already, by 0.0.0.0:587 of the listener "submission"',
    ],
    [
      'AUTH without TLS',
      'tls: none }',
      'tls: none, auth: [plain] }',
      'listeners[1].auth: AUTH is offered over TLS only',
    ],
    [
      'a client that is nobody',
      '{ ips: [10.0.0.0/24] }',
      '{}',
      '14:30 clients[1].match: matches nobody: set user or ips',
    ],
    [
      'a user without password',
      ', password: "scrypt:15:8:1:WrJgQ5U9YQpAdWaHUVk3QA:cW0-nSZFC0o87OUHBJfphVa41zte2S5YYEqMnKZzlnk"',
      '',
      'clients[0]: a user needs a password: `mailworthy clients password`',
    ],
    [
      'a password without user',
      'match: { ips: [10.0.0.0/24] }',
      'match: { ips: [10.0.0.0/24] }, password: env:SMARTHOST',
      'clients[1].password: is not used',
    ],
    ['a password too cheap to guess', 'scrypt:15', 'scrypt:10', 'clients[0].password: its hash is too cheap to guess'],
    ['a password too dear', 'scrypt:15', 'scrypt:30', 'clients[0].password: its hash would take more than 256 MB'],
    [
      'a user twice',
      'clients:\n',
      'clients:\n  - { name: a, match: { user: ERP }, password: file:secrets/erp, senders: ["*"] }\n',
      '14:33 clients[1].match.user: the client "a" has the same user',
    ],
    [
      'a client twice',
      'name: printers, match',
      'name: ERP, match',
      'clients[1].name: another client is called "erp" already',
    ],
    ['everyone', '10.0.0.0/24', '0.0.0.0/0', '14:38 clients[1].match.ips[0]: "0.0.0.0/0" is the whole internet'],
    ['everyone in IPv6', '10.0.0.0/24', '"::/0"', 'clients[1].match.ips[0]: "::/0" is the whole internet'],
    ['everyone as a range', '10.0.0.0/24', '0.0.0.0-255.255.255.255', 'is the whole internet'],
    [
      'host bits',
      '10.0.0.0/24',
      '10.0.0.5/24',
      'clients[1].match.ips[0]: "10.0.0.5/24" is no network: write 10.0.0.0/24 for the network, or 10.0.0.5 for the address',
    ],
    ['a mask', '10.0.0.0/24', '10.0.0.0/255.255.255.0', 'must be a number from 1 to 32'],
    ['octal digits', '10.0.0.0/24', '010.0.0.1', '"010.0.0.1" is no address'],
    ['a range backwards', '10.0.0.0/24', '10.0.0.9-10.0.0.5', '"10.0.0.9-10.0.0.5" ends before it begins'],
    [
      'the same range twice',
      '[10.0.0.0/24]',
      '[10.0.0.0/24, 10.0.0.0-10.0.0.255]',
      '14:51 clients[1].match.ips[1]: "10.0.0.0-10.0.0.255" is a range of the same client already ("10.0.0.0/24")',
    ],
    [
      'overlapping ranges',
      'clients:\n',
      'clients:\n  - { name: a, match: { ips: [10.0.0.200-10.0.1.9] }, senders: ["*"] }\n',
      '13:31 clients[0].match.ips[0]: "10.0.0.200-10.0.1.9" lies across "10.0.0.0/24" of the client "printers": one must lie inside the other, or apart',
    ],
    [
      'a sender of another domain',
      'scan@example.org',
      'scan@example.net',
      '14:64 clients[1].senders[0]: example.net does not stand in domains',
    ],
    [
      'a sender below',
      'scan@example.org',
      '"*@*.example.org"',
      'clients[1].senders[0]: no domain below example.org stands in domains',
    ],
    ['a sender without domain', 'scan@example.org', 'scan', 'clients[1].senders[0]: "scan" is no sender'],
    [
      'a star inside a name',
      'scan@example.org',
      'scan*@example.org',
      '"scan*@example.org" is no sender: a star stands alone in front of the @',
    ],
    [
      'an injected sender',
      'scan@example.org',
      '"a b@example.org"',
      '"a b@example.org" is no sender: a character in front of the @ cannot stand there',
    ],
    [
      'a route twice',
      'match: ["*.partner.test"]',
      'match: ["*.partner.test", "*"]',
      '17:28 routes[1].match[0]: the route "partner" matches "*" at the same cost, 1',
    ],
    [
      'a pattern without dot',
      '"*.partner.test"',
      '"*partner.test"',
      'routes[0].match[0]: "*partner.test" is no pattern: *.example.org has a dot after the star',
    ],
    [
      'a smart host that is none',
      'smtp.example.net:587',
      'smtp://example.net',
      'routes[1].via[0]: "smtp://example.net" is no host with a port',
    ],
    [
      'AUTH at MX hosts',
      'via: mx',
      'via: mx, auth: { user: a, password: env:SMARTHOST }',
      'routes[0].auth: is for smart hosts',
    ],
    [
      'a password in the clear',
      'appearsAs: {',
      'tls: none, appearsAs: {',
      'routes[1].tls: with auth it must be verify or required: "none" may send the password in the clear',
    ],
    ['an appearance by MX', 'via: mx', 'via: mx, appearsAs: { dkim: ours }', 'routes[0].appearsAs: is for smart hosts'],
    [
      'two appearances',
      'spf: "include:spf.example.net"',
      'addresses: [192.0.2.9], spf: "include:spf.example.net"',
      'routes[1].appearsAs: takes addresses or spf, not both',
    ],
    [
      'a mechanism that is none',
      'include:spf.example.net',
      'spf.example.net',
      'routes[1].appearsAs.spf: "spf.example.net" is no mechanism',
    ],
    [
      'a mechanism that refuses',
      'include:spf.example.net',
      '-all',
      'routes[1].appearsAs.spf: "-all" is no mechanism that lets a host in',
    ],
    [
      'a store of another kind',
      'sqlite:var/mailworthy.db',
      'mysql:mail',
      '3:8 store: "mysql:mail" must be sqlite: and a path',
    ],
    [
      'a store in memory',
      'sqlite:var/mailworthy.db',
      '"sqlite::memory:"',
      'store: "sqlite::memory:" must be sqlite: and a path',
    ],
    [
      'a socket of another kind',
      'unix:var/mailworthy.sock',
      'tcp:127.0.0.1:80',
      '4:10 control: "tcp:127.0.0.1:80" must be unix: and a path',
    ],
    [
      'a socket with too long a path',
      'unix:var/mailworthy.sock',
      `unix:${'a'.repeat(120)}`,
      "control: a socket's path has at most 103 octets",
    ],
    [
      'a gate for no domain',
      'domains: { example.org: hold }',
      'domains: { "*": hold }',
      'gate.domains["*"]: "*" is no domain',
    ],
  ])('%s', (_, from, to, says) => {
    expect(complaintsAbout(changed(from, to)).join('\n')).toContain(says)
  })
})

describe('all at once', () => {
  it('tells faults of every part, in the order of the file', () => {
    const text = good
      .replace('192.0.2.10', '192.0.2.300')
      .replace('keys/rsa.pem', 'keys/none.pem')
      .replace('10.0.0.0/24', '10.0.0.0/0')
      .replace('mode: reject', 'mode: rejct')
    const lines = complaintsAbout(text).map(line => Number(line.split(':')[1]))
    expect(lines).toEqual([6, 8, 14, 19])
  })

  it('tells a thousand faults in fifty lines', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `strange${index}: 1`).join('\n')
    const complaints = complaintsAbout(`${good}${many}\n`)
    expect(complaints).toHaveLength(51)
    expect(complaints.at(-1)).toBe('mailworthy.yaml: and 950 more')
  })
})

describe('the file itself', () => {
  const load = (file: string): string => {
    try {
      loadConfiguration(join(house.folder, file), { environment, now })
      return ''
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      return error.message
    }
  }

  it('must be there, and a plain file of bounded size in UTF-8', () => {
    mkdirSync(join(house.folder, 'folder'))
    house.write('huge.yaml', Buffer.alloc(10 * 1024 * 1024, 0x23))
    house.write('latin1.yaml', Buffer.from('hostname: m\xfcller.example\n', 'latin1'))
    expect(load('none.yaml')).toMatch(/none\.yaml: cannot be read: there is no such file$/)
    expect(load('folder')).toContain('cannot be read: it is a directory')
    expect(load('huge.yaml')).toContain('cannot be read: it is larger than 1,048,576 octets')
    expect(load('latin1.yaml')).toContain('cannot be read: it is not UTF-8 text')
  })

  it.skipIf(process.platform === 'win32')('is not waited for when it is a pipe', () => {
    execFileSync('mkfifo', [join(house.folder, 'pipe.yaml')])
    expect(load('pipe.yaml')).toContain('cannot be read: it is no plain file')
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('must be readable', () => {
    house.write('closed.yaml', good, 0o000)
    expect(load('closed.yaml')).toContain('cannot be read: permission denied')
  })

  it('is refused by every command that reads it, with its line, status 2 and no stack', async () => {
    const file = house.write('wrong.yaml', changed('10.0.0.0/24', '10.0.0.0/0').replace('mode: reject', 'mode: rejct'))
    for (const command of [
      ['config', 'check'],
      ['config', 'show'],
      ['clients', 'list'],
      ['keys', 'list'],
      ['keys', 'record'],
    ]) {
      const ran = await mailworthy([...command, '--config', file], '', environment)
      expect(ran.status).toBe(2)
      expect(ran.stdout).toBe('')
      expect(ran.stderr).toContain(`${file}:14:38 clients[1].match.ips[0]: "10.0.0.0/0" is the whole internet`)
      expect(ran.stderr).toContain(`${file}:19:15 gate.mode: "rejct" is none of`)
      expect(ran.stderr).toMatch(/^mailworthy: the configuration has 2 faults:\n/)
      expect(ran.stderr).not.toMatch(/\n\s+at /)
    }
  }, 30_000)
})
