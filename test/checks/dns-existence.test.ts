import dnsExistence from '../../src/checks/dns-existence.ts'
import { describeCheck } from '../support/check-tester.ts'

describeCheck(dnsExistence, {
  exists: [
    { zone: 'example.org SOA ns.example.org hostmaster.example.org 1', says: 'exists in DNS' },
    { name: 'a name with other records only', zone: 'example.org TXT "hello"', says: 'exists in DNS' },
    { name: 'an empty non-terminal', zone: 'mail.example.org A 192.0.2.1', says: 'exists in DNS' },
  ],
  alias: [
    {
      zone: 'example.org CNAME example.net\nexample.net MX 10 mx.example.net',
      says: 'an alias (CNAME) for example.net',
      fix: 'Publish the records at example.org itself',
    },
  ],
  missing: [
    { zone: 'example.net A 192.0.2.1', says: 'example.org does not exist (NXDOMAIN)', fix: 'Register example.org' },
  ],
  unknowable: [
    {
      zone: 'example.org FAULT timeout',
      says: 'Could not be checked: DNS did not answer in time when asked for example.org SOA.',
    },
    { zone: 'example.org FAULT servfail', says: 'SERVFAIL' },
    { zone: 'example.org FAULT refused', says: 'REFUSED' },
  ],
})
