// Our judgment of blocklists that rbldnsd and NSD serve: alive, dead, listing everything, refusing; dig says what is served.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import dnsblAddress from '../../src/checks/dnsbl-address.ts'
import { blocklistStanding } from '../../src/facts/blocklist-standing.ts'
import { parseAddress, reversedLabels } from '../../src/names/address.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { blocklists } from '../../src/rules/blocklists.ts'
import { nobody, target } from '../support/check-tester.ts'
import { dig } from './support/dig.ts'
import { findingsOf } from './support/judge.ts'
import { type ListData, type NameServer, startNsd, startRbldnsd, startUnbound } from './support/name-servers.ts'
import { excused } from './support/program.ts'

const listed = parseAddress('198.51.100.7')!
const clean = parseAddress('203.0.113.80')!
const listedIpv6 = parseAddress('2001:db8:7::1')!

const alive = '127.0.0.2 :127.0.0.2:test\n'
const everything = (code: string): ListData => ({ ip4: `0.0.0.0/1 :${code}:\n128.0.0.0/1 :${code}:\n` })

/** A little world of lists under their real names; one of the registry is left out, and rbldnsd refuses it. */
const lists: { readonly [zone: string]: ListData } = {
  'zen.spamhaus.org': {
    ip4: `${alive}198.51.100.7 :127.0.0.4:https://check.spamhaus.org/$\n`,
    ip6: '::ffff:7f00:2/128 :127.0.0.2:test\n2001:db8:7::/64 :127.0.0.3:a $ in a bad network\n',
  },
  'bl.spamcop.net': everything('127.255.255.254'),
  'psbl.surriel.com': { ip4: '192.0.2.0/24 :127.0.0.2:a list without its test entry\n' },
  'bl.mailspike.net': everything('127.0.0.2'),
  'dnsbl.dronebl.org': { ip4: alive, ip6: '::ffff:7f00:2/128 :127.0.0.2:test\n' },
  'dnsbl-1.uceprotect.net': { ip4: `${alive}198.51.100.7 :127.0.0.77:a code that nobody published\n` },
  'dnsbl-2.uceprotect.net': { ip4: `${alive}198.51.100.0/24 :127.0.0.2:a neighborhood\n` },
  'dnsbl-3.uceprotect.net': { ip4: '0.0.0.0/1 :203.0.113.1:\n128.0.0.0/1 :203.0.113.1:\n' },
}

/** What dig hears of the test entry, of the one that must not be, and of the listed address; and what we make of it. */
const expected: { readonly [zone: string]: readonly [must: string, mustNot: string, address: string, ours: string] } = {
  'zen.spamhaus.org': ['127.0.0.2', 'NXDOMAIN', '127.0.0.4', 'listed'],
  'bl.spamcop.net': ['127.255.255.254', '127.255.255.254', '127.255.255.254', 'refused'],
  'b.barracudacentral.org': ['REFUSED', 'REFUSED', 'REFUSED', 'refused'],
  'psbl.surriel.com': ['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', 'dead'],
  'bl.mailspike.net': ['127.0.0.2', '127.0.0.2', '127.0.0.2', 'dead'],
  'dnsbl.dronebl.org': ['127.0.0.2', 'NXDOMAIN', 'NXDOMAIN', 'clean'],
  'dnsbl-1.uceprotect.net': ['127.0.0.2', 'NXDOMAIN', '127.0.0.77', 'unanswered'],
  'dnsbl-2.uceprotect.net': ['127.0.0.2', 'NXDOMAIN', '127.0.0.2', 'listed'],
  'dnsbl-3.uceprotect.net': ['203.0.113.1', '203.0.113.1', '203.0.113.1', 'unanswered'],
}

