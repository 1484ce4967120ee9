import { describe, expect, it, onTestFinished } from 'vitest'
import { certificateFor, createAuthority, selfSigned } from '../../../src/lab/certificates.ts'
import { type Misbehavior, startMx, type TakenMail } from '../../../src/lab/mx-server.ts'
import { tlsPolicy } from '../../../src/relay/deliver/tls.ts'
import { type SinkOptions, startSink } from '../../support/sink.ts'
import { courierTo, route } from './delivery-world.ts'

const now = new Date()
const authority = createAuthority(now)
const certificate = certificateFor('mx1.one.test', 'good', authority, now)
const relayCertificate = certificateFor('relay.test', 'good', authority, now)
const ca = [authority.root]
const good = 'delivered 250 2.0.0 Ok: queued as SINK1'

describe('the TLS policy of a route', () => {
  const auth = { user: 'u', password: 'p' }
  it.each([
    ['auto', undefined, 'opportunistic'],
    ['auto', auth, 'verify'],
    ['opportunistic', auth, 'required'],
    ['required', auth, 'required'],
    ['verify', undefined, 'verify'],
    ['none', undefined, 'none'],
  ] as const)('%s, with credentials %j, is %s', (tls, auth, policy) => expect(tlsPolicy({ tls, auth })).toBe(policy))
})

