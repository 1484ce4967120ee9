import { describe, expect, it } from 'vitest'
import dnsDelegation from '../../src/checks/dns-delegation.ts'
import { type Authority, authorityResolver } from '../support/authority-resolver.ts'
import { type Case, describeCheck, findingsOf } from '../support/check-tester.ts'

const ZONE = `
  example.org SOA ns1.example.org hostmaster.example.org 7
  example.org NS ns1.example.org
  example.org NS ns2.example.net
  ns1.example.org A 198.51.100.1
  ns1.example.org AAAA 2001:db8:1::1
`
const SEEN = `
  ${ZONE}
  org NS a.org.example
  a.org.example A 203.0.113.100
  a.org.example AAAA 2001:db8:f::1
  ns2.example.net A 203.0.113.2
`
const parent: Authority = {
  zones: ['org'],
  text: `org SOA a.org.example h.org.example 1
    example.org NS ns1.example.org
    example.org NS ns2.example.net
    ns1.example.org A 198.51.100.1
    ns1.example.org AAAA 2001:db8:1::1`,
}
const child: Authority = { zones: ['example.org'], text: ZONE }

interface Little {
  readonly seen?: string
  readonly above?: Authority | undefined
  /** At 198.51.100.1, 2001:db8:1::1 and 203.0.113.2. */
  readonly servers?: readonly (Authority | undefined)[]
  readonly more?: { readonly [address: string]: Authority }
}

function resolverOf({ seen = SEEN, above = parent, servers = [child, child, child], more = {} }: Little) {
  const places = ['198.51.100.1', '2001:db8:1::1', '203.0.113.2']
  const own = servers.flatMap((server, index) => (server === undefined ? [] : [[places[index]!, server] as const]))
  return authorityResolver(seen, {
    '203.0.113.100': above,
    '2001:db8:f::1': above,
    ...Object.fromEntries(own),
    ...more,
  })
}

const world = (little: Little = {}): Pick<Case, 'zone' | 'target' | 'resolver'> => ({
  zone: '',
  target: { authoritative: true },
  resolver: resolverOf(little),
})
const failing = (fault: NonNullable<Authority['fault']>): Authority => ({ ...child, fault })
const naming = (text: string): Authority => ({ zones: ['org'], text })

