// SPF over random and hostile worlds: it always ends, within its limits, and what did not answer is never taken for missing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { nameFault } from '../../../src/names/domain.ts'
import type { Answer, Resolver } from '../../../src/net/resolver.ts'
import { evaluateSpf, type SpfRequest } from '../../../src/protocol/spf/evaluate.ts'
import {
  dependsOnLocalPart,
  emptyAnswers,
  gapsOf,
  nodesOf,
  voidTerms,
  WALK_LIMIT,
  worstCase,
} from '../../../src/protocol/spf/tree.ts'
import { walkSpf } from '../../../src/protocol/spf/walk.ts'
import { spfClients, spfWorlds } from '../../support/spf-worlds.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const client = {
  identity: 'mailfrom',
  ip: parseAddress('192.0.2.10')!,
  mailFrom: 'joe@example.org',
  helo: 'mail.example.org',
} as const
const record = (owner: string, text: string): string => `${owner} TXT "v=spf1 ${text}"\n`

function evaluate(zone: string | Resolver, request: Partial<SpfRequest> = {}) {
  return evaluateSpf({ ...client, resolver: typeof zone === 'string' ? zoneResolver(zone) : zone, ...request })
}

describe('the evaluation', () => {
  it('tells the way to the term that decided', async () => {
    const zone =
      record('example.org', 'mx redirect=a.example.net') +
      record('a.example.net', 'include:b.example.net -all') +
      record('b.example.net', 'ip4:192.0.2.0/24')
    const { result, matched, lookups, voids, record: own, reason } = await evaluate(zone)
    expect({ result, lookups, voids, own }).toEqual({
      result: 'pass',
      lookups: 3,
      voids: 1,
      own: 'v=spf1 mx redirect=a.example.net',
    })
    expect(matched.map(m => `${m.domain} ${m.text} ${m.column}`)).toEqual([
      'example.org redirect=a.example.net 11',
      'a.example.net include:b.example.net 8',
      'b.example.net ip4:192.0.2.0/24 8',
    ])
    expect(reason).toBe('a.example.net lists 192.0.2.10 ("include:b.example.net")')
  })

  it('stops at the first match: what is behind it is not asked', async () => {
    const resolver = zoneResolver(record('example.org', 'ip4:192.0.2.10 include:x.example.net a mx -all'))
    expect((await evaluate(resolver)).result).toBe('pass')
    expect(resolver.asked).toEqual(['example.org TXT'])
  })

  it('asks only for addresses of the family of the client, and exists always for A', async () => {
    const resolver = zoneResolver(
      `${record('example.org', 'a mx exists:x.example.org -all')}example.org MX 1 m.example.org`,
    )
    await evaluate(resolver, { ip: parseAddress('2001:db8::1')! })
    expect(resolver.asked).toEqual([
      'example.org TXT',
      'example.org AAAA',
      'example.org MX',
      'm.example.org AAAA',
      'x.example.org A',
    ])
  })

  it('judges a null sender and the HELO identity by the HELO name', async () => {
    const zone =
      record('example.org', '-all') +
      record('mail.example.org', 'exists:%{l}.%{o}.%{h} -all') +
      'postmaster.mail.example.org.mail.example.org A 127.0.0.2'
    for (const request of [{ mailFrom: '' }, { identity: 'helo' as const }]) {
      const { result, sender, domain } = await evaluate(zone, request)
      expect({ result, sender, domain }).toEqual({
        result: 'pass',
        sender: 'postmaster@mail.example.org',
        domain: 'mail.example.org',
      })
    }
  })

  it('reads internationalized domains as A-labels, and matches no local-part that DNS cannot carry', async () => {
    const zone = record('xn--bcher-kva.example', 'exists:%{l}.ok.example ip4:192.0.2.10 -all')
    expect(await evaluate(zone, { mailFrom: 'jürgen@bücher.example' })).toMatchObject({
      result: 'pass',
      domain: 'xn--bcher-kva.example',
      voids: 0,
    })
  })

  it('takes the domain behind the last @, and asks MX hosts by preference', async () => {
    const zone = `${record('example.org', 'exists:%{l}.ok.example mx -all')}"\\"a@b\\".ok.example" A 127.0.0.2`
    expect(await evaluate(zone, { mailFrom: '"a@b"@example.org' })).toMatchObject({
      result: 'pass',
      domain: 'example.org',
    })
    const resolver = zoneResolver(
      `${record('example.org', 'mx -all')}example.org MX 20 b.example.org\nexample.org MX 10 a.example.org`,
    )
    await evaluate(resolver)
    expect(resolver.asked.slice(2)).toEqual(['a.example.org A', 'b.example.org A'])
  })

  it('never takes an IPv4 client for an IPv6 one, whatever a network says', async () => {
    const zone = record('example.org', 'ip6:::/0 ip6:::ffff:192.0.2.10 -all')
    expect((await evaluate(zone, { ip: parseAddress('::ffff:192.0.2.10')! })).result).toBe('fail')
    expect((await evaluate(zone, { ip: parseAddress('2001:db8::1')! })).result).toBe('pass')
  })

  it('uses receiver and time in explanations', async () => {
    const zone = `${record('example.org', '-all exp=why.example.org')}why.example.org TXT "%{r} %{t} %{c}"`
    const told = await evaluate(zone, { receiver: 'mx.example.net', now: new Date(1_000_000) })
    expect(told.explanation).toBe('mx.example.net 1000 192.0.2.10')
  })

  it.each(['timeout', 'servfail', 'refused'])('is temperror when the record is %s, and when a term is', async fault => {
    expect((await evaluate(`example.org FAULT ${fault}`)).result).toBe('temperror')
    for (const term of [
      'a:x.example.net',
      'mx:x.example.net',
      'exists:x.example.net',
      'include:x.example.net',
      'redirect=x.example.net',
    ]) {
      const { result, reason } = await evaluate(`${record('example.org', term)}x.example.net FAULT ${fault}`)
      expect(result, reason).toBe('temperror')
    }
  })

  it('passes over reverse lookups that fail, as the RFC says, and tells that it did', async () => {
    const told = await evaluate(`${record('example.org', 'ptr -all')}10.2.0.192.in-addr.arpa FAULT servfail`)
    expect(told).toMatchObject({
      result: 'fail',
      skipped: ['DNS reported a failure (SERVFAIL) when asked for 10.2.0.192.in-addr.arpa PTR'],
    })
  })

  it('takes no record that cannot be read for an absence', async () => {
    const resolver: Resolver = {
      async resolve(name, type) {
        const told = { ttl: 60, authentic: false, server: 'x', authoritative: true, chain: [name] }
        if (type === 'TXT')
          return { kind: 'records', records: [['v=spf1 a -all']], malformed: [], ...told } as unknown as Answer<never>
        return { kind: 'records', records: [], malformed: [{ type, reason: 'short' }], ...told } as Answer<never>
      },
    }
    expect((await evaluate(resolver)).result).toBe('temperror')
  })
})

