// The overlay: what DNS would answer if a zone file were published, judged by what a zone with those records in it answers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { existenceOf } from '../../src/net/existence.ts'
import { layOver, type Overlay } from '../../src/net/overlay.ts'
import type { RecordType, Resolver } from '../../src/net/resolver.ts'
import { parseZoneFile } from '../../src/net/zone-file/zone-file.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const LIVE = `
example.org        SOA  ns.example.org h.example.org 1
example.org        TXT  "v=spf1 -all"
example.org        TXT  "token=1"
example.org        MX   10 mx.example.org
mx.example.org     A    192.0.2.1
mx.example.org     AAAA 2001:db8::1
alias.example.org  CNAME target.example.net
dangling.example.org CNAME nobody.example.net
chain.example.org  CNAME mx.example.org
target.example.net TXT  "live target"
target.example.net A    192.0.2.9
wild.example       SOA  ns.example.org h.example.org 1
*.wild.example     TXT  "wild"
*.wild.example     MX   10 mx.example.org
deep.own.wild.example A 192.0.2.4
itself.wild.example TXT "wild"
*.cname.example    CNAME target.example.net
down.example.org   FAULT servfail`

function over(file: string, live: Resolver = zoneResolver(LIVE)): Overlay {
  const parsed = parseZoneFile(file)
  if (!parsed.ok) throw new Error(parsed.reason)
  return layOver(live, parsed.zone, 'FILE')
}

async function says(resolver: Resolver, name: string, type: RecordType): Promise<string> {
  const answer = await resolver.resolve(name, type)
  if (answer.kind === 'unreachable') return `${answer.why} ${answer.server}`
  const records = answer.kind === 'records' ? ` ${answer.records.map(record => JSON.stringify(record)).join(' ')}` : ''
  const via = answer.chain.length > 1 ? ` via ${answer.chain.join(' ')}` : ''
  return `${answer.kind}${records}${via} ${answer.server}`
}

describe('the overlay', () => {
  it.each<[string, string, string, RecordType, string]>([
    [
      'replaces a whole set',
      'example.org. TXT "v=spf1 mx -all"',
      'example.org',
      'TXT',
      'records ["v=spf1 mx -all"] FILE',
    ],
    [
      'leaves other types',
      'example.org. TXT x',
      'example.org',
      'MX',
      'records {"preference":10,"exchange":"mx.example.org"} zone',
    ],
    ['leaves other names', 'example.org. TXT x', 'mx.example.org', 'A', 'records "192.0.2.1" zone'],
    ['compares names without case', 'EXAMPLE.org. TXT x', 'Example.ORG', 'TXT', 'records ["x"] FILE'],
    ['makes a name', '_dmarc.example.org. TXT x', '_dmarc.example.org', 'TXT', 'records ["x"] FILE'],
    ['makes an absence of a name one of a type', '_dmarc.example.org. TXT x', '_dmarc.example.org', 'A', 'nodata FILE'],
    ['makes the names above exist', 'a.b.example.org. TXT x', 'b.example.org', 'TXT', 'nodata FILE'],
    ['leaves absent what is beside', 'a.b.example.org. TXT x', 'c.b.example.org', 'TXT', 'nxdomain zone'],
    ['takes a set away', ';- example.org. TXT', 'example.org', 'TXT', 'nodata FILE'],
    [
      'takes only that away',
      ';- example.org. TXT',
      'example.org',
      'MX',
      'records {"preference":10,"exchange":"mx.example.org"} zone',
    ],
    ['takes a name away', ';- mx.example.org.', 'mx.example.org', 'A', 'nodata FILE'],
    [
      'gives what the file has of a name taken away',
      ';- mx.example.org.\nmx.example.org. A 192.0.2.7',
      'mx.example.org',
      'A',
      'records "192.0.2.7" FILE',
    ],
    [
      'gives nothing else of it',
      ';- mx.example.org.\nmx.example.org. A 192.0.2.7',
      'mx.example.org',
      'AAAA',
      'nodata FILE',
    ],
    [
      'follows an alias of the file to DNS',
      'a.example.org. CNAME mx.example.org.',
      'a.example.org',
      'A',
      'records "192.0.2.1" via a.example.org mx.example.org FILE',
    ],
    [
      'follows an alias of the file to the file',
      'a.example.org. CNAME b.example.org.\nb.example.org. A 192.0.2.7',
      'a.example.org',
      'A',
      'records "192.0.2.7" via a.example.org b.example.org FILE',
    ],
    [
      'follows an alias of DNS to the file',
      'target.example.net. TXT new',
      'alias.example.org',
      'TXT',
      'records ["new"] via alias.example.org target.example.net FILE',
    ],
    [
      'follows a dangling alias to the file',
      'nobody.example.net. TXT new',
      'dangling.example.org',
      'TXT',
      'records ["new"] via dangling.example.org nobody.example.net FILE',
    ],
    [
      'shows the alias itself',
      'a.example.org. CNAME mx.example.org.',
      'a.example.org',
      'CNAME',
      'records "mx.example.org" FILE',
    ],
    [
      'hides behind an alias what is in DNS',
      'mx.example.org. CNAME target.example.net.',
      'mx.example.org',
      'AAAA',
      'nodata via mx.example.org target.example.net FILE',
    ],
    [
      'sees a circle',
      'a.example.org. CNAME b.example.org.\nb.example.org. CNAME a.example.org.',
      'a.example.org',
      'A',
      'malformed FILE',
    ],
    [
      'sees a circle through DNS',
      'mx.example.org. CNAME chain.example.org.',
      'chain.example.org',
      'A',
      'malformed FILE',
    ],
    ['takes an alias away', ';- alias.example.org. CNAME', 'alias.example.org', 'TXT', 'nodata FILE'],
    [
      'puts another record in its place',
      ';- alias.example.org. CNAME\nalias.example.org. TXT x',
      'alias.example.org',
      'A',
      'nodata FILE',
    ],
    ['cannot make an answer of none', 'example.org. TXT x', 'down.example.org', 'A', 'servfail zone'],
    ['makes one where it has it', 'down.example.org. A 192.0.2.7', 'down.example.org', 'A', 'records "192.0.2.7" FILE'],
    // RFC 4592.
    ['answers by a wildcard of its own', '*.example.org. TXT w', 'any.thing.example.org', 'TXT', 'records ["w"] FILE'],
    ['not for a name that is in DNS', '*.example.org. TXT w', 'mx.example.org', 'TXT', 'nodata zone'],
    ['nor below one', '*.example.org. TXT w', 'a.mx.example.org', 'TXT', 'nxdomain zone'],
    [
      'nor for one that is in the file',
      '*.example.org. TXT w\nb.example.org. A 192.0.2.7',
      'b.example.org',
      'TXT',
      'nodata FILE',
    ],
    ['nor below that', '*.example.org. TXT w\nb.example.org. A 192.0.2.7', 'a.b.example.org', 'TXT', 'nxdomain zone'],
    ['gives no other type by it', '*.example.org. TXT w', 'any.example.org', 'A', 'nodata FILE'],
    [
      'follows an alias at it',
      '*.example.org. CNAME mx.example.org.',
      'any.example.org',
      'A',
      'records "192.0.2.1" via any.example.org mx.example.org FILE',
    ],
    ['replaces a set of a live wildcard', '*.wild.example. TXT w', 'any.wild.example', 'TXT', 'records ["w"] FILE'],
    [
      'leaves its other sets',
      '*.wild.example. TXT w',
      'any.wild.example',
      'MX',
      'records {"preference":10,"exchange":"mx.example.org"} zone',
    ],
    [
      'leaves names of their own below it',
      '*.wild.example. TXT w',
      'itself.wild.example',
      'TXT',
      'records ["wild"] zone',
    ],
    ['takes a set of a live wildcard away', ';- *.wild.example. TXT', 'any.wild.example', 'TXT', 'nodata FILE'],
    [
      'ends a live wildcard at a new name',
      '_dmarc.wild.example. A 192.0.2.7',
      '_dmarc.wild.example',
      'TXT',
      'nodata FILE',
    ],
    ['and below it', 's1._domainkey.wild.example. A 192.0.2.7', 's2._domainkey.wild.example', 'TXT', 'nxdomain FILE'],
    ['and above it', 's1._domainkey.wild.example. A 192.0.2.7', '_domainkey.wild.example', 'TXT', 'nodata FILE'],
    [
      'not at a name of its own',
      'deep.own.wild.example. MX 10 a.example.',
      'deep.own.wild.example',
      'A',
      'records "192.0.2.4" zone',
    ],
    [
      'not below one that is there for others',
      'x.own.wild.example. A 192.0.2.7',
      'y.own.wild.example',
      'TXT',
      'nxdomain zone',
    ],
    ['not elsewhere', 'a.wild.example. A 192.0.2.7', 'b.wild.example', 'TXT', 'records ["wild"] zone'],
    [
      'may put a record where only a wildcard is an alias',
      'a.cname.example. TXT x',
      'a.cname.example',
      'A',
      'nodata FILE',
    ],
    ['passes everything for an empty file', '', 'any.wild.example', 'TXT', 'records ["wild"] zone'],
  ])('%s', async (_, file, name, type, said) => {
    expect(await says(over(file), name, type)).toBe(said)
    const prepared = over(file)
    await prepared.prepare()
    expect(await says(prepared, name, type)).toBe(said)
  })

  it('never has an authentic answer from the file, and keeps the TTL', async () => {
    const answer = await over('$TTL 77\nmx.example.org. A 192.0.2.7\na.example.org. 5 CNAME mx.example.org.').resolve(
      'a.example.org',
      'A',
    )
    expect(answer).toMatchObject({ ttl: 5, authentic: false, authoritative: true, server: 'FILE' })
  })

  it('hands on whom to ask', async () => {
    const asked: unknown[] = []
    const live: Resolver = {
      async resolve(name, type, from) {
        asked.push(from)
        return zoneResolver(LIVE).resolve(name, type)
      },
    }
    const server = { address: '192.0.2.53', port: 53 }
    await over('a.example.org. TXT x', live).resolve('mx.example.com', 'A', server)
    expect(asked).toEqual([server])
  })

  it('passes on that nothing was learned of whether a name is there', async () => {
    const live: Resolver = {
      async resolve(name, type) {
        if (name.startsWith('mailworthy-wildcard-probe.'))
          return { kind: 'unreachable', why: 'timeout', server: 'zone' }
        return zoneResolver(LIVE).resolve(name, type)
      },
    }
    const overlay = over('_dmarc.wild.example. A 192.0.2.7', live)
    expect(await says(overlay, '_dmarc.wild.example', 'TXT')).toBe('timeout zone')
    expect(await says(overlay, 'any._dmarc.wild.example', 'TXT')).toBe('timeout zone')
    expect(await says(overlay, '_dmarc.wild.example', 'CAA')).toBe('nodata zone')
  })
})

describe('what cannot be published', () => {
  it.each([
    [
      'alias.example.org. TXT x',
      /^1:1: alias\.example\.org is an alias for target\.example\.net in DNS.*";- alias\.example\.org\. CNAME"/,
    ],
    [';- alias.example.org. CNAME\nalias.example.org. TXT x', /^none$/],
    ['alias.example.org. CNAME mx.example.org.', /^none$/],
    ['a.cname.example. TXT x', /^none$/],
    ['mx.example.org. CNAME a.example.', /^none$/],
    ['ok.example.org. A 192.0.2.1\n\nexample.org. CNAME a.example.', /^3:1: example\.org is the top of a zone/],
    [
      'a.example.org. CNAME b.example.\na.example.org. TXT x',
      /^1:1: a\.example\.org is given a CNAME and other records/,
    ],
    ['a.example.org. CNAME b.example.\na.example.org. CNAME c.example.', /^1:1: a\.example\.org is given 2 CNAME/],
    ['down.example.org. TXT x', /^none$/],
  ])('%s', async (file, said) => {
    const fault = await over(file).prepare()
    expect(fault === undefined ? 'none' : `${fault.line}:${fault.column}: ${fault.reason}`).toMatch(said)
  })
})

describe('what of the file was asked for', () => {
  it('is known by set, for each audit apart', async () => {
    const first = over(`a.example.org. TXT x
