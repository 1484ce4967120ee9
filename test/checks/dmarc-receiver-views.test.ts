import dmarcReceiverViews from '../../src/checks/dmarc-receiver-views.ts'
import { describeCheck } from '../support/check-tester.ts'

const name = '_dmarc.example.org'
const rua = 'rua=mailto:a@example.org'
const mail = 'mail.example.org A 192.0.2.1'

describeCheck(dmarcReceiverViews, {
  alike: [
    {
      zone: `${name} TXT "v=DMARC1; p=reject; ${rua}"`,
      says: 'the same holds for example.org: reject, from the record of example.org.',
    },
    { name: 'a share of nothing', zone: `${name} TXT "v=DMARC1; p=none; pct=20"`, says: 'none, from the record' },
    {
      name: 'inherited',
      zone: `${name} TXT "v=DMARC1; p=reject; sp=quarantine; ${rua}"\n${mail}`,
      target: { domain: 'mail.example.org' },
      says: 'quarantine, from the record of example.org',
    },
    {
      name: 'a suffix of two labels',
      zone: '_dmarc.example.co.uk TXT "v=DMARC1; p=reject"\na.example.co.uk A 192.0.2.1',
      target: { domain: 'a.example.co.uk' },
      says: 'reject, from the record of example.co.uk',
    },
  ],
  'records-differ': [
    {
      name: 'a department with psd=n',
      zone: `${name} TXT "v=DMARC1; p=reject; ${rua}"\n_dmarc.dept.example.org TXT "v=DMARC1; p=none; psd=n; rua=mailto:b@dept.example.org"\na.dept.example.org A 192.0.2.1`,
      target: { domain: 'a.dept.example.org' },
      says: 'RFC 9989 apply to a.dept.example.org: none, from the record of dept.example.org. Those that still follow RFC 7489: reject, from the record of example.org. This matters for mail to all receivers that have not moved yet.',
      fix: 'a record of its own at _dmarc.a.dept.example.org',
      records: [
        {
          do: 'publish',
          name: '_dmarc.a.dept.example.org',
          type: 'TXT',
          value: 'v=DMARC1; p=none; rua=mailto:b@dept.example.org',
        },
      ],
    },
    {
      name: 'a record between the name and a silent top, which the list does not know of',
      zone: '_dmarc.b.example.org TXT "v=DMARC1; p=reject; sp=quarantine; pct=50"\na.b.example.org A 192.0.2.1',
      target: { domain: 'a.b.example.org' },
      says: 'quarantine, from the record of b.example.org. Those that still follow RFC 7489: no policy.',
      records: [{ do: 'publish', name: '_dmarc.a.b.example.org', type: 'TXT', value: 'v=DMARC1; p=quarantine' }],
    },
    {
      name: 'a private suffix that does not say so: its mailboxes are not taken over',
      zone: '_dmarc.github.io TXT "v=DMARC1; p=reject; rua=mailto:d@github.io; ruf=mailto:d@github.io; fo=1"\nexample.github.io A 192.0.2.1',
      target: { domain: 'example.github.io' },
      says: 'reject, from the record of github.io. Those that still follow RFC 7489: no policy.',
      records: [{ do: 'publish', name: '_dmarc.example.github.io', type: 'TXT', value: 'v=DMARC1; p=reject; psd=n' }],
    },
  ],
  'policy-differs': [
    {
      name: 'test mode',
      zone: `${name} TXT "v=DMARC1; p=reject; t=y"`,
      says: 'quarantine (p=reject in test mode), from the record of example.org. Those that still follow RFC 7489: reject, from the record of example.org. The cause is t=y',
    },
    {
      name: 'a share',
      zone: `${name} TXT "v=DMARC1; p=reject; pct=20"`,
      says: 'RFC 7489: reject for 20 % of the failing mail, from the record of example.org. The cause is pct=20, which RFC 9989 removed.',
    },
    {
      name: 'a name that does not exist',
      zone: `${name} TXT "v=DMARC1; p=none; np=reject"`,
      target: { domain: 'gone.example.org' },
      says: 'The cause is np=, which RFC 7489 does not know.',
    },
    {
      name: 'an invalid np=',
      zone: `${name} TXT "v=DMARC1; p=reject; np=x; ${rua}"`,
      says: 'The cause is an invalid np=, which RFC 7489 passes over.',
    },
    {
      name: 'an invalid np= and no reports',
      zone: `${name} TXT "v=DMARC1; p=reject; np=x"`,
      says: 'no policy, since the record of example.org is faulty. Those that still follow RFC 7489: reject',
    },
    {
      name: 'several records',
      zone: `${name} TXT "v=DMARC1; p=reject"\n_dmarc.mail.example.org TXT "v=DMARC1; p=none"\n_dmarc.mail.example.org TXT "v=DMARC1; p=reject"\n${mail}`,
      target: { domain: 'mail.example.org' },
      says: 'RFC 7489: no policy, since there are several records of mail.example.org. The cause is that there are several records at its own name',
    },
    {
      name: 'a public suffix',
      zone: '_dmarc.bank TXT "v=DMARC1; p=reject; psd=y"\nexample.bank A 192.0.2.1',
      target: { domain: 'example.bank' },
      says: 'The cause is the record of the public suffix bank, which only RFC 9989 knows of (see dmarc-record).',
    },
  ],
  'organization-differs': [
    {
      zone: '_dmarc.mail.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'mail.example.org' },
      says: 'the organization of mail.example.org is mail.example.org by RFC 9989, and example.org by RFC 7489 (see dmarc-alignment)',
    },
  ],
  'former-unknown': [
    {
      zone: '_dmarc.dept.example.org TXT "v=DMARC1; p=none; psd=n"\na.dept.example.org A 192.0.2.1\n_dmarc.example.org FAULT timeout',
      target: { domain: 'a.dept.example.org' },
      says: 'RFC 7489 could not be learned: DNS did not answer in time when asked for _dmarc.example.org TXT.',
    },
  ],
  'no-policy': [{ zone: '', says: 'Neither by RFC 9989 nor by RFC 7489' }],
  unknowable: [{ zone: `${name} FAULT timeout`, says: 'did not answer in time' }],
})
