import mxAddresses from '../../src/checks/mx-addresses.ts'
import { describeCheck } from '../support/check-tester.ts'

describeCheck(mxAddresses, {
  reachable: [
    {
      zone: 'example.org MX 10 a.example.org\nexample.org MX 20 b.example.org\na.example.org A 192.0.2.1\na.example.org AAAA 2001:db8::1\nb.example.org A 192.0.2.2',
      says: 'have 2 IPv4 and 1 IPv6 addresses that the world can reach',
    },
    { name: 'of the domain itself', zone: 'example.org A 192.0.2.80', says: 'have 1 IPv4 and 0 IPv6' },
    {
      name: 'known by one family, while DNS fails for the other',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org AAAA 2001:db8::1\nmx.example.org FAULT timeout A',
      says: 'have 0 IPv4 and 1 IPv6',
    },
  ],
  'not-public': [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 10.1.2.3\nmx.example.org A 192.0.2.1\nmx.example.org AAAA fd00::25',
      says: 'The MX host mx.example.org has addresses that nobody outside its own network can reach: 10.1.2.3, fd00::25.',
      fix: 'Publish only the outer addresses',
    },
    {
      name: 'of the asking machine',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 127.0.0.1',
      says: '127.0.0.1',
    },
  ],
  'ipv6-only': [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org AAAA 2001:db8::1',
      says: 'No MX host of example.org has an IPv4 address (mx.example.org)',
    },
  ],
  'one-address': [
    {
      zone: 'example.org MX 10 a.example.org\nexample.org MX 20 b.example.org\na.example.org A 192.0.2.1\nb.example.org A 192.0.2.1',
      says: 'a.example.org, b.example.org all have the address 192.0.2.1',
      findings: 2,
    },
  ],
  none: [
    { zone: 'example.org MX 10 gone.example.org', says: 'no MX host with a known address' },
    { name: 'null MX', zone: 'example.org MX 0 .', says: 'no MX host' },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'did not answer in time when asked for example.org MX' }],
})
