import mxHosts from '../../src/checks/mx-hosts.ts'
import { describeCheck } from '../support/check-tester.ts'

const two = `
example.org      MX 20 mx2.example.org
example.org      MX 10 mx1.example.org
mx1.example.org  A 192.0.2.1
mx1.example.org  AAAA 2001:db8::1
mx2.example.org  A 192.0.2.2`

const record = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: 'example.org', type: 'MX', value }) as const

describeCheck(mxHosts, {
  found: [
    { name: 'by preference', zone: two, says: 'goes to mx1.example.org (10), mx2.example.org (20): every host' },
    { name: 'a host twice', zone: `${two}\nexample.org MX 30 mx1.example.org`, says: 'mx1.example.org (10), mx2' },
    {
      name: 'an alias at the domain, whose target has MX records',
      zone: 'example.org CNAME example.net\nexample.net MX 10 mx.example.net\nmx.example.net A 192.0.2.1',
      says: 'mx.example.net (10)',
    },
    { name: 'a null MX among them is not its business', zone: `${two}\nexample.org MX 0 .`, says: 'mx1' },
  ],
  implicit: [
    {
      zone: 'example.org A 192.0.2.80\nexample.org AAAA 2001:db8::80',
      says: 'no MX record, so senders deliver to its own address (192.0.2.80, 2001:db8::80)',
      fix: 'null MX ("0 .")',
      records: [record('publish', '10 example.org')],
    },
    {
      name: 'known by one family, while DNS fails for the other',
      zone: 'example.org A 192.0.2.80\nexample.org FAULT timeout AAAA',
      says: '(192.0.2.80)',
    },
  ],
  none: [
    {
      zone: 'example.org TXT "v=spf1 include:example.net -all"',
      says: 'neither an MX record nor an address',
      fix: 'null MX',
    },
  ],
  parked: [
    {
      zone: 'example.org TXT "v=spf1 -all"',
      says: 'its SPF record lets nobody send: it is kept out of mail',
      fix: 'Publish a null MX',
      records: [{ do: 'publish', name: 'example.org', type: 'MX', value: '0 .' }],
    },
  ],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'example.org does not exist' }],
  'null-mx': [
    { zone: 'example.org MX 0 .', says: 'takes no mail (null MX)' },
    { name: 'with an address of its own', zone: 'example.org MX 0 .\nexample.org A 192.0.2.1', says: 'takes no mail' },
  ],
  'no-address': [
    {
      name: 'the name does not exist',
      zone: `${two}\nexample.org MX 30 gone.example.org`,
      says: 'The MX host gone.example.org (preference 30) has no address',
      fix: 'A or AAAA record for gone.example.org',
    },
    {
      name: 'the name has other records only, and the domain has an address: no fallback (RFC 5321 §5.1)',
      zone: 'example.org A 192.0.2.80\nexample.org MX 10 mx.example.org\nmx.example.org TXT "x"',
      says: 'no fallback while it has MX records',
    },
    {
      name: 'an alias that leads nowhere is reported once',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org CNAME gone.example.net',
      says: 'mx.example.org',
    },
    {
      name: 'one finding for each such host',
      zone: 'example.org MX 10 a.example.org\nexample.org MX 20 b.example.org',
      says: 'a.example.org',
      findings: 2,
    },
  ],
  'address-literal': [
    { zone: 'example.org MX 10 192.0.2.1', says: 'The MX record 10 192.0.2.1 names an address' },
    { name: 'of IPv6', zone: 'example.org MX 10 2001:db8::1', says: '2001:db8::1' },
    { name: 'in brackets', zone: 'example.org MX 10 [192.0.2.1]', says: '[192.0.2.1]' },
  ],
  localhost: [
    { zone: 'example.org MX 10 localhost\nlocalhost A 127.0.0.1', says: 'its own machine', fix: 'null MX' },
    { name: 'below localhost', zone: 'example.org MX 10 mail.localhost', says: '10 mail.localhost' },
  ],
  alias: [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org CNAME mail.example.net\nmail.example.net A 192.0.2.1',
      says: 'mx.example.org is an alias (CNAME) for mail.example.net',
      records: [record('publish', '10 mail.example.net'), record('remove', '10 mx.example.org')],
    },
  ],
  'bad-name': [
    {
      zone: 'example.org MX 10 mx_1.example.org\nmx_1.example.org A 192.0.2.1',
      says: '"mx_1.example.org" names no proper host: it is no host name (RFC 1123 §2.1)',
    },
    {
      name: 'a single label',
      zone: 'example.org MX 10 mail\nmail A 192.0.2.1',
      says: '"mail" names no proper host: it has no dot',
    },
  ],
  'addresses-unknown': [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org FAULT servfail',
      says: 'Whether the MX host mx.example.org has an address could not be learned: DNS reported a failure (SERVFAIL)',
    },
    {
      name: 'one family has none, the other is silent',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org TXT "x"\nmx.example.org FAULT timeout A',
      says: 'did not answer in time when asked for mx.example.org A.',
    },
  ],
  'half-unknown': [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1\nmx.example.org FAULT servfail AAAA',
      says: 'mx.example.org has the addresses 192.0.2.1; those of the other family could not be learned',
    },
  ],
  omitted: [
    {
      name: 'many hosts',
      zone: Array.from(
        { length: 53 },
        (_, i) => `example.org MX ${i} mx${i}.example.org\nmx${i}.example.org A 192.0.2.1`,
      ).join('\n'),
      says: '3 of them were not looked at',
    },
    {
      name: 'many addresses',
      zone: `example.org MX 1 mx.example.org\n${Array.from({ length: 40 }, (_, i) => `mx.example.org A 192.0.2.${i}`).join('\n')}`,
      says: '8 of them were not looked at',
    },
  ],
  unknowable: [
    { zone: 'example.org FAULT timeout', says: 'did not answer in time when asked for example.org MX' },
    { name: 'REFUSED', zone: 'example.org FAULT refused MX', says: 'REFUSED' },
    {
      name: 'no MX, and the own address is not known',
      zone: 'example.org TXT "x"\nexample.org FAULT timeout AAAA',
      says: 'AAAA',
    },
  ],
})
