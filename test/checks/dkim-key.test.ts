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
const ours = { ...target, ourKeys: { s1: hash(good) }, ourRecords: { s1: good } }

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
  'denied-above': [
    {
      zone: `${at(good)}\n_domainkey.example.org FAULT nxdomain`,
      target,
      says: '_domainkey.example.org is denied (NXDOMAIN), which means that nothing stands below it',
      fix: 'Any TXT record at _domainkey.example.org avoids it',
      findings: 2,
    },
  ],
  missing: [
    {
      zone: 'example.org MX 10 mx.example.org',
      target,
      says: `no DKIM key at ${name}`,
      fix: 'public key of selector s1',
    },
    {
      name: 'no selector at all',
      zone: 'example.org MX 10 mx.example.org',
      target,
      says: 'nor at any other selector: _domainkey.example.org does not exist.',
    },
    { name: 'other types only', zone: `${name} A 192.0.2.1`, target, says: `There is no DKIM key at ${name}.` },
    {
      name: 'our own key, with the record that publishes it',
      zone: 'other._domainkey.example.org TXT "x"',
      target: ours,
      says: `There is no DKIM key at ${name}.`,
      records: [txt('publish', good)],
    },
    {
      name: 'in a delegated zone, which is named',
      zone: '_domainkey.example.org SOA ns.provider.example h.provider.example 1\n_domainkey.example.org NS ns.provider.example',
      target,
      says: 'no DKIM key',
      fix: `at ${name} (in the zone _domainkey.example.org, by whoever runs it)`,
    },
  ],
  'alias-empty': [
    {
      zone: `${name} CNAME s1.provider.example\nprovider.example NS ns.provider.example`,
      target,
      says: 'it is an alias (CNAME) of s1.provider.example',
      fix: 'published at s1.provider.example by whoever',
    },
    {
      name: 'into the domain of a provider that is known, though our resolver does not know it',
      zone: `${name} CNAME s1.u1.wl.sendgrid.net\nother.net A 192.0.2.1`,
      target,
      says: 'no TXT record stands there',
      records: [],
    },
    {
      name: 'into a part of the world that our resolver does not see',
      zone: `${name} CNAME s1.provider.example`,
      target,
      says: 'no TXT record stands there',
      records: [],
    },
    {
      name: 'and the key is ours: it takes the place of the alias',
      zone: `${name} CNAME s1.provider.example\nprovider.example A 192.0.2.1`,
      target: ours,
      says: 'it is an alias',
      records: [{ do: 'remove', name, type: 'CNAME', value: 's1.provider.example' }, txt('publish', good)],
    },
  ],
  'alias-unregistered': [
    {
      zone: `${name} CNAME k.s1.provider.example\nother.example A 192.0.2.1`,
      target,
      says: 'of k.s1.provider.example, and the domain provider.example does not exist. Whoever registers it can publish a key',
      fix: 'Remove the CNAME',
      records: [{ do: 'remove', name, type: 'CNAME', value: 'k.s1.provider.example' }],
    },
    {
      name: 'at the end of a chain, and the key is ours',
      zone: `${name} CNAME s1.other.example.org\ns1.other.example.org CNAME s1.provider.example\nother.example A 192.0.2.1`,
      target: ours,
      says: 'the domain provider.example does not exist',
      records: [{ do: 'remove', name, type: 'CNAME', value: 's1.other.example.org' }, txt('publish', good)],
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
    {
      name: 'our own',
      zone: `${name} TXT "v=DKIM1; p="`,
      target: ours,
      says: 'is revoked',
      records: [txt('remove', 'v=DKIM1; p='), txt('publish', good)],
    },
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
    {
      name: 'cut off, and the key is ours',
      zone: at(`v=DKIM1; p=${rsa.slice(0, 240)}`),
      target: ours,
      says: 'p= is cut off',
      records: [txt('remove', `v=DKIM1; p=${rsa.slice(0, 240)}`), txt('publish', good)],
    },
    {
      name: 'in the zone of a provider, which is named',
      zone: `${name} CNAME s1.d.provider.example\nprovider.example SOA ns.provider.example h.provider.example 1\ns1.d.provider.example TXT "v=DKIM1; k=x; p="`,
      target,
      says: 'k=x is no key type',
      fix: 'Correct the record at s1.d.provider.example (in the zone provider.example, by whoever runs it)',
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
      name: 'keys of others, and ours is known',
      zone: `${at(`v=DKIM1; k=ed25519; p=${brisbane}`)}\n${name} TXT "hello"`,
      target: ours,
      says: '2 TXT records',
      records: [txt('remove', 'hello'), txt('remove', `v=DKIM1; k=ed25519; p=${brisbane}`), txt('publish', good)],
    },
    {
      name: 'one key, but not ours',
      zone: `${at(good)}\n${name} TXT "hello"`,
      target: { ...target, ourKeys: { s1: 'sha256:00' } },
      says: '2 TXT records',
      records: [],
    },
  ],
  found: [
    {
      zone: `google._domainkey.example.org TXT "v=DKIM1; k=ed25519; p=${brisbane}"`,
      says: 'A usable key was found at google._domainkey.example.org: Ed25519, of Google Workspace. Whether mail is signed',
      findings: 2,
    },
    {
      name: 'by its alias, with what receivers may mind',
      zone: `s1._domainkey.example.org CNAME s1.u1.wl.sendgrid.net\ns1.u1.wl.sendgrid.net TXT "t=y; k=ED25519; p=${brisbane}"`,
      says: 'Ed25519, of Twilio SendGrid; t=y says that it is for tests; k=ED25519 should be k=ed25519: values',
      findings: 2,
    },
    {
      name: 'beside the one that was named',
      zone: `${at(good)}\n${at(good, 'google._domainkey.example.org')}`,
      target,
      says: 'google._domainkey.example.org',
      findings: 2,
    },
  ],
  leftover: [
    {
      zone: 'google._domainkey.example.org TXT "v=DKIM1; p="',
      says: 'google._domainkey.example.org, of Google Workspace: it is revoked (p= is empty). Nobody named this selector',
      findings: 2,
    },
    {
      name: 'an alias that leads nowhere yet',
      zone: 'selector2._domainkey.example.org CNAME selector2-example-org._domainkey.t.onmicrosoft.com\nt.onmicrosoft.com A 192.0.2.1',
      says: 'of Microsoft 365: no TXT record stands at the end of the alias',
      findings: 2,
    },
  ],
  suspect: [
    {
      zone: `google._domainkey.example.org TXT "v=DKIM1\\\\; k=ed25519\\\\; p=${brisbane}"`,
      says: 'is of no use: it contains backslashes, as a zone file writes them',
      fix: 'Else: Correct the record',
      records: [
        txt('remove', `v=DKIM1\\; k=ed25519\\; p=${brisbane}`, 'google._domainkey.example.org'),
        txt('publish', `v=DKIM1; k=ed25519; p=${brisbane}`, 'google._domainkey.example.org'),
      ],
      findings: 2,
    },
    {
      name: 'several',
      zone: 'google._domainkey.example.org TXT "a"\ngoogle._domainkey.example.org TXT "b"',
      says: '2 TXT records stand there',
      findings: 2,
    },
    {
      name: 'an alias into a domain that anybody can register',
      zone: 'mte1._domainkey.example.org CNAME dkim1.mandrillapp.example\nother.example A 192.0.2.1',
      says: 'the domain mandrillapp.example, which does not exist; whoever registers it can sign mail as example.org',
      fix: 'dangerous also when it is not in use',
      records: [
        { do: 'remove', name: 'mte1._domainkey.example.org', type: 'CNAME', value: 'dkim1.mandrillapp.example' },
      ],
      findings: 2,
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
