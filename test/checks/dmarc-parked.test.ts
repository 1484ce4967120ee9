import dmarcParked from '../../src/checks/dmarc-parked.ts'
import { describeCheck } from '../support/check-tester.ts'

const change = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: '_dmarc.example.org', type: 'TXT', value }) as const
const wanted = change('publish', 'v=DMARC1; p=reject; sp=reject; np=reject')
const base = 'example.org A 192.0.2.1\n'

describeCheck(dmarcParked, {
  reject: [
    { zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject"`, says: 'at _dmarc.example.org' },
    {
      name: 'said for each',
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject; sp=reject; np=reject"`,
      says: 'is to be rejected',
    },
  ],
  inherited: [
    {
      zone: 'old.example.org A 192.0.2.1\n_dmarc.example.org TXT "v=DMARC1; p=none; sp=reject"',
      target: { domain: 'old.example.org' },
      says: 'by the record of example.org',
    },
  ],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'does not exist' }],
  missing: [
    { zone: base, says: 'nothing asks receivers to reject', fix: 'p=reject', records: [wanted] },
    {
      name: 'several',
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject"\n_dmarc.example.org TXT "v=DMARC1; p=none"`,
      says: 'There are 2 at _dmarc.example.org',
    },
    {
      name: 'at another name',
      zone: `${base}example.org TXT "v=DMARC1; p=reject"`,
      says: 'nothing asks',
      records: [{ do: 'remove', name: 'example.org', type: 'TXT', value: 'v=DMARC1; p=reject' }, wanted],
    },
  ],
  weak: [
    {
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=quarantine; rua=mailto:d@example.net; pct=50"`,
      says: 'the policy that applies is quarantine',
      records: [
        change('remove', 'v=DMARC1; p=quarantine; rua=mailto:d@example.net; pct=50'),
        change('publish', 'v=DMARC1; p=reject; rua=mailto:d@example.net; sp=reject; np=reject'),
      ],
    },
    {
      name: 'test mode',
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject; t=y"`,
      says: 'the policy that applies is quarantine',
    },
    {
      name: 'inherited: a record of its own is proposed',
      zone: 'old.example.org A 192.0.2.1\n_dmarc.example.org TXT "v=DMARC1; p=none"',
      target: { domain: 'old.example.org' },
      says: 'the policy that applies is none',
      records: [{ ...wanted, name: '_dmarc.old.example.org' }],
    },
    {
      name: 'behind an alias nothing is proposed',
      zone: `${base}_dmarc.example.org CNAME all.example.net\nall.example.net TXT "v=DMARC1; p=none"`,
      says: 'at all.example.net',
      records: [],
    },
  ],
  'weak-below': [
    {
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject; sp=none"`,
      says: 'not in names below it: sp=none',
      records: [
        change('remove', 'v=DMARC1; p=reject; sp=none'),
        change('publish', 'v=DMARC1; p=reject; sp=reject; np=reject'),
      ],
    },
    {
      name: 'names that do not exist',
      zone: `${base}_dmarc.example.org TXT "v=DMARC1; p=reject; np=quarantine"`,
      says: 'np=quarantine',
    },
  ],
  unknowable: [{ zone: '_dmarc.example.org FAULT servfail', says: 'Could not be checked' }],
})
