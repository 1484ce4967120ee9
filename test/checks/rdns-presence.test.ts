import check from '../../src/checks/rdns-presence.ts'
import { describeCheck } from '../support/check-tester.ts'

const reverse = '10.2.0.192.in-addr.arpa'
const reverse6 = `${'5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2'}.ip6.arpa`
const target = { egress: ['192.0.2.10 relay.example.org'] }

describeCheck(check, {
  present: [
    { zone: `${reverse} PTR mail.example.org`, target, says: 'The name of 192.0.2.10 is mail.example.org.' },
    {
      name: 'several names, in an order that does not depend on the answer',
      zone: `${reverse} PTR www.example.org\n${reverse} PTR mail.example.org`,
      target,
      says: 'is mail.example.org, www.example.org.',
    },
    {
      name: 'classless delegation (RFC 2317): the alias is followed',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa\n10.0-15.2.0.192.in-addr.arpa PTR mail.example.org`,
      target,
      says: 'is mail.example.org.',
    },
    {
      name: 'classless delegation to a name in the own zone, by two aliases',
      zone: `${reverse} CNAME 10.rev.example.org\n10.rev.example.org CNAME 10.rev.example.net\n10.rev.example.net PTR mail.example.org`,
      target,
      says: 'is mail.example.org.',
    },
    {
      name: 'more names than anybody looks at',
      zone: Array.from({ length: 12 }, (_, i) => `${reverse} PTR n${i}.example.org`).join('\n'),
      target,
      says: 'n7.example.org, 2 more.',
    },
    {
      name: 'IPv6',
      zone: `${reverse6} PTR mail.example.org`,
      target: { egress: ['2001:db8::25'] },
      says: '2001:db8::25',
    },
  ],
  missing: [
    {
      name: 'NXDOMAIN; the HELO name is the wanted one',
      zone: 'example.org A 192.0.2.1',
      target,
      says: '192.0.2.10 has no name: there is no PTR record at 10.2.0.192.in-addr.arpa.',
      fix: 'see that relay.example.org has the address 192.0.2.10. Only the provider of 192.0.2.10',
      records: [
        { do: 'publish', name: reverse, type: 'PTR', value: 'relay.example.org' },
        { do: 'publish', name: 'relay.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
    {
      name: 'the HELO name leads back already',
      zone: 'relay.example.org A 192.0.2.10',
      target,
      says: '192.0.2.10 has no name',
      records: [{ do: 'publish', name: reverse, type: 'PTR', value: 'relay.example.org' }],
    },
    {
      name: 'no data; a HELO name that cannot be one is not proposed',
      zone: `${reverse} TXT "unused"`,
      target: { egress: ['192.0.2.10 localhost'] },
      says: 'no PTR record',
      records: [
        { do: 'publish', name: reverse, type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
    {
      name: 'the MX host has a name, the sending address has none',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1\n1.2.0.192.in-addr.arpa PTR mx.example.org',
      target,
      says: '192.0.2.10 has no name',
    },
    {
      name: 'of two sending addresses the IPv6 one',
      zone: `${reverse} PTR relay.example.org`,
      target: { egress: ['192.0.2.10', '2001:db8::25'] },
      says: '2001:db8::25 has no name',
      subject: '2001:db8::25',
      findings: 2,
    },
    {
      name: 'no HELO name known',
      zone: 'example.org A 192.0.2.1',
      target: { egress: ['2001:DB8:0:0::25'] },
      says: `2001:db8::25 has no name: there is no PTR record at ${reverse6}.`,
      records: [
        { do: 'publish', name: reverse6, type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'AAAA', value: '2001:db8::25' },
      ],
    },
    {
      name: 'classless delegation: the record belongs behind the alias',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa`,
      target,
      says: 'there is no PTR record at 10.0-15.2.0.192.in-addr.arpa.',
      fix: 'in the zone that was delegated to you',
      records: [
        { do: 'publish', name: '10.0-15.2.0.192.in-addr.arpa', type: 'PTR', value: 'relay.example.org' },
        { do: 'publish', name: 'relay.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
  ],
  unknowable: [
    { zone: `${reverse} FAULT timeout`, target, says: `DNS did not answer in time when asked for ${reverse} PTR.` },
    { name: 'a cold cache', zone: `${reverse} FAULT servfail`, target, says: 'SERVFAIL' },
    { zone: `${reverse} FAULT refused`, target, says: 'REFUSED' },
  ],
  'not-asked': [{ zone: '', says: 'no sending address was given' }],
})
