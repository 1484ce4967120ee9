// What validating resolvers and delv say of zones that BIND's tools signed, well and badly, and what we say of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import dnsDnssec from '../../src/checks/dns-dnssec.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { findingsOf } from '../support/check-tester.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused, run } from './support/program.ts'
import { type SignedWorld, type Signing, signedWorld } from './support/signed-zones.ts'

const DAY = 86_400
const good: Signing = { algorithm: 'ECDSAP256SHA256' }
const withoutSignature = (type: string) => (zone: string) =>
  // dnssec-signzone writes a signature over several lines.
  zone.replace(new RegExp(`\\bRRSIG\\s+${type} \\d+ \\d+ \\d+ \\([^)]*\\)`, 'g'), '').replace(/^\S*\s+\d+\s*$/gm, '')

/** Each zone, what is to be said of it, and with which words. */
const zones: { readonly [name: string]: readonly [Signing, outcomes: readonly string[], words: string] } = {
  good: [good, ['signed'], 'signed with ECDSAP256SHA256 (13), until '],
  rsa: [{ algorithm: 'RSASHA256' }, ['signed'], 'signed with RSASHA256 (8)'],
  unsigned: [{}, ['unsigned'], 'is not signed'],
  unanchored: [{ ...good, signers: 'none' }, ['unanchored'], 'the zone above has no DS record'],
  expired: [{ ...good, lasts: [-40 * DAY, -10 * DAY] }, ['broken'], 'Its signatures ran out at '],
  early: [{ ...good, lasts: [10 * DAY, 40 * DAY] }, ['broken'], 'Its signatures begin only at '],
  'wrong-ds': [{ ...good, signers: 'other' }, ['broken'], 'none of them is among those of the zone'],
  'no-keys': [{ ...good, withoutKeys: true }, ['broken'], 'the zone has none (DNSKEY)'],
  bogus: [
    { ...good, alter: zone => zone.replace('hostmaster.test.', 'forger.test.') },
    ['broken'],
    'fail when they are checked',
  ],
  'bogus-mx': [
    { ...good, alter: zone => zone.replace('10 mx.', '20 mx.') },
    ['broken'],
    'cannot learn bogus-mx.test MX, and takes',
  ],
  'naked-soa': [{ ...good, alter: withoutSignature('SOA') }, ['broken'], 'its records come without signatures'],
  'running-out': [{ ...good, lasts: [-29 * DAY, DAY] }, ['signed', 'running-out'], 'run out at '],
  'old-digest': [{ ...good, signers: 'sha1' }, ['signed', 'retired-digest'], 'only digests of SHA-1'],
  'old-algorithm': [
    { algorithm: 'NSEC3RSASHA1', bits: 1024 },
    ['signed', 'retired-algorithm', 'short-key'],
    'RSASHA1-NSEC3-SHA1 (7)',
  ],
}

