import dkimKey from '../../src/checks/dkim-key.ts'
import { improbableSelector } from '../../src/facts/dkim-wildcard.ts'
import { readDkimKey } from '../../src/protocol/dkim/key-record.ts'
import { describeCheck } from '../support/check-tester.ts'
import { brisbane, published, rsaKey } from '../support/dkim-keys.ts'

const rsa = published(rsaKey(2048))
const good = `v=DKIM1; k=rsa; p=${rsa}`
const name = 's1._domainkey.example.org'
const target = { selectors: ['s1'] }
const split = (text: string): string => (text.match(/.{1,250}/g) ?? []).map(part => `"${part}"`).join(' ')
const at = (text: string, owner = name): string =>
  `${owner} TXT ${split(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}`
const txt = (what: 'publish' | 'remove', value: string, owner = name) => ({ do: what, name: owner, type: 'TXT', value })
const hash = (text: string): string => {
  const record = readDkimKey(text)
  return record.state === 'valid' ? record.key.keyHash : ''
}

describeCheck(dkimKey, {
  valid: [
    { zone: at(good), target, says: `A usable key is published: RSA, 2048 bits, at ${name}.` },
    { name: 'Ed25519', zone: at(`v=DKIM1; k=ed25519; p=${brisbane}`), target, says: 'Ed25519' },
    {
      name: 'by a CNAME, the place to edit named',
      zone: `${name} CNAME s1.provider.example\n${at(good, 's1.provider.example')}`,
      target,
      says: `at ${name} (a CNAME to s1.provider.example)`,
      data: { owner: 's1.provider.example' },
    },
    {
      name: 'a selector of two labels in capitals',
      zone: at(good, 'a.s1._domainkey.example.org'),
      target: { selectors: ['A.S1'] },
      says: 'a.s1._domainkey.example.org',
    },
    {
      name: 'the wildcard question unanswered: the key is there all the same',
      zone: `${at(good)}\n${improbableSelector('example.org')}._domainkey.example.org FAULT timeout`,
      target,
      says: 'usable',
    },
    {
      name: 'a wildcard beside it with another answer',
      zone: `${at(good)}\n*._domainkey.example.org TXT "v=DKIM1; p="`,
      target,
      says: 'usable',
    },
    {
      name: 'by a wildcard, but the key is known to be ours',
      zone: at(good, '*._domainkey.example.org'),
      target: { ...target, ourKeys: { s1: hash(good) } },
      says: 'usable',
    },
  ],
  testing: [
    {
      zone: at(`v=DKIM1; t=y:s; p=${rsa}`),
      target,
      says: 't=y says that the domain is only testing DKIM',
      fix: `Publish the record at ${name} without the flag y`,
      records: [txt('remove', `v=DKIM1; t=y:s; p=${rsa}`), txt('publish', `v=DKIM1; t=s; p=${rsa}`)],
    },
    {
      name: 'no other flag left',
      zone: at(`v=DKIM1; t=y; p=${rsa}`),
      target,
      says: 'testing',
      records: [txt('remove', `v=DKIM1; t=y; p=${rsa}`), txt('publish', `v=DKIM1; p=${rsa}`)],
    },
  ],
  irregular: [
    {
      zone: at(`v=DKIM1;; k=RSA; p=${rsa}`),
      target,
      says: 'not by every receiver: two semicolons stand with nothing between them; k=RSA should be k=rsa',
      records: [txt('remove', `v=DKIM1;; k=RSA; p=${rsa}`), txt('publish', good)],
    },
  ],
  wildcard: [
    {
      zone: at(good, '*._domainkey.example.org'),
      target,
      says: 'every other selector of example.org is answered with the same record',
      fix: `Publish the key at ${name} itself`,
    },
    {
      name: 'a wildcard CNAME',
      zone: `*._domainkey.example.org CNAME k.provider.example\n${at(good, 'k.provider.example')}`,
      target,
      says: '(a CNAME to k.provider.example)',
    },
  ],
  missing: [
    {
      zone: 'example.org MX 10 mx.example.org',
      target,
      says: `no DKIM key at ${name}`,
      fix: 'public key of selector s1',
    },
    { name: 'other types only', zone: `${name} A 192.0.2.1`, target, says: name },
  ],
  'alias-empty': [
    {
      zone: `${name} CNAME s1.provider.example`,
      target,
      says: 'it is an alias (CNAME) of s1.provider.example',
      fix: 'published at s1.provider.example',
    },
  ],
  misplaced: [
    {
      name: 'the domain twice',
      zone: at(good, `${name}.example.org`),
      target,
      says: `a key stands at ${name}.example.org`,
      fix: 'enter s1._domainkey only',
      records: [txt('remove', good, `${name}.example.org`), txt('publish', good)],
    },
    { name: 'without _domainkey', zone: at(good, 's1.example.org'), target, says: 'a key stands at s1.example.org' },
  ],
  'wildcard-only': [
    {
      name: 'a parked domain',
      zone: '*._domainkey.example.org TXT "v=DKIM1; p="',
      target,
      says: 'the answer is that of a wildcard, which every selector of example.org gets, and it is revoked',
      fix: 'takes precedence over the wildcard',
    },
    {
      name: 'a wildcard for everything',
      zone: '*.example.org TXT "v=spf1 -all"',
      target,
      says: 'neither v=DKIM1 nor p=',
    },
  ],
  revoked: [
    { zone: `${name} TXT "v=DKIM1; p="`, target, says: 'is revoked: its p= is empty', fix: 'another selector' },
  ],
  invalid: [
    {
      name: 'pasted from a zone file',
      zone: at(`v=DKIM1\\; k=rsa\\; p=${rsa}`),
      target,
      says: 'it contains backslashes, as a zone file writes them',
      records: [txt('remove', `v=DKIM1\\; k=rsa\\; p=${rsa}`), txt('publish', good)],
    },
    {
      name: 'cut off',
      zone: at(`v=DKIM1; p=${rsa.slice(0, 240)}`),
      target,
      says: 'p= is cut off: it holds 180 of the 294 octets of the key',
      records: [],
    },
    {
      name: 'at the end of a CNAME, where it has to be mended',
      zone: `${name} CNAME s1.provider.example\n${at(`v=DKIM1 k=rsa; p=${rsa}`, 's1.provider.example')}`,
      target,
      says: 'a semicolon is missing after v=DKIM1',
      records: [
        txt('remove', `v=DKIM1 k=rsa; p=${rsa}`, 's1.provider.example'),
        txt('publish', good, 's1.provider.example'),
      ],
    },
    {
      name: 'a host name that was meant for a CNAME',
      zone: `${name} TXT "abc.dkim.provider.example."`,
      target,
      says: 'it is the name of a host, abc.dkim.provider.example; a provider that gives a name wants a CNAME, not TXT',
      fix: `Publish a CNAME at ${name} that leads to abc.dkim.provider.example`,
      records: [
        txt('remove', 'abc.dkim.provider.example.'),
        { do: 'publish', name, type: 'CNAME', value: 'abc.dkim.provider.example' },
      ],
    },
    { name: 'SPF text', zone: `${name} TXT "v=spf1 -all"`, target, says: 'it is no key record' },
  ],
  multiple: [
    {
      name: 'a key and something else',
      zone: `${at(good)}\n${name} TXT "hello"`,
      target,
      says: `There are 2 TXT records at ${name}`,
      records: [txt('remove', 'hello')],
    },
    {
      name: 'two keys, nobody knows which',
      zone: `${at(good)}\n${at(`v=DKIM1; k=ed25519; p=${brisbane}`)}`,
      target,
      says: 'receivers take any of them or none',
      records: [],
    },
    {
      name: 'two keys, one of them ours',
      zone: `${at(good)}\n${at(`v=DKIM1; k=ed25519; p=${brisbane}`)}`,
      target: { ...target, ourKeys: { s1: hash(good) } },
      says: '2 TXT records',
      records: [txt('remove', `v=DKIM1; k=ed25519; p=${brisbane}`)],
    },
    {
      name: 'one key, but not ours',
      zone: `${at(good)}\n${name} TXT "hello"`,
      target: { ...target, ourKeys: { s1: 'sha256:00' } },
      says: '2 TXT records',
      records: [],
    },
  ],
  unknowable: [
    { zone: `${name} FAULT timeout`, target, says: `DNS did not answer in time when asked for ${name} TXT` },
    { zone: `${name} FAULT servfail`, target, says: 'SERVFAIL' },
    {
      name: 'the end of the CNAME is silent',
      zone: `${name} CNAME s1.provider.example\ns1.provider.example FAULT refused`,
      target,
      says: 'REFUSED',
    },
    { name: 'a selector that is no name', zone: '', target: { selectors: ['s1..x'] }, says: 'an empty label' },
  ],
  'not-asked': [{ zone: '', says: 'no DKIM selector was given' }],
})