describe('TLS', () => {
  const to = async (
    tls: 'none' | 'opportunistic' | 'required' | 'verify',
    options: SinkOptions,
    recipient = 'a@one.test',
  ) => {
    const sink = await startSink(options)
    const patience = { greeting: 800, command: 800 }
    const { said } = courierTo([sink.port, sink.port], { ca, patience })
    return { sink, said: (await said([recipient], { route: route({ tls }) }))[0]! }
  }

  it('is not spoken where it is not wanted', async () => {
    const { sink, said } = await to('none', { certificate })
    expect([said, sink.mails[0]!.tls]).toEqual([good, false])
  })

  it('is taken when it can be had, whatever the certificate', async () => {
    for (const one of [
      certificate,
      certificateFor('mx1.one.test', 'expired', authority, now),
      certificateFor('mx1.one.test', 'self-signed', authority, now),
    ]) {
      const { sink, said } = await to('opportunistic', { certificate: one })
      expect([said, sink.mails[0]!.tls, sink.visits.length]).toEqual([good, true, 1])
      // RFC 3207 §4.2: who we are is said anew.
      expect(sink.visits[0]!.lines.filter(line => line.startsWith('EHLO'))).toHaveLength(2)
    }
  })

  it('gives way to mail in clear when it may: once, on a new connection', async () => {
    for (const behavior of [{ do: 'drop' }, { do: 'silence' }] as const) {
      const { sink, said } = await to('opportunistic', {
        certificate,
        behavior: step => (step === 'STARTTLS' ? behavior : undefined),
      })
      expect([said, sink.mails[0]!.tls, sink.visits.length]).toEqual([good, false, 2])
    }
    const refusing = await to('opportunistic', {
      certificate,
      behavior: s => (s === 'STARTTLS' ? '454 4.7.0 No' : undefined),
    })
    expect([refusing.said, refusing.sink.mails[0]!.tls]).toEqual([good, false])
    const without = await to('opportunistic', {})
    expect([without.said, without.sink.visits.length]).toEqual([good, 1])
  })

  it('never gives way when it is required', async () => {
    const dropping = await to('required', {
      certificate,
      behavior: s => (s === 'STARTTLS' ? { do: 'drop' } : undefined),
    })
    expect(dropping.said).toMatch(/^deferred 4\.7\.[45] /)
    const without = await to('required', {})
    expect(without.said).toMatch(
      /^deferred 4\.7\.4 this route wants TLS, and mx1\.one\.test \[192\.0\.2\.1\] does not offer it: 502 5\.5\.2 What\?/,
    )
    for (const { sink } of [dropping, without]) {
      expect(sink.visits.flatMap(visit => visit.lines).filter(line => line.startsWith('MAIL'))).toEqual([])
    }
    const wrong = await to('required', {
      certificate: selfSigned({ names: ['elsewhere.test'], from: now, to: new Date(+now + 1e8) }),
    })
    expect([wrong.said, wrong.sink.mails[0]!.tls]).toEqual([good, true])
  })

  it.each([
    ['good', good],
    ['expired', /^deferred 4\.7\.5 .*certificate has expired/],
    ['self-signed', /^deferred 4\.7\.5 .*self-signed certificate/],
    ['wrong-name', /^deferred 4\.7\.5 .*it is for DNS:www\.elsewhere\.example, not for mx1\.one\.test/],
    ['not-yet-valid', /^deferred 4\.7\.5 .*not yet valid/],
  ] as const)('with proof: a certificate that is %s', async (kind, expected) => {
    const { sink, said } = await to('verify', { certificate: certificateFor('mx1.one.test', kind, authority, now) })
    if (typeof expected === 'string') expect(said).toBe(expected)
    else {
      expect(said).toMatch(expected)
      expect(sink.visits.flatMap(visit => visit.lines).filter(line => line.startsWith('MAIL'))).toEqual([])
    }
  })

  it('takes no common name, and no wildcard of more than a label', async () => {
    const lasting = { from: now, to: new Date(+now + 864e5) }
    const named = (names: string[], commonName: string) => authority.issue({ names, commonName, ...lasting })
    expect((await to('verify', { certificate: named([], 'mx1.one.test') })).said).toMatch(/^deferred 4\.7\.5 .*no name/)
    expect((await to('verify', { certificate: named(['*.test'], 'x') })).said).toMatch(/^deferred 4\.7\.5/)
    expect((await to('verify', { certificate: named(['*.one.test'], 'x') })).said).toBe(good)
  })

  it('goes on to the next host when one cannot do it', async () => {
    const plain = await startSink()
    const able = await startSink({ certificate: certificateFor('mx2.two.test', 'good', authority, now) })
    const { said } = courierTo([plain.port, able.port], { ca })
    expect(await said(['a@two.test'], { route: route({ tls: 'verify' }) })).toEqual([good])
  })

  it.each<[Misbehavior, boolean]>([
    ['refuses-starttls', false],
    ['drops-after-starttls', false],
    ['stalls-after-starttls', false],
    ['no-tls-after-starttls', false],
    ['injected', true],
    ['old-tls', true],
    ['silent-under-tls', false],
    ['masked', false],
  ])('under "opportunistic" copes with a host that is "%s"', async (misbehavior, secured) => {
    const mails: TakenMail[] = []
    const mx = await startMx({ hostname: 'mx1.one.test', certificate, misbehavior, onMail: mail => mails.push(mail) })
    onTestFinished(() => mx.close())
    const { said } = courierTo([mx.port], { patience: { greeting: 800, command: 800 } })
    expect(await said(['a@one.test'])).toEqual(['delivered 250 2.0.0 Ok: taken'])
    expect(mails.map(mail => mail.tls)).toEqual([secured])
  })

  it('is not begun by a host that is too busy for it', async () => {
    const mx = await startMx({ hostname: 'mx1.one.test', certificate, misbehavior: 'busy-at-starttls' })
    onTestFinished(() => mx.close())
    const { said } = courierTo([mx.port])
    expect(await said(['a@one.test'])).toEqual(['deferred 421 4.7.0 Too busy for this'])
  })
})

