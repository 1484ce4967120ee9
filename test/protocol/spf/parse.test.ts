import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { parseSpf } from '../../../src/protocol/spf/parse.ts'
import { meantRecord, selectSpf } from '../../../src/protocol/spf/record.ts'
import { addressTerm, markedRecord, mergeRecords } from '../../../src/protocol/spf/write.ts'

const terms = (text: string) => {
  const parsed = parseSpf(text)
  if (!parsed.ok) throw new Error(parsed.faults.map(f => `${f.column}: ${f.reason}`).join('; '))
  return parsed.record
}
const faults = (text: string) => {
  const parsed = parseSpf(text)
  return parsed.ok ? [] : parsed.faults.map(f => [f.column, f.term.text, f.suggestion])
}

describe('a record that can be read', () => {
  it('tells every term with its place', () => {
    const record = terms(
      'v=spf1  mx/24//64 -ip6:2001:db8::/32 ?a:h.example.org  redirect=%{d1r}.x.example.org exp=e.example.org foo=bar',
    )
    expect(record.mechanisms.map(m => [m.qualifier, m.name, m.text, m.column])).toEqual([
      ['+', 'mx', 'mx/24//64', 9],
      ['-', 'ip6', '-ip6:2001:db8::/32', 19],
      ['?', 'a', '?a:h.example.org', 38],
    ])
    expect(record.mechanisms[0]).toMatchObject({ prefix4: 24, prefix6: 64, domain: undefined })
    expect(record.redirect).toMatchObject({ text: 'redirect=%{d1r}.x.example.org', column: 56 })
    expect(record.exp!.domain.source).toBe('e.example.org')
    expect(record.unknown).toMatchObject([{ key: 'foo' }])
  })

  it.each([
    'v=spf1',
    'v=spf1 ',
    'V=SPF1 MX -ALL',
    'v=spf1 a//0 a/0 a/32//128',
    'v=spf1 a:%{i}._spf.%{d2} exists:%{l1r-}.%%.%_x.%{o} include:%{H}',
    'v=spf1 a:foo:bar/baz.example.com/24',
    'v=spf1 ip6:::/0 ip6:::ffff:192.0.2.1 ip4:0.0.0.0/0',
    'v=spf1 moo.cow-far_out=man:dog/cat x= y=%{c}',
    'v=spf1 all -all mx',
    'v=spf1 ptr:example.org. a:x.xn--zckzah a:x.1-2',
    'v=spf1 exists:%{i2000000000000000000000}.example.org',
  ])('%s', text => {
    expect(faults(text)).toEqual([])
  })
})

describe('a record that cannot be read', () => {
  it.each([
    ['v=spf1 moo', 8, undefined],
    ['v=spf1 all.', 11, undefined],
    ['v=spf1 \xe2\x80\x93all', 8, '-all'],
    ['v=spf1 \xe2\x80\xa2all', 8, undefined],
    ['v=spf1 mx -\tall', 12, undefined],
    ['v=spf1 - all', 9, '-all'],
    ['v=spf1 ip4: 192.0.2.1 -all', 12, 'ip4:192.0.2.1'],
    ['v=spf1 ip4:192.0.2.1-all', 12, 'ip4:192.0.2.1 -all'],
    ['v=spf1 ip4:192.0.2.1,192.0.2.2 -all', 12, 'ip4:192.0.2.1 ip4:192.0.2.2'],
    ['v=spf1 -all:x', 12, '-all'],
    ['v=spf1 ip4:192.0.2.1/33', 22, undefined],
    ['v=spf1 ip4:192.0.2.1/032', 22, undefined],
    ['v=spf1 ip4:192.0.2.1//32', 22, undefined],
    ['v=spf1 ip4:192.0.2', 12, undefined],
    ['v=spf1 ip4:192.0.2.1:25', 12, 'ip4:192.0.2.1'],
    ['v=spf1 ip4', 11, undefined],
    ['v=spf1 ip4:2001:db8::1', 12, 'ip6:2001:db8::1'],
    ['v=spf1 ip6:192.0.2.1', 12, 'ip4:192.0.2.1'],
    ['v=spf1 192.0.2.1/24', 8, 'ip4:192.0.2.1/24'],
    ['v=spf1 ip6:fe80::1%eth0', 12, undefined],
    ['v=spf1 a/24/64', 13, undefined],
    ['v=spf1 a/', 9, undefined],
    ['v=spf1 a:', 10, undefined],
    ['v=spf1 a:museum', 10, undefined],
    ['v=spf1 a:abc.123', 14, undefined],
    ['v=spf1 a:111.222.33.44', 21, 'ip4:111.222.33.44'],
    ['v=spf1 a:example.-com', 18, undefined],
    ['v=spf1 include', 15, undefined],
    ['v=spf1 include:https://example.org/', 32, 'include:example.org'],
    ['v=spf1 inlcude:example.org', 8, 'include:example.org'],
    ['v=spf1 include:example.org/24', 27, undefined],
    ['v=spf1 exists:%{x}.example.org', 15, undefined],
    ['v=spf1 exists:%{d0}.example.org', 15, undefined],
    ['v=spf1 exists:%(ir).example.org', 15, undefined],
    ['v=spf1 exists:x%.example.org', 16, undefined],
    ['v=spf1 exists:%{i.example.org', 15, undefined],
    ['v=spf1 exp=%{r}.example.org', 12, undefined],
    ['v=spf1 exp=', 12, undefined],
    ['v=spf1 redirect=-all', 17, undefined],
    ['v=spf1 redirect:example.org', 16, 'redirect=example.org'],
    ['v=spf1 -redirect=example.org', 8, undefined],
    ['v=spf1 =all', 8, undefined],
    ['v=spf1 1up=foo', 8, undefined],
    ['v=spf1 foo=%abc', 12, undefined],
    ['v=spf1 mx\t-all', 10, 'mx -all'],
    ['v=spf1 \xefa', 8, 'a'],
    ['v=spf1 ipv4:192.0.2.1,', 8, 'ip4:192.0.2.1'],
  ])('%s', (text, column, suggestion) => {
    expect(faults(text)).toEqual([[column, expect.anything(), suggestion]])
  })

  it('tells every fault', () => {
    expect(faults('v=spf1 moo mx cow').map(([column]) => column)).toEqual([8, 15])
  })
})

