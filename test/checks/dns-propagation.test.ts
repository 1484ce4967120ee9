import { describe, expect, it } from 'vitest'
import dnsPropagation from '../../src/checks/dns-propagation.ts'
import { type Authority, authorityResolver } from '../support/authority-resolver.ts'
import { type Case, describeCheck, findingsOf } from '../support/check-tester.ts'

const SEEN = `
  example.org NS ns1.example.org
  example.org NS ns2.example.org
  ns1.example.org A 192.0.2.1
  ns2.example.org A 192.0.2.2
  example.org 120 TXT "v=spf1 mx -all"
  example.org TXT "some-token=1"
  example.org MX 10 mx.example.net
`
const holding = (text: string): Authority => ({ zones: ['example.org'], text })

function world(
  seen: string,
  first: Authority,
  second: Authority,
  subject: string,
): Pick<Case, 'zone' | 'target' | 'resolver' | 'subject' | 'findings'> {
  return {
    zone: '',
    target: { authoritative: true },
    resolver: authorityResolver(seen, { '192.0.2.1': first, '192.0.2.2': second }),
    subject,
    findings: 5,
  }
}

describeCheck(dnsPropagation, {
  same: [
    {
      name: 'all servers publish what the resolver sees',
      ...world(SEEN, holding(SEEN), holding(SEEN), 'example.org TXT'),
      says: 'The name servers of example.org publish what resolvers see ("v=spf1 mx -all").',
    },
    {
      name: 'in another order, or cut into other strings',
      ...world(
        `${SEEN}\nexample.org MX 20 b.example.net`,
        holding('example.org MX 20 b.example.net\nexample.org MX 10 mx.example.net\nexample.org TXT "v=spf1 mx -all"'),
        holding(
          'example.org MX 10 mx.example.net\nexample.org MX 20 b.example.net\nexample.org TXT "v=spf1 " "mx -all"',
        ),
        'example.org MX',
      ),
      says: '("10 mx.example.net" and "20 b.example.net")',
    },
    {
      name: 'nothing is published, and nothing seen',
      ...world(SEEN, holding(SEEN), holding(SEEN), '_dmarc.example.org TXT'),
      says: 'publish what resolvers see (no such record)',
    },
    {
      name: 'a record that has nothing to do with mail has changed',
      ...world(SEEN, holding(`${SEEN}\nexample.org TXT "other=2"`), holding(SEEN), 'example.org TXT'),
      says: 'what resolvers see ("v=spf1 mx -all")',
    },
  ],
  'same-heard': [
    {
      ...world(SEEN, holding(SEEN), { ...holding(''), fault: 'timeout' }, 'example.org MX'),
      says: 'The name servers of example.org that answer publish what resolvers see ("10 mx.example.net"). Not heard: ns2.example.org (it did not answer in time).',
    },
    {
      name: 'one is lame',
      ...world(SEEN, { zones: [], text: '' }, holding(SEEN), 'example.org MX'),
      says: 'Not heard: ns1.example.org (it refuses to answer for the zone)',
    },
  ],
  changed: [
    {
      name: 'the resolver still has the old record',
      ...world(
        SEEN,
        holding('example.org TXT "v=spf1 include:spf.example.net -all"'),
        holding('example.org TXT "v=spf1 include:spf.example.net -all"'),
        'example.org TXT',
      ),
      says: 'Published now by the name servers of example.org: "v=spf1 include:spf.example.net -all". The resolver that was asked here still sees "v=spf1 mx -all", for up to 120 s more',
      data: { left: 120, published: '"v=spf1 include:spf.example.net -all"', seen: '"v=spf1 mx -all"' },
    },
    {
      name: 'the record is new',
      ...world(
        SEEN,
        holding('_dmarc.example.org TXT "v=DMARC1; p=none"'),
        holding('_dmarc.example.org TXT "v=DMARC1; p=none"'),
        '_dmarc.example.org TXT',
      ),
      says: 'Published now by the name servers of example.org: "v=DMARC1; p=none". The resolver that was asked here still sees no such record',
    },
  ],
  'servers-differ': [
    {
      ...world(
        SEEN,
        holding('example.org TXT "v=spf1 mx -all"'),
        holding('example.org TXT "v=spf1 a -all"'),
        'example.org TXT',
      ),
      says: 'do not agree on what is published (see `dns-consistency`). The resolver that was asked here sees "v=spf1 mx -all".',
    },
  ],
  unknowable: [
    {
      name: 'no server answers',
      ...world(SEEN, { ...holding(''), fault: 'network' }, { ...holding(''), fault: 'servfail' }, 'example.org MX'),
      says: 'no server of example.org answers for it (ns1.example.org: it could not be reached; ns2.example.org: it reports a failure (SERVFAIL))',
    },
    {
      name: 'the resolver does not answer',
      ...world(`${SEEN}\nexample.org FAULT servfail MX`, holding(SEEN), holding(SEEN), 'example.org MX'),
      says: 'DNS reported a failure (SERVFAIL) when asked for example.org MX',
    },
  ],
})

describe('dns-propagation', () => {
  it('looks at each selector, where its key really stands, and at the policy of the organization', async () => {
    const text = `${SEEN}\ns1._domainkey.example.org TXT "v=DKIM1; p=x"\nmail.example.org A 192.0.2.5`
    const resolver = authorityResolver(text, { '192.0.2.1': holding(text), '192.0.2.2': holding(text) })
    const target = { domain: 'mail.example.org', selectors: ['s1'], authoritative: true } as const
    const findings = await findingsOf(dnsPropagation, { zone: '', resolver, target })
    expect(findings.map(f => `${f.subject}: ${f.outcome}`)).toEqual([
      'mail.example.org MX: same',
      'mail.example.org TXT: same',
      's1._domainkey.mail.example.org TXT: same',
      '_dmarc.mail.example.org TXT: same',
      '_dmarc.example.org TXT: same',
      '_mta-sts.mail.example.org TXT: same',
      '_smtp._tls.mail.example.org TXT: same',
      '_25._tcp.mail.example.org TLSA: same',
    ])
  })

  it('is not mentioned, and asks nothing, unless it was asked for', async () => {
    const resolver = authorityResolver(SEEN, {})
    expect(await findingsOf(dnsPropagation, { zone: '', resolver })).toEqual([])
    expect(resolver.asked).toEqual([])
  })
})
