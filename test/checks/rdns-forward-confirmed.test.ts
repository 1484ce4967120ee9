import check from '../../src/checks/rdns-forward-confirmed.ts'
import { describeCheck } from '../support/check-tester.ts'

const reverse = '10.2.0.192.in-addr.arpa'
const reverse6 = `${'5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2'}.ip6.arpa`
const target = { egress: ['192.0.2.10 mail.example.org'] }
const many = (n: number): string => Array.from({ length: n }, (_, i) => `${reverse} PTR n${i}.example.org`).join('\n')

describeCheck(check, {
  confirmed: [
    {
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 192.0.2.10`,
      target,
      says: '192.0.2.10 is called mail.example.org, and mail.example.org has the address 192.0.2.10.',
    },
    {
      name: 'one of several names, one of several addresses',
      zone: `${reverse} PTR a.example.org\n${reverse} PTR mail.example.org\nmail.example.org A 192.0.2.9\nmail.example.org A 192.0.2.10`,
      target,
      says: 'is called mail.example.org',
    },
    {
      name: 'although another name could not be looked up',
      zone: `${reverse} PTR a.example.org\n${reverse} PTR mail.example.org\na.example.org FAULT timeout\nmail.example.org A 192.0.2.10`,
      target,
      says: 'is called mail.example.org',
    },
    {
      name: 'through aliases in both directions',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa\n10.0-15.2.0.192.in-addr.arpa PTR mail.example.org\nmail.example.org CNAME host.example.net\nhost.example.net A 192.0.2.10`,
      target,
      says: 'is called mail.example.org',
    },
    {
      name: 'IPv6 written in another way',
      zone: `${reverse6} PTR mail.example.org\nmail.example.org AAAA 2001:0DB8:0:0:0::0025`,
      target: { egress: ['2001:db8::25'] },
      says: '2001:db8::25 is called',
    },
    {
      name: 'an IPv6 address behind an alias of its reverse name',
      zone: `${reverse6} CNAME 25.hosts.example.org\n25.hosts.example.org PTR mail.example.org\nmail.example.org AAAA 2001:db8::25`,
      target: { egress: ['2001:db8::25'] },
      says: '2001:db8::25 is called mail.example.org',
    },
    {
      name: 'an IPv4 address written as IPv6 is the IPv4 one',
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 192.0.2.10`,
      target: { egress: ['::ffff:192.0.2.10'] },
      says: '192.0.2.10 is called mail.example.org',
    },
    {
      name: 'each sending address by itself',
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 192.0.2.10`,
      target: { egress: ['192.0.2.10', '2001:db8::25'] },
      says: '192.0.2.10 is called mail.example.org',
      subject: '192.0.2.10',
      findings: 2,
    },
    {
      name: 'an inner address stands beside the right one',
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 10.0.0.5\nmail.example.org A 192.0.2.10`,
      target,
      says: '192.0.2.10 is called mail.example.org',
    },
    {
      name: 'one of ten names, in whatever order',
      zone: `${many(10)}\nn9.example.org A 192.0.2.10`,
      target,
      says: 'n9.example.org',
    },
  ],
  'confirmed-by-chance': [
    {
      name: 'one of more names than anybody looks at',
      zone: `${many(20)}\nn15.example.org A 192.0.2.10`,
      target,
      says: '192.0.2.10 has 20 names, but few of them (1) lead back to it.',
      fix: 'keep a single PTR record at 10.2.0.192.in-addr.arpa: the one for n15.example.org',
    },
  ],
  'not-confirmed': [
    {
      name: 'another address',
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 192.0.2.99\nmail.example.org A 192.0.2.98`,
      target,
      says: 'No name of 192.0.2.10 leads back to it: mail.example.org has 192.0.2.98, 192.0.2.99.',
      fix: 'Publish the A record below, so that mail.example.org leads to 192.0.2.10.',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' }],
    },
    {
      name: 'no address of that family',
      zone: `${reverse6} PTR mail.example.org\nmail.example.org A 192.0.2.10`,
      target: { egress: ['2001:db8::25'] },
      says: 'mail.example.org has no AAAA record.',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'AAAA', value: '2001:db8::25' }],
    },
    {
      name: 'an IPv4-mapped AAAA record is not the IPv6 address',
      zone: `${reverse6} PTR mail.example.org\nmail.example.org AAAA ::ffff:192.0.2.10`,
      target: { egress: ['2001:db8::25'] },
      says: 'No name of 2001:db8::25 leads back to it: mail.example.org has 192.0.2.10.',
    },
    {
      name: 'behind classless delegation (RFC 2317) a name that nobody can own is replaced where the record stands',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa\n10.0-15.2.0.192.in-addr.arpa PTR mail.internal\nmail.internal A 10.0.0.5`,
      target,
      says: 'mail.internal has 10.0.0.5.',
      fix: 'change the PTR record at 10.0-15.2.0.192.in-addr.arpa',
      records: [
        { do: 'publish', name: '10.0-15.2.0.192.in-addr.arpa', type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
    {
      name: 'the HELO name is mended first',
      zone: `${reverse} PTR a.example.org\n${reverse} PTR mail.example.org`,
      target,
      says: 'a.example.org has no A record; mail.example.org has no A record.',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' }],
    },
    {
      name: 'a name that nobody can own',
      zone: `${reverse} PTR localhost\nlocalhost A 127.0.0.1`,
      target,
      says: 'localhost has 127.0.0.1.',
      records: [
        { do: 'publish', name: reverse, type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
    {
      name: 'the root',
      zone: `${reverse} PTR .`,
      target,
      says: '. cannot be looked up (it is the root).',
    },
    {
      name: 'many names, none of which leads back',
      zone: many(12),
      target,
      says: /n7\.example\.org has no A record; 2 more names likewise\.$/,
    },
  ],
  unanswered: [
    {
      name: 'the resolver shows an inner address, which the world may not see',
      zone: `${reverse} PTR mail.example.org\nmail.example.org A 10.0.0.5`,
      target,
      says: 'mail.example.org has 10.0.0.5 here, which nobody outside can reach; a resolver outside (--resolver)',
    },
    {
      name: 'of an IPv6 host likewise',
      zone: `${reverse6} PTR mail.example.org\nmail.example.org AAAA fd00::25`,
      target: { egress: ['2001:db8::25'] },
      says: 'mail.example.org has fd00::25 here',
    },
    {
      name: 'more names than were looked up',
      zone: many(60),
      target,
      says: '10 more were not looked up.',
    },
    {
      zone: `${reverse} PTR mail.example.org\nmail.example.org FAULT servfail`,
      target,
      says: 'It is not known whether a name of 192.0.2.10 leads back to it: DNS reported a failure (SERVFAIL) when asked for mail.example.org A.',
    },
    {
      name: 'one name leads elsewhere, the other is silent',
      zone: `${reverse} PTR mail.example.org\n${reverse} PTR www.example.org\nmail.example.org A 192.0.2.99\nwww.example.org FAULT timeout`,
      target,
      says: 'mail.example.org has 192.0.2.99; DNS did not answer in time',
    },
  ],
  'no-ptr': [
    { zone: 'example.org A 192.0.2.1', target, says: '192.0.2.10 has no PTR record.' },
    {
      name: 'that the MX host has one does not help the sending address',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1\n1.2.0.192.in-addr.arpa PTR mx.example.org',
      target,
      says: '192.0.2.10 has no PTR record.',
    },
  ],
  unknowable: [
    { zone: `${reverse} FAULT timeout`, target, says: `asked for ${reverse} PTR` },
    {
      name: 'the delegated zone does not answer',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa\n10.0-15.2.0.192.in-addr.arpa FAULT servfail`,
      target,
      says: 'SERVFAIL',
    },
  ],
})
