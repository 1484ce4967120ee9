import dkimSelectors from '../../src/checks/dkim-selectors.ts'
import { improbableSelector } from '../../src/facts/dkim-wildcard.ts'
import { describeCheck } from '../support/check-tester.ts'
import { brisbane } from '../support/dkim-keys.ts'

const key = `TXT "v=DKIM1; k=ed25519; p=${brisbane}"`
const google = 'example.org MX 1 aspmx.l.google.com'

describeCheck(dkimSelectors, {
  found: [
    {
      zone: `google._domainkey.example.org ${key}\ndefault._domainkey.example.org TXT "v=DKIM1; p="`,
      says: /^Of \d+ selectors that providers use, the domain has google \(Google Workspace\), default\. There may be others/,
      data: { selectors: ['google', 'default'] },
    },
    {
      name: 'of a provider that the SPF record shows, where another has the same name',
      zone: `example.org TXT "v=spf1 a redirect=spf.tutanota.de"\ns1._domainkey.example.org ${key}`,
      says: 's1 (Tuta)',
    },
    {
      name: 'of a provider that an alias shows, whatever the SPF record does',
      zone: `example.org TXT "v=spf1 include:spf.tutanota.de -all"\ns1._domainkey.example.org CNAME s1.u.sendgrid.net\ns1.u.sendgrid.net ${key}`,
      says: 's1 (Twilio SendGrid)',
    },
    {
      name: 'a name that anybody may have chosen',
      zone: `s1._domainkey.example.org ${key}`,
      says: 'has s1. There',
    },
    {
      name: 'beside a wildcard with another answer',
      zone: `${google}\n*._domainkey.example.org TXT "v=DKIM1; p="\ngoogle._domainkey.example.org ${key}`,
      says: 'Of 1 selector that providers use, the domain has google (Google Workspace)',
    },
    {
      name: 'one of them not answered',
      zone: `google._domainkey.example.org ${key}\ns1._domainkey.example.org FAULT timeout`,
      says: 'Not answered: s1.',
    },
    {
      name: 'an alias that leads nowhere',
      zone: 'selector2._domainkey.example.org CNAME selector2-example-org._domainkey.t.onmicrosoft.com',
      says: 'selector2 (Microsoft 365)',
    },
  ],
  none: [
    {
      zone: 'mine._domainkey.example.org TXT "v=DKIM1; p="',
      says: 'That says nothing about selectors of other names.',
    },
  ],
  'wildcard-alone': [
    {
      zone: `${google}\n*._domainkey.example.org TXT "v=DKIM1; p="`,
      says: 'answered alike, by a wildcard',
      data: { count: 1 },
    },
    {
      name: 'of aliases',
      zone: `${google}\n*._domainkey.example.org CNAME k.provider.example\nprovider.example A 192.0.2.1`,
      says: 'by a wildcard',
    },
    { name: 'of everything', zone: '*.example.org TXT "v=spf1 -all"', says: 'by a wildcard', data: { count: 0 } },
  ],
  denied: [
    { zone: 'example.org MX 10 mx.example.org', says: '_domainkey.example.org does not exist (NXDOMAIN)' },
    {
      name: 'even where a selector stands',
      zone: `google._domainkey.example.org ${key}\n_domainkey.example.org FAULT nxdomain`,
      says: 'A few name servers say so wrongly',
    },
  ],
  unknowable: [
    { zone: '_domainkey.example.org FAULT servfail', says: '_domainkey.example.org could not be asked for' },
    {
      name: 'whether a wildcard answers',
      zone: `google._domainkey.example.org ${key}\n${improbableSelector('example.org')}._domainkey.example.org FAULT timeout`,
      says: 'in time',
    },
  ],
})
