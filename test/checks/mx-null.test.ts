import { expect, it } from 'vitest'
import mxNull from '../../src/checks/mx-null.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { describeCheck } from '../support/check-tester.ts'

const record = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: 'example.org', type: 'MX', value }) as const

describeCheck(mxNull, {
  'not-null': [
    { zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1', says: 'it takes mail' },
    { name: 'an implicit MX', zone: 'example.org A 192.0.2.1', says: 'it takes mail' },
    { name: 'preference 0 with a host', zone: 'example.org MX 0 mx.example.org', says: 'it takes mail' },
  ],
  null: [
    {
      zone: 'example.org MX 0 .',
      says: 'example.org takes no mail: it publishes a null MX. It must not be used in sender addresses',
      fix: 'Only if mail is to be sent from example.org',
    },
    {
      name: 'an address beside it changes nothing',
      zone: 'example.org MX 0 .\nexample.org A 192.0.2.1',
      says: '5.7.27',
    },
  ],
  'no-mx': [
    { zone: 'example.org TXT "v=spf1 -all"', says: 'no mail host' },
    { name: 'no domain', zone: 'example.net A 192.0.2.1', says: 'no mail host' },
  ],
  'null-with-others': [
    {
      zone: 'example.org MX 0 .\nexample.org MX 10 mx.example.org',
      says: 'a null MX ("0 .") beside other MX records',
      records: [record('remove', '0 .')],
    },
    {
      name: 'whatever its preference',
      zone: 'example.org MX 50 .\nexample.org MX 10 mx.example.org',
      says: '("50 .")',
      records: [record('remove', '50 .')],
    },
  ],
  'several-nulls': [
    {
      zone: 'example.org MX 0 .\nexample.org MX 10 .',
      says: 'preferences 0, 10',
      records: [record('remove', '10 .')],
    },
    {
      name: 'none with preference 0',
      zone: 'example.org MX 5 .\nexample.org MX 10 .',
      says: 'preferences 5, 10',
      records: [record('publish', '0 .'), record('remove', '5 .'), record('remove', '10 .')],
    },
  ],
  'null-preference': [
    {
      zone: 'example.org MX 10 .',
      says: 'preference 10',
      records: [record('publish', '0 .'), record('remove', '10 .')],
    },
  ],
  unknowable: [
    { zone: 'example.org FAULT timeout', says: 'DNS did not answer in time when asked for example.org MX' },
    {
      name: 'no MX, and the address is not known',
      zone: 'example.org TXT "x"\nexample.org FAULT servfail A',
      says: 'SERVFAIL',
    },
  ],
})

it('fails every domain that sends and takes no mail, however it says so', () => {
  const { levels } = profiles.sending.checks['mx-null']
  expect(levels).toEqual({ null: 'fail', 'null-preference': 'fail' })
})