describe.skipIf(excused('root', 'rbldnsd', 'nsd', 'unbound', 'dig'))('our judgment of blocklists', () => {
  let rbldnsd: NameServer

  beforeAll(async () => {
    rbldnsd = await startRbldnsd(lists)
  })

  afterAll(async () => {
    await rbldnsd?.stop()
  })

  it('knows every list that the world of this test has', () => {
    expect(blocklists.map(list => list.zone).toSorted()).toEqual(Object.keys(expected).toSorted())
  })

  it('is right about each list that rbldnsd serves or refuses', async () => {
    const heard = await heardByDig(rbldnsd)
    const ours = await standings(rbldnsd, listed)
    const table = Object.fromEntries(Object.keys(expected).map(zone => [zone, [...heard[zone]!, ours[zone]]]))
    expect(table).toEqual(expected)
  })

  it('is the same when NSD serves the lists as ordinary zones', async () => {
    const nsd = await startNsd(asZones())
    const heard = await heardByDig(nsd)
    const ours = await standings(nsd, listed)
    await nsd.stop()
    const table = Object.fromEntries(Object.keys(expected).map(zone => [zone, [...heard[zone]!, ours[zone]]]))
    expect(table).toEqual(expected)
  })

  it('takes a list that refuses the resolver in between for one that does not answer', async () => {
    const unbound = await startUnbound(rbldnsd)
    const ours = await standings(unbound, listed)
    await unbound.stop()
    const through = Object.fromEntries(Object.entries(expected).map(([zone, [, , , state]]) => [zone, state]))
    // unbound passes on the failure, not its reason.
    expect(ours).toEqual({ ...through, 'b.barracudacentral.org': expect.stringMatching(/^(unanswered|refused)$/) })
  })

  it('finds IPv6 addresses by their nibbles, in lists that hold them', async () => {
    const name = `${reversedLabels(listedIpv6)}.zen.spamhaus.org`
    const [a, txt] = await dig(rbldnsd.port, [
      { name, type: 'A' },
      { name, type: 'TXT' },
    ])
    expect([a!.records, txt!.records]).toEqual([['127.0.0.3'], [['a 2001:db8:7::1 in a bad network']]])
    expect(await standings(rbldnsd, listedIpv6)).toEqual({ 'zen.spamhaus.org': 'listed', 'dnsbl.dronebl.org': 'clean' })
  })

  it('tells a person what each list said', async () => {
    const findings = await judged(rbldnsd, listed.text)
    const told = Object.fromEntries(findings.map(finding => [finding.outcome, finding]))
    expect(findings.filter(finding => finding.level === 'fail').map(finding => finding.outcome)).toEqual(['listed'])
    expect(told.listed!.says).toContain('zen.spamhaus.org')
    expect(told.listed!.says).toContain('https://check.spamhaus.org/198.51.100.7')
    expect(told.refused!.says).toContain('bl.spamcop.net')
    expect(told['refused-minor']!.says).toContain('b.barracudacentral.org')
    expect(told.dead!.says).toContain('bl.mailspike.net')
    expect(told.dead!.says).toContain('psbl.surriel.com')
    expect(told['unanswered-minor']!.says).toContain('127.0.0.77')
  })

  it('calls a clean address clean only where a working list said so', async () => {
    const findings = await judged(rbldnsd, clean.text)
    expect(findings.filter(finding => finding.level === 'fail')).toEqual([])
    const said = findings.find(finding => finding.outcome === 'clean')
    expect(said?.data.zones).toEqual([
      'zen.spamhaus.org',
      'dnsbl.dronebl.org',
      'dnsbl-1.uceprotect.net',
      'dnsbl-2.uceprotect.net',
    ])
  })

  it('finds nothing clean and nothing listed when no list answers', async () => {
    const gone = await startRbldnsd(lists)
    await gone.stop()
    const findings = await judged(gone, listed.text)
    expect([...new Set(findings.map(finding => finding.level))]).toEqual(['unknown'])
  })
})

function resolverOf(server: NameServer): ReturnType<typeof createResolver> {
  return createResolver({ servers: [{ address: '127.0.0.1', port: server.port }], timeoutMs: 300 })
}

/** Zone → what we make of it. */
async function standings(server: NameServer, address: typeof listed): Promise<Record<string, string>> {
  const resolver = resolverOf(server)
  const means = { resolver, dialer: nobody, ehloName: 'probe.peers.example' }
  const { lists: found } = await new Gatherer(means, new SharedFacts()).know(blocklistStanding, { address })
  resolver.close()
  return Object.fromEntries(found.map(({ zone, standing }) => [zone, standing.state]))
}

async function judged(server: NameServer, address: string): ReturnType<typeof findingsOf> {
  const resolver = resolverOf(server)
  const findings = await findingsOf([dnsblAddress], { resolver, dialer: nobody }, target({ egress: [address] }))
  resolver.close()
  return findings
}

/** Zone → what dig hears of the two test entries and of the listed address: the record, or why there is none. */
async function heardByDig(server: NameServer): Promise<Record<string, readonly string[]>> {
  const zones = Object.keys(expected)
  const asked = ['2.0.0.127', '1.0.0.127', reversedLabels(listed)]
  const questions = zones.flatMap(zone => asked.map(labels => ({ name: `${labels}.${zone}`, type: 'A' })))
  const answers = await dig(server.port, questions)
  const words = answers.map(({ status, records }) => (records.length > 0 ? records.join(' ') : status))
  return Object.fromEntries(zones.map((zone, i) => [zone, words.slice(3 * i, 3 * i + 3)]))
}

/** The same lists as zone files: wildcards for those that list everything. */
function asZones(): { readonly [zone: string]: string } {
  const apex = (zone: string): string =>
    `${zone}. 60 SOA ns.${zone}. h.${zone}. 1 1 1 1 60\n${zone}. 60 NS ns.peers.test.\n`
  const records: { readonly [zone: string]: string } = {
    'zen.spamhaus.org': '2.0.0.127 60 A 127.0.0.2\n7.100.51.198 60 A 127.0.0.4\n7.100.51.198 60 TXT "a reason"\n',
    'bl.spamcop.net': '* 60 A 127.255.255.254\n',
    'psbl.surriel.com': '',
    'bl.mailspike.net': '* 60 A 127.0.0.2\n',
    'dnsbl.dronebl.org': '2.0.0.127 60 A 127.0.0.2\n',
    'dnsbl-1.uceprotect.net': '2.0.0.127 60 A 127.0.0.2\n7.100.51.198 60 A 127.0.0.77\n',
    'dnsbl-2.uceprotect.net': '2.0.0.127 60 A 127.0.0.2\n*.100.51.198 60 A 127.0.0.2\n',
    'dnsbl-3.uceprotect.net': '* 60 A 203.0.113.1\n',
  }
  return Object.fromEntries(Object.entries(records).map(([zone, text]) => [zone, apex(zone) + text]))
}
