import { describe, expect, it } from 'vitest'
import { type Format, formats, isFormatName } from '../../src/report/formats.ts'
import { renderText } from '../../src/report/text.ts'
import { broken, healthy, hostile, undecided } from '../support/sample-reports.ts'

const all = [healthy, broken, undecided, hostile]
const every: readonly Format[] = Object.values(formats)

describe.each(every.map(format => [format.name, format] as const))('the format %s', (name, format) => {
  it('is listed under its name', () => {
    expect(isFormatName(name)).toBe(true)
    expect(formats[name as keyof typeof formats]).toBe(format)
    expect(format.says).toMatch(/^[a-z].*[^.]$/)
  })

  it('gives the same report by report as at once', () => {
    const rendering = format.open({ domains: all.length })
    const pieces = all.map(report => rendering.add(report))
    expect(pieces.some(piece => piece !== '')).toBe(format.streams)
    expect(pieces.join('') + rendering.end()).toBe(format.render(all, {}))
  })

  it('writes no escape for a terminal unless it is told to', () => {
    expect(format.render(all, { explain: true })).not.toContain('\x1b')
  })

  it('ends with a line break, and bears that there is nothing to write', () => {
    expect(format.render(all, {})).toMatch(/\n$/)
    expect(format.render([], {})).toMatch(/^$|\n$/)
  })
})

describe('the formats', () => {
  it('are what --format takes, and nothing else', () => {
    expect(Object.keys(formats)).toEqual(['text', 'json', 'ndjson', 'html', 'zone'])
    expect(isFormatName('pdf')).toBe(false)
    expect(isFormatName('toString')).toBe(false)
  })

  it('json is an object for one typed domain, else an array', () => {
    expect(JSON.parse(formats.json.render([healthy], { single: true }))).toEqual(healthy)
    expect(JSON.parse(formats.json.render([healthy], {}))).toEqual([healthy])
    expect(JSON.parse(formats.json.render(all, { single: true }))).toEqual(all)
    expect(formats.json.render([], {})).toBe('[]\n')
    expect(formats.json.render([healthy], { single: true })).toMatch(/^\{\n {2}"schema": 1,\n/)
  })

  it('json and ndjson hold hostile values exactly, and only visible characters', () => {
    for (const text of [formats.json.render([hostile], { single: true }), formats.ndjson.render([hostile], {})]) {
      expect(JSON.parse(text)).toEqual(hostile)
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/)
      expect(text).toContain('\\u202e')
    }
  })

  it('ndjson is one report a line', () => {
    const lines = formats.ndjson.render(all, {}).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map(line => JSON.parse(line).domain)).toEqual(all.map(report => report.domain))
  })

  it('text of one domain is its report alone; of several a table closes', () => {
    expect(formats.text.render([broken], {})).toBe(renderText(broken))
    expect(formats.text.render([broken, healthy], {})).toContain('\n\n2 domains: 1 fail, 1 pass\n')
    expect(formats.text.render([broken, healthy], {})).toContain('\n\n✓ healthy.example: pass\n')
  })
})
