import check from '../../src/checks/helo-rdns-match.ts'
import { describeCheck } from '../support/check-tester.ts'

const reverse = '10.2.0.192.in-addr.arpa'
const target = { egress: ['192.0.2.10 mail.example.org'] }

describeCheck(check, {
  matches: [
    {
      zone: `${reverse} PTR mail.example.org`,
      target,
      says: 'The HELO name mail.example.org is a name of 192.0.2.10 in reverse DNS.',
    },
    {
      name: 'one of several',
      zone: `${reverse} PTR a.example.org\n${reverse} PTR mail.example.org`,
      target,
      says: 'mail.example.org',
    },
    {
      name: 'case does not matter',
      zone: `${reverse} PTR MAIL.example.org.`,
      target: { egress: ['192.0.2.10 Mail.Example.ORG'] },
      says: 'mail.example.org',
    },
    {
      name: 'the last of many names',
      zone: [
        ...Array.from({ length: 11 }, (_, i) => `${reverse} PTR n${i}.example.org`),
        `${reverse} PTR mail.example.org`,
      ].join('\n'),
      target,
      says: 'is a name of',
    },
  ],
  differs: [
    {
      zone: `${reverse} PTR host.example.net\n${reverse} PTR a.example.net\nhost.example.net A 192.0.2.10`,
      target,
      says: 'greets as mail.example.org, but 192.0.2.10 is called a.example.net, host.example.net in reverse DNS.',
      fix: 'let the mail server say host.example.net in HELO',
      records: [
        { do: 'publish', name: reverse, type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' },
      ],
    },
    {
      name: 'behind classless delegation (RFC 2317) the record belongs where the alias leads',
      zone: `${reverse} CNAME 10.0-15.2.0.192.in-addr.arpa\n10.0-15.2.0.192.in-addr.arpa PTR host.example.net\nmail.example.org A 192.0.2.10`,
      target,
      says: 'is called host.example.net',
      records: [{ do: 'publish', name: '10.0-15.2.0.192.in-addr.arpa', type: 'PTR', value: 'mail.example.org' }],
    },
    {
      name: 'the HELO name leads back',
      zone: `${reverse} PTR host.example.net\nhost.example.net A 192.0.2.10\nmail.example.org A 192.0.2.10`,
      target,
      says: 'greets as mail.example.org',
      records: [{ do: 'publish', name: reverse, type: 'PTR', value: 'mail.example.org' }],
    },
  ],
  'no-ptr': [{ zone: 'example.org A 192.0.2.1', target, says: '192.0.2.10 has no PTR record' }],
  'not-a-name': [
    {
      zone: `${reverse} PTR mail.example.org`,
      target: { egress: ['192.0.2.10 [192.0.2.10]'] },
      says: '"[192.0.2.10]" is no full host name',
    },
  ],
  'not-known': [
    { zone: `${reverse} PTR mail.example.org`, target: { egress: ['192.0.2.10'] }, says: 'no HELO name was given' },
  ],
  unknowable: [{ zone: `${reverse} FAULT servfail`, target, says: 'SERVFAIL' }],
})
