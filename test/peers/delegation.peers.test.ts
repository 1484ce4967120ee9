// Delegations as real name servers hold them: what is said of NSD and unbound when all is well, and when one of them is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import dnsCaa from '../../src/checks/dns-caa.ts'
import dnsConsistency from '../../src/checks/dns-consistency.ts'
import dnsDelegation from '../../src/checks/dns-delegation.ts'
import dnsServers from '../../src/checks/dns-servers.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedResolver } from '../../src/net/mapped-resolver.ts'
import type { Finding } from '../../src/report/report.ts'
import { findingsOf } from '../support/check-tester.ts'
import { dig } from './support/dig.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused, freePort } from './support/program.ts'

const zone = (serial: number, spf: string, more = ''): string => `
$TTL 300
example.test. SOA ns1.example.test. hostmaster.example.test. ${serial} 7200 3600 1209600 3600
example.test. NS ns1.example.test.
example.test. NS ns2.example.test.
ns1.example.test. A 198.51.100.1
ns1.example.test. AAAA 2001:db8:1::1
ns2.example.test. A 203.0.113.2
example.test. MX 10 mx.example.test.
mx.example.test. A 192.0.2.25
example.test. TXT "${spf}"
_25._tcp.mx.example.test. TLSA 3 1 1 ${'ab'.repeat(32)}
example.test. CAA 0 issue "letsencrypt.org; validationmethods=dns-01"
example.test. CAA 0 iodef "mailto:a@example.test"
alias.example.test. CNAME elsewhere.test.
${more}`
const above = (glue = '198.51.100.1', more = ''): string => `
$TTL 300
test. SOA ns.test. hostmaster.test. 1 7200 3600 1209600 3600
test. NS ns.test.
ns.test. A 203.0.113.100
example.test. NS ns1.example.test.
example.test. NS ns2.example.test.
ns1.example.test. A ${glue}
ns1.example.test. AAAA 2001:db8:1::1
ns2.example.test. A 203.0.113.2
${more}`

/** Who stands at the addresses of the servers; at a bare port nobody listens. */
interface Network {
  readonly first: NameServer | number
  readonly sixth?: NameServer | number
  readonly second: NameServer | number
  readonly parent: NameServer
}