describe('writing', () => {
  it('lists an address', () => {
    expect(addressTerm(parseAddress('2001:DB8::1')!)).toBe('ip6:2001:db8::1')
  })

  it('merges records, those that allow before those that refuse', () => {
    expect(mergeRecords(['v=spf1 -ip4:192.0.2.1 mx ?all', 'v=spf1 MX ip4:192.0.2.0/24 ~all'])).toBe(
      'v=spf1 mx ip4:192.0.2.0/24 -ip4:192.0.2.1 ~all',
    )
    expect(mergeRecords(['v=spf1 moo', 'v=spf1 a'])).toBeUndefined()
  })

  it('marks a place', () => {
    const text = `v=spf1 ${'ip4:192.0.2.1 '.repeat(10)}moo -all`
    expect(markedRecord(text, { text: 'moo', column: text.indexOf('moo') + 1 })).toMatch(/^….{40}»moo« -all$/)
  })
})

describe('whatever stands in DNS', () => {
  const octets = fc.uint8Array({ maxLength: 400 }).map(bytes => String.fromCharCode(...bytes))
  const words = fc.constantFrom(
    ...[
      'a',
      'mx',
      'ip4',
      'ip6',
      'all',
      'include',
      'exists',
      'ptr',
      'redirect',
      'exp',
      ':',
      '=',
      '/',
      '//',
      '%{',
      '}',
      '%',
      '.',
      ' ',
    ],
    ...[
      '-',
      '~',
      '?',
      '+',
      '24',
      '192.0.2.1',
      '2001:db8::1',
      'example',
      'org',
      'd',
      'i2r',
      'S-',
      '\t',
      '\xa0',
      '"',
      '\0',
    ],
  )
  const records = fc.oneof(
    octets,
    fc.array(words, { maxLength: 60 }).map(parts => parts.join('')),
  )

  it('is read or told as faults, within the record, and never throws', () => {
    fc.assert(
      fc.property(records, rest => {
        const text = `v=spf1 ${rest}`
        const parsed = parseSpf(text)
        const places = parsed.ok
          ? [...parsed.record.mechanisms, ...parsed.record.unknown]
          : parsed.faults.map(f => f.term)
        for (const { text: term, column } of places) expect(text.slice(column - 1, column - 1 + term.length)).toBe(term)
        if (parsed.ok) return
        for (const { column, term, suggestion } of parsed.faults) {
          expect(column).toBeGreaterThanOrEqual(term.column)
          expect(column).toBeLessThanOrEqual(term.column + term.text.length)
          if (suggestion !== undefined) expect(parseSpf(`v=spf1 ${suggestion}`).ok).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is selected without throwing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(octets, fc.constant('v=spf1'), fc.constant(' v=spf1 '))), { maxLength: 5 }),
        txt => {
          const { records: found, nearMisses } = selectSpf(txt)
          expect(found.length + nearMisses.length).toBeLessThanOrEqual(txt.length)
        },
      ),
    )
  })

  it('is read in time that grows with its length only', () => {
    const hostile = [
      '/'.repeat(60_000),
      'a:'.repeat(30_000),
      `a:${'%{d}'.repeat(15_000)}`,
      `a:${'.'.repeat(60_000)}`,
      `a${'/1'.repeat(30_000)}x`,
      `exists:${'%%'.repeat(30_000)}`,
      '%{'.repeat(30_000),
      `x=${'%{i'.repeat(20_000)}`,
    ]
    const started = performance.now()
    for (const text of hostile) parseSpf(`v=spf1 ${text}`)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('is guessed at in time that grows with its length only', () => {
    const started = performance.now()
    for (const filler of [' ', '"', '\\']) {
      const { nearMisses } = selectSpf([[`spf1 ${filler.repeat(60_000)}x`]])
      expect(nearMisses.map(meantRecord)).toHaveLength(1)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
