import m365Spf from '../../src/checks/m365-spf.ts'
import { describeCheck } from '../support/check-tester.ts'

const microsoft = [
  'spf.protection.outlook.com TXT "v=spf1 ip4:198.51.100.0/25 ip4:203.0.113.0/25 ip6:2001:db8:f400::/48 -all"',
  'spf.protection.office365.us TXT "v=spf1 ip4:192.0.2.128/25 -all"',
  'example.org MX 0 example-org.mail.protection.outlook.com',
  '',
].join('\n')
const elsewhere = microsoft.replace('example-org.mail.protection.outlook.com', 'mxa-001.gslb.pphosted.com')
const spf = (text: string, zone = microsoft): string => `${zone}example.org TXT "${text}"`
const change = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: 'example.org', type: 'TXT', value }) as const
const include = 'include:spf.protection.outlook.com'

describeCheck(m365Spf, {
  listed: [
    { zone: spf(`v=spf1 ${include} -all`), says: 'lets Microsoft 365 send, by spf.protection.outlook.com' },
    {
      name: 'by an include of its own',
      zone: `${spf('v=spf1 include:_spf.example.org ~all')}\n_spf.example.org TXT "v=spf1 ${include} ?all"`,
      says: 'by _spf.example.org, spf.protection.outlook.com',
    },
    {
      name: 'by a redirect, which may lead to more than is known here',
      zone: 'example.org TXT "v=spf1 redirect=spf.protection.outlook.com"\nspf.protection.outlook.com TXT "v=spf1 -all"',
      says: 'lets Microsoft 365 send',
    },
    {
      name: 'of another cloud, where nothing says which one it is',
      zone: `spf.protection.office365.us TXT "v=spf1 ip4:192.0.2.128/25 -all"
             example.org TXT "v=spf1 include:spf.protection.office365.us -all"`,
      says: 'GCC High',
    },
  ],
  computed: [
    {
      zone: `${spf('v=spf1 exists:%{i}._spf.example.net -all')}
             *._spf.example.net A 127.0.0.2`,
      says: 'all 3 addresses of Microsoft that were tried pass',
    },
  ],
  flattened: [
    {
      zone: spf('v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all'),
      says: 'by addresses and not by include:spf.protection.outlook.com',
      records: [
        change('remove', 'v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all'),
        change('publish', `v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 ip6:2001:db8::/32 ${include} -all`),
      ],
    },
  ],
  missing: [
    {
      zone: spf('v=spf1 ip4:192.0.2.10 -all'),
      says: 'does not let Microsoft 365 send',
      fix: include,
      records: [
        change('remove', 'v=spf1 ip4:192.0.2.10 -all'),
        change('publish', `v=spf1 ip4:192.0.2.10 ${include} -all`),
      ],
    },
    {
      name: 'a record without an end',
      zone: spf('v=spf1 ip4:192.0.2.10'),
      says: 'does not let',
      records: [change('remove', 'v=spf1 ip4:192.0.2.10'), change('publish', `v=spf1 ip4:192.0.2.10 ${include}`)],
    },
  ],
  'missing-behind': [
    { zone: spf('v=spf1 ip4:192.0.2.10 -all', elsewhere), says: 'right only where all mail leaves by other servers' },
  ],
  partly: [
    {
      zone: spf('v=spf1 ip4:198.51.100.0/24 -all'),
      says: '203.0.113.0, 2001:db8:f400:: do not pass',
      fix: include,
      records: [
        change('remove', 'v=spf1 ip4:198.51.100.0/24 -all'),
        change('publish', `v=spf1 ip4:198.51.100.0/24 ${include} -all`),
      ],
    },
    {
      name: 'refused before the include',
      zone: spf(`v=spf1 -ip4:198.51.100.0/24 ${include} -all`),
      says: '198.51.100.0',
    },
    { name: 'an include that refuses', zone: spf(`v=spf1 -${include} -all`), says: 'do not pass' },
  ],
  'error-within': [
    {
      zone: spf(`v=spf1 include:nowhere.example.net ${include} -all`),
      says: 'for 198.51.100.0, 203.0.113.0, 2001:db8:f400:: of Microsoft',
    },
  ],
  'other-cloud': [
    {
      zone: spf('v=spf1 include:spf.protection.office365.us -all'),
      says: 'another of Microsoft’s clouds, Microsoft 365',
    },
  ],
  'former-include': [
    {
      zone: spf(
        `v=spf1 ${include} include:sharepointonline.com -all\nsharepointonline.com TXT "v=spf1 -all"`
          .replace('\n', '"\n')
          .replace(/"$/, ''),
      ),
      says: 'include:sharepointonline.com, which does nothing for Microsoft 365',
      records: [
        change('remove', `v=spf1 ${include} include:sharepointonline.com -all`),
        change('publish', `v=spf1 ${include} -all`),
      ],
      findings: 2,
    },
  ],
  'no-record': [{ zone: microsoft, says: `must hold ${include}` }],
  unread: [
    { zone: spf('v=spf1 all- '), says: 'nobody reads' },
    { name: 'several', zone: `${spf('v=spf1 -all')}\nexample.org TXT "v=spf1 mx -all"`, says: 'there are several' },
  ],
  unknowable: [
    { zone: 'example.org FAULT timeout', says: 'Could not be checked' },
    {
      name: 'Microsoft’s own record does not answer',
      zone: 'example.org TXT "v=spf1 ip4:192.0.2.1 -all"\nspf.protection.outlook.com FAULT servfail',
      says: 'Could not be checked',
    },
  ],
})
