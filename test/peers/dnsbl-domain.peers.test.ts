// Our judgment of lists of domains that rbldnsd and NSD serve: alive, dead, listing everything, refusing; dig says what is served.
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import dnsblDomain from '../../src/checks/dnsbl-domain.ts'
import { domainStanding } from '../../src/facts/domain-standing.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { nobody, target } from '../support/check-tester.ts'
import { dig } from './support/dig.ts'
import { findingsOf } from './support/judge.ts'
import { type ListData, type NameServer, startNsd, startRbldnsd } from './support/name-servers.ts'
import { excused } from './support/program.ts'

const dbl = 'dbl.spamhaus.org'
const surbl = 'multi.surbl.org'
const uribl = 'multi.uribl.com'
const domain = 'news.example.org'

/** A list in both forms: what rbldnsd reads, and the names of a zone file; undefined for a zone that is not served. */
type List = { readonly names: string; readonly zone: string } | undefined

const value = (code: string): string => `:${code}:see https://lists.example/$\n`
const everywhere = (code: string): List => ({
  names: `${value(code)}.org\n.com\ntest\ninvalid\n`,
  zone: `* 60 A ${code}\n*.org 60 A ${code}\n*.com 60 A ${code}\n`,
})
const listing = (code: string, ...names: readonly string[]): List => ({
  names: `${value(code)}${names.join('\n')}\n`,
  zone: names
    .flatMap(name => (name.startsWith('.') ? [`*${name}`, name.slice(1)] : [name]))
    .map(name => `${name} 60 A ${code}\n${name} 60 TXT "see https://lists.example/"\n`)
    .join(''),
})

/** What is served; what dig hears of TEST, INVALID, the name and its organization; and what we make of it. */
const worlds: readonly {
  readonly name: string
  readonly lists: Readonly<Record<string, List>>
  readonly heard: Readonly<Record<string, readonly [test: string, invalid: string, name: string, organization: string]>>
  readonly ours: Readonly<Record<string, string>>
}[] = [
  {
    name: 'one that lists the organization with all that is below, one that lists everything, one that refuses',
    lists: {
      [dbl]: listing('127.0.1.2', 'test', '.example.org'),
      [surbl]: everywhere('127.0.0.8'),
      [uribl]: everywhere('127.0.0.1'),
    },
    heard: {
      [dbl]: ['127.0.1.2', 'NXDOMAIN', '127.0.1.2', '127.0.1.2'],
      [surbl]: ['127.0.0.8', '127.0.0.8', '127.0.0.8', '127.0.0.8'],
      [uribl]: ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
    },
    ours: { [dbl]: 'listed', [surbl]: 'dead', [uribl]: 'refused' },
  },
  {
    name: 'one that is dead, one that is not served, one whose domain is parked',
    lists: { [dbl]: listing('127.0.1.2', 'example.org'), [surbl]: undefined, [uribl]: everywhere('203.0.113.1') },
    heard: {
      [dbl]: ['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', '127.0.1.2'],
      [surbl]: ['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED'],
      [uribl]: ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.1'],
    },
    ours: { [dbl]: 'dead', [surbl]: 'refused', [uribl]: 'unanswered' },
  },
  {
    name: 'two that work and list others, one that lists the host name, which it is not asked for',
    lists: {
      [dbl]: listing('127.0.1.2', 'dbltest.com', '.example.net'),
      [surbl]: listing('127.0.0.64', 'test', domain),
      [uribl]: listing('127.0.0.14', 'test.uribl.com'),
    },
    heard: {
      [dbl]: ['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN'],
      // The organization is on the way to an entry.
      [surbl]: ['127.0.0.64', 'NXDOMAIN', '127.0.0.64', expect.stringMatching(/^(NXDOMAIN|NOERROR)$/)],
      [uribl]: ['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN'],
    },
    ours: { [dbl]: 'clean', [surbl]: 'clean', [uribl]: 'clean' },
  },
]

describe.skipIf(excused('root', 'rbldnsd', 'nsd', 'dig'))('our judgment of lists of domains', () => {
  it.each(worlds)('is right by rbldnsd about $name', async ({ lists, heard, ours }) => {
    const served = Object.entries(lists).flatMap(([zone, list]): [string, ListData][] =>
      list === undefined ? [] : [[zone, { names: list.names }]],
    )
    const server = ended(await startRbldnsd(Object.fromEntries(served)))
    expect(await heardByDig(server, lists)).toEqual(heard)
    expect(await standings(server)).toEqual(ours)
  })

  it.each(worlds)('is right by NSD about $name', async ({ lists, heard, ours }) => {
    const server = ended(await startNsd(asZones(lists)))
    expect(await heardByDig(server, lists)).toEqual(heard)
    expect(await standings(server)).toEqual(ours)
  })

  it('tells a person which name is listed, and why', async () => {
    const server = ended(await startRbldnsd({ [dbl]: { names: worlds[0]!.lists[dbl]!.names } }))
    const findings = await judged(server)
    expect(findings.map(({ outcome, level }) => `${outcome} ${level}`)).toEqual([
      'listed fail',
      'refused-minor unknown',
    ])
    expect(findings[0]!.says).toBe(
      'example.org is listed by Spamhaus DBL (dbl.spamhaus.org): a spam domain; the list says: “see https://lists.example/example.org”.',
    )
  })

  it('finds nothing clean and nothing listed when no list answers', async () => {
    const gone = await startRbldnsd({ [dbl]: { names: 'test\n' } })
    await gone.stop()
    const findings = await judged(gone)
    expect([...new Set(findings.map(finding => finding.level))]).toEqual(['unknown'])
  })
})

function ended(server: NameServer): NameServer {
  onTestFinished(() => server.stop())
  return server
}

function resolverOf(server: NameServer): ReturnType<typeof createResolver> {
  const resolver = createResolver({ servers: [{ address: '127.0.0.1', port: server.port }], timeoutMs: 300 })
  onTestFinished(() => resolver.close())
  return resolver
}

async function standings(server: NameServer): Promise<Record<string, string>> {
  const means = { resolver: resolverOf(server), dialer: nobody, ehloName: 'probe.peers.example' }
  const found = await new Gatherer(means, new SharedFacts()).know(domainStanding, { domain })
  return Object.fromEntries(found.domain.lists.map(({ zone, standing }) => [zone, standing.state]))
}

async function judged(server: NameServer): ReturnType<typeof findingsOf> {
  return findingsOf([dnsblDomain], { resolver: resolverOf(server), dialer: nobody }, target({ domain }))
}

async function heardByDig(server: NameServer, lists: Readonly<Record<string, List>>) {
  const zones = Object.keys(lists)
  const asked = ['test', 'invalid', domain, 'example.org']
  const answers = await dig(
    server.port,
    zones.flatMap(zone => asked.map(name => ({ name: `${name}.${zone}`, type: 'A' }))),
  )
  const words = answers.map(({ status, records }) => (records.length > 0 ? records.join(' ') : status))
  return Object.fromEntries(zones.map((zone, i) => [zone, words.slice(4 * i, 4 * i + 4)]))
}

function asZones(lists: Readonly<Record<string, List>>): { readonly [zone: string]: string } {
  const apex = (zone: string): string =>
    `${zone}. 60 SOA ns.${zone}. h.${zone}. 1 1 1 1 60\n${zone}. 60 NS ns.peers.test.\n`
  return Object.fromEntries(
    Object.entries(lists).flatMap(([zone, list]) => (list === undefined ? [] : [[zone, apex(zone) + list.zone]])),
  )
}