describe.skipIf(excused('nsd', 'unbound', 'dig', 'delv', 'dnssec-signzone'))('DNSSEC, by unbound and delv', () => {
  let world: SignedWorld
  let nsd: NameServer
  let unbound: NameServer
  let resolver: StubResolver

  beforeAll(async () => {
    world = await signedWorld(Object.fromEntries(Object.entries(zones).map(([name, [signing]]) => [name, signing])))
    nsd = await startNsd(world.zones)
    unbound = await startUnbound(nsd, [
      'module-config: "validator iterator"',
      `trust-anchor: "${world.anchor}"`,
      'ede: yes',
      'val-clean-additional: yes',
    ])
    resolver = createResolver({ servers: [{ address: '127.0.0.1', port: unbound.port }] })
  }, 60_000)

  afterAll(async () => {
    resolver?.close()
    await Promise.all([unbound?.stop(), nsd?.stop()])
  })

  /** `validated`, `unsigned` or `failed`, as delv judges by its own. */
  async function delv(name: string, type: string): Promise<string> {
    const args = ['@127.0.0.1', '-p', String(unbound.port), '-a', world.anchorFile, '+root=.', name, type]
    const { text } = await run('delv', args)
    if (/^; (negative response, )?fully validated/m.test(text)) return 'validated'
    if (/^; (negative response, )?unsigned answer/m.test(text)) return 'unsigned'
    return /resolution failed/.test(text) ? 'failed' : text
  }

  it.each(Object.entries(zones))('%s', async (name, [, outcomes, words]) => {
    const domain = `${name}.test`
    const findings = await findingsOf(dnsDnssec, { zone: '', resolver, target: { domain } })
    const told = findings.map(({ outcome, says }) => `${outcome}: ${says}`).join('\n')
    expect(
      findings.map(({ outcome }) => outcome),
      told,
    ).toEqual(outcomes)
    expect(told).toContain(words)
    const judged = [await delv(domain, 'SOA'), await delv(domain, 'MX')]
    const wanted = { signed: 'validated', unsigned: 'unsigned', unanchored: 'unsigned', broken: 'failed' }[outcomes[0]!]
    expect(judged, told).toContain(wanted)
    expect(judged.includes('failed'), told).toBe(wanted === 'failed')
  })

  it('the same, by a resolver that gives no reasons', async () => {
    const silent = await startUnbound(nsd, [
      'module-config: "validator iterator"',
      `trust-anchor: "${world.anchor}"`,
      'ede: no',
    ])
    const own = createResolver({ servers: [{ address: '127.0.0.1', port: silent.port }] })
    const told = await Promise.all(
      Object.keys(zones).map(async name => {
        const findings = await findingsOf(dnsDnssec, { zone: '', resolver: own, target: { domain: `${name}.test` } })
        expect(findings.map(({ says }) => says).join('\n')).not.toContain('The resolver says')
        return [name, findings.map(({ outcome }) => outcome)]
      }),
    )
    own.close()
    await silent.stop()
    const wanted = Object.entries(zones).map(([name, [, outcomes]]) => [name, outcomes])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted))
  }, 60_000)

  it('a domain whose records are fine and whose MX host is not', async () => {
    const text = `\n$TTL 300\nmail.test. SOA ns.test. h.test. 1 3600 600 604800 60\nmail.test. NS ns.test.\nmail.test. MX 10 mx.expired.test.\n`
    const other = await startNsd({ ...world.zones, 'mail.test': text })
    const islands = await startUnbound(other, [
      'module-config: "validator iterator"',
      `trust-anchor: "${world.anchor}"`,
      'domain-insecure: "mail.test"',
    ])
    const own = createResolver({ servers: [{ address: '127.0.0.1', port: islands.port }] })
    const findings = await findingsOf(dnsDnssec, { zone: '', resolver: own, target: { domain: 'mail.test' } })
    own.close()
    await Promise.all([islands.stop(), other.stop()])
    expect(findings.map(({ outcome }) => outcome)).toEqual(['broken-host', 'unsigned'])
    expect(findings[0]!.says).toContain(
      'senders that validate cannot learn the address of the MX host mx.expired.test. Its signatures ran out',
    )
  })

  it('by a resolver with a wrong trust anchor: nothing is proven', async () => {
    const astray = await startUnbound(nsd, [
      'module-config: "validator iterator"',
      `trust-anchor: ". DS 1 13 2 ${'0'.repeat(64)}"`,
    ])
    const own = createResolver({ servers: [{ address: '127.0.0.1', port: astray.port }] })
    const findings = await findingsOf(dnsDnssec, { zone: '', resolver: own, target: { domain: 'good.test' } })
    own.close()
    await astray.stop()
    expect(findings.map(({ outcome }) => outcome)).toEqual(['unknowable'])
  })

  it('by a resolver whose servers are gone: nothing is proven', async () => {
    const gone = await startNsd(world.zones)
    const alone = await startUnbound(gone, [
      'module-config: "validator iterator"',
      `trust-anchor: "${world.anchor}"`,
      'ede: yes',
    ])
    await gone.stop()
    const own = createResolver({ servers: [{ address: '127.0.0.1', port: alone.port }], timeoutMs: 500 })
    const findings = await findingsOf(dnsDnssec, { zone: '', resolver: own, target: { domain: 'good.test' } })
    own.close()
    await alone.stop()
    expect(findings.map(({ outcome }) => outcome)).toEqual(['unknowable'])
  })

  it('by a resolver that does not validate', async () => {
    const lax = await startUnbound(nsd)
    const own = createResolver({ servers: [{ address: '127.0.0.1', port: lax.port }] })
    const outcomes = await Promise.all(
      ['good', 'unsigned', 'expired'].map(async name => {
        const findings = await findingsOf(dnsDnssec, { zone: '', resolver: own, target: { domain: `${name}.test` } })
        return findings.map(({ outcome }) => outcome).join()
      }),
    )
    own.close()
    await lax.stop()
    expect(outcomes).toEqual(['unvalidated', 'unseen', 'unvalidated'])
  })
})
