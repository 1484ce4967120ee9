import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { domainRow } from '../../src/report/domains.ts'
import { renderText } from '../../src/report/text.ts'
import { renderSummary, renderTextAmong } from '../../src/report/text-domains.ts'
import { columns } from '../../src/report/wrap.ts'
import { broken, healthy, hostile, undecided } from '../support/sample-reports.ts'

const all = [healthy, broken, undecided, hostile]
const unsafe = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/

describe('the text format', () => {
  it.each([healthy, broken, undecided])('of $domain reads well', async report => {
    await expect(renderText(report)).toMatchFileSnapshot(`snapshots/${report.domain}.txt`)
  })

  it('explains when asked: sources, evidence, why each passed', async () => {
    await expect(renderText(broken, { explain: true })).toMatchFileSnapshot('snapshots/broken.example.explained.txt')
  })

  it('begins with domain and verdict, required checks and readiness', () => {
    const [title, sentence, ready, about] = renderText(broken).split('\n')
    expect(title).toBe('✗ broken.example: fail')
    expect(sentence).toContain('5 faults to mend')
    expect(ready).toContain('Not ready for Gmail, Yahoo: dmarc-record, rdns-presence · not ready for Outlook.com')
    expect(about).toContain('4 of 9 required checks pass · profile sending')
  })

  it('tells the fix, then the records, under the finding', () => {
    const text = renderText(broken)
    const order = [
      'There is no DMARC record for broken.example.',
      '→ Publish a DMARC record;',
      '_dmarc.broken.example. TXT "v=DMARC1;',
    ]
    const places = order.map(part => text.indexOf(part))
    expect(places.every(place => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('tells the worst first, then what is unknown, passed and left out', () => {
    const text = renderText(broken)
    const order = [
      '✗ spf-lookup-limit',
      '! spf-permissiveness',
      '✗ dkim-key',
      '! certificate-expiry',
      '\nCould not be checked\n',
      '? dnsbl-address',
      '\nPassed\n',
      '\nNot checked\n',
      '\nNext: mend spf-lookup-limit',
    ]
    const places = order.map(part => text.indexOf(part))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(text).toContain('mailworthy explain spf-lookup-limit')
  })

  it('never calls an unknown a pass: a check that passes only in part says for what', () => {
    expect(renderText(broken)).toContain('dnsbl-address (only 192.0.2.10 on bl.spamcop.net)')
    expect(renderText(undecided)).not.toMatch(/✓.*dmarc-record/)
  })

  it.each(all)('of $domain holds nothing that steers a terminal, and no undefined', report => {
    for (const explain of [false, true]) {
      const text = renderText(report, { explain }) + renderTextAmong(report, 99) + renderSummary(all.map(domainRow))
      expect(text).not.toMatch(unsafe)
      expect(text).not.toMatch(/undefined|\[object|NaN|null/)
      expect(text.length).toBeLessThan(30_000)
    }
  })

  it('shows what is hostile as escapes, and long values shortened', () => {
    const text = renderText(hostile)
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07')
    expect(text).toContain('\\u202e')
    expect(text).toContain('(59,812 more characters) cannot be read: it is too long.')
    expect(text).toContain('; hostile.example. TXT, 60,012 characters, too long to show.')
  })

  it.each(all)('of $domain is the same in color, but for the color', report => {
    const painted = renderText(report, { color: true })
    expect(painted).toContain('\x1b[')
    expect(stripVTControlCharacters(painted)).toBe(renderText(report))
    const among = renderTextAmong(report, 99, { color: true }) + renderSummary([domainRow(report)], { color: true })
    expect(stripVTControlCharacters(among)).toBe(renderTextAmong(report, 99) + renderSummary([domainRow(report)]))
  })

  it.each([50, 72, 100, 160])('wraps at %i columns all but the records', width => {
    const record = /^\s*(;? ?[\w.*\\-]+\. (TXT|PTR)\b)/
    for (const report of all) {
      const lines = renderText(report, { width, explain: true }).split('\n')
      expect(lines.filter(line => columns(line) > width && !record.test(line))).toEqual([])
    }
  })
})

describe('many domains in text', () => {
  it('few are told in full', () => {
    expect(renderTextAmong(healthy, 1)).toBe(renderText(healthy))
    expect(renderTextAmong(healthy, 5)).toBe(renderText(healthy))
  })

  it('of many, those that pass stand only in the table', () => {
    expect(renderTextAmong(healthy, 400)).toBe('')
    expect(renderTextAmong(healthy, 400, { explain: true })).toContain('healthy.example: pass')
  })

  it('of many, the others are told by their faults, and by what is unknown though required', async () => {
    const text = all.map(report => renderTextAmong(report, 400)).join('\n')
    const table = renderSummary([...all, { ...broken, domain: 'other.example' }].map(domainRow))
    await expect(text + table).toMatchFileSnapshot('snapshots/many.txt')
  })

  it('the table has a line for each, at most as wide as asked', () => {
    const lines = renderSummary(all.map(domainRow), { width: 80 }).split('\n')
    expect(lines[0]).toBe('4 domains: 2 fail, 1 unknown, 1 pass')
    expect(lines.filter(line => /^[✗?!✓] /.test(line))).toHaveLength(4)
    expect(lines.filter(line => columns(line) > 80)).toEqual([])
  })
})
