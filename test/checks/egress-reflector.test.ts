import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import type { AnyCheck } from '../../src/audit/check.ts'
import egressReflector from '../../src/checks/egress-reflector.ts'
import { expansions } from '../../src/facts/expansions.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { describeCheck, nobody, target } from '../support/check-tester.ts'
import { httpAnswer, type ScriptedWeb, webDialer } from '../support/scripted-web.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const host = 'ip.example.net'
const reflector = `https://${host}/me`
const now = Date.now()
const authority = createAuthority(new Date(now))
const named = (name: string) => authority.issue({ names: [name], from: new Date(now - 1e9), to: new Date(now + 1e9) })
const certificate = named(host)
const zone = `${host} A 198.51.100.80`
const both = `${zone}\n${host} AAAA 2001:db8:80::1`

const answers = (body: string, web: Partial<ScriptedWeb> = {}, status = 200): Dialer =>
  webDialer({ certificate, answers: [httpAnswer(status, ['Content-Type: text/plain'], body)], ...web })
const asked = (egress: readonly string[], leavesFrom?: readonly string[]) => ({
  egress,
  reflector,
  families: [4] as const,
  ...(leavesFrom && { leavesFrom }),
})

describeCheck(egressReflector, {
  named: [
    {
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('203.0.113.5\n'),
      says: 'The world sees this machine at 203.0.113.5, one of the sending addresses (https://ip.example.net/me).',
    },
    {
      name: 'IPv6 written in another way',
      zone: both,
      target: { egress: ['2001:db8::5'], reflector, families: [6] },
      dialer: answers('2001:DB8:0:0::5'),
      says: 'at 2001:db8::5, one of',
    },
    {
      name: 'where mail leaves from here',
      zone,
      target: asked(['203.0.113.5'], ['203.0.113.5']),
      dialer: answers('203.0.113.5'),
      says: 'one of the sending addresses',
    },
    {
      name: 'by the address of a smart host or of a bound egress as well',
      zone,
      target: asked(['203.0.113.5', '203.0.113.9'], ['203.0.113.9']),
      dialer: answers('203.0.113.5'),
      says: 'one of the sending addresses',
    },
  ],
  'not-named': [
    {
      zone,
      target: asked(['203.0.113.9']),
      dialer: answers('203.0.113.5'),
      says: 'none of the sending addresses that were named for IPv4 (203.0.113.9); if mail leaves from this machine, name it too (--sender-ip 203.0.113.5).',
    },
    {
      name: 'mail leaves from here by the other family alone',
      zone,
      target: asked(['203.0.113.9', '2001:db8::5'], ['2001:db8::5']),
      dialer: answers('203.0.113.5'),
      says: 'none of the sending addresses',
    },
  ],
  'none-named': [
    {
      zone,
      target: asked(['2001:db8::5']),
      dialer: answers('203.0.113.5'),
      says: 'No sending address was named for IPv4',
    },
  ],
  'leaves-elsewhere': [
    {
      zone,
      target: asked(['203.0.113.9', '203.0.113.7'], ['203.0.113.9']),
      dialer: answers('203.0.113.5'),
      says: 'Mail that leaves from this machine by IPv4 comes from 203.0.113.5, as https://ip.example.net/me sees it, while the sending addresses that are judged are 203.0.113.9.',
      fix: 'Put 203.0.113.5 into seenAs of the egress',
    },
  ],
  'no-way': [
    {
      zone,
      target: { egress: ['203.0.113.5'], reflector, families: [6] },
      says: 'At which IPv6 address the world sees this machine cannot be asked: ip.example.net has no IPv6 address.',
    },
  ],
  unknowable: [
    { name: 'nobody answers', zone, target: asked(['203.0.113.5']), says: 'did not answer by IPv4' },
    {
      name: 'its name has no answer',
      zone: `${host} FAULT servfail`,
      target: asked(['203.0.113.5']),
      says: 'SERVFAIL',
    },
    {
      name: 'the certificate is not trusted',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('203.0.113.5', { trust: { trusted: false, trustFault: 'self-signed' } }),
      says: 'the certificate of ip.example.net is not trusted (self-signed)',
    },
    {
      name: 'the certificate is for another name',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('203.0.113.5', { certificate: named('other.example.net') }),
      says: 'does not name it',
    },
    {
      name: 'a redirect',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('203.0.113.5', {}, 302),
      says: 'answered with status 302',
    },
    {
      name: 'a page for people',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('<html>203.0.113.5</html>'),
      says: 'something else than one public address',
    },
    {
      name: 'an endless answer',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers(`203.0.113.5${' '.repeat(100_000)}`),
      says: 'something else than one public address',
    },
    {
      name: 'an inner address',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('10.0.0.5'),
      says: 'something else than one public address',
    },
    {
      name: 'the other family: a translator stands between',
      zone,
      target: asked(['203.0.113.5']),
      dialer: answers('2001:db8::5'),
      says: 'was asked by IPv4 and told of 2001:db8::5',
    },
  ],
})

describe('a reflector', () => {
  const profile = {
    name: 'test',
    title: 'test',
    checks: { 'egress-reflector': { required: false, gate: 'warn' as const } },
  }
  const run = (dialer: Dialer) =>
    new AuditRun(
      {
        checks: [egressReflector as unknown as AnyCheck],
        expansions,
        readings: async () => ({}) as never,
        readiness: () => ({}),
        rules: {},
      },
      { resolver: zoneResolver(both), dialer, ehloName: 'probe.example.net' },
    )

  it('is not asked, and not told of, when none was named', async () => {
    const connected: string[] = []
    const dialer: Dialer = {
      connect(to, timeoutMs) {
        connected.push(to.address)
        return nobody.connect(to, timeoutMs)
      },
    }
    const report = await run(dialer).audit(target({ egress: ['203.0.113.5'] }), { profile })
    expect(report.findings).toEqual([])
    expect(connected).toEqual([])
  })

  it('is asked once by each family for all domains of a run, by its path and no more', async () => {
    const requests: string[] = []
    const dialer = answers('203.0.113.5', { onRequest: request => requests.push(request) })
    const all = run(dialer)
    for (const domain of ['example.org', 'example.com']) {
      const report = await all.audit(target({ domain, egress: ['203.0.113.5'], reflector }), { profile })
      expect(report.findings.map(finding => finding.outcome)).toEqual(['named', 'unknowable'])
    }
    expect(requests).toHaveLength(2)
    expect(requests[0]).toMatch(/^GET \/me HTTP\/1\.1\r\nHost: ip\.example\.net\r\n/)
  })
})
