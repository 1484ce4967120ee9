import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import { style, styleHash } from '../../src/report/html-style.ts'
import { broken, finding, healthy, hostile, report, undecided } from '../support/sample-reports.ts'

const all = [healthy, broken, undecided, hostile]
const pages = [
  ...all.map(one => [one.domain, renderHtml([one])] as const),
  ['many', renderHtml(all)] as const,
  ['none', renderHtml([])] as const,
]

/** What a person reads: without tags, entities resolved. */
function readable(page: string): string {
  const entities: { [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&([a-z0-9#]+);/g, (_, name: string) => entities[name]!)
    .replace(/\s+/g, ' ')
}

describe.each(pages)('the page of %s', (_, page) => {
  it('needs nothing but itself', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base|video|audio)\b/i)
    expect(page).not.toMatch(/\s(src|on\w+|style|action)=/i)
    expect(page.replace(/<pre[^>]*>.*?<\/pre>/gs, '')).not.toMatch(/url\(|@import/)
    expect([...page.matchAll(/href="([^"]*)"/g)].every(match => match[1]!.startsWith('#'))).toBe(true)
  })

  it('forbids whatever it does not have', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]
    expect(policy).toBe(`default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`)
  })

  it('closes what it opens', () => {
    const open: string[] = []
    const wrong: string[] = []
    const body = page.replace(/<style>.*<\/style>/s, '')
    for (const [tag, end, name] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (['meta', 'br', 'rect'].includes(name!) && !end && !(name === 'rect')) continue
      if (!end) open.push(name!)
      else if (open.pop() !== name) wrong.push(tag)
    }
    expect([...wrong, ...open]).toEqual([])
  })

  it('leads nowhere in vain, and names nothing twice', () => {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(match => match[1]!)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...page.matchAll(/href="#([^"]*)"/g)].map(match => match[1]!).filter(id => !ids.includes(id))).toEqual([])
  })

  it('holds no undefined and nothing that cannot be seen', () => {
    expect(page).not.toMatch(/undefined|\[object|NaN/)
    expect(page).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/)
  })

  it('has one heading of the first level, and skips none', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(match => Number(match[1]))
    expect(levels[0]).toBe(1)
    expect(levels.filter(level => level === 1)).toHaveLength(1)
    expect(levels.every((level, i) => i === 0 || level <= levels[i - 1]! + 1)).toBe(true)
  })
})

describe('the HTML format', () => {
  it('names its style in the policy', () => {
    const digest = createHash('sha256').update(style.toString()).digest('base64')
    expect(styleHash, 'the style was changed: its hash in html-style.ts follows').toBe(`sha256-${digest}`)
  })

  it('shows verdict, readiness, required count and the fix with its record', () => {
    const text = readable(renderHtml([broken]))
    expect(text).toContain('broken.example ✗ Fail')
    expect(text).toContain('Not ready for Gmail, Yahoo')
    expect(text).toContain('4 of 9 required checks pass')
    expect(text).toMatch(/Publish a DMARC record;[^✗]*Publish _dmarc\.broken\.example\. TXT "v=DMARC1; p=none/)
    expect(text).toContain('RFC 7208 §4.6.4')
    expect(text).toContain('_netblocks.google.com')
    expect(text).toContain('No host was named as yours (--mine)')
  })

  it('tells the worst first', () => {
    const text = readable(renderHtml([broken]))
    const order = [
      'What to mend',
      'spf-lookup-limit Evaluating',
      'spf-permissiveness',
      'certificate-expiry',
      'Could not be checked',
      'Readings',
      'Passed',
      'Not checked',
    ]
    const places = order.map(part => text.indexOf(part))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('shows the readings, and what was not learned as such', () => {
    const text = readable(renderHtml([broken]))
    expect(text).toContain(
      '192.0.2.10 ✓ mail.broken.example ! mail.broken.example leads elsewhere ✗ permerror for MAIL FROM',
    )
    expect(text).toContain('? temperror for HELO')
    expect(text).toContain('✗ on zen.spamhaus.org')
    expect(text).toContain('? not learned: b.barracudacentral.org, psbl.surriel.com')
    expect(text).toContain('old ✗ revoked')
    expect(text).toContain('DMARC policy ✗ no policy')
    expect(readable(renderHtml([undecided]))).toContain('DMARC policy ? not learned')
    const unlearned = report({
      domain: 'a.example',
      findings: [],
      readings: {
        ...broken.readings,
        exists: null,
        egress: [
          {
            address: '192.0.2.1',
            ptr: null,
            forwardConfirmed: null,
            listed: [],
            unasked: ['zen.spamhaus.org'],
            helo: null,
          },
        ],
      },
    })
    const shown = readable(renderHtml([unlearned]))
    expect(shown).toContain('Exists in DNS ? not learned')
    expect(shown).toContain('192.0.2.1 ? not learned')
    expect(shown).not.toContain('on none')
    const [egress] = broken.readings.egress
    const unasked = { ...broken.readings, egress: [{ ...egress!, listed: null, unasked: null }] }
    const without = readable(renderHtml([report({ domain: 'a.example', findings: [], readings: unasked })]))
    expect(without).toContain('for HELO not asked')
    expect(without).not.toContain('on none')
  })

  it('shows hostile text as text, shortened', () => {
    const page = renderHtml([hostile])
    expect(readable(page)).toContain('\\x1b[2J\\x1b]0;owned\\x07 </script><script>alert(1)</script> "\'&\\u202eelpmaxe')
    expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain('more characters)')
    expect(page.length).toBeLessThan(60_000)
  })

  it('begins with a table of many domains, the worst first, that leads to each', () => {
    const page = renderHtml(all)
    const rows = [...page.matchAll(/<th scope="row"><a href="#(r\d+)">([^<]*)<\/a>/g)].map(match => [
      match[1],
      match[2],
    ])
    expect(rows.map(([, domain]) => domain)).toEqual([
      'broken.example',
      'hostile.example',
      'bücher.example (xn--bcher-kva.example)',
      'healthy.example',
    ])
    for (const [id, domain] of rows)
      expect(page).toMatch(
        new RegExp(`id="${id}">\\s*<header>\\s*<h2 class="name">${domain!.replace(/[()]/g, '\\$&')}`),
      )
    expect(readable(page)).toContain('4 domains 2 fail, 1 unknown, 1 pass')
  })

  it('leaves the evidence of what passes to JSON when there are many domains', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...healthy, domain: `d${i}.example` }))
    expect(renderHtml([healthy])).toContain('ns1.healthy.example')
    expect(renderHtml(many)).not.toContain('ns1.healthy.example')
  })

  it('makes no anchor of an id that is none', () => {
    const odd = report({
      domain: 'a.example',
      ready: { gmail: { verdict: 'fail', because: ['x" onload="y'] } },
      findings: [finding('x" onload="y', 'fail', 'f', { subject: 'a.example', fix: 'x' })],
    })
    expect(renderHtml([odd])).not.toContain('onload="')
  })
})