describe('an include tree of a thousand', () => {
  const chain = Array.from({ length: 1000 }, (_, i) =>
    record(i === 0 ? 'example.org' : `i${i}.example.org`, `include:i${i + 1}.example.org -all`),
  ).join('')
  const wide =
    record('example.org', `${Array.from({ length: 1000 }, (_, i) => `include:i${i}.example.org`).join(' ')} -all`) +
    Array.from({ length: 1000 }, (_, i) => record(`i${i}.example.org`, 'ip4:198.51.100.1 -all')).join('')
  const bush = Array.from({ length: 30 }, (_, i) =>
    record(
      i === 0 ? 'example.org' : `i${i}.example.org`,
      Array.from({ length: 10 }, (_, k) => `include:i${i + k + 1}.example.org`).join(' '),
    ),
  ).join('')

  it.each([
    ['one in the other', chain],
    ['side by side', wide],
    ['each in ten', bush],
  ])('%s ends at the limit', async (_, zone) => {
    const evaluating = zoneResolver(zone)
    expect(await evaluate(evaluating)).toMatchObject({ result: 'permerror', lookups: 11 })
    expect(evaluating.asked.length).toBeLessThan(40)
    const walking = zoneResolver(zone)
    const tree = await walkSpf('example.org', walking)
    expect(gapsOf(tree).tooLarge).toBe(true)
    expect(worstCase(tree)).toBeGreaterThan(WALK_LIMIT)
    expect(walking.asked.length).toBeLessThan(WALK_LIMIT * 4)
  })
})

