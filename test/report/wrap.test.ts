import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columns, cut, padded, wrap } from '../../src/report/wrap.ts'

describe('wrap', () => {
  it('breaks at spaces', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  })

  it('breaks a word that is wider than a line', () => {
    expect(wrap('see abcdefghij end', 4)).toEqual(['see', 'abcd', 'efgh', 'ij', 'end'])
  })

  it('counts wide characters as two columns and combining marks as none', () => {
    expect(columns('日本')).toBe(4)
    expect(columns('e\u0301')).toBe(1)
    expect(wrap('日本 日本', 5)).toEqual(['日本', '日本'])
    expect(padded('日', 4)).toBe('日  ')
    expect(cut('日本語', 5)).toBe('日本…')
  })

  it('keeps every word and no line is too wide, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrap(text, width)
        expect(lines.every(line => columns(line) <= width)).toBe(true)
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      }),
    )
  })
})
