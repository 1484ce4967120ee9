// Line endings and what a survey of octets finds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { survey, withLineEndings } from '../../../src/relay/message/octets.ts'

const normalized = (text: string): string => {
  const made = withLineEndings(Buffer.from(text, 'latin1'), 'normalize')
  return Buffer.isBuffer(made) ? made.toString('latin1') : made.says
}

describe('a survey', () => {
  it('finds line endings that are none, the longest line, 8-bit octets and NULs', () => {
    expect(survey(Buffer.from('a\r\nbcd\r\n'))).toEqual({ bareEndings: 0, eightBit: false, nul: false, longestLine: 3 })
    expect(survey(Buffer.from('a\nb\rc\r\r\n\xe4\0', 'latin1'))).toEqual({
      bareEndings: 3,
      eightBit: true,
      nul: true,
      longestLine: 4,
    })
    expect(survey(Buffer.from('x'.repeat(1_200)))).toMatchObject({ longestLine: 1_200 })
    expect(survey(Buffer.from('ab\r\ncde\r\n'), 4, 9)).toMatchObject({ longestLine: 3, bareEndings: 0 })
  })
})

describe('line endings', () => {
  it('of a strict client must be CRLF', () => {
    for (const text of [
      'a: b\n\r\nx\r\n',
      'a: b\r\n\r\nx\ry\r\n',
      'a: b\r\n\r\nx\r\r\n',
      'a: b\r\n\r\n\n.\r\n',
      '\r',
    ]) {
      expect(withLineEndings(Buffer.from(text), 'strict')).toMatchObject({ code: 550, enhanced: '5.6.0' })
    }
    const fine = Buffer.from('a: b\r\n\r\nx\r\n')
    expect(withLineEndings(fine, 'strict')).toBe(fine)
  })

  it('of a device that knows no better become CRLF', () => {
    expect(normalized('a: b\nc: d\n\nx\ny')).toBe('a: b\r\nc: d\r\n\r\nx\r\ny\r\n')
    expect(normalized('a: b\r\r\nc: d\r\r\n\r\r\nx\r\r\r\n')).toBe('a: b\r\nc: d\r\n\r\nx\r\n')
    expect(normalized('a: b\n\nx\ry\r')).toBe('a: b\r\n\r\nx\r\ny\r\n')
  })

  it('make no header field of a lone CR', () => {
    expect(normalized('From: a@example.org\rBcc: x\r\n\r\n')).toContain('The header holds a CR')
  })

  it('end the last line too', () => {
    expect(withLineEndings(Buffer.from('a: b\r\n\r\nx'), 'strict')).toEqual(Buffer.from('a: b\r\n\r\nx\r\n'))
  })

  it('are CRLF in the end, whatever came', () => {
    const octets = fc.array(fc.constantFrom('\r', '\n', 'a', ' ', '.', '\0'), { maxLength: 40 }).map(a => a.join(''))
    fc.assert(
      fc.property(octets, text => {
        const made = withLineEndings(Buffer.from(text), 'normalize')
        if (!Buffer.isBuffer(made)) {
          expect(made.says).toContain('The header holds a CR')
          return
        }
        expect(survey(made).bareEndings).toBe(0)
        expect(made.toString().replaceAll('\r\n', '')).toBe(text.replaceAll(/[\r\n]/g, ''))
        // Once right, they stay.
        expect(withLineEndings(made, 'strict')).toEqual(made)
      }),
      { numRuns: 500 },
    )
  })
})
