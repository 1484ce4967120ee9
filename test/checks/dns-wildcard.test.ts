import { describe, expect, it } from 'vitest'
import dnsWildcard from '../../src/checks/dns-wildcard.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

describeCheck(dnsWildcard, {
  none: [
    { zone: 'example.org MX 10 mx.example.org', says: 'Names below example.org that nobody made do not exist.' },
    { name: 'the domain itself does not exist', zone: '', says: 'do not exist' },
    { name: 'names below a wildcard are others', zone: '*.mail.example.org A 192.0.2.1', says: 'do not exist' },
    {
      name: 'a server that denies records instead of names',
      zone: '*.example.org CAA 0 issue ";"',
      says: 'do not exist',
    },
  ],
  alias: [
    {
      zone: '*.example.org CNAME www.example.net\nwww.example.net A 192.0.2.1',
      says: 'Every name below example.org that has no records of its own is an alias (CNAME) of www.example.net',
    },
    { name: 'that leads nowhere', zone: '*.example.org CNAME gone.example.net', says: 'of gone.example.net' },
  ],
  mail: [
    {
      zone: '*.example.org MX 10 mx.example.org\n*.example.org A 192.0.2.1',
      says: 'the MX hosts mx.example.org: mail to mistyped subdomains is sent there',
    },
  ],
  'null-mail': [{ zone: '*.example.org MX 0 .', says: 'that it takes no mail (null MX)' }],
  addresses: [
    {
      zone: '*.example.org A 192.0.2.1\n*.example.org AAAA 2001:db8::1',
      says: 'the address 192.0.2.1, 2001:db8::1',
    },
  ],
  texts: [
    {
      zone: '*.example.org MX 0 .\n*.example.org TXT "v=spf1 -all"',
      findings: 2,
      says: 'the TXT records "v=spf1 -all"',
    },
    {
      name: 'where other types do not answer',
      zone: '*.example.org TXT x\n*.example.org FAULT timeout A',
      says: '"x"',
    },
  ],
  unknowable: [
    { zone: '*.example.org FAULT timeout', says: 'DNS did not answer in time when asked for *.example.org MX' },
    {
      name: 'what a wildcard has could not be learned',
      zone: '*.example.org CAA 0 issue ";"\n*.example.org FAULT servfail A',
      says: '*.example.org A',
    },
  ],
})

describe('dns-wildcard', () => {
  it('asks one question where there is none', async () => {
    const resolver = zoneResolver('example.org MX 10 mx.example.org')
    await findingsOf(dnsWildcard, { zone: '', resolver })
    expect(resolver.asked).toEqual(['*.example.org MX'])
  })
})
