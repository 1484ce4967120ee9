import spfPermissiveness from '../../src/checks/spf-permissiveness.ts'
import { describeCheck } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const change = (was: string, is: string) => [
  { do: 'remove', name: 'example.org', type: 'TXT', value: was } as const,
  { do: 'publish', name: 'example.org', type: 'TXT', value: is } as const,
]

describeCheck(spfPermissiveness, {
  fail: [
    { zone: record('mx -all'), says: 'fail (-all)' },
    {
      name: 'redirect is followed',
      zone: record('redirect=r.example.net') + record('-all', 'r.example.net'),
      says: '(-all by redirect to r.example.net)',
    },
    { name: 'the first all decides', zone: record('-all +all'), says: '-all' },
    {
      name: 'an include that fails everyone lets nobody through',
      zone: record('include:i.example.net -all') + record('-all', 'i.example.net'),
      says: '-all',
    },
    {
      name: 'a +all that is included to refuse',
      zone: record('-include:i.example.net -all') + record('+all', 'i.example.net'),
      says: '-all',
    },
  ],
  softfail: [{ zone: record('mx ~all'), says: 'fail softly (~all)' }],
  'no-record': [
    { zone: 'example.org A 192.0.2.1', says: 'no SPF record' },
    {
      name: 'a redirect that leads nowhere is told by another check',
      zone: record('redirect=gone.example.net'),
      says: 'decided by gone.example.net',
    },
    { name: 'a redirect to itself', zone: record('redirect=example.org'), says: 'decided by example.org' },
  ],
  neutral: [
    { zone: record('mx ?all'), says: '(?all)', fix: 'with ~all', records: change('v=spf1 mx ?all', 'v=spf1 mx ~all') },
  ],
  'open-ended': [
    {
      zone: record('mx'),
      says: 'The SPF record of example.org ends without "all"',
      records: change('v=spf1 mx', 'v=spf1 mx ~all'),
    },
    { name: 'an empty record', zone: 'example.org TXT "v=spf1"', says: 'without "all"' },
    {
      name: 'behind a redirect',
      zone: record('redirect=r.example.net') + record('mx', 'r.example.net'),
      says: 'of r.example.net ends',
      records: [],
    },
  ],
  everyone: [
    {
      zone: record('mx +all'),
      says: '"+all" authorizes every host',
      fix: 'lists every host',
      records: change('v=spf1 mx +all', 'v=spf1 mx ~all'),
    },
    { name: 'all without a sign is +all', zone: record('all'), says: '"all" authorizes' },
    { name: 'nothing is proposed when nobody would be left', zone: record('+all'), says: '"+all"', records: [] },
    {
      name: 'what stood behind it comes to life',
      zone: record('+all ip4:192.0.2.1'),
      says: '"+all"',
      records: change('v=spf1 +all ip4:192.0.2.1', 'v=spf1 ip4:192.0.2.1 ~all'),
    },
    {
      name: 'a prefix of nothing behind an address',
      zone: `${record('mx a/0 -all')}example.org A 192.0.2.1`,
      says: '"a/0" authorizes',
      records: change('v=spf1 mx a/0 -all', 'v=spf1 mx -all'),
    },
    {
      name: 'an MX host with a prefix of nothing',
      zone: `${record('mx//0 -all')}example.org MX 10 mx.example.org\nmx.example.org AAAA 2001:db8::1`,
      says: '"mx//0" authorizes',
    },
    {
      name: 'a question that is answered alike for everyone',
      zone: `${record('exists:yes.example.org -all')}yes.example.org A 127.0.0.2`,
      says: '"exists:yes.example.org" authorizes',
    },
    {
      name: 'a network of everything',
      zone: record('ip4:0.0.0.0/0 -all'),
      says: '"ip4:0.0.0.0/0" authorizes',
      records: [],
    },
  ],
  'everyone-included': [
    {
      zone: record('include:i.example.net -all') + record('+all', 'i.example.net'),
      says: 'includes i.example.net, whose "+all"',
      fix: 'leads to i.example.net',
    },
    {
      name: 'by redirect',
      zone: record('redirect=i.example.net') + record('all', 'i.example.net'),
      says: 'i.example.net',
    },
  ],
  wide: [
    {
      name: 'a prefix of nothing at a name without addresses lets nobody through',
      zone: record('a/0 -all'),
      says: 'a/0',
      findings: 2,
    },
    {
      zone: record('ip4:10.0.0.0/8 ip4:192.0.2.0/24 -all'),
      says: 'wider than any sender has: ip4:10.0.0.0/8.',
      findings: 2,
    },
    {
      name: 'in an included record',
      zone: record('include:i.example.net ~all') + record('ip6:2000::/3 -all', 'i.example.net'),
      says: 'ip6:2000::/3 of i.example.net',
      findings: 2,
    },
  ],
  unfinished: [
    {
      name: 'an include that may let everyone through',
      zone: `${record('include:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'How much the SPF record lets through could not be learned: DNS did not answer in time',
    },
    { zone: `${record('redirect=slow.example.net')}slow.example.net FAULT timeout`, says: 'did not answer in time' },
  ],
  unknowable: [{ zone: 'example.org FAULT servfail', says: 'SERVFAIL' }],
})