describe.skipIf(excused('nsd', 'unbound', 'dig'))('a delegation to NSD', () => {
  let good: NameServer
  let parent: NameServer
  let recursive: NameServer
  let stub: StubResolver
  const started: NameServer[] = []
  const start = async (zones: { readonly [origin: string]: string }): Promise<NameServer> => {
    const server = await startNsd(zones)
    started.push(server)
    return server
  }

  beforeAll(async () => {
    good = await start({ 'example.test': zone(7, 'v=spf1 mx -all') })
    parent = await start({ test: above() })
    // All that a resolver sees, in one place: of zones that it holds it refers to nobody.
    const seen = await start({
      '.': '. 300 SOA a. b. 1 1 1 1 1\n. 300 NS a.\n',
      test: above(),
      'example.test': zone(7, 'v=spf1 mx -all'),
    })
    recursive = await startUnbound(seen)
    stub = createResolver({ servers: [{ address: '127.0.0.1', port: recursive.port }], timeoutMs: 250 })
  })

  afterAll(async () => {
    stub?.close()
    await Promise.all([recursive, ...started].map(server => server?.stop()))
  })

  /** The findings of a check about this network. */
  async function told(
    check: unknown,
    { first, second, parent: top, sixth = first }: Network,
  ): Promise<readonly Finding[]> {
    const at = (server: NameServer | number) => ({
      address: '127.0.0.1',
      port: typeof server === 'number' ? server : server.port,
    })
    const places = {
      '198.51.100.1:53': first,
      '[2001:db8:1::1]:53': sixth,
      '203.0.113.2:53': second,
      '203.0.113.100:53': top,
    }
    const map = new Map(Object.entries(places).map(([place, server]) => [place, at(server)]))
    const resolver = mappedResolver(stub, map)
    return findingsOf(check, { zone: '', resolver, target: { domain: 'example.test', authoritative: true } })
  }
  const outcomes = (findings: readonly Finding[]): readonly string[] => findings.map(({ outcome }) => outcome)

  it('that is well', async () => {
    const network = { first: good, second: good, parent }
    expect(outcomes(await told(dnsDelegation, network))).toEqual(['delegated'])
    expect(outcomes(await told(dnsServers, network))).toEqual(['good'])
    const same = await told(dnsConsistency, network)
    expect(new Set(outcomes(same))).toEqual(new Set(['same']))
    expect(same.find(({ subject }) => subject.endsWith('TLSA'))?.says).toContain(`"3 1 1 ${'ab'.repeat(32)}"`)
  })

  it('with a server that does not hold the zone, as dig sees it too', async () => {
    const other = await start({ 'other.test': zone(1, 'x').replaceAll('example.test', 'other.test') })
    const [seen] = await dig(other.port, [{ name: 'example.test', type: 'SOA' }])
    expect(seen!.status).toBe('REFUSED')
    const [lame] = await told(dnsDelegation, { first: good, second: other, parent })
    expect(lame).toMatchObject({
      outcome: 'lame',
      says: expect.stringContaining('ns2.example.test (203.0.113.2): it refuses'),
    })
  })

  it('with a resolver in place of a server', async () => {
    const [found] = await told(dnsDelegation, { first: good, second: recursive, parent })
    expect(found?.outcome).toBe('lame')
  })

  it('with a zone that could not be loaded', async () => {
    const fine = { 'fine.test': zone(1, 'x').replaceAll('example.test', 'fine.test') }
    const sick = await start({ ...fine, 'example.test': 'example.test. 300 SOA a. b. 1 1 1 1' })
    const [found] = await told(dnsDelegation, { first: good, second: sick, parent })
    expect(found).toMatchObject({ outcome: 'failing', says: expect.stringContaining('SERVFAIL') })
  }, 20_000)

  it('with a server that is gone: silent where others were heard, and not known where nobody was', async () => {
    const gone = await freePort()
    const [silent] = await told(dnsDelegation, { first: good, second: gone, parent })
    expect(silent).toMatchObject({ outcome: 'silent', says: expect.stringContaining('203.0.113.2') })
    // Nobody but this server has an IPv6 address.
    const [unreached] = await told(dnsDelegation, { first: good, sixth: gone, second: good, parent })
    expect(unreached).toMatchObject({
      outcome: 'unreached',
      level: 'unknown',
      says: expect.stringContaining('no IPv6'),
    })
  })

  it('with glue of yesterday, and a server that only the zone above names', async () => {
    const old = await start({
      test: above('198.51.100.9', 'example.test. NS ns3.example.test.\nns3.example.test. A 203.0.113.2'),
    })
    const found = await told(dnsDelegation, { first: good, second: good, parent: old })
    expect(outcomes(found).toSorted()).toEqual(['glue-differs', 'names-differ', 'no-address'].toSorted())
    expect(found.find(({ outcome }) => outcome === 'names-differ')?.says).toContain(
      'the zone above (test): ns1.example.test, ns2.example.test, ns3.example.test; ns1.example.test and ns2.example.test and ns3.example.test: ns1.example.test, ns2.example.test',
    )
  })

  it('with a server that lags behind', async () => {
    const late = await start({ 'example.test': zone(6, 'v=spf1 a -all') })
    const network = { first: good, second: late, parent }
    const differing = (await told(dnsConsistency, network)).filter(({ outcome }) => outcome !== 'same')
    expect(differing).toMatchObject([
      {
        subject: 'example.test TXT',
        outcome: 'differ',
        says: expect.stringContaining('ns2.example.test: "v=spf1 a -all"'),
      },
    ])
    expect(await told(dnsServers, network)).toMatchObject([
      { outcome: 'serials-differ', says: expect.stringContaining('7 at ns1.example.test; 6 at ns2.example.test') },
    ])
  })

  it('with CAA records, which dig reads alike', async () => {
    const [judged] = await dig(recursive.port, [{ name: 'example.test', type: 'CAA' }])
    expect(judged!.records.toSorted()).toEqual([
      '0 iodef "mailto:a@example.test"',
      '0 issue "letsencrypt.org; validationmethods=dns-01"',
    ])
    expect(await told(dnsCaa, { first: good, second: good, parent })).toMatchObject([
      {
        outcome: 'restricted',
        says: expect.stringContaining('Only letsencrypt.org may issue certificates for mx.example.test'),
      },
    ])
  })
})
