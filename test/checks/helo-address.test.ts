import check from '../../src/checks/helo-address.ts'
import { describeCheck } from '../support/check-tester.ts'

const target = { egress: ['192.0.2.10 mail.example.org'] }
const v6 = { egress: ['2001:db8::25 mail.example.org'] }

describeCheck(check, {
  matches: [
    {
      zone: 'mail.example.org A 192.0.2.10',
      target,
      says: 'The HELO name mail.example.org has the address 192.0.2.10.',
    },
    {
      name: 'one of several',
      zone: 'mail.example.org A 192.0.2.9\nmail.example.org A 192.0.2.10',
      target,
      says: '192.0.2.10',
    },
    {
      name: 'the other family does not matter',
      zone: 'mail.example.org A 192.0.2.10\nmail.example.org FAULT timeout AAAA',
      target,
      says: 'has the address 192.0.2.10',
    },
    {
      name: 'IPv6 written in another way',
      zone: 'mail.example.org AAAA 2001:0DB8::0:25',
      target: v6,
      says: '2001:db8::25',
    },
    {
      name: 'through an alias',
      zone: 'mail.example.org CNAME a.example.net\na.example.net A 192.0.2.10',
      target,
      says: '192.0.2.10',
    },
  ],
  literal: [
    { zone: '', target: { egress: ['192.0.2.10 [192.0.2.10]'] }, says: 'gives 192.0.2.10 itself' },
    {
      name: 'IPv6 written in another way',
      zone: '',
      target: { egress: ['2001:db8::25 [IPv6:2001:DB8:0::25]'] },
      says: 'itself',
    },
    {
      name: 'an IPv4 address written as IPv6',
      zone: '',
      target: { egress: ['::ffff:192.0.2.10 [IPv6:::ffff:192.0.2.10]'] },
      says: 'gives 192.0.2.10 itself',
    },
  ],
  elsewhere: [
    {
      zone: 'mail.example.org A 192.0.2.99',
      target,
      says: 'The HELO name mail.example.org leads to 192.0.2.99, not to 192.0.2.10',
      fix: 'Publish the record below',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' }],
    },
  ],
  'inner-address': [
    {
      name: 'a loopback entry',
      zone: 'mail.example.org A 127.0.1.1',
      target,
      says: 'leads to 127.0.1.1 here, which no receiver can reach, while mail comes from 192.0.2.10.',
      fix: 'Ask a resolver outside (--resolver).',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' }],
    },
    {
      name: 'an address of the own network',
      zone: 'mail.example.org AAAA fd00::25',
      target: v6,
      says: 'leads to fd00::25 here',
    },
  ],
  'other-family': [
    {
      name: 'mail leaves over IPv6, the name has A only',
      zone: 'mail.example.org A 192.0.2.10',
      target: v6,
      says: 'has no AAAA record, only 192.0.2.10, while mail comes from 2001:db8::25.',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'AAAA', value: '2001:db8::25' }],
    },
  ],
  'literal-elsewhere': [
    {
      name: 'an inner address',
      zone: '',
      target: { egress: ['192.0.2.10 [10.0.0.5]'] },
      says: 'In HELO the server says [10.0.0.5], but mail comes from 192.0.2.10.',
      fix: 'the outer address',
    },
    {
      name: 'the IPv4 literal of a server whose mail leaves over IPv6',
      zone: '',
      target: { egress: ['2001:db8::25 [192.0.2.10]'] },
      says: 'In HELO the server says [192.0.2.10], but mail comes from 2001:db8::25.',
    },
  ],
  unresolvable: [
    {
      zone: 'example.org A 192.0.2.1',
      target,
      says: 'The HELO name mail.example.org has no address: it does not exist (NXDOMAIN).',
      records: [{ do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.10' }],
    },
    {
      name: 'no data of either family',
      zone: 'mail.example.org TXT "x"',
      target,
      says: 'it has neither A nor AAAA records',
    },
    {
      name: 'NXDOMAIN says enough for both families',
      zone: 'mail.example.org FAULT timeout A',
      target: { egress: ['2001:db8::25 no.example.org'] },
      says: 'NXDOMAIN',
      records: [{ do: 'publish', name: 'no.example.org', type: 'AAAA', value: '2001:db8::25' }],
    },
  ],
  unanswered: [
    {
      zone: 'mail.example.org FAULT timeout',
      target,
      says: 'DNS did not answer in time when asked for mail.example.org A.',
    },
    {
      name: 'whether it has any address is open',
      zone: 'mail.example.org TXT "x"\nmail.example.org FAULT servfail AAAA',
      target,
      says: 'asked for mail.example.org AAAA',
    },
  ],
  'not-a-name': [{ zone: '', target: { egress: ['192.0.2.10 localhost'] }, says: '"localhost" is no full host name' }],
  'not-known': [{ zone: '', target: { egress: ['192.0.2.10'] }, says: 'no HELO name was given (--helo)' }],
})
