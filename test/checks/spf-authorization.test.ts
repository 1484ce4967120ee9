import { expect, it } from 'vitest'
import spfAuthorization from '../../src/checks/spf-authorization.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const from = { egress: ['192.0.2.10'] }
const greeting = { egress: ['192.0.2.10 mail.example.org'] }
const change = (was: string, is: string, name = 'example.org') => [
  { do: 'remove', name, type: 'TXT', value: was } as const,
  { do: 'publish', name, type: 'TXT', value: is } as const,
]
const helo = (text: string): string => record('ip4:192.0.2.10 -all') + record(text, 'mail.example.org')

describeCheck(spfAuthorization, {
  pass: [
    {
      zone: record('ip4:192.0.2.0/24 -all'),
      target: from,
      says: 'MAIL FROM example.org passes SPF from 192.0.2.10, by ip4:192.0.2.0/24 (0 of 10 lookups)',
    },
    {
      name: 'through an include',
      zone: record('include:i.example.net -all') + record('ip4:192.0.2.10 -all', 'i.example.net'),
      target: from,
      says: 'by include:i.example.net → ip4:192.0.2.10 (1 of 10 lookups)',
    },
    {
      name: 'IPv6',
      zone: record('ip6:2001:db8::/32 -all'),
      target: { egress: ['2001:db8::10'] },
      says: 'from 2001:db8::10, by ip6:2001:db8::/32',
    },
    {
      name: 'a lookup that fails behind the match does not matter',
      zone: `${record('ip4:192.0.2.10 a:slow.example.org -all')}slow.example.org FAULT timeout`,
      target: from,
      says: 'passes',
    },
    {
      name: 'an IPv4-mapped address is IPv4',
      zone: record('ip4:192.0.2.10 -all'),
      target: { egress: ['::ffff:192.0.2.10'] },
      says: 'from 192.0.2.10',
    },
  ],
  fail: [
    {
      zone: record('mx -all'),
      target: from,
      says: 'MAIL FROM example.org fails SPF from 192.0.2.10: example.org does not list 192.0.2.10 ("-all").',
      fix: 'Put ip4:192.0.2.10 in front of the other mechanisms in the SPF record of example.org',
      records: change('v=spf1 mx -all', 'v=spf1 ip4:192.0.2.10 mx -all'),
    },
    {
      name: 'IPv6, and the explanation of the domain',
      zone: `${record('-all exp=why.example.org')}why.example.org TXT "See https://example.org/spf"`,
      target: { egress: ['2001:db8::10'] },
      says: 'The domain tells refused senders: "See https://example.org/spf"',
      records: change('v=spf1 -all exp=why.example.org', 'v=spf1 ip6:2001:db8::10 -all exp=why.example.org'),
    },
    {
      name: 'a term that excludes it',
      zone: record('-ip4:192.0.2.10 ip4:192.0.2.0/24 ~all'),
      target: from,
      says: 'example.org excludes 192.0.2.10 ("-ip4:192.0.2.10")',
      records: change(
        'v=spf1 -ip4:192.0.2.10 ip4:192.0.2.0/24 ~all',
        'v=spf1 ip4:192.0.2.10 -ip4:192.0.2.10 ip4:192.0.2.0/24 ~all',
      ),
    },
  ],
  softfail: [
    {
      zone: record('mx ~all'),
      target: from,
      says: 'softfail',
      records: change('v=spf1 mx ~all', 'v=spf1 ip4:192.0.2.10 mx ~all'),
    },
  ],
  neutral: [
    {
      zone: record('mx'),
      target: from,
      says: 'no term of example.org matches',
      records: change('v=spf1 mx', 'v=spf1 ip4:192.0.2.10 mx ~all'),
    },
    {
      zone: record('?all'),
      target: from,
      says: 'neutral',
      records: change('v=spf1 ?all', 'v=spf1 ip4:192.0.2.10 ~all'),
    },
  ],
  none: [
    {
      zone: 'example.org A 192.0.2.1',
      target: from,
      says: 'example.org publishes no SPF record. The record that is published there has to list ip4:192.0.2.10.',
    },
  ],
  permerror: [
    {
      zone: record('ip4:192.0.2.10 moo -all'),
      target: from,
      says: 'cannot be read at column 23, "moo": there is no mechanism "moo"',
    },
    {
      name: 'two records',
      zone: `${record('ip4:192.0.2.10')}${record('-all')}example.org A 192.0.2.1`,
      target: from,
      says: 'publishes 2 SPF records',
    },
    {
      name: 'an include without a record',
      zone: record('include:gone.example.net -all'),
      target: from,
      says: '"include:gone.example.net" of example.org leads nowhere',
    },
  ],
  temperror: [
    {
      zone: `${record('include:slow.example.net -all')}slow.example.net FAULT timeout`,
      target: from,
      says: 'could not be learned: DNS did not answer in time when asked for slow.example.net TXT',
    },
    { name: 'the record itself', zone: 'example.org FAULT servfail', target: from, says: 'SERVFAIL' },
    {
      name: 'a reverse lookup that receivers pass over, unless they get an answer',
      zone: `${record('ptr -all')}10.2.0.192.in-addr.arpa FAULT timeout`,
      target: from,
      says: '10.2.0.192.in-addr.arpa PTR',
      records: [],
    },
  ],
  'helo-pass': [
    {
      zone: helo('ip4:192.0.2.10 -all'),
      target: greeting,
      says: 'HELO mail.example.org passes SPF from 192.0.2.10',
      findings: 2,
    },
  ],
  'helo-fail': [
    {
      zone: helo('-all'),
      target: greeting,
      says: 'Bounces fail',
      findings: 2,
      records: change('v=spf1 -all', 'v=spf1 ip4:192.0.2.10 -all', 'mail.example.org'),
    },
  ],
  'helo-softfail': [{ zone: helo('~all'), target: greeting, says: 'softfail', findings: 2 }],
  'helo-neutral': [{ zone: helo('?all'), target: greeting, says: 'neutral', findings: 2 }],
  'helo-none': [
    {
      zone: record('ip4:192.0.2.10 -all'),
      target: greeting,
      says: 'A record at mail.example.org that lists ip4:192.0.2.10',
      findings: 2,
    },
    {
      name: 'a name of one label',
      zone: record('ip4:192.0.2.10 -all'),
      target: { egress: ['192.0.2.10 localhost'] },
      says: /has only one label\. Bounces, which have no sender, cannot pass SPF\.$/,
      findings: 2,
    },
    {
      name: 'an address literal',
      zone: record('ip4:192.0.2.10 -all'),
      target: { egress: ['192.0.2.10 [192.0.2.10]'] },
      says: /not a domain name\. Bounces, which have no sender, cannot pass SPF\.$/,
      findings: 2,
    },
  ],
  'helo-permerror': [{ zone: helo('all.'), target: greeting, says: 'permanent error', findings: 2 }],
  'not-asked': [{ zone: record('-all'), says: 'no sending address was given' }],
})

it('gives each identity its own finding', async () => {
  const zone = `${record('-all')}${record('a -all', 'mail.example.org')}mail.example.org A 192.0.2.10`
  const findings = await findingsOf(spfAuthorization, { zone, target: greeting })
  expect(findings.map(f => [f.outcome, f.level])).toEqual([
    ['fail', 'fail'],
    ['helo-pass', 'pass'],
  ])
})

it('says once what is wrong with a record that both identities are judged by', async () => {
  const target = { egress: ['192.0.2.10 example.org'] }
  expect((await findingsOf(spfAuthorization, { zone: record('-all'), target })).map(f => f.outcome)).toEqual(['fail'])
  expect((await findingsOf(spfAuthorization, { zone: record('+all'), target })).map(f => f.outcome)).toEqual([
    'pass',
    'helo-pass',
  ])
})
