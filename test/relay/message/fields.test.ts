// The header as fields, under caps: what is none is refused before anything else looks at it.
import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueText } from '../../../src/protocol/message/field.ts'
import { type Layout, readFields, withoutBlankFolds } from '../../../src/relay/message/fields.ts'
import { isRefusal } from '../../../src/relay/message/refusal.ts'

const read = (text: string): Layout => {
  const layout = readFields(Buffer.from(text))
  if (isRefusal(layout)) throw new Error(layout.says)
  return layout
}
const refusal = (text: string): string => {
  const refused = readFields(Buffer.from(text))
  return isRefusal(refused) ? `${refused.code} ${refused.enhanced} ${refused.says}` : 'taken'
}

describe('header fields', () => {
  it('are found with their folds and offsets', () => {
    const text = 'From: a@example.org\r\nSubject: one\r\n two\r\n\tthree\r\n\r\nbody: no field\r\n'
    const { fields, bodyAt, separated } = read(text)
    expect(fields.map(field => field.key)).toEqual(['from', 'subject'])
    expect(fields.map(field => text.slice(field.start, field.end)).join('')).toBe(text.slice(0, bodyAt - 2))
    expect(text.slice(bodyAt)).toBe('body: no field\r\n')
    expect(separated).toBe(true)
    expect(valueText(Buffer.from(text), fields[1]!)).toBe('one two\tthree')
  })

  it('may be all there is', () => {
    expect(read('A: b\r\nC: d\r\n')).toMatchObject({
      separated: false,
      bodyAt: 12,
      fields: [{ key: 'a' }, { key: 'c' }],
    })
    expect(read('A: b')).toMatchObject({ separated: false, bodyAt: 4, fields: [{ end: 4 }] })
    expect(read('')).toMatchObject({ separated: false, bodyAt: 0, fields: [] })
  })

  it('are never those behind an empty first line', () => {
    expect(read('\r\nFrom: a@example.org\r\n\r\n')).toMatchObject({ fields: [], bodyAt: 2, separated: true })
  })

  it('are refused where programs would differ', () => {
    expect(refusal('From : a@example.org\r\n\r\n')).toContain('550 5.6.0 Line 1 of the header is no header field')
    expect(refusal('A: b\r\nHello world\r\n')).toContain('Line 2 of the header is no header field')
    expect(refusal('From me Fri Nov 20\r\nA: b\r\n\r\n')).toContain('Line 1')
    expect(refusal(': b\r\n\r\n')).toContain('Line 1')
    expect(refusal('Fr\u00f6m: b\r\n\r\n')).toContain('Line 1')
    expect(refusal(' a: b\r\n\r\n')).toContain('begins with a continuation line')
  })

  it('know lines of nothing but white space, and can do without them', () => {
    const octets = Buffer.from('Subject: a\r\n \r\n b\r\n\t\r\n\r\n')
    const layout = readFields(octets) as Layout
    expect(layout.fields).toMatchObject([{ blankFold: true }])
    expect(withoutBlankFolds(octets, layout.fields[0]!).toString()).toBe('Subject: a\r\n b\r\n')
  })

  it('have caps', () => {
    expect(refusal(`A: ${'x'.repeat(995)}\r\n\r\n`)).toBe('taken')
    expect(refusal(`A: ${'x'.repeat(996)}\r\n\r\n`)).toContain('550 5.6.0 Line 1 of the header is 999 octets long')
    expect(refusal(`A: ${'x'.repeat(200_000)}\r\n\r\n`)).toContain('550 5.6.0')
    expect(refusal(`A: b${'\r\n c'.repeat(100)}\r\n\r\n`)).toBe('taken')
    expect(refusal(`A: b${'\r\n c'.repeat(101)}\r\n\r\n`)).toContain('552 5.3.4')
    expect(refusal(`${'A: b\r\n'.repeat(1_000)}\r\n`)).toBe('taken')
    expect(refusal(`${'A: b\r\n'.repeat(1_001)}\r\n`)).toContain('552 5.3.4')
    expect(refusal(`${`A: ${'x'.repeat(990)}\r\n`.repeat(270)}\r\n`)).toContain('552 5.3.4')
  })

  it('are refused at once, however many folds there are', () => {
    const before = performance.now()
    expect(refusal(`A: b${'\r\n cccccccccccccccccccc'.repeat(50_000)}\r\n\r\n`)).toContain('552')
    expect(performance.now() - before).toBeLessThan(500)
  })

  it('never throw, and cover the header without a gap', () => {
    const piece = fc.constantFrom('A', ':', ' ', '\t', '\r\n', '\n', '\r', 'b', '\u00e4', '\0')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const octets = Buffer.from(pieces.join(''))
        const layout = readFields(octets)
        if (isRefusal(layout)) return
        let at = 0
        for (const field of layout.fields) {
          expect(field.start).toBe(at)
          expect(field.valueAt).toBeLessThanOrEqual(field.end)
          at = field.end
        }
        expect(layout.bodyAt).toBeGreaterThanOrEqual(at)
      }),
      { numRuns: 1_000 },
    )
  })
})
