import mxParked from '../../src/checks/mx-parked.ts'
import { describeCheck } from '../support/check-tester.ts'

const change = (act: 'publish' | 'remove', value: string) =>
  ({ do: act, name: 'example.org', type: 'MX', value }) as const

describeCheck(mxParked, {
  refuses: [{ zone: 'example.org MX 0 .', says: 'example.org publishes a null MX: mail to it is refused at once' }],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'example.org does not exist' }],
  'null-amiss': [
    { zone: 'example.org MX 10 .', says: 'not as the only MX record with preference 0' },
    {
      name: 'beside others',
      zone: 'example.org MX 0 .\nexample.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1',
      says: '`mx-null` tells more',
    },
  ],
  'takes-mail': [
    {
      zone: 'example.org MX 10 mx.example.net\nexample.org MX 20 mx2.example.net\nmx.example.net A 192.0.2.1',
      says: 'mx.example.net (10), mx2.example.net (20)',
      fix: 'publish a null MX in place of its MX records',
      records: [
        change('remove', '10 mx.example.net'),
        change('remove', '20 mx2.example.net'),
        change('publish', '0 .'),
      ],
    },
  ],
  'own-address': [
    {
      zone: 'example.org A 192.0.2.1',
      says: 'senders deliver to that',
      fix: 'for the web',
      records: [change('publish', '0 .')],
    },
  ],
  nowhere: [
    {
      zone: 'example.org TXT "v=spf1 -all"',
      says: 'neither an MX record nor an address',
      records: [change('publish', '0 .')],
    },
  ],
  unknowable: [{ zone: 'example.org FAULT servfail', says: 'Could not be checked' }],
})