describe('a smart host', () => {
  const auth = { user: 'erp', password: 'pass wörd' }
  const smart = (port = 587, more: Parameters<typeof route>[0] = {}) =>
    route({
      via: [
        { host: 'relay.test', port },
        { host: 'second.test', port },
      ],
      auth,
      ...more,
    })
  const wire = { certificate: relayCertificate, auth }

  it.each(['PLAIN LOGIN', 'LOGIN', 'CRAM-MD5 LOGIN', 'XOAUTH2 PLAIN'])(
    'gets the credentials by one of %s',
    async by => {
      const sink = await startSink({ ...wire, auth: { ...auth, by } })
      const { said } = courierTo([sink.port], { ca })
      expect(await said(['a@any.test'], { route: smart() })).toEqual([good])
      expect(sink.visits[0]).toMatchObject({ tls: true, authenticated: true })
    },
  )

  it('gets mail for all domains in one transaction', async () => {
    const sink = await startSink(wire)
    const { said } = courierTo([sink.port], { ca })
    expect(await said(['a@any.test', 'b@other.test'], { route: smart() })).toEqual([good, good])
    expect(sink.mails.map(mail => mail.to)).toEqual([['a@any.test', 'b@other.test']])
  })

  it('speaks TLS from the start on port 465', async () => {
    const sink = await startSink({ ...wire, implicitTls: true })
    const { said } = courierTo([sink.port], { ca })
    expect(await said(['a@any.test'], { route: smart(465) })).toEqual([good])
    expect(sink.visits[0]!.lines).not.toContain('STARTTLS')
  })

  it('never gets the password in clear, nor one that cannot prove its name', async () => {
    for (const tls of ['auto', 'opportunistic', 'required', 'verify', 'none'] as const) {
      const open = await startSink({ auth: { ...auth, inClear: true } })
      const { said } = courierTo([open.port], { ca })
      expect((await said(['a@any.test'], { route: smart(587, { tls }) }))[0]).toMatch(/^deferred 4\.(7\.11|7\.4|4\.1) /)
      expect(open.visits.flatMap(visit => visit.lines).filter(line => line.startsWith('AUTH'))).toEqual([])
    }
    const stranger = await startSink({
      ...wire,
      certificate: certificateFor('relay.test', 'self-signed', authority, now),
    })
    const { said } = courierTo([stranger.port, stranger.port], { ca })
    expect((await said(['a@any.test'], { route: smart() }))[0]).toMatch(/^deferred 4\.7\.5 /)
    expect(stranger.visits.flatMap(visit => visit.lines).filter(line => line.startsWith('AUTH'))).toEqual([])
    expect(await said(['a@any.test'], { route: smart(587, { tls: 'required' }) })).toEqual([good])
  })

  it('that refuses the password defers the mail, after the others were tried', async () => {
    const wrong = await startSink({ ...wire, auth: { user: 'erp', password: 'other' } })
    const { said } = courierTo([wrong.port], { ca })
    const one = smart(587, { via: [{ host: 'relay.test', port: 587 }] })
    expect(await said(['a@any.test'], { route: one })).toEqual(['deferred 535 5.7.8 Wrong'])
    const next = await startSink({ certificate: certificateFor('second.test', 'good', authority, now), auth })
    const both = courierTo([wrong.port, next.port], { ca })
    expect(await both.said(['a@any.test'], { route: smart() })).toEqual([good])
  })

  it('without a mechanism of ours is not tried', async () => {
    const sink = await startSink({ ...wire, auth: { ...auth, by: 'CRAM-MD5' } })
    const { said } = courierTo([sink.port, sink.port], { ca })
    const one = smart(587, { via: [{ host: 'relay.test', port: 587 }] })
    expect(await said(['a@any.test'], { route: one })).toEqual([
      'deferred 4.7.4 relay.test [192.0.2.1]:587 offers neither AUTH PLAIN nor AUTH LOGIN',
    ])
  })

  it('shares no connection between credentials', async () => {
    const sink = await startSink(wire)
    const { said } = courierTo([sink.port], { ca })
    const one = { via: [{ host: 'relay.test', port: 587 }] }
    await said(['a@any.test'], { route: smart(587, one) })
    const other = smart(587, { ...one, auth: { ...auth, password: 'wrong' } })
    expect(await said(['a@any.test'], { route: other })).toEqual(['deferred 535 5.7.8 Wrong'])
    expect(sink.visits).toHaveLength(2)
  })
})
