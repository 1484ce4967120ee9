import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeName } from '../../src/net/dns/wire-name.ts'
import { parseZoneFile } from '../../src/net/zone-file/zone-file.ts'
import { removalLine, standingLine, zoneLine } from '../../src/report/zone-line.ts'
import { longKey } from '../support/sample-reports.ts'

describe('zoneLine', () => {
  it.each([
    [{ name: 'example.org', type: 'TXT', value: 'v=spf1 -all' }, 'example.org. TXT "v=spf1 -all"'],
    [{ name: 'example.org.', type: 'TXT', value: 'a "b" \\c;' }, 'example.org. TXT "a \\"b\\" \\\\c;"'],
    [{ name: 'example.org', type: 'TXT', value: '' }, 'example.org. TXT ""'],
    [{ name: 'example.org', type: 'TXT', value: '\x1b\n\xff' }, 'example.org. TXT "\\027\\010\\255"'],
    [{ name: 'example.org', type: 'TXT', value: 'é\u202e' }, 'example.org. TXT "\\195\\169\\226\\128\\174"'],
    [{ name: 'example.org', type: 'MX', value: '10 mx.example.org' }, 'example.org. MX 10 mx.example.org.'],
    [{ name: 'example.org', type: 'MX', value: '0 .' }, 'example.org. MX 0 .'],
    [{ name: 'a.example.org', type: 'CNAME', value: 'b.example.org' }, 'a.example.org. CNAME b.example.org.'],
    [{ name: '1.2.0.192.in-addr.arpa', type: 'PTR', value: 'a.b.c.' }, '1.2.0.192.in-addr.arpa. PTR a.b.c.'],
    [{ name: '*.example.org', type: 'A', value: '192.0.2.1' }, '*.example.org. A 192.0.2.1'],
    [{ name: 'a b;"$(x)', type: 'TXT', value: 'x' }, 'a\\032b\\059\\034\\036\\040x\\041. TXT "x"'],
    [{ name: 'example.org', type: 'A\nB', value: '\x1b' }, 'example.org. A\\x0aB \\x1b'],
  ])('%j', (record, line) => {
    expect(zoneLine(record)).toBe(line)
  })

  it('splits TXT into strings of at most 255 octets', () => {
    const line = zoneLine({ name: 's1._domainkey.example.org', type: 'TXT', value: longKey })
    const strings = [...line.matchAll(/"([^"]*)"/g)].map(match => match[1]!)
    expect(strings.length).toBeGreaterThan(1)
    expect(strings.every(one => one.length <= 255)).toBe(true)
    expect(strings.join('')).toBe(longKey)
  })

  it('counts octets, not the characters of their escapes', () => {
    const line = zoneLine({ name: 'example.org', type: 'TXT', value: '\xff'.repeat(256) })
    expect(line).toBe(`example.org. TXT "${'\\255'.repeat(255)}" "\\255"`)
  })

  it('says that a value is too long instead of giving half of a record', () => {
    const line = zoneLine({ name: 'example.org', type: 'TXT', value: 'x'.repeat(60_000) })
    expect(line).toMatch(/^; example\.org\. TXT, 60,000 characters, too long to show\. It begins: "x+"$/)
    expect(line.length).toBeLessThan(400)
  })

  it('keeps the strings of a record that stands in DNS', () => {
    expect(standingLine('example.org', 'TXT', ['a', '', 'b"'])).toBe('example.org. TXT "a" "" "b\\""')
    expect(standingLine('example.org', 'MX', ['10 mx.example.org'])).toBe('example.org. MX 10 mx.example.org.')
    expect(removalLine('a\\.b.example.org', 'TXT')).toBe(';- a\\.b.example.org. TXT')
  })
})

describe('a line read back as a zone file', () => {
  const octet = fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code))
  const text = fc.string({ unit: octet, maxLength: 600 })
  // As resolvers give names: lower case, with escapes for what is no printable character, a dot or a backslash.
  const label = fc
    .string({ unit: octet, minLength: 1, maxLength: 15 })
    .map(raw =>
      raw
        .toLowerCase()
        .replace(/[^\x20-\x7e]|[.\\]/g, one =>
          /[.\\]/.test(one) ? `\\${one}` : `\\${String(one.charCodeAt(0)).padStart(3, '0')}`,
        ),
    )
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'))
  const back = (line: string) => {
    const found = parseZoneFile(line)
    if (!found.ok) throw new Error(`${found.reason} in ${line}`)
    return found.zone
  }

  it('is the same TXT record, whatever octets it has', () => {
    fc.assert(
      fc.property(name, text, (owner, value) => {
        const [record, ...more] = back(zoneLine({ name: owner, type: 'TXT', value })).records
        expect(more).toEqual([])
        expect(record).toMatchObject({ owner, type: 'TXT' })
        expect((record!.value as readonly string[]).join('')).toBe(value)
      }),
    )
  })

  it('is the same standing record, with the same strings', () => {
    const strings = fc.array(fc.string({ unit: octet, maxLength: 255 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(name, strings, (owner, value) => {
        expect(back(standingLine(owner, 'TXT', value)).records).toMatchObject([{ owner, type: 'TXT', value }])
      }),
    )
  })

  it('names the same names', () => {
    fc.assert(
      fc.property(name, name, fc.constantFrom('CNAME', 'PTR', 'NS'), (owner, target, type) => {
        expect(encodeName(owner)).toMatchObject({ ok: true, name: owner })
        expect(back(zoneLine({ name: owner, type, value: target })).records).toMatchObject([
          { owner, type, value: target },
        ])
        const mx = back(zoneLine({ name: owner, type: 'MX', value: `10 ${target}` })).records
        expect(mx).toMatchObject([{ owner, type: 'MX', value: { preference: 10, exchange: target } }])
        expect(back(removalLine(owner, type)).removals).toMatchObject([{ owner, type }])
      }),
    )
  })

  it.each([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:db8::1', '2001:db8::1'],
    ['MX', '0 .', { preference: 0, exchange: '' }],
    ['TLSA', '3 1 1 abcd', { usage: 3, selector: 1, matchingType: 1, data: 'abcd' }],
    ['CAA', '0 issue "ca.example"', { critical: false, tag: 'issue', value: 'ca.example' }],
  ])('%s %s', (type, value, read) => {
    expect(back(zoneLine({ name: 'example.org', type, value })).records).toMatchObject([{ type, value: read }])
  })
})
