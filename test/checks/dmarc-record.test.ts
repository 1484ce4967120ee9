import dmarcRecord from '../../src/checks/dmarc-record.ts'
import { describeCheck } from '../support/check-tester.ts'

const name = '_dmarc.example.org'
const txt = (what: 'publish' | 'remove', value: string, owner = name) => ({ do: what, name: owner, type: 'TXT', value })
const starter = 'v=DMARC1; p=none'

describeCheck(dmarcRecord, {
  found: [
    { zone: `${name} TXT "v=DMARC1; p=reject"`, says: `published at ${name}: "v=DMARC1; p=reject".` },
    { name: 'beside other text', zone: `${name} TXT "v=DMARC1; p=none"\n${name} TXT "hello"`, says: 'p=none' },
    {
      name: 'by a CNAME',
      zone: `${name} CNAME d.provider.example\nd.provider.example TXT "v=DMARC1; p=none"`,
      says: 'published at d.provider.example',
    },
    {
      name: 'a silent suffix does not matter',
      zone: `${name} TXT "v=DMARC1; p=none"\n_dmarc.org FAULT timeout`,
      says: 'p=none',
    },
    {
      name: 'a record at the domain as well',
      zone: `${name} TXT "v=DMARC1; p=none"\nexample.org TXT "v=DMARC1; p=none"`,
      says: 'p=none',
    },
  ],
  inherited: [
    {
      zone: `${name} TXT "v=DMARC1; p=reject; sp=quarantine"\nmail.example.org A 192.0.2.1`,
      target: { domain: 'mail.example.org' },
      says: 'That of example.org applies to it, with the policy quarantine (from sp=). Asked were _dmarc.mail.example.org: none; _dmarc.example.org: p=reject, applies; _dmarc.org: none.',
    },
    {
      name: 'a name that does not exist',
      zone: `${name} TXT "v=DMARC1; p=none; np=reject"`,
      target: { domain: 'mail.example.org' },
      says: 'with the policy reject (from np=)',
    },
    {
      name: 'SPF text by a wildcard at its own name is no matter then',
      zone: `${name} TXT "v=DMARC1; p=reject"\n*.mail.example.org TXT "v=spf1 -all"`,
      target: { domain: 'mail.example.org' },
      says: 'That of example.org applies',
    },
  ],
  'public-suffix': [
    {
      zone: '_dmarc.bank TXT "v=DMARC1; p=reject; psd=y"\nexample.bank A 192.0.2.1',
      target: { domain: 'example.bank' },
      says: 'Only that of the public suffix bank applies, with the policy reject',
      fix: 'Publish a record at _dmarc.example.bank',
      records: [txt('publish', 'v=DMARC1; p=reject', '_dmarc.example.bank')],
    },
  ],
  large: [
    {
      zone: `${name} TXT "v=DMARC1; p=none; rua=mailto:${'a'.repeat(200)}@example.org" ",mailto:${'b'.repeat(200)}@example.org"`,
      says: 'is 461 octets long',
      findings: 2,
    },
  ],
  'unknown-tags': [
    {
      zone: `${name} TXT "v=DMARC1; p=none; rau=mailto:a@example.org; x=1"`,
      says: 'tags that nobody knows: rau, x',
      findings: 2,
    },
  ],
  faulty: [
    {
      name: 'more faults than anyone reads',
      zone: `${name} TXT "v=DMARC1; p=none; ${'x;'.repeat(500)}"`,
      says: /(x: it is no tag[^;]*; ){10}and 490 more\./,
      findings: 3,
    },
    {
      zone: `${name} TXT "v=DMARC1; p=rejct; rua=mailto:a@example.org"`,
      says: 'p: "rejct" is none of none, quarantine, reject. Until then they act as if it said p=none.',
      fix: 'v=DMARC1; p=none; rua=mailto:a@example.org',
      findings: 2,
      records: [
        txt('remove', 'v=DMARC1; p=rejct; rua=mailto:a@example.org'),
        txt('publish', 'v=DMARC1; p=none; rua=mailto:a@example.org'),
      ],
    },
    {
      name: 'a semicolon missing',
      zone: `${name} TXT "v=DMARC1; p=none; adkim=s aspf=s"`,
      says: 'adkim: a semicolon is missing before aspf=.',
      findings: 2,
      records: [txt('remove', 'v=DMARC1; p=none; adkim=s aspf=s'), txt('publish', 'v=DMARC1; p=none; adkim=s; aspf=s')],
    },
    {
      name: 'no policy, but reports',
      zone: `${name} TXT "v=DMARC1; rua=mailto:a@example.org"`,
      says: 'p: it is missing',
      findings: 2,
    },
  ],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'example.org does not exist' }],
  missing: [
    {
      zone: 'example.org MX 10 mx.example.org',
      says: 'no DMARC record for example.org, neither at _dmarc.example.org nor above it',
      fix: 'Publish a record at _dmarc.example.org. With p=none nothing is refused because of it. Add rua=mailto:',
      records: [txt('publish', starter)],
      data: {
        walk: '_dmarc.example.org: none; _dmarc.org: none',
        trace: [
          { name: '_dmarc.example.org', found: 'none', record: null, applies: false },
          { name: '_dmarc.org', found: 'none', record: null, applies: false },
        ],
      },
    },
    {
      name: 'of a domain that neither takes nor sends mail',
      zone: 'example.org MX 0 .\nexample.org TXT "v=spf1 -all"',
      says: 'There is no DMARC record',
      fix: 'so that p=reject can lose nothing of its own',
      records: [txt('publish', 'v=DMARC1; p=reject')],
    },
    { name: 'only other text', zone: `${name} TXT "hello"`, says: 'no DMARC record' },
    {
      name: 'an alias that leads nowhere',
      zone: `${name} CNAME d.provider.example`,
      says: `${name} (a CNAME to d.provider.example)`,
      fix: `at d.provider.example, where ${name} leads`,
      records: [txt('publish', starter, 'd.provider.example')],
    },
    {
      name: 'a record between it and its organization does not count',
      zone: 'a.b.example.org A 192.0.2.1\n_dmarc.b.example.org TXT "v=DMARC1; p=none"\n_dmarc.b.example.org TXT "v=DMARC1; p=reject"',
      target: { domain: 'a.b.example.org' },
      says: 'no DMARC record for a.b.example.org',
    },
  ],
  misplaced: [
    {
      name: 'at the domain itself',
      zone: 'example.org TXT "v=DMARC1; p=reject"\nexample.org TXT "v=spf1 -all"',
      says: 'but one stands at example.org, where nobody looks',
      fix: 'enter _dmarc only',
      records: [txt('remove', 'v=DMARC1; p=reject', 'example.org'), txt('publish', 'v=DMARC1; p=reject')],
    },
    {
      name: 'the domain twice',
      zone: '_dmarc.example.org.example.org TXT "v=DMARC1; p=reject"',
      says: 'one stands at _dmarc.example.org.example.org',
    },
  ],
  multiple: [
    {
      zone: `${name} TXT "v=DMARC1; p=none"\n${name} TXT "v=DMARC1; p=reject; rua=mailto:a@example.org"`,
      says: `There are 2 DMARC records at ${name}. Receivers discard all of them.`,
      fix: 'only one',
      records: [txt('remove', 'v=DMARC1; p=none')],
    },
    {
      name: 'of which the best has faults itself',
      zone: `${name} TXT "v=DMARC1; p=none; rua=mailto:b@example.org"\n${name} TXT "v=DMARC1; p=reject; pct=20"`,
      says: 'There are 2 DMARC records',
      records: [txt('remove', 'v=DMARC1; p=reject; pct=20')],
    },
    {
      name: 'and the kept one is mended too, with the mailbox of the other',
      zone: `${name} TXT "v=DMARC1; p=none; rf=afrf"\n${name} TXT "v=DMARC1; p=bogus; ruf=mailto:b@example.org"\n${name} TXT "v=spf1 -all"`,
      says: 'There are 2 DMARC records',
      records: [
        txt('remove', 'v=DMARC1; p=none; rf=afrf'),
        txt('remove', 'v=DMARC1; p=bogus; ruf=mailto:b@example.org'),
        txt('publish', 'v=DMARC1; p=none; rua=mailto:b@example.org'),
      ],
    },
  ],
  invalid: [
    {
      name: 'lower case',
      zone: `${name} TXT "v=dmarc1; p=reject"`,
      says: `The text at ${name} is not a DMARC record that counts: DMARC1 must be written in capitals.`,
      records: [txt('remove', 'v=dmarc1; p=reject'), txt('publish', 'v=DMARC1; p=reject')],
    },
    {
      name: 'pasted from a zone file',
      zone: `${name} TXT "\\"v=DMARC1; p=reject\\""`,
      says: 'quotation marks, as a zone file writes them',
      records: [txt('remove', '"v=DMARC1; p=reject"'), txt('publish', 'v=DMARC1; p=reject')],
    },
    {
      name: 'SPF at the wrong place',
      zone: `${name} TXT "v=spf1 mx -all"`,
      says: 'it is an SPF record, which belongs at the domain itself',
      records: [txt('publish', starter)],
    },
    {
      name: 'a tag twice',
      zone: `${name} TXT "v=DMARC1; p=none; p=reject"`,
      says: 'the tag p= stands more than once, which makes the whole record invalid',
    },
    {
      name: 'no policy and no reports',
      zone: `${name} TXT "v=DMARC1; adkim=s"`,
      says: 'p: it is missing; without a usable policy and without rua= receivers apply no DMARC at all',
      records: [txt('remove', 'v=DMARC1; adkim=s'), txt('publish', 'v=DMARC1; p=none; adkim=s')],
    },
    {
      name: 'commas for semicolons',
      zone: `${name} TXT "v=DMARC1, p=reject, rua=mailto:a@example.org"`,
      says: 'a semicolon must follow v=DMARC1, not ","',
      records: [
        txt('remove', 'v=DMARC1, p=reject, rua=mailto:a@example.org'),
        txt('publish', 'v=DMARC1; p=reject; rua=mailto:a@example.org'),
      ],
    },
    {
      name: 'typographic quotation marks',
      zone: String.raw`${name} TXT "\226\128\156v=DMARC1; p=reject; rua=mailto:a@example.org\226\128\157"`,
      says: 'contains typographic quotation marks',
      records: [
        txt('remove', '\xe2\x80\x9cv=DMARC1; p=reject; rua=mailto:a@example.org\xe2\x80\x9d'),
        txt('publish', 'v=DMARC1; p=reject; rua=mailto:a@example.org'),
      ],
    },
    {
      name: 'no-break spaces hide the policy, which is kept',
      zone: String.raw`${name} TXT "v=DMARC1;\194\160p=reject;\194\160rua=mailto:a@example.org"`,
      says: 'receivers apply no DMARC at all',
      records: [
        txt('remove', 'v=DMARC1;\xc2\xa0p=reject;\xc2\xa0rua=mailto:a@example.org'),
        txt('publish', 'v=DMARC1; p=reject; rua=mailto:a@example.org'),
      ],
    },
  ],
  'own-multiple': [
    {
      zone: `${name} TXT "v=DMARC1; p=reject"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"\n_dmarc.mail.example.org TXT "v=DMARC1"`,
      target: { domain: 'mail.example.org' },
      says: 'apply the record of example.org instead, with the policy reject.',
    },
  ],
  'own-invalid': [
    {
      zone: `${name} TXT "v=DMARC1; p=reject"\n_dmarc.mail.example.org TXT "v=DMARC1 p=none"`,
      target: { domain: 'mail.example.org' },
      says: 'a semicolon is missing after v=DMARC1. Receivers apply the record of example.org instead, with the policy reject.',
    },
  ],
  unknowable: [
    { zone: `${name} FAULT timeout`, says: `DNS did not answer in time when asked for ${name} TXT` },
    { name: 'a silent suffix, nothing else found', zone: '_dmarc.org FAULT servfail', says: 'SERVFAIL' },
    {
      name: 'whether the name exists decides, and is not known',
      zone: `${name} TXT "v=DMARC1; p=none; np=reject"\nmail.example.org FAULT refused`,
      target: { domain: 'mail.example.org' },
      says: 'asked for mail.example.org SOA',
    },
  ],
})
