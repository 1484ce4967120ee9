import { describe, expect, it } from 'vitest'
import dnsConsistency from '../../src/checks/dns-consistency.ts'
import { type Authority, authorityResolver } from '../support/authority-resolver.ts'
import { type Case, describeCheck, findingsOf } from '../support/check-tester.ts'

const SEEN = `
  example.org NS ns1.example.org
  example.org NS ns2.example.org
  ns1.example.org A 192.0.2.1
  ns2.example.org A 192.0.2.2
  example.org TXT "v=spf1 mx -all"
  example.org MX 10 mx.example.net
`
const TLSA = '_25._tcp.mx.example.org TLSA 3 1 1'
const holding = (text: string): Authority => ({ zones: ['example.org'], text })

function world(
  first: Authority,
  second: Authority,
  subject: string,
  more: Partial<Case> & { readonly seen?: string } = {},
): Pick<Case, 'zone' | 'target' | 'resolver' | 'subject' | 'findings'> {
  const { seen = SEEN, ...rest } = more
  return {
    zone: '',
    target: { authoritative: true },
    resolver: authorityResolver(seen, { '192.0.2.1': first, '192.0.2.2': second }),
    subject,
    findings: 5,
    ...rest,
  }
}

const own = SEEN.replace('mx.example.net', 'mx.example.org')

describeCheck(dnsConsistency, {
  same: [
    {
      name: 'in another order, with another TTL, and cut into other strings',
      ...world(
        holding('example.org MX 20 b.example.org\nexample.org 60 MX 10 a.example.org'),
        holding('example.org MX 10 a.example.org\nexample.org 900 MX 20 b.example.org'),
        'example.org MX',
      ),
      says: 'All name servers of example.org publish the same: "10 a.example.org" and "20 b.example.org".',
    },
    {
      name: 'nothing, at all of them',
      ...world(holding(SEEN), holding(SEEN), '_dmarc.example.org TXT'),
      says: 'publish the same: no such record.',
    },
    {
      name: 'whatever resolvers still see',
      ...world(
        holding('example.org TXT "v=spf1 -all"'),
        holding('example.org TXT "v=spf1 " "-all"'),
        'example.org TXT',
      ),
      says: '"v=spf1 -all"',
    },
  ],
  'same-heard': [
    {
      ...world(holding(SEEN), { ...holding(''), fault: 'timeout' }, 'example.org TXT'),
      says: 'that answer publish the same: "v=spf1 mx -all". Not heard: ns2.example.org (it did not answer in time).',
    },
  ],
  differ: [
    {
      ...world(
        holding('example.org TXT "v=spf1 mx -all"'),
        holding('example.org TXT "v=spf1 a -all"'),
        'example.org TXT',
      ),
      says: 'do not publish the same: ns1.example.org: "v=spf1 mx -all"; ns2.example.org: "v=spf1 a -all".',
      fix: 'compare the serial numbers',
      data: {
        told: [
          { servers: ['ns1.example.org'], publish: '"v=spf1 mx -all"' },
          { servers: ['ns2.example.org'], publish: '"v=spf1 a -all"' },
        ],
      },
    },
    {
      name: 'one has not got the record',
      ...world(holding('_mta-sts.example.org TXT "v=STSv1; id=1"'), holding(''), '_mta-sts.example.org TXT'),
      says: 'ns1.example.org: "v=STSv1; id=1"; ns2.example.org: no such record.',
      fix: 'Until then',
    },
    {
      name: 'TLSA records of an MX host of its own',
      ...world(
        holding(`${own}\n${TLSA} ${'a'.repeat(64)}`),
        holding(`${own}\n${TLSA} ${'b'.repeat(64)}`),
        '_25._tcp.mx.example.org TLSA',
        {
          seen: own,
          findings: 6,
        },
      ),
      says: `ns1.example.org: "3 1 1 ${'a'.repeat(64)}"`,
      fix: 'load the same version',
    },
  ],
  unknowable: [
    {
      name: 'no server answers',
      ...world({ ...holding(''), fault: 'network' }, { ...holding(''), fault: 'servfail' }, 'example.org MX'),
      says: 'no server of example.org answers for it',
    },
  ],
})

describe('dns-consistency', () => {
  it('compares the keys of selectors that were given and that were found', async () => {
    const text = `${SEEN}\ns1._domainkey.example.org TXT "v=DKIM1; p=x"\ngoogle._domainkey.example.org TXT "v=DKIM1; p=y"`
    const resolver = authorityResolver(text, { '192.0.2.1': holding(text), '192.0.2.2': holding(text) })
    const target = { selectors: ['s1'], authoritative: true } as const
    const findings = await findingsOf(dnsConsistency, { zone: '', resolver, target })
    expect(findings.map(f => `${f.subject}: ${f.outcome}`)).toEqual([
      'example.org MX: same',
      'example.org TXT: same',
      's1._domainkey.example.org TXT: same',
      'google._domainkey.example.org TXT: same',
      '_dmarc.example.org TXT: same',
      '_mta-sts.example.org TXT: same',
      '_smtp._tls.example.org TXT: same',
    ])
  })

  it('is not mentioned, and asks nothing, unless it was asked for', async () => {
    const resolver = authorityResolver(SEEN, {})
    expect(await findingsOf(dnsConsistency, { zone: '', resolver })).toEqual([])
    expect(resolver.asked).toEqual([])
  })
})
