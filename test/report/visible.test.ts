import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shorten, visible, visibleJson } from '../../src/report/visible.ts'

describe('visible', () => {
  it.each([
    ['\x1b[31m', '\\x1b[31m'],
    ['a\nb\r\tc', 'a\\x0ab\\x0d\\x09c'],
    ['\x00\x7f', '\\x00\\x7f'],
    ['\x9b31m\x85', '\\x9b31m\\x85'],
    ['\u202eelpmaxe\u2066', '\\u202eelpmaxe\\u2066'],
    ['pay\u200bpal\u2060\ufeff\u00ad', 'pay\\u200bpal\\u2060\\ufeff\\xad'],
    ['v=spf1\u00a0-all', 'v=spf1\\xa0-all'],
    ['\u2028\u2029\u3000', '\\u2028\\u2029\\u3000'],
    ['\u{e0041}\ud800', '\\u{e0041}\\ud800'],
    ['ﾠ\u3164', '\\uffa0\\u3164'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('leaves what can be seen', () => {
    const seen = 'bücher.example 日本 שלום "v=DKIM1; p=AbC+/=" \\x1b ✓ é é 😀'
    expect(visible(seen)).toBe(seen)
  })

  it('leaves nothing that steers a terminal, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(visible(text)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Cs}]/u)
      }),
    )
  })
})

describe('visibleJson', () => {
  it('escapes what JSON leaves, and reads back the same', () => {
    const text = '\x7f\x9b\u2028\u202e\u200b\u{e0041}\u00a0 é'
    const json = visibleJson(JSON.stringify({ text }, null, 2))
    expect(json).toBe('{\n  "text": "\\u007f\\u009b\\u2028\\u202e\\u200b\\udb40\\udc41\\u00a0 é"\n}')
    expect(JSON.parse(json)).toEqual({ text })
  })

  it('changes no value, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(JSON.parse(visibleJson(JSON.stringify([text], null, 2)))).toEqual([text])
      }),
    )
  })
})

describe('shorten', () => {
  it('says how much was left off', () => {
    expect(shorten('x'.repeat(60_000), 10)).toBe('xxxxxxxxxx… (59,990 more characters)')
    expect(shorten('short', 10)).toBe('short')
  })

  it('never cuts a character in two', () => {
    expect(shorten('a😀b', 2)).toBe('a… (3 more characters)')
  })
})
