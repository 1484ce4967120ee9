// Asking the servers of a zone themselves: who they are, what each says, and that no record can lead us round in circles.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, Resolver } from '../../../src/net/resolver.ts'
import { publicationAt } from '../../../src/protocol/delegation/publication.ts'
import { isBelow, parentOf, zoneServersOf } from '../../../src/protocol/delegation/zone-servers.ts'
import { type Authority, authorityResolver } from '../../support/authority-resolver.ts'

const SEEN = `
  example.org NS ns1.example.org
  example.org NS ns2.example.net
  ns1.example.org A 192.0.2.1
  ns2.example.net A 192.0.2.2
  ns2.example.net AAAA 2001:db8::2
  example.com NS ns.example.com
  ns.example.com A 192.0.2.3
`
const one = (text: string): Authority => ({ zones: ['example.org'], text })

async function txtAt(resolver: Resolver, name: string) {
  const find = (zone: string) => zoneServersOf(resolver, zone)
  const told = await publicationAt(resolver, find, name, 'TXT', said => JSON.stringify(words(said)))
  if (!told.known) return told
  const { zone, chain, unheard } = told
  const views = told.views.map(({ servers, said }) => [servers.join(' '), words(said)])
  return { zone, chain, views, unheard: unheard.map(({ server, state, reason }) => `${server} ${state}: ${reason}`) }
}

function words(said: {
  readonly kind: string
  readonly target?: string
  readonly records?: readonly unknown[]
}): string {
  return said.kind === 'alias' ? `→ ${said.target}` : said.kind === 'records' ? JSON.stringify(said.records) : said.kind
}

describe('the zone around a name', () => {
  it('is found upwards, with its servers and their addresses', async () => {
    expect(await zoneServersOf(authorityResolver(SEEN, {}), '_dmarc.a.example.org')).toEqual({
      known: true,
      zone: 'example.org',
      servers: [
        { name: 'ns1.example.org', addresses: ['192.0.2.1'] },
        { name: 'ns2.example.net', addresses: ['192.0.2.2', '2001:db8::2'] },
      ],
      omitted: 0,
    })
  })

  it('is not that of an alias', async () => {
    const seen = `${SEEN}\nwww.example.org CNAME example.com`
    expect(await zoneServersOf(authorityResolver(seen, {}), 'www.example.org')).toMatchObject({ zone: 'example.org' })
  })

  it('is unknown where nobody answers, or nothing is delegated', async () => {
    const failing = authorityResolver('example.org FAULT servfail', {})
    expect(await zoneServersOf(failing, 'example.org')).toEqual({
      known: false,
      reason: 'DNS reported a failure (SERVFAIL) when asked for example.org NS',
    })
    expect(await zoneServersOf(authorityResolver('', {}), 'a.b.example')).toMatchObject({ known: false })
  })

  it('takes no more than twelve questions, however long the name', async () => {
    const resolver = authorityResolver('', {})
    expect(await zoneServersOf(resolver, Array(100).fill('a').join('.'))).toMatchObject({ known: false })
    expect(resolver.asked).toHaveLength(12)
  })

  it('asks none of our own machine or network segment', async () => {
    const seen = 'example.org NS ns.example.org\nns.example.org A 127.0.0.1\nns.example.org AAAA fe80::1'
    const search = await zoneServersOf(authorityResolver(seen, {}), 'example.org')
    expect(search).toMatchObject({ servers: [{ addresses: [], unaddressed: expect.stringContaining('127.0.0.1') }] })
  })

  it('counts labels, not dots', () => {
    expect(parentOf('a\\.b.example.org')).toBe('example.org')
    expect(parentOf('a\\\\.example.org')).toBe('example.org')
    expect(parentOf('org')).toBe('')
    expect(isBelow('a\\.example.org', 'example.org')).toBe(false)
    expect([
      isBelow('example.org', 'example.org'),
      isBelow('x.example.org', ''),
      isBelow('org', 'example.org'),
    ]).toEqual([true, true, false])
  })
})

