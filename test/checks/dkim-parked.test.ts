import dkimParked from '../../src/checks/dkim-parked.ts'
import { describeCheck } from '../support/check-tester.ts'
import { publishedOfLength } from '../support/dkim-keys.ts'

const rsaRecord = `v=DKIM1; k=rsa; p=${publishedOfLength(2048)}`

const wildcard = '*._domainkey.example.org'
const publish = { do: 'publish', name: wildcard, type: 'TXT', value: 'v=DKIM1; p=' } as const
const text = (name: string, value: string) => ({ do: 'remove', name, type: 'TXT', value }) as const

describeCheck(dkimParked, {
  revoked: [
    { zone: `${wildcard} TXT "v=DKIM1; p="`, says: 'answered with a revoked key' },
    { name: 'without a version', zone: `${wildcard} TXT "p="`, says: 'revoked' },
    {
      name: 'by an alias',
      zone: `${wildcard} CNAME empty.example.net\nempty.example.net TXT "v=DKIM1; p="`,
      says: 'revoked',
    },
  ],
  open: [
    {
      zone: 'example.org A 192.0.2.1',
      says: 'are not revoked',
      fix: '"v=DKIM1; p=" at *._domainkey.example.org',
      records: [publish],
    },
  ],
  'answers-key': [
    {
      zone: `${wildcard} TXT "${rsaRecord}"`,
      says: 'answered with a key that can be used',
      records: [text(wildcard, rsaRecord), publish],
    },
  ],
  'answers-other': [
    {
      zone: `${wildcard} TXT "v=spf1 -all"`,
      says: 'no revoked key: v=spf1 -all',
      records: [text(wildcard, 'v=spf1 -all'), publish],
    },
    { name: 'several', zone: `${wildcard} TXT "v=DKIM1; p="\n${wildcard} TXT "p="`, says: 'no revoked key' },
  ],
  'key-left': [
    {
      zone: `${wildcard} TXT "v=DKIM1; p="\ns1._domainkey.example.org TXT "${rsaRecord}"`,
      target: { selectors: ['s1'] },
      says: 'still stands at s1._domainkey.example.org',
      records: [text('s1._domainkey.example.org', rsaRecord)],
      findings: 2,
    },
    {
      name: 'one that nobody named, at a provider',
      zone: `selector1._domainkey.example.org CNAME k1.example.net\nk1.example.net TXT "${rsaRecord}"`,
      says: 'selector1._domainkey.example.org (a CNAME to k1.example.net)',
      records: [{ do: 'remove', name: 'selector1._domainkey.example.org', type: 'CNAME', value: 'k1.example.net' }],
      findings: 2,
    },
  ],
  unknowable: [{ zone: '_domainkey.example.org FAULT timeout', says: 'Could not be checked' }],
})