describeCheck(dnsDelegation, {
  delegated: [
    {
      ...world(),
      says: 'example.org is delegated to ns1.example.org, ns2.example.net; each answers with authority, over IPv4 and IPv6.',
    },
    {
      name: 'a name within the zone',
      ...world(),
      target: { domain: 'mail.example.org', authoritative: true },
      says: 'example.org is delegated to',
    },
    {
      name: 'the servers of the zone above hold it too',
      ...world({ above: { zones: ['org', 'example.org'], text: ZONE } }),
      says: 'example.org is delegated to',
    },
  ],
  nobody: [
    {
      name: 'all refuse: resolvers fail for the domain, and the zone above tells who they are',
      ...world({
        seen: `${SEEN}\nexample.org FAULT servfail\nns1.example.org FAULT servfail`,
        servers: [failing('refused'), failing('refused'), failing('refused')],
      }),
      says: 'None of the name servers of example.org answers for it: ns1.example.org (198.51.100.1): it refuses to answer for the zone',
      fix: 'Let at least two name servers load the zone example.org',
    },
    {
      name: 'all are silent, and the way there is open',
      ...world({ servers: [failing('timeout'), failing('timeout'), failing('timeout')] }),
      says: 'ns2.example.net (203.0.113.2): it did not answer in time',
      fix: 'Let at least two',
    },
  ],
  lame: [
    {
      ...world({ servers: [child, child, failing('refused')] }),
      says: 'Named as servers of example.org, and not answering for it: ns2.example.net (203.0.113.2): it refuses to answer for the zone.',
      fix: 'take the server out',
    },
    {
      name: 'without authority',
      ...world({ servers: [child, { ...child, hearsay: true }, child] }),
      says: 'ns1.example.org (2001:db8:1::1): it answers without authority (AA is not set)',
    },
    {
      name: 'one that only the zone above names',
      ...world({
        above: naming(`${parent.text}\nexample.org NS old.example.net`),
        seen: `${SEEN}\nold.example.net A 203.0.113.9`,
        more: { '203.0.113.9': failing('refused') },
      }),
      findings: 2,
      says: 'old.example.net (203.0.113.9): it refuses',
    },
  ],
  failing: [
    {
      ...world({ servers: [child, child, failing('servfail')] }),
      says: 'report a failure: ns2.example.net (203.0.113.2): it reports a failure (SERVFAIL).',
      fix: 'Look into the log',
    },
  ],
  silent: [
    {
      ...world({ servers: [child, child, failing('timeout')] }),
      says: 'did not answer, though others could be reached from here on the same way: ns2.example.net (203.0.113.2)',
      fix: 'port 53 is open',
    },
    {
      name: 'over IPv6, which only the zone above shows to be open',
      ...world({ servers: [child, failing('timeout'), child] }),
      says: 'ns1.example.org (2001:db8:1::1): it did not answer in time',
    },
  ],
  unreached: [
    {
      name: 'no IPv6 from here',
      ...world({
        seen: SEEN.replace('a.org.example AAAA 2001:db8:f::1', ''),
        servers: [child, failing('network'), child],
      }),
      says: 'Whether these answer could not be learned, since nobody could be reached from here on the same way (no IPv6, or port 53 is closed): ns1.example.org (2001:db8:1::1): it could not be reached.',
    },
    {
      name: 'nobody at all',
      ...world({
        above: { ...parent, fault: 'timeout' },
        servers: [failing('timeout'), failing('timeout'), failing('timeout')],
      }),
      findings: 2,
      says: 'no IPv4 or IPv6, or port 53 is closed',
    },
  ],
  'names-differ': [
    {
      name: 'the zone above names others than the zone',
      ...world({ above: naming(parent.text.replace('example.org NS ns2.example.net', '')) }),
      says: 'The servers of example.org are not named alike: the zone above (org): ns1.example.org; ns1.example.org and ns2.example.net: ns1.example.org, ns2.example.net.',
      fix: 'the same NS records',
    },
    {
      name: 'the servers do not agree',
      ...world({ servers: [child, child, { ...child, text: ZONE.replace('example.org NS ns1.example.org', '') }] }),
      says: 'ns2.example.net: ns2.example.net',
    },
  ],
  'parent-unknown': [
    {
      ...world({ above: { ...parent, fault: 'timeout' } }),
      findings: 2,
      says: 'What the zone above says of example.org could not be learned: a.org.example: it did not answer in time.',
    },
  ],
  alias: [
    {
      ...world({
        seen: SEEN.replace(
          'ns2.example.net A 203.0.113.2',
          'ns2.example.net CNAME host.example.net\nhost.example.net A 203.0.113.2',
        ),
      }),
      says: 'The name server ns2.example.net of example.org is an alias (CNAME) of host.example.net',
      fix: 'Give ns2.example.net addresses of its own',
    },
  ],
  'no-address': [
    {
      ...world({ seen: SEEN.replace('ns2.example.net A 203.0.113.2', '') }),
      says: 'The name server ns2.example.net of example.org has no address that resolvers could ask: it has no address.',
      fix: 'Publish an A or AAAA record for ns2.example.net',
    },
    {
      name: 'only one of this machine itself',
      ...world({ seen: SEEN.replace('ns2.example.net A 203.0.113.2', 'ns2.example.net A 127.0.0.1') }),
      says: 'its address 127.0.0.1 is not one that a server for others can have',
    },
    {
      name: 'only in the zone above',
      ...world({ seen: SEEN.replace(/ns1.example.org (A|AAAA) .*/g, '') }),
      says: 'The name server ns1.example.org of example.org has no address that resolvers could ask: only the zone above gives it one (glue).',
    },
  ],
  'private-address': [
    {
      ...world({
        seen: SEEN.replace('ns2.example.net A 203.0.113.2', 'ns2.example.net A 10.0.0.53'),
        more: { '10.0.0.53': child },
      }),
      says: 'The name server ns2.example.net of example.org has the address 10.0.0.53, which nobody outside',
      fix: 'Publish only public addresses',
    },
  ],
  'glue-differs': [
    {
      ...world({ above: naming(parent.text.replace('A 198.51.100.1', 'A 198.51.100.9')) }),
      says: 'The zone above still gives 198.51.100.9 as address of ns1.example.org, which has 198.51.100.1, 2001:db8:1::1.',
      fix: 'Have the registrar change the host (glue) record of ns1.example.org to 198.51.100.1, 2001:db8:1::1.',
    },
  ],
  'glue-incomplete': [
    {
      ...world({ above: naming(parent.text.replace('ns1.example.org AAAA 2001:db8:1::1', '')) }),
      findings: 2,
      says: 'The zone above gives no 2001:db8:1::1 as address of ns1.example.org (glue)',
    },
  ],
  omitted: [
    {
      ...world({
        seen: `${SEEN}${Array.from({ length: 14 }, (_, i) => `example.org NS z${i + 10}.example.net\nz${i + 10}.example.net A 203.0.113.2\n`).join('')}`,
        above: { zones: ['org', 'example.org'], text: ZONE },
      }),
      findings: 2,
      says: 'example.org names so many servers that 3 of them were not asked',
    },
  ],
  'no-zone': [
    {
      zone: '',
      target: { domain: 'gone.org', authoritative: true },
      resolver: resolverOf({}),
      says: 'gone.org is not delegated',
    },
  ],
  unknowable: [
    {
      name: 'neither the resolver nor the zone above tells anything',
      ...world({ seen: 'example.org FAULT servfail\norg FAULT timeout' }),
      says: 'DNS reported a failure (SERVFAIL) when asked for example.org NS',
    },
  ],
})

describe('dns-delegation', () => {
  it('is not mentioned, and asks nothing, unless it was asked for', async () => {
    const resolver = resolverOf({})
    expect(await findingsOf(dnsDelegation, { zone: '', resolver })).toEqual([])
    expect(resolver.asked).toEqual([])
  })

  it('takes an address that DNS does not tell for unknown, and says nothing of its glue', async () => {
    const { zone, target, resolver } = world({ seen: `${SEEN}\nns1.example.org FAULT timeout AAAA` })
    const findings = await findingsOf(dnsDelegation, { zone, target: target!, resolver: resolver! })
    expect(findings.map(({ outcome }) => outcome)).toEqual(['delegated'])
  })
})