describe('the walk', () => {
  it('counts for IPv4 and IPv6 clients apart, and asks for each name once', async () => {
    const resolver = zoneResolver(
      `${record('example.org', 'a include:i.example.net include:i.example.net mx:gone.example.net exists:%{i}.x.example.org -all')}${record('i.example.net', 'a:v6.example.net')}example.org A 192.0.2.1\nv6.example.net AAAA 2001:db8::1`,
    )
    const tree = await walkSpf('example.org', resolver)
    expect(worstCase(tree)).toBe(7)
    expect(voidTerms(tree, 'v4').map(({ step }) => step.term.text)).toEqual([
      'mx:gone.example.net',
      'a:v6.example.net',
      'a:v6.example.net',
    ])
    expect(voidTerms(tree, 'v6').map(({ step }) => step.term.text)).toEqual(['a', 'mx:gone.example.net'])
    expect(emptyAnswers(tree, 'v4')).toBe(3)
    expect(new Set(resolver.asked).size).toBe(resolver.asked.length)
  })

  it('expands what the domain alone decides, and leaves the rest to the message', async () => {
    const resolver = zoneResolver(
      record('example.org', 'include:_spf.%{d} include:%{o}.%{d2}.x.example.net include:%{l}.example.net'),
    )
    const tree = await walkSpf('example.org', resolver)
    expect(nodesOf(tree).map(({ node }) => node.domain)).toEqual([
      'example.org',
      '_spf.example.org',
      'example.org.example.org.x.example.net',
    ])
    expect(gapsOf(tree).dynamic).toEqual(['include:%{l}.example.net of example.org'])
    expect(dependsOnLocalPart(tree)).toBe(true)
  })

  it('keeps what did not answer, and counts the rest', async () => {
    const tree = await walkSpf(
      'example.org',
      zoneResolver(
        `${record('example.org', 'a include:s.example.net mx')}s.example.net FAULT timeout\nexample.org FAULT servfail MX`,
      ),
    )
    expect(gapsOf(tree).failures).toEqual([
      'DNS did not answer in time when asked for s.example.net TXT',
      'DNS reported a failure (SERVFAIL) when asked for example.org MX',
    ])
    expect(worstCase(tree)).toBe(3)
  })
})

describe('any world', () => {
  it('ends within the limits, with a reason, and with the same result again', async () => {
    await fc.assert(
      fc.asyncProperty(spfWorlds, spfClients, async (zone, ip) => {
        const resolver = zoneResolver(zone)
        const told = await evaluate(resolver, { ip: parseAddress(ip)! })
        expect(told.lookups).toBeLessThanOrEqual(11)
        expect(told.voids).toBeLessThanOrEqual(3)
        expect(told.reason).not.toBe('')
        expect(resolver.asked.length).toBeLessThanOrEqual(1 + 10 * 11 + 11 + 1)
        for (const asked of resolver.asked) expect(nameFault(asked.split(' ')[0]!)).toBeUndefined()
        expect(await evaluate(zone, { ip: parseAddress(ip)! })).toEqual(told)
        // A world that answers everything never gives a temporary error.
        if (!zone.includes('FAULT')) expect(told.result).not.toBe('temperror')
      }),
      { numRuns: 500 },
    )
  })

  it('is walked to an end, and no evaluation needs more lookups than the worst case', async () => {
    await fc.assert(
      fc.asyncProperty(spfWorlds, spfClients, async (zone, ip) => {
        const resolver = zoneResolver(zone)
        const tree = await walkSpf('example.org', resolver)
        expect(resolver.asked.length).toBeLessThanOrEqual(WALK_LIMIT * 21 + 1)
        const { broken, loops, dynamic } = gapsOf(tree)
        const { lookups } = await evaluate(zone, { ip: parseAddress(ip)! })
        if (broken.length + loops.length + dynamic.length === 0) expect(lookups).toBeLessThanOrEqual(worstCase(tree))
      }),
      { numRuns: 500 },
    )
  })
})
