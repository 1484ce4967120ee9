// Every way in which an MX behaves, on loopback, and what a patient stranger makes of it.
import { afterEach, describe, expect, it } from 'vitest'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { type Misbehavior, type MxOptions, type MxServer, startMx } from '../../src/lab/mx-server.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { type ProbePatience, probeSmtp, type SmtpProbe } from '../../src/net/smtp-probe.ts'
import { createDialer, type DialerOptions } from '../../src/net/socket-dialer.ts'

const host = 'mx.example.org'
const now = new Date()
const authority = createAuthority(now)
const good = certificateFor(host, 'good', authority, now)
const trusting = { ca: [authority.root] }

const servers: MxServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function start(options: Partial<MxOptions> = {}): Promise<MxServer> {
  const server = await startMx({ hostname: host, certificate: good, ...options })
  servers.push(server)
  return server
}

async function probe(
  options: Partial<MxOptions> = {},
  waits: Partial<ProbePatience> = {},
  dialing: DialerOptions = trusting,
): Promise<SmtpProbe> {
  const { port } = await start(options)
  const target = { address: '127.0.0.1', port, serverName: host, ehloName: 'probe.example.net' }
  return probeSmtp(createDialer(dialing), target, waits)
}

describe('probing an MX that is well', () => {
  it('learns banner, extensions before and under TLS, session and certificates, and says good-bye', async () => {
    const server = await start()
    const target = { address: '127.0.0.1', port: server.port, serverName: host, ehloName: 'probe.example.net' }
    const seen = await probeSmtp(createDialer(trusting), target)
    expect(seen.banner).toEqual({ code: 220, lines: [`${host} ESMTP`] })
    expect(seen.extensions).toContain('STARTTLS')
    expect(seen.extensionsUnderTls).toContain('8BITMIME')
    expect(seen.extensionsUnderTls).not.toContain('STARTTLS')
    expect(seen.injected).toBe(0)
    expect(seen.end).toMatchObject({
      kind: 'secured',
      session: { protocol: 'TLSv1.3', trusted: true },
      certificates: [{ subject: `CN=${host}`, altNames: [host], selfSigned: false }],
    })
    expect(seen.dialogue.map(e => `${e.said} → ${e.heard}`)).toEqual([
      '(banner) → 220 mx.example.org ESMTP',
      expect.stringMatching(/^EHLO probe\.example\.net → 250 mx\.example\.org \| PIPELINING \|.*STARTTLS/),
      'STARTTLS → 220 2.0.0 Ready',
      expect.stringMatching(
        /^\(TLS handshake for mx\.example\.org\) → TLSv1\.3 TLS_\w+, trusted, CN=mx\.example\.org until/,
      ),
      expect.stringMatching(/^EHLO probe\.example\.net → 250 /),
      'QUIT → 221 2.0.0 Bye',
    ])
  })

  it('sees the certificates as sent, in their order, and no root of our own among them', async () => {
    const wish = { from: new Date(now.getTime() - 1e9), to: new Date(now.getTime() + 1e9) }
    const certificate = authority.subordinate(wish).issue({ ...wish, names: [host] })
    const { end } = await probe({ certificate })
    expect(end).toMatchObject({ kind: 'secured', session: { trusted: true } })
    const shown = end.kind === 'secured' ? end.certificates.map(c => c.subject) : []
    expect(shown).toEqual([`CN=${host}`, expect.stringMatching(/^CN=mailworthy lab intermediate/)])
  })

  it('does not trust a root it was not told of, and judges no names', async () => {
    expect((await probe({}, {}, {})).end).toMatchObject({
      kind: 'secured',
      session: { trusted: false, trustFault: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    })
    const certificate = certificateFor(host, 'wrong-name', authority, now)
    expect((await probe({ certificate })).end).toMatchObject({ kind: 'secured', session: { trusted: true } })
  })

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('a certificate that is %s is seen, not refused', async (kind, trustFault) => {
    const { end } = await probe({ certificate: certificateFor(host, kind, authority, now) })
    expect(end).toMatchObject({ kind: 'secured', session: { trusted: false, trustFault } })
  })
})

describe('probing an MX that misbehaves', () => {
  const turnedAway = (at: string, code: number) => ({ kind: 'turned-away', at, reply: { code } })
  it.each<[Misbehavior, object]>([
    ['slow-banner', { kind: 'secured' }],
    ['busy', turnedAway('banner', 421)],
    ['unwelcoming', turnedAway('banner', 554)],
    ['hangs-up', { kind: 'lost', at: 'banner', why: 'closed' }],
    ['not-smtp', { kind: 'not-smtp', at: 'banner', reason: '"SSH-2.0-OpenSSH_9.2" is no SMTP reply' }],
    ['endless-banner', { kind: 'not-smtp', at: 'banner', reason: 'a reply of more than 200 lines' }],
    ['no-ehlo', { kind: 'no-starttls' }],
    ['refuses-ehlo', turnedAway('EHLO', 550)],
    ['no-starttls', { kind: 'no-starttls' }],
    ['masked', { kind: 'no-starttls' }],
    ['busy-at-starttls', turnedAway('STARTTLS', 421)],
    ['refuses-starttls', { kind: 'starttls-refused', reply: { code: 454 } }],
    ['drops-after-starttls', { kind: 'handshake-failed', why: 'closed' }],
    ['no-tls-after-starttls', { kind: 'handshake-failed', why: 'tls', detail: 'wrong version number' }],
    ['old-tls', { kind: 'secured', session: { protocol: 'TLSv1', trusted: true } }],
  ])('%s', async (misbehavior, end) => {
    expect((await probe({ misbehavior })).end).toMatchObject(end)
  })

  it.each<[Misbehavior, Partial<ProbePatience>, object]>([
    ['silent', { banner: 50 }, { kind: 'lost', at: 'banner', why: 'timeout' }],
    ['stalls-after-starttls', { handshake: 50 }, { kind: 'handshake-failed', why: 'timeout' }],
    ['silent-under-tls', { reply: 1000, quit: 50 }, { kind: 'secured' }],
  ])('%s, with less patience', async (misbehavior, waits, end) => {
    const seen = await probe({ misbehavior }, waits)
    expect(seen.end).toMatchObject(end)
    expect(seen.extensionsUnderTls).toBeUndefined()
  })

  it('a banner that does not end in time is a time-out, and what came of it is told', async () => {
    const seen = await probe({ misbehavior: 'slow-banner', pause: 60_000 }, { banner: 500 })
    expect(seen.end).toEqual({ kind: 'lost', at: 'banner', why: 'timeout' })
    expect(seen.dialogue[0]!.heard).toBe('no answer in time after "mx.example.org ESMTP"')
  })

  it('a server that sends a little now and then does not get more time for it', async () => {
    let reads = 0
    const started = performance.now()
    const trickling: Dialer = {
      connect: async () => ({
        kind: 'connected',
        async read() {
          reads++
          await new Promise(resolve => setTimeout(resolve, 20))
          return Buffer.from('2')
        },
        elapsed: () => performance.now() - started,
        pending: () => 0,
        write: () => {},
        startTls: async () => ({ kind: 'failed', why: 'tls', detail: 'none' }),
        close: () => {},
      }),
    }
    const target = { address: '192.0.2.1', port: 25, serverName: host, ehloName: 'probe.example.net' }
    const { end } = await probeSmtp(trickling, target, { banner: 100 })
    expect(end).toEqual({ kind: 'lost', at: 'banner', why: 'timeout' })
    expect(reads).toBeLessThan(10)
  })

  it('what was said in clear before the handshake is counted, dropped, and not heard under TLS', async () => {
    const seen = await probe({ misbehavior: 'injected' })
    expect(seen.injected).toBe('250 2.0.0 said by somebody on the way\r\n'.length)
    expect(seen.end).toMatchObject({ kind: 'secured' })
    expect(seen.extensionsUnderTls).toContain('PIPELINING')
  })

  it('leaves no connection behind', async () => {
    for (const misbehavior of ['drops-after-starttls', 'endless-banner', 'busy', 'not-smtp'] as const) {
      const server = await start({ misbehavior })
      const target = { address: '127.0.0.1', port: server.port, serverName: host, ehloName: 'probe.example.net' }
      await probeSmtp(createDialer(), target)
      await expect.poll(() => server.connections).toEqual({ made: 1, open: 0 })
    }
  })
})

describe('the dialer', () => {
  it('tells a closed port from a text that is no address', async () => {
    const server = await start()
    await server.close()
    const there = { address: '127.0.0.1', port: server.port }
    expect(await createDialer().connect(there, 1000)).toMatchObject({ kind: 'failed', why: 'refused' })
    expect(await createDialer().connect({ address: 'localhost', port: 25 }, 1000)).toMatchObject({ why: 'network' })
  })

  it('refuses to begin with a root that is none', () => {
    expect(() => createDialer({ ca: ['not a certificate'] })).toThrow('no PEM certificate')
  })
})