describe('what is published', () => {
  it('is one thing where all servers say it', async () => {
    const text = 'example.org TXT "v=spf1 -all"'
    const resolver = authorityResolver(SEEN, { '192.0.2.1': one(text), '192.0.2.2': one(text) })
    expect(await txtAt(resolver, 'example.org')).toEqual({
      zone: 'example.org',
      chain: ['example.org'],
      views: [['ns1.example.org ns2.example.net', '[["v=spf1 -all"]]']],
      unheard: [],
    })
  })

  it('is told by each server where they differ, also of what is not there', async () => {
    const resolver = authorityResolver(SEEN, {
      '192.0.2.1': one('example.org TXT "new"'),
      '192.0.2.2': one('example.org MX 10 mx.example.org'),
    })
    expect(await txtAt(resolver, 'example.org')).toMatchObject({
      views: [
        ['ns1.example.org', '[["new"]]'],
        ['ns2.example.net', 'nodata'],
      ],
    })
  })

  it.each<[string, Authority, string]>([
    ['refuses', { zones: [], text: '' }, 'lame: it refuses to answer for the zone'],
    [
      'has only heard of it',
      { ...one('example.org TXT "old"'), hearsay: true },
      'lame: it answers without authority (AA is not set)',
    ],
    ['is silent', { ...one(''), fault: 'timeout' }, 'silent: it did not answer in time'],
    ['fails', { ...one(''), fault: 'servfail' }, 'failing: it reports a failure (SERVFAIL)'],
    ['refers upwards', { zones: [''], text: 'org NS a.org.example' }, 'lame: it only names the servers of org'],
  ])('does not include a server that %s', async (_, bad, words) => {
    const resolver = authorityResolver(SEEN, { '192.0.2.1': one('example.org TXT "new"'), '192.0.2.2': bad })
    expect(await txtAt(resolver, 'example.org')).toMatchObject({
      views: [['ns1.example.org', '[["new"]]']],
      unheard: [`ns2.example.net ${words}`],
    })
  })

  it('is heard at the second address when the first is silent', async () => {
    const resolver = authorityResolver(SEEN, {
      '192.0.2.1': one('example.org TXT "new"'),
      '192.0.2.2': { ...one(''), fault: 'timeout' },
      '2001:db8::2': one('example.org TXT "new"'),
    })
    expect(await txtAt(resolver, 'example.org')).toMatchObject({
      views: [['ns1.example.org ns2.example.net', '[["new"]]']],
    })
  })

  it('is unknown when no server answers', async () => {
    expect(await txtAt(authorityResolver(SEEN, {}), 'example.org')).toMatchObject({
      known: false,
      reason: expect.stringMatching(
        /^no server of example.org answers for it \(ns1.example.org: it could not be reached; /,
      ),
    })
  })

  it('is followed by an alias into another zone, and told with its way', async () => {
    const text = 's1._domainkey.example.org CNAME key.example.com'
    const resolver = authorityResolver(SEEN, {
      '192.0.2.1': one(text),
      '192.0.2.2': one(text),
      '192.0.2.3': { zones: ['example.com'], text: 'key.example.com TXT "k"' },
    })
    expect(await txtAt(resolver, 's1._domainkey.example.org')).toEqual({
      zone: 'example.com',
      chain: ['s1._domainkey.example.org', 'key.example.com'],
      views: [['ns.example.com', '[["k"]]']],
      unheard: [],
    })
  })

  it('may be an alias at one server and a record at the other', async () => {
    const resolver = authorityResolver(SEEN, {
      '192.0.2.1': one('k.example.org CNAME key.example.com'),
      '192.0.2.2': one('k.example.org TXT "k"'),
    })
    expect(await txtAt(resolver, 'k.example.org')).toMatchObject({
      views: [
        ['ns1.example.org', '→ key.example.com'],
        ['ns2.example.net', '[["k"]]'],
      ],
    })
  })

  it('is asked of the servers of a zone below that the resolver does not know yet', async () => {
    const text = 'mail.example.org NS ns.mail.example.org\nns.mail.example.org A 192.0.2.9'
    const resolver = authorityResolver(SEEN, {
      '192.0.2.1': one(text),
      '192.0.2.2': one(text),
      '192.0.2.9': { zones: ['mail.example.org'], text: 'mail.example.org TXT "below"' },
    })
    expect(await txtAt(resolver, 'mail.example.org')).toMatchObject({
      zone: 'mail.example.org',
      views: [['ns.mail.example.org', '[["below"]]']],
    })
  })

  it('ends when aliases lead in a circle, or on and on', async () => {
    const circle = authorityResolver(SEEN, {
      '192.0.2.1': one('a.example.org CNAME b.example.com'),
      '192.0.2.2': one('a.example.org CNAME b.example.com'),
      '192.0.2.3': { zones: ['example.com'], text: 'b.example.com CNAME a.example.org' },
    })
    expect(await txtAt(circle, 'a.example.org')).toMatchObject({
      reason: expect.stringContaining('in a circle at a.example.org'),
    })
    const zones = Array.from(
      { length: 30 },
      (_, i) => `z${i}.example NS ns.z${i}.example\nns.z${i}.example A 198.51.100.${i}`,
    )
    const authorities = Object.fromEntries(
      zones.map((_, i) => [
        `198.51.100.${i}`,
        { zones: [`z${i}.example`], text: `a.z${i}.example CNAME a.z${i + 1}.example` },
      ]),
    )
    const endless = authorityResolver(zones.join('\n'), authorities)
    expect(await txtAt(endless, 'a.z0.example')).toMatchObject({
      reason: expect.stringContaining('more than 8 aliases'),
    })
  })

  it('takes bounded work, whatever servers say', async () => {
    const name = fc.constantFrom('a.example.org', 'b.example.org', 'example.org', 'org', '', 'a.b.a.example.org')
    const told = fc.record({
      ttl: fc.nat(),
      authoritative: fc.boolean(),
      chain: fc.array(name, { minLength: 1, maxLength: 4 }),
    })
    const answer: fc.Arbitrary<object> = fc.oneof(
      fc.record({ told, kind: fc.constantFrom('nodata', 'nxdomain') }),
      fc.record({
        told,
        kind: fc.constant('records'),
        records: fc.array(name, { minLength: 1, maxLength: 40 }),
        malformed: fc.constant([]),
      }),
      fc.record({ kind: fc.constant('unreachable'), why: fc.constantFrom('timeout', 'refused', 'servfail') }),
      fc.record({
        kind: fc.constant('unreachable'),
        why: fc.constant('refused'),
        elsewhere: fc.oneof(
          fc.record({ kind: fc.constant('alias'), target: name, told }),
          fc.record({
            kind: fc.constant('referral'),
            zone: name,
            servers: fc.array(name, { minLength: 1, maxLength: 40 }),
            glue: fc.array(fc.record({ name, address: fc.constantFrom('192.0.2.1', '127.0.0.1', 'none') })),
          }),
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), async answers => {
        let asked = 0
        const resolver = {
          async resolve(): Promise<Answer<never>> {
            const { told, elsewhere, ...rest } = answers[asked++ % answers.length] as {
              told?: object
              elsewhere?: { told?: object }
            }
            return {
              server: 's',
              ...rest,
              ...told,
              ...(elsewhere && { elsewhere: { ...elsewhere, ...elsewhere.told } }),
            } as never
          },
        }
        await publicationAt(
          resolver,
          zone => zoneServersOf(resolver, zone),
          'a.example.org',
          'NS',
          said => said.kind,
        )
        // Eight times: a zone is found, and its servers are looked up and asked.
        expect(asked).toBeLessThan(8 * (12 + 13 * 2 + 13 * 4))
      }),
      { numRuns: 500 },
    )
  })
})
