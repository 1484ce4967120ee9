// From the zone to the verdict, with real MX hosts on loopback: what a person would say is what the report says.
import { afterEach, describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import type { AnyCheck } from '../../src/audit/check.ts'
import certificateChain from '../../src/checks/certificate-chain.ts'
import certificateExpiry from '../../src/checks/certificate-expiry.ts'
import certificateName from '../../src/checks/certificate-name.ts'
import starttlsOffer from '../../src/checks/starttls-offer.ts'
import { expansions } from '../../src/facts/expansions.ts'
import { type CertificateKind, certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { type Misbehavior, type MxServer, startMx } from '../../src/lab/mx-server.ts'
import { limitedDialer } from '../../src/net/limited-dialer.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'
import { target } from '../support/check-tester.ts'
import { impatient } from '../support/impatient-dialer.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const host = 'mx.example.org'
const zone = `
example.org     MX 10 ${host}
example.net     MX 10 ${host}
${host} A 192.0.2.1
${host} AAAA 2001:db8::1`
const now = new Date()
const authority = createAuthority(now)

let server: MxServer | undefined
afterEach(() => server?.close())

const checks = (): readonly AnyCheck[] =>
  [starttlsOffer, certificateExpiry, certificateName, certificateChain] as unknown as readonly AnyCheck[]
const profile = {
  name: 'test',
  title: 'test',
  checks: Object.fromEntries(checks().map(c => [c.id, { required: true, gate: 'warn' as const }])),
}

async function world(misbehavior: Misbehavior | undefined, kind: CertificateKind = 'good') {
  server = await startMx({
    hostname: host,
    certificate: certificateFor(host, kind, authority, now),
    ...(misbehavior === undefined ? {} : { misbehavior }),
  })
  const map = new Map([['192.0.2.1:25', { address: '127.0.0.1', port: server.port }]])
  const dialer = mappedDialer(createDialer({ ca: [authority.root] }), map)
  const hasty = misbehavior !== undefined && /silent|stalls/.test(misbehavior)
  const run = new AuditRun(
    { checks: checks(), expansions, readings: async () => ({}) as never, readiness: () => ({}), rules: {} },
    { resolver: zoneResolver(zone), dialer: hasty ? impatient(dialer, 1000) : dialer, ehloName: 'probe.example.net' },
  )
  return (domain: string) => run.audit(target({ domain }), { profile })
}

/** The outcomes of the four checks at the IPv4 address. */
async function outcomes(misbehavior: Misbehavior | undefined, kind?: CertificateKind): Promise<readonly string[]> {
  const report = await (await world(misbehavior, kind))('example.org')
  return report.findings.filter(f => f.subject === `${host} [192.0.2.1]`).map(f => f.outcome)
}

describe('an MX host, audited', () => {
  it.each<[CertificateKind, string, string, string]>([
    ['good', 'valid', 'covers', 'trusted'],
    ['expiring', 'renew-soon', 'covers', 'trusted'],
    ['expiring-tomorrow', 'renew-now', 'covers', 'trusted'],
    ['expired', 'expired', 'covers', 'outside-dates'],
    ['not-yet-valid', 'not-yet-valid', 'covers', 'outside-dates'],
    ['wrong-name', 'valid', 'mismatch', 'trusted'],
    ['self-signed', 'valid', 'unproven', 'self-signed'],
  ])('with a certificate that is %s', async (kind, expiry, name, chain) => {
    expect(await outcomes(undefined, kind)).toEqual(['works', expiry, name, chain])
  })

  it.each<[Misbehavior, string, string]>([
    ['silent', 'no-answer', 'unknowable'],
    ['busy', 'turned-away', 'unknowable'],
    ['unwelcoming', 'turned-away', 'unknowable'],
    ['slow-banner', 'works', 'valid'],
    ['endless-banner', 'not-smtp', 'unknowable'],
    ['not-smtp', 'not-smtp', 'unknowable'],
    ['hangs-up', 'no-answer', 'unknowable'],
    ['no-ehlo', 'not-offered', 'no-tls'],
    ['refuses-ehlo', 'turned-away', 'unknowable'],
    ['no-starttls', 'not-offered', 'no-tls'],
    ['masked', 'masked', 'no-tls'],
    ['busy-at-starttls', 'turned-away', 'unknowable'],
    ['refuses-starttls', 'refused', 'no-tls'],
    ['drops-after-starttls', 'handshake-failed', 'no-tls'],
    ['stalls-after-starttls', 'handshake-stalled', 'unknowable'],
    ['no-tls-after-starttls', 'handshake-failed', 'no-tls'],
    ['old-tls', 'works', 'valid'],
    ['silent-under-tls', 'works', 'valid'],
  ])('that is %s', async (misbehavior, offer, expiry) => {
    expect((await outcomes(misbehavior)).slice(0, 2)).toEqual([offer, expiry])
  })

  it('that has something injected works, and it is said', async () => {
    expect(await outcomes('injected')).toEqual(['works', 'injected', 'valid', 'covers', 'trusted'])
  })

  it('is asked once for all checks and domains, and the address without a way stays unknown', async () => {
    const audit = await world(undefined)
    const [one, other] = await Promise.all([audit('example.org'), audit('example.net')])
    expect(server?.connections.made).toBe(1)
    expect(one?.verdict).toBe('unknown')
    expect(other?.findings.map(f => `${f.subject} ${f.outcome}`)).toEqual([
      `${host} [192.0.2.1] works`,
      `${host} [2001:db8::1] no-route`,
      `${host} [192.0.2.1] valid`,
      `${host} [2001:db8::1] unknowable`,
      `${host} [192.0.2.1] covers`,
      `${host} [2001:db8::1] unknowable`,
      `${host} [192.0.2.1] trusted`,
      `${host} [2001:db8::1] unknowable`,
    ])
  })

  it('that is silent is asked once for all of its domains, and holds up no others', async () => {
    const each = (from: number, mx: string): string[] =>
      Array.from({ length: 60 }, (_, i) => `d${from + i}.example MX 10 ${mx}`)
    const both = [...each(0, 'silent.example'), 'silent.example A 192.0.2.9', ...each(60, host), `${host} A 192.0.2.1`]
    const opened: string[] = []
    const release = Promise.withResolvers<void>()
    const dialer = limitedDialer(
      {
        async connect({ address }) {
          opened.push(address)
          if (address === '192.0.2.9') await release.promise
          return { kind: 'failed', why: 'timeout', detail: 'no connection within 15 s' }
        },
      },
      { total: 3, perEndpoint: 2 },
    )
    const run = new AuditRun(
      { checks: checks(), expansions, readings: async () => ({}) as never, readiness: () => ({}), rules: {} },
      { resolver: zoneResolver(both.join('\n')), dialer, ehloName: 'probe.example.net' },
    )
    const audits = Array.from({ length: 120 }, (_, i) => run.audit(target({ domain: `d${i}.example` }), { profile }))
    const others = await Promise.all(audits.slice(60))
    expect(opened).toEqual(['192.0.2.9', '192.0.2.1'])
    release.resolve()
    const all = await Promise.all(audits)
    // A domain that comes later does not wait for it again either.
    const later = await run.audit(target({ domain: 'd0.example' }), { profile })
    expect(opened).toHaveLength(2)
    expect(new Set([...all, ...others, later].map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
  })

  it('leaves its whole dialogue as evidence', async () => {
    const { findings } = await (await world(undefined))('example.org')
    const evidence = findings.find(f => f.outcome === 'covers')!.evidence
    expect(evidence.map(e => e.ask)).toContain('connect to 192.0.2.1:25')
    expect(evidence.map(e => e.ask).filter(ask => ask.startsWith('SMTP'))).toEqual(
      [
        '(banner)',
        'EHLO probe.example.net',
        'STARTTLS',
        `(TLS handshake for ${host})`,
        'EHLO probe.example.net',
        'QUIT',
      ].map((said, i) => `SMTP with 192.0.2.1:25, ${i + 1}: ${said}`),
    )
  })
})
