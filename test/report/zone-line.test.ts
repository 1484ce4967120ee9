import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Zone } from '../../src/lab/zone.ts'
import { zoneLine } from '../../src/report/zone-line.ts'
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

  it('reads back as the same record, whatever octets it has', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 600 }),
        value => {
          const found = new Zone(zoneLine({ name: 'example.org', type: 'TXT', value })).lookup('example.org', 'TXT')
          const records = found.fault === undefined ? found.records : []
          expect(records.map(record => (record.value as readonly string[]).join(''))).toEqual([value])
        },
      ),
    )
  })
})
