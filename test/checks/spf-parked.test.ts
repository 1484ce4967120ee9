import spfParked from '../../src/checks/spf-parked.ts'
import { describeCheck } from '../support/check-tester.ts'

const change = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: 'example.org', type: 'TXT', value }) as const
const wanted = change('publish', 'v=spf1 -all')

describeCheck(spfParked, {
  nobody: [
    { zone: 'example.org TXT "v=spf1 -all"', says: 'lets nobody send: v=spf1 -all' },
    { name: 'in other letters', zone: 'example.org TXT "V=SPF1   -ALL"', says: 'lets nobody send' },
    {
      name: 'by a redirect',
      zone: 'example.org TXT "v=spf1 redirect=parked.example.net"\nparked.example.net TXT "v=spf1 -all"',
      says: 'lets nobody send',
    },
    {
      name: 'with terms that let nobody in',
      zone: 'example.org TXT "v=spf1 -ip4:192.0.2.1 -all"',
      says: 'lets nobody send',
    },
  ],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'example.org does not exist' }],
  missing: [
    { zone: 'example.org A 192.0.2.1', says: 'anybody may send in its name', fix: '"v=spf1 -all"', records: [wanted] },
    {
      name: 'one that is not read goes',
      zone: 'example.org TXT "spf1 -all"',
      says: 'no SPF record that receivers read',
    },
    {
      name: 'behind an alias nothing is proposed',
      zone: 'example.org CNAME www.example.net\nwww.example.net A 192.0.2.1',
      says: 'no SPF record',
      records: [],
    },
  ],
  multiple: [
    {
      zone: 'example.org TXT "v=spf1 -all"\nexample.org TXT "v=spf1 mx -all"',
      says: '2 SPF records',
      records: [change('remove', 'v=spf1 -all'), change('remove', 'v=spf1 mx -all'), wanted],
    },
  ],
  invalid: [
    {
      zone: 'example.org TXT "v=spf1 all- "',
      says: 'cannot be read',
      records: [change('remove', 'v=spf1 all- '), wanted],
    },
  ],
  senders: [
    {
      zone: 'example.org TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"',
      says: '256 IPv4 addresses and 1 IPv6 network)',
      fix: 'publish "v=spf1 -all" in its place',
      records: [change('remove', 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all'), wanted],
    },
    { name: 'everybody', zone: 'example.org TXT "v=spf1 +all"', says: 'lets others send' },
    {
      name: 'who depends on the message',
      zone: 'example.org TXT "v=spf1 exists:%{i}._spf.example.org -all"',
      says: 'depending on the message',
    },
  ],
  soft: [
    { zone: 'example.org TXT "v=spf1 ~all"', says: 'does not say that mail from elsewhere is forged', fix: '-all' },
    { name: 'without an end', zone: 'example.org TXT "v=spf1"', says: 'does not say' },
    { name: 'neutral', zone: 'example.org TXT "v=spf1 ?all"', says: 'does not say' },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'Could not be checked' }],
})
