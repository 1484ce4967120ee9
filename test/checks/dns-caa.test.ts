import dnsCaa from '../../src/checks/dns-caa.ts'
import { describeCheck } from '../support/check-tester.ts'

const MAIL = `
example.org MX 10 mx1.example.org
example.org MX 20 mx2.example.org
mx1.example.org A 192.0.2.1
mx2.example.org A 192.0.2.2
`

describeCheck(dnsCaa, {
  restricted: [
    {
      name: 'records of the domain, for the hosts below it',
      zone: `${MAIL}example.org CAA 0 issue letsencrypt.org\nexample.org CAA 0 issue "pki.goog; x=1"`,
      says: 'Only letsencrypt.org, pki.goog may issue certificates for mx1.example.org, mx2.example.org, by the CAA records of example.org.',
    },
    {
      name: 'records of the host itself come first',
      zone: `${MAIL}example.org CAA 0 issue ";"\nmx1.example.org CAA 0 issue letsencrypt.org`,
      findings: 2,
      says: 'Only letsencrypt.org may issue certificates for mx1.example.org, by the CAA records of mx1.example.org.',
    },
    {
      name: 'records behind an alias',
      zone: `example.org MX 10 mx.example.net
        _mta-sts.example.org TXT "v=STSv1; id=1"
        mta-sts.example.org CNAME sts.provider.example
        sts.provider.example A 192.0.2.9
        sts.provider.example CAA 0 issue pki.goog`,
      says: 'Only pki.goog may issue certificates for mta-sts.example.org, by the CAA records of mta-sts.example.org.',
    },
    { name: 'records of the top level', zone: `${MAIL}org CAA 0 issue a.example`, says: 'by the CAA records of org.' },
  ],
  open: [
    { zone: MAIL, says: 'No CAA record limits who may issue certificates for mx1.example.org, mx2.example.org' },
    {
      name: 'only wildcards are limited',
      zone: `${MAIL}example.org CAA 0 issuewild ";"`,
      says: 'every authority may',
    },
  ],
  nobody: [
    {
      zone: `${MAIL}example.org CAA 0 issue ";"`,
      says: 'The CAA records of example.org let nobody issue certificates for mx1.example.org, mx2.example.org (0 issue ";")',
      fix: 'Publish a CAA record at example.org',
    },
  ],
  critical: [
    {
      zone: `${MAIL}example.org CAA 0 issue letsencrypt.org\nexample.org CAA 128 tbs x`,
      says: 'have a critical property that authorities do not know (128 tbs "x")',
      fix: 'with the flags 0',
    },
  ],
  malformed: [
    {
      zone: `${MAIL}example.org CAA 0 issue "https://letsencrypt.org"`,
      says: 'CAA records of example.org cannot be read (0 issue "https://letsencrypt.org")',
      fix: 'as flags, tag and value',
    },
  ],
  'mail-certificates': [
    {
      zone: `${MAIL}example.org CAA 0 issuemail ca.example`,
      findings: 2,
      says: 'Certificates of mail addresses (S/MIME) may be issued by ca.example, by the issuemail property at example.org.',
    },
    { name: 'nobody', zone: `${MAIL}example.org CAA 0 issuemail ";"`, findings: 2, says: 'may be issued by nobody' },
  ],
  'not-learned': [
    {
      zone: `${MAIL}example.org FAULT servfail CAA`,
      says: 'Who may issue certificates for mx1.example.org, mx2.example.org could not be learned: DNS reported a failure (SERVFAIL) when asked for example.org CAA.',
    },
    {
      name: 'for one of the hosts',
      zone: `${MAIL}mx1.example.org FAULT timeout CAA`,
      findings: 2,
      says: 'certificates for mx1.example.org could not be learned',
    },
  ],
  'no-hosts': [
    {
      name: 'hosts of others',
      zone: 'example.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1',
      says: 'no mail host',
    },
    { name: 'no mail at all', zone: 'example.org MX 0 .', says: 'no mail host of its own' },
    { name: 'what MX says is not known', zone: 'example.org FAULT timeout MX', says: 'no mail host of its own' },
  ],
})