a.example.org. A 192.0.2.1
b.example.org. CNAME a.example.org.
*.w.example.org. TXT x
;- mx.example.org. AAAA
;- c.example.org.`)
    expect(first.unasked()).toHaveLength(6)
    await first.resolve('b.example.org', 'TXT')
    await first.resolve('x.w.example.org', 'TXT')
    expect(first.unasked()).toEqual([
      { name: 'a.example.org', type: 'A' },
      { name: 'mx.example.org', type: 'AAAA' },
      { name: 'c.example.org', type: null },
    ])
    const second = first.afresh()
    await second.resolve('mx.example.org', 'AAAA')
    await second.resolve('c.example.org', 'TXT')
    expect(second.unasked()).toHaveLength(4)
    expect(first.unasked()).toHaveLength(3)
  })

  it('tells which names cannot differ from DNS', async () => {
    const overlay = over('_dmarc.example.org. TXT x\nnew.wild.example. A 192.0.2.1')
    expect(overlay.touches('mx.example.org')).toBe(true)
    await overlay.prepare()
    const touched = [
      'mx.example.org',
      '_dmarc.example.org',
      'a._dmarc.example.org',
      'example.net',
      'x.new.wild.example',
      'x.wild.example',
    ]
    expect(touched.map(name => overlay.touches(name))).toEqual([false, true, true, false, true, false])
  })
})

describe('whether a name is there by itself', () => {
  it.each([
    ['example.org', 'itself'],
    ['nobody.example.org', 'absent'],
    ['any.wild.example', 'covered'],
    ['x.any.wild.example', 'covered'],
    ['itself.wild.example', 'itself'],
    ['own.wild.example', 'itself'],
    ['alias.example.org', 'itself'],
    ['any.cname.example', 'covered'],
    ['org', 'itself'],
  ])('%s: %s', async (name, existence) => {
    expect(await existenceOf(name, zoneResolver(LIVE))).toBe(existence)
  })

  it('is not known from silence', async () => {
    expect(await existenceOf('down.example.org', zoneResolver(LIVE))).toMatchObject({
      kind: 'unreachable',
      why: 'servfail',
    })
  })
})

describe('any zone and any proposal', () => {
  const labels = fc.constantFrom('a', 'b', 'c', '*')
  const names = fc
    .array(labels, { maxLength: 3 })
    .map(parts => [...parts.map((label, i) => (label === '*' && i > 0 ? 'd' : label)), 'z', 'test'].join('.'))
  const values = fc.constantFrom('1', '2', '3')
  const live = fc.uniqueArray(fc.tuple(names, fc.constantFrom('TXT', 'A'), values), {
    maxLength: 6,
    selector: set => `${set[0]} ${set[1]}`,
  })

  it('answers as the zone with the proposal in it does', async () => {
    await fc.assert(
      fc.asyncProperty(live, live, names, fc.constantFrom('TXT', 'A'), async (before, proposed, name, type) => {
        // The two differ where a name stands by itself with the records of the wildcard above it and a wildcard of its own that has
        // them too: no resolver can tell that from outside. Each set of the live zone says where it stands.
        const line =
          (place: string) =>
          ([owner, kind, value]: readonly [string, string, string]): string =>
            kind === 'A' ? `${owner}. A 192.0.2.${place}${value}` : `${owner}. TXT "${place} ${owner} ${value}"`
        const keys = new Set(proposed.map(([owner, kind]) => `${owner} ${kind}`))
        const liveLines = before.map(line('1'))
        const after = before.flatMap((set, i) => (keys.has(`${set[0]} ${set[1]}`) ? [] : [liveLines[i]!]))
        const zone = (lines: readonly string[]) => zoneResolver(['z.test SOA ns.test h.test 1', ...lines].join('\n'))
        const overlay = over(proposed.map(line('2')).join('\n'), zone(liveLines))
        const bare = (said: string): string => said.replace(/ (FILE|zone)$/, '')
        const wanted = bare(await says(zone([...after, ...proposed.map(line('2'))]), name, type))
        const got = bare(await says(overlay, name, type))
        expect(got).toBe(wanted)
      }),
      { numRuns: 3000 },
    )
  })
})
