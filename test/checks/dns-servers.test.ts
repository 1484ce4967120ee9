import dnsServers from '../../src/checks/dns-servers.ts'
import { type Authority, authorityResolver } from '../support/authority-resolver.ts'
import { type Case, describeCheck } from '../support/check-tester.ts'

const SOA = 'example.org SOA ns1.example.org hostmaster.example.org 7 7200 3600 1209600 3600'
const ZONE = `
  ${SOA}
  example.org NS ns1.example.org
  example.org NS ns2.example.net
  ns1.example.org A 198.51.100.1
`
const SEEN = `
  ${ZONE}
  org NS a.org.example
  a.org.example A 203.0.113.100
  ns2.example.net A 203.0.113.2
`
const parent: Authority = {
  zones: ['org'],
  text: 'org SOA a. b. 1\nexample.org NS ns1.example.org\nns1.example.org A 198.51.100.1',
}
const child: Authority = { zones: ['example.org'], text: ZONE }

function world(
  first: Authority,
  second: Authority,
  more: {
    readonly seen?: string
    readonly above?: Authority
    readonly places?: { readonly [address: string]: Authority }
  } = {},
): Pick<Case, 'zone' | 'target' | 'resolver'> {
  const { seen = SEEN, above = parent, places = {} } = more
  return {
    zone: '',
    target: { authoritative: true },
    resolver: authorityResolver(seen, {
      '203.0.113.100': above,
      '198.51.100.1': first,
      '203.0.113.2': second,
      ...places,
    }),
  }
}
const udpOnly = { ...child, udpOnly: true } as const
const withSoa = (soa: string): Authority => ({ ...child, text: ZONE.replace(SOA, soa) })

describeCheck(dnsServers, {
  good: [
    {
      ...world(child, child),
      says: '2 name servers hold example.org in the same version (7), in several networks, and answer over TCP too.',
    },
    {
      name: 'TCP is closed on the way from here: nobody is blamed',
      ...world(udpOnly, udpOnly, { above: { ...parent, udpOnly: true } }),
      says: '2 name servers',
    },
  ],
  'one-server': [
    {
      ...world(child, child, { seen: SEEN.replace('example.org NS ns2.example.net', '') }),
      says: 'example.org has a single name server, ns1.example.org.',
      fix: 'Let a second server',
    },
  ],
  'one-network': [
    {
      ...world(child, child, {
        seen: SEEN.replace('ns2.example.net A 203.0.113.2', 'ns2.example.net A 198.51.100.2'),
        places: { '198.51.100.2': child },
      }),
      says: 'are in one network (198.51.100.1/24)',
    },
  ],
  'without-tcp': [
    {
      ...world(child, udpOnly),
      says: 'Not answering over TCP: ns2.example.net (203.0.113.2).',
      fix: 'Open TCP port 53',
    },
    {
      name: 'none of them, which the zone above shows',
      ...world(udpOnly, udpOnly),
      says: 'ns1.example.org (198.51.100.1), ns2.example.net (203.0.113.2)',
    },
  ],
  'serials-differ': [
    { ...world(child, withSoa(SOA.replace(' 7 ', ' 8 '))), says: '7 at ns1.example.org; 8 at ns2.example.net' },
  ],
  timers: [
    {
      ...world(
        withSoa('example.org SOA ns1.example.org . 7 7200 9000 8000 172800'),
        withSoa('example.org SOA ns1.example.org . 7 7200 9000 8000 172800'),
      ),
      says: 'an absent record is remembered for 172800 s: a new one is seen late, after a failure they wait longer (retry 9000 s) than otherwise (refresh 7200 s), they drop the zone (expire 8000 s) before they have tried twice, the mailbox of who is responsible is none',
    },
    {
      name: 'a refresh of many days, and an expiry of hours',
      ...world(
        withSoa('example.org SOA ns1.example.org h.example.org 7 200000 3600 1209600 3600'),
        withSoa('example.org SOA ns1.example.org h.example.org 7 200000 3600 1209600 3600'),
      ),
      says: 'every 200000 s only',
    },
    {
      name: 'an expiry of a day',
      ...world(
        withSoa('example.org SOA ns1.example.org h.example.org 7 7200 3600 86400 3600'),
        withSoa('example.org SOA ns1.example.org h.example.org 7 7200 3600 86400 3600'),
      ),
      says: 'after 86400 s without its source',
    },
  ],
  nobody: [
    {
      ...world({ ...child, fault: 'timeout' }, { ...child, fault: 'refused' }),
      says: 'No name server of example.org answered',
    },
    { name: 'no zone', ...world(child, child), target: { domain: 'gone.org', authoritative: true }, says: 'gone.org' },
  ],
})
