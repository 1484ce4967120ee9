import rdnsGenericName from '../../src/checks/rdns-generic-name.ts'
import { describeCheck } from '../support/check-tester.ts'

const target = { egress: ['192.0.2.66 mail.example.org'] }
const named = (name: string) => `66.2.0.192.in-addr.arpa PTR ${name}`

describeCheck(rdnsGenericName, {
  chosen: [
    { zone: named('mail.example.org'), target, says: 'The name of 192.0.2.66, mail.example.org, looks chosen.' },
    {
      name: 'one of two that leads back counts',
      zone: `${named('host-192-0-2-66.isp.example')}\n${named('mail.example.org')}\nmail.example.org A 192.0.2.66`,
      target,
      says: 'mail.example.org, looks chosen',
    },
  ],
  'holds-address': [
    {
      zone: named('host-192-0-2-66.isp.example'),
      target,
      says: 'is made of the digits of the address',
      fix: 'change the PTR record at 66.2.0.192.in-addr.arpa to the name that the server says in HELO, such as mail.example.org',
      records: [
        { do: 'publish', name: '66.2.0.192.in-addr.arpa', type: 'PTR', value: 'mail.example.org' },
        { do: 'publish', name: 'mail.example.org', type: 'A', value: '192.0.2.66' },
      ],
    },
  ],
  dynamic: [
    { zone: named('host-66.dynamic.isp.example'), target, says: 'changes hands ("dynamic")', fix: 'smart host' },
  ],
  'no-ptr': [{ zone: 'example.org A 192.0.2.1', target, says: 'has no PTR record' }],
  unknowable: [{ zone: '66.2.0.192.in-addr.arpa FAULT timeout', target, says: 'Could not be checked' }],
  'not-asked': [{ zone: 'example.org A 192.0.2.1', says: 'no sending address was given' }],
})
