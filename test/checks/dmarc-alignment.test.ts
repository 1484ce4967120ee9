import dmarcAlignment from '../../src/checks/dmarc-alignment.ts'
import { describeCheck } from '../support/check-tester.ts'

const publish = (name: string, value: string) => ({ do: 'publish' as const, name, type: 'TXT', value })

describeCheck(dmarcAlignment, {
  relaxed: [
    {
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none"',
      says: 'passes with a DKIM signature (d=) or an SPF pass (MAIL FROM) of example.org or a name below it',
    },
    {
      name: 'a subdomain, both records there',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'mail.example.org' },
      says: 'of example.org or a name below it',
    },
    {
      name: 'below a public suffix of two labels',
      zone: '_dmarc.example.co.uk TXT "v=DMARC1; p=none"',
      target: { domain: 'a.example.co.uk' },
      says: 'of example.co.uk or a name below it',
    },
  ],
  strict: [
    {
      name: 'both',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none; adkim=s; aspf=s"',
      says: 'only with a DKIM signature of d=example.org exactly (adkim=s), or an SPF pass of MAIL FROM <…@example.org> exactly (aspf=s). Bounces',
    },
    {
      name: 'DKIM',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none; adkim=s"',
      says: 'exactly (adkim=s), or an SPF pass of example.org or a name below it.',
    },
    {
      name: 'both, where the organization is not known and does not matter',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none; adkim=s; aspf=s"\n_dmarc.org FAULT timeout',
      says: 'exactly (aspf=s)',
    },
    {
      name: 'for a subdomain by the record of its organization',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none; adkim=s"',
      target: { domain: 'mail.example.org' },
      says: 'd=mail.example.org exactly',
    },
  ],
  'claims-suffix': [
    {
      zone: '_dmarc.example.org TXT "v=DMARC1; p=reject; psd=y"',
      says: 'says psd=y: that example.org is a public suffix',
      records: [
        { do: 'remove', name: '_dmarc.example.org', type: 'TXT', value: 'v=DMARC1; p=reject; psd=y' },
        publish('_dmarc.example.org', 'v=DMARC1; p=reject; psd=n'),
      ],
    },
  ],
  'receivers-differ': [
    {
      name: 'psd=y above it, wrongly',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=reject; psd=y"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'mail.example.org' },
      says: 'it is mail.example.org',
      fix: 'with psd=n in place of psd=y',
      records: [
        { do: 'remove', name: '_dmarc.example.org', type: 'TXT', value: 'v=DMARC1; p=reject; psd=y' },
        publish('_dmarc.example.org', 'v=DMARC1; p=reject; psd=n'),
      ],
    },
    {
      name: 'two records above it: a third would mend nothing',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=reject"\n_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'mail.example.org' },
      says: 'it is mail.example.org',
      fix: 'leave only one of the records at _dmarc.example.org',
      records: [],
    },
    {
      name: 'only the subdomain has a record',
      zone: '_dmarc.mail.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'mail.example.org' },
      says: 'by the tree walk of RFC 9989 it is mail.example.org, by the Public Suffix List (RFC 7489) it is example.org. Relaxed alignment with names of example.org outside mail.example.org holds only for those that take example.org.',
      fix: 'Sign with d= mail.example.org or a name below it',
      records: [publish('_dmarc.example.org', 'v=DMARC1; p=none')],
    },
    {
      name: 'set apart by psd=n',
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none; psd=n"',
      target: { domain: 'mail.example.org' },
      says: 'it is mail.example.org',
      fix: 'keeps it apart with psd=n',
      records: [],
    },
    {
      name: 'a private suffix that does not say so',
      zone: '_dmarc.github.io TXT "v=DMARC1; p=reject; sp=none"\nexample.github.io A 192.0.2.1',
      target: { domain: 'example.github.io' },
      says: 'by the tree walk of RFC 9989 it is github.io, by the Public Suffix List (RFC 7489) it is example.github.io',
      fix: 'with psd=n at _dmarc.example.github.io',
      records: [publish('_dmarc.example.github.io', 'v=DMARC1; p=none; psd=n')],
    },
    {
      name: 'the same with a record of its own',
      zone: '_dmarc.github.io TXT "v=DMARC1; p=reject"\n_dmarc.example.github.io TXT "v=DMARC1; p=none; sp=none"',
      target: { domain: 'example.github.io' },
      says: 'outside example.github.io holds only for those that take github.io',
      records: [
        { do: 'remove', name: '_dmarc.example.github.io', type: 'TXT', value: 'v=DMARC1; p=none; sp=none' },
        publish('_dmarc.example.github.io', 'v=DMARC1; p=none; sp=none; psd=n'),
      ],
    },
    {
      name: 'one of the two is strict',
      zone: '_dmarc.mail.example.org TXT "v=DMARC1; p=none; aspf=s"',
      target: { domain: 'mail.example.org' },
      says: 'do not agree',
      findings: 2,
    },
  ],
  'organization-unknown': [
    {
      zone: '_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.org FAULT servfail',
      says: 'could not be learned: DNS reported a failure (SERVFAIL) when asked for _dmarc.org TXT.',
    },
  ],
  'no-policy': [
    { zone: '', says: 'nothing needs to be aligned' },
    { name: 'nothing usable', zone: '_dmarc.example.org TXT "v=DMARC1"', says: 'nothing needs to be aligned' },
  ],
  unknowable: [{ zone: '_dmarc.example.org FAULT timeout', says: 'did not answer in time' }],
})
