import dmarcReporting from '../../src/checks/dmarc-reporting.ts'
import { describeCheck } from '../support/check-tester.ts'

const name = '_dmarc.example.org'
const at = (tags: string): string => `${name} TXT "v=DMARC1; p=none; ${tags}"\nexample.org MX 10 mx.example.org`
const change = (old: string, corrected: string) => [
  { do: 'remove' as const, name, type: 'TXT', value: `v=DMARC1; p=none; ${old}`.replace(/; $/, '') },
  { do: 'publish' as const, name, type: 'TXT', value: `v=DMARC1; p=none; ${corrected}` },
]
const service = 'reports.example.net MX 10 mx.example.net'
const yes = 'example.org._report._dmarc.reports.example.net TXT "v=DMARC1"'

describeCheck(dmarcReporting, {
  arranged: [
    { zone: at('rua=mailto:dmarc@example.org'), says: 'Aggregate reports go to dmarc@example.org.' },
    {
      name: 'to a service that agreed',
      zone: `${at('rua=mailto:a@reports.example.net')}\n${service}\n${yes}`,
      says: 'a@reports.example.net',
    },
    {
      name: 'to a service that agrees for everyone',
      zone: `${at('rua=mailto:a@reports.example.net')}\n${service}\n*._report._dmarc.reports.example.net TXT "v=DMARC1;"`,
      says: 'a@reports.example.net',
    },
    {
      name: 'to another name of the organization, without MX',
      zone: `${at('rua=mailto:a@dmarc.example.org')}\ndmarc.example.org AAAA 2001:db8::1`,
      says: 'a@dmarc.example.org',
    },
    { name: 'of another scheme', zone: at('rua=https://example.org/dmarc'), says: 'https://example.org/dmarc' },
    {
      name: 'by the record of the organization',
      zone: at('rua=mailto:dmarc@example.org'),
      target: { domain: 'mail.example.org' },
      says: 'dmarc@example.org',
    },
  ],
  'not-asked-for': [
    {
      zone: `${name} TXT "v=DMARC1; p=none"`,
      says: 'asks for no aggregate reports (rua=)',
      fix: `Publish the record at ${name} with rua=`,
      records: [],
    },
    {
      name: 'failure reports only: the mailbox is known',
      zone: at('ruf=mailto:a@example.org'),
      says: 'asks for no aggregate reports',
      records: change('ruf=mailto:a@example.org', 'ruf=mailto:a@example.org; rua=mailto:a@example.org'),
    },
    {
      name: 'of a subdomain: the mailbox of its organization is known',
      zone: `${at('rua=mailto:a@example.org')}\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"`,
      target: { domain: 'mail.example.org' },
      says: 'asks for no aggregate reports',
      records: [
        { do: 'remove', name: '_dmarc.mail.example.org', type: 'TXT', value: 'v=DMARC1; p=none' },
        {
          do: 'publish',
          name: '_dmarc.mail.example.org',
          type: 'TXT',
          value: 'v=DMARC1; p=none; rua=mailto:a@example.org',
        },
      ],
    },
  ],
  'invalid-uri': [
    {
      zone: at('rua=dmarc@example.org, mailto:b@example.org'),
      says: 'dmarc@example.org (the "mailto:" before the address is missing)',
      fix: 'mailto:name@domain',
      records: change(
        'rua=dmarc@example.org, mailto:b@example.org',
        'rua=mailto:dmarc@example.org,mailto:b@example.org',
      ),
    },
    {
      name: 'a space between two',
      zone: at('rua=mailto:a@example.org mailto:b@example.org'),
      says: 'a space stands between two addresses',
      records: change('rua=mailto:a@example.org mailto:b@example.org', 'rua=mailto:a@example.org,mailto:b@example.org'),
    },
    { name: 'that cannot be guessed', zone: at('rua=nobody'), says: 'nobody (it is no URI)', records: [] },
  ],
  unauthorized: [
    {
      zone: `${at('rua=mailto:a@reports.example.net; ruf=mailto:b@reports.example.net')}\n${service}`,
      says: 'Reports about example.org may not be sent to reports.example.net: there is no v=DMARC1 record at example.org._report._dmarc.reports.example.net. Receivers leave out a@reports.example.net (rua), b@reports.example.net (ruf).',
      fix: 'Not you but whoever runs reports.example.net has to publish a TXT record "v=DMARC1" at example.org._report._dmarc.reports.example.net',
      records: [
        {
          do: 'publish',
          name: 'example.org._report._dmarc.reports.example.net',
          type: 'TXT',
          value: 'v=DMARC1',
        },
      ],
    },
    {
      name: 'the policy of the organization counts, not the subdomain',
      zone: `${at('rua=mailto:a@reports.example.net')}\n${service}\nmail.${yes}`,
      target: { domain: 'mail.example.org' },
      says: 'Reports about example.org may not be sent',
    },
    {
      name: 'redirected to another host',
      zone: `${at('rua=mailto:a@reports.example.net')}\n${service}\nexample.org._report._dmarc.reports.example.net TXT "v=DMARC1; rua=mailto:a@elsewhere.example"`,
      says: 'redirects reports to another host',
      records: [],
    },
  ],
  'cannot-receive': [
    {
      name: 'a host that does not exist wants no permission either',
      zone: at('rua=mailto:a@gone.example.net'),
      says: 'gone.example.net does not exist',
    },
    {
      name: 'a null MX',
      zone: `${at('rua=mailto:a@no.example.org')}\nno.example.org MX 0 .`,
      says: 'Reports to a@no.example.org (rua) cannot arrive: no.example.org has a null MX',
      fix: 'give no.example.org an MX record',
    },
    {
      name: 'a domain that does not exist',
      zone: at('rua=mailto:a@no.example.org'),
      says: 'no.example.org does not exist',
    },
    {
      name: 'neither MX nor address',
      zone: `${at('rua=mailto:a@no.example.org')}\nno.example.org TXT "hello"`,
      says: 'has neither MX nor address',
    },
  ],
  'too-many': [
    {
      zone: `${name} TXT ${Array.from({ length: 25 }, (_, i) => `"${i === 0 ? 'v=DMARC1; p=none; rua=' : ','}mailto:a${i}@example.org"`).join(' ')}\nexample.org MX 10 mx.example.org`,
      says: 'has 5 report addresses more than the 20',
      fix: 'one or two',
    },
  ],
  'size-ignored': [
    {
      zone: at('rua=mailto:a@example.org!10m'),
      says: 'The size limit in a@example.org has no effect any more',
      findings: 2,
    },
  ],
  unchecked: [
    {
      name: 'the authorization',
      zone: `${at('rua=mailto:a@reports.example.net')}\n${service}\nexample.org._report._dmarc.reports.example.net FAULT timeout`,
      says: 'Whether reports to a@reports.example.net (rua) are sent and arrive could not be learned: DNS did not answer in time when asked for example.org._report._dmarc.reports.example.net TXT.',
    },
    {
      name: 'the mailbox',
      zone: `${name} TXT "v=DMARC1; p=none; rua=mailto:a@example.org"\nexample.org FAULT servfail MX`,
      says: 'asked for example.org MX',
    },
    {
      name: 'its address, where it has no MX',
      zone: `${name} TXT "v=DMARC1; p=none; rua=mailto:a@example.org"\nexample.org FAULT timeout AAAA`,
      says: 'asked for example.org AAAA',
    },
    {
      name: 'beside an address that is refused',
      zone: `${at('rua=mailto:a@reports.example.net,mailto:b@other.example')}\n${service}\nother.example FAULT timeout MX\nexample.org._report._dmarc.other.example TXT "v=DMARC1"`,
      says: 'b@other.example (rua)',
      findings: 2,
    },
  ],
  'no-policy': [
    { zone: '', says: 'No DMARC record' },
    { name: 'only of the public suffix', zone: '_dmarc.org TXT "v=DMARC1; p=none; psd=y"', says: 'No DMARC record' },
  ],
  unknowable: [{ zone: `${name} FAULT timeout`, says: 'did not answer in time' }],
})
