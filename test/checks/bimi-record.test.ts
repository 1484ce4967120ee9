import check from '../../src/checks/bimi-record.ts'
import { describeCheck } from '../support/check-tester.ts'

const dmarc = (text: string, domain = 'example.org'): string => `_dmarc.${domain} TXT "v=DMARC1; ${text}"`
const bimi = (text: string, domain = 'example.org'): string => `default._bimi.${domain} TXT "v=BIMI1; ${text}"`
const strict = 'example.org A 192.0.2.1\n_dmarc.example.org TXT "v=DMARC1; p=reject"'
const full = 'l=https://www.example.org/logo.svg; a=https://www.example.org/mark.pem'
const zone = (...lines: readonly string[]): string => lines.join('\n')
const below = { domain: 'news.example.org' }

describeCheck(check, {
  published: [
    {
      zone: zone(strict, bimi(full)),
      says: 'default._bimi.example.org asks for a logo to be shown: https://www.example.org/logo.svg, with the mark certificate https://www.example.org/mark.pem.',
    },
    {
      name: 'of the organization, through a CNAME',
      zone: zone(
        strict,
        'news.example.org A 192.0.2.1',
        'default._bimi.example.org CNAME bimi.example.net',
        `bimi.example.net TXT "v=BIMI1; ${full}"`,
      ),
      target: below,
      says: 'mark.pem (the record of the organization counts here; a CNAME leads to bimi.example.net).',
    },
    {
      name: 'beside other records',
      zone: zone(strict, 'default._bimi.example.org TXT "x=1"', bimi(full)),
      says: 'asks for',
    },
    {
      name: 'with quarantine for all mail',
      zone: zone('example.org A 192.0.2.1', dmarc('p=quarantine; pct=100; sp=reject'), bimi(`${full}; avp=personal`)),
      says: 'asks for',
    },
    {
      name: 'pct= beside reject',
      zone: zone('example.org A 192.0.2.1', dmarc('p=reject; pct=50'), bimi(full)),
      says: 'asks',
    },
  ],
  'without-certificate': [
    { zone: zone(strict, bimi('l=https://www.example.org/logo.svg; a=;')), says: 'It names no mark certificate (a=)' },
  ],
  declined: [
    { zone: zone(strict, bimi('l=; a=;')), says: 'says that no logo is to be shown' },
    {
      name: 'below an organization that has a logo, and without a policy',
      zone: zone(
        'news.example.org A 192.0.2.1',
        'example.org A 192.0.2.1',
        bimi('l=;', 'news.example.org'),
        bimi(full),
      ),
      target: below,
      says: 'default._bimi.news.example.org says',
    },
  ],
  missing: [
    { zone: strict, says: 'There is no BIMI record at default._bimi.example.org' },
    { name: 'only other records', zone: zone(strict, 'default._bimi.example.org TXT "hello"'), says: 'no BIMI record' },
  ],
  'not-a-record': [
    { zone: zone(strict, 'default._bimi.example.org TXT "v=bimi1; l=https://a.example/x.svg"'), says: 'v=bimi1; l=' },
  ],
  several: [{ zone: zone(strict, bimi(full), bimi('l=; a=;')), says: 'There are 2 BIMI records' }],
  faulty: [
    { zone: zone(strict, bimi('l=http://www.example.org/logo.svg')), says: 'l= is no https: URI' },
    { name: 'no l=', zone: zone(strict, bimi('a=https://www.example.org/mark.pem')), says: 'it has no l=' },
    {
      name: 'and the policy is too weak: both are said',
      zone: zone('example.org A 192.0.2.1', dmarc('p=none'), bimi('l=https://www.example.org/logo.png')),
      says: 'does not lead to a .svg file',
      findings: 2,
    },
  ],
  'policy-too-weak': [
    {
      zone: zone('example.org A 192.0.2.1', dmarc('p=none'), bimi(full)),
      says: 'not strict enough: _dmarc.example.org has p=none.',
      fix: 'p=quarantine or p=reject',
      findings: 2,
    },
    {
      name: 'sp=none, also for the organization itself',
      zone: zone('example.org A 192.0.2.1', dmarc('p=reject; sp=none'), bimi(full)),
      says: '_dmarc.example.org has sp=none.',
      findings: 2,
    },
    {
      name: 'a part of the mail',
      zone: zone('example.org A 192.0.2.1', dmarc('p=quarantine; pct=20; t=y'), bimi(full)),
      says: '_dmarc.example.org has pct=20, _dmarc.example.org has t=y.',
      findings: 2,
    },
    {
      name: 'the organization, whatever the domain itself says',
      zone: zone(
        'news.example.org A 192.0.2.1',
        dmarc('p=reject', 'news.example.org'),
        'example.org A 192.0.2.1',
        dmarc('p=none'),
        bimi(full),
      ),
      target: below,
      says: '_dmarc.example.org has p=none.',
      findings: 2,
    },
    {
      name: 'no DMARC at all',
      zone: zone('example.org A 192.0.2.1', bimi(full)),
      says: 'there is no DMARC record.',
      findings: 2,
    },
    {
      name: 'a record without a policy',
      zone: zone('example.org A 192.0.2.1', dmarc('rua=mailto:a@example.org'), bimi(full)),
      says: '_dmarc.example.org has no policy that could be used.',
      findings: 2,
    },
  ],
  unknowable: [
    { zone: zone(strict, 'default._bimi.example.org FAULT timeout'), says: 'Could not be checked' },
    { name: 'DMARC does not answer', zone: zone('_dmarc.example.org FAULT servfail', bimi(full)), says: 'Could not' },
  ],
})
