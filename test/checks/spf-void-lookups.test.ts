import spfVoidLookups from '../../src/checks/spf-void-lookups.ts'
import { describeCheck } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const both = (name: string): string => `${name} A 192.0.2.1\n${name} AAAA 2001:db8::1\n`

describeCheck(spfVoidLookups, {
  none: [
    { zone: record('a -all') + both('example.org'), says: 'has an answer' },
    {
      name: 'terms behind all are not asked for',
      zone: record('-all a:x.example.org a:y.example.org a:z.example.org'),
      says: 'has an answer',
    },
    { name: 'a null MX has no host to ask for', zone: `${record('mx -all')}example.org MX 0 .`, says: 'has an answer' },
  ],
  'no-record': [{ zone: 'example.org A 192.0.2.1', says: 'no SPF record' }],
  few: [
    {
      name: 'IPv4 only',
      zone: `${record('a -all')}example.org A 192.0.2.1`,
      says: '0 for IPv4 clients (none), 1 for IPv6 clients (a)',
    },
    {
      name: 'no such name and no such record are the same',
      zone: `${record('a:gone.example.net a:bare.example.net -all')}bare.example.net TXT "x"`,
      says: '2 for IPv4 clients (a:gone.example.net, a:bare.example.net)',
    },
    {
      name: 'an mx is one term however many of its hosts are empty',
      zone: `${record('a mx -all')}example.org MX 1 gone1.example.net\nexample.org AAAA 2001:db8::1\nexample.org A 192.0.2.1\nexample.org MX 2 gone2.example.net`,
      says: '1 for IPv4 clients (mx), 1 for IPv6 clients (mx)',
    },
    {
      name: 'exists asks for A whatever the client',
      zone: `${record('exists:x.example.org -all')}x.example.org AAAA 2001:db8::1`,
      says: '1 for IPv4 clients (exists:x.example.org), 1 for IPv6 clients',
    },
  ],
  exceeded: [
    {
      zone: record('a:x.example.net a:y.example.net include:i.example.net -all') + record('mx -all', 'i.example.net'),
      says: '3 terms of the SPF record have an empty answer for IPv4 clients: a:x.example.net, a:y.example.net, mx of i.example.net',
      fix: 'Remove the terms',
    },
  ],
  'exceeded-ipv6': [
    {
      zone: `${record('a a:x.example.org a:y.example.org ip6:2001:db8::/64 -all')}example.org A 192.0.2.1\nx.example.org A 192.0.2.2\ny.example.org A 192.0.2.3`,
      says: '3 terms of the SPF record have an empty answer for IPv6 clients',
      fix: 'AAAA',
    },
  ],
  'ipv6-unlisted': [
    {
      name: 'a domain that has IPv4 only is not alarmed',
      zone: `${record('a mx -all')}example.org A 192.0.2.1\nexample.org MX 1 m1.example.org\nexample.org MX 2 m2.example.org\nm1.example.org A 192.0.2.2\nm2.example.org A 192.0.2.3`,
      says: 'lists no IPv6 host, and 2 of its terms have an empty answer for IPv6 clients (a, mx)',
    },
  ],
  'strict-count': [
    {
      zone: `${record('a mx -all')}example.org A 192.0.2.1\nexample.org MX 1 m1.example.org\nexample.org MX 2 m2.example.org\nexample.org MX 3 m3.example.org`,
      says: '1 for IPv4 clients, 2 for IPv6 clients, of 2), but widespread receivers count every empty answer, and there are 3 and 4: mx, a',
    },
    {
      name: 'for IPv6 where it is used',
      zone: `${record('a mx ip6:2001:db8::/64 -all')}example.org A 192.0.2.1\nexample.org MX 1 m1.example.org\nexample.org MX 2 m2.example.org\nm1.example.org A 192.0.2.2\nm2.example.org A 192.0.2.3`,
      says: 'there are 0 and 3: a, mx',
    },
  ],
  unfinished: [
    {
      zone: `${record('a a:slow.example.org -all')}slow.example.org FAULT servfail`,
      says: 'at least 1 for IPv4 clients and 1 for IPv6 clients',
    },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'did not answer in time' }],
})
