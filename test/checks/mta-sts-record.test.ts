import mtaStsRecord from '../../src/checks/mta-sts-record.ts'
import { describeCheck } from '../support/check-tester.ts'

const at = '_mta-sts.example.org'
const now = new Date('2026-11-20T08:00:00Z')
const publish = { do: 'publish', name: at, type: 'TXT', value: 'v=STSv1; id=20261120080000' } as const
const remove = (value: string) => ({ do: 'remove', name: at, type: 'TXT', value }) as const

describeCheck(mtaStsRecord, {
  announced: [
    {
      zone: `${at} TXT "v=STSv1; id=2026a;"\n${at} TXT "something else"`,
      says: 'announces an MTA-STS policy, version 2026a',
    },
    {
      name: 'by a CNAME to whoever runs it',
      zone: `${at} CNAME _mta-sts.provider.example\n_mta-sts.provider.example TXT "v=STSv1; id=1"`,
      says: 'version 1',
      data: { alias: '_mta-sts.provider.example' },
    },
  ],
  absent: [
    { zone: 'example.org A 192.0.2.1', says: 'example.org announces no MTA-STS policy', records: [] },
    { name: 'other text at the name', zone: `${at} TXT "hello"`, says: 'announces no MTA-STS policy' },
  ],
  several: [
    {
      zone: `${at} TXT "v=STSv1; id=1"\n${at} TXT "v=STSv1; id=2"`,
      now,
      says: 'There are 2 MTA-STS records at _mta-sts.example.org',
      records: [remove('v=STSv1; id=1'), remove('v=STSv1; id=2'), publish],
    },
  ],
  invalid: [
    {
      zone: `${at} TXT "v=STSv1; id=2026-11-20"`,
      now,
      says: 'its id "2026-11-20" is not 1 to 32 letters and digits',
      records: [remove('v=STSv1; id=2026-11-20'), publish],
    },
  ],
  misspelled: [
    {
      zone: `${at} TXT "v=STSV1; id=1"`,
      now,
      says: 'does not begin with "v=STSv1;"',
      records: [remove('v=STSV1; id=1'), publish],
    },
  ],
  unknowable: [{ zone: `${at} FAULT timeout`, says: 'Could not be checked' }],
})
