// The page of hundreds of domains: what a person finds there to act on, and what is held for it.
import { describe, expect, it } from 'vitest'
import { HtmlPage, renderHtml } from '../../src/report/html.ts'
import { broken, finding, healthy, report, undecided } from '../support/sample-reports.ts'

const bases = [healthy, broken, healthy, undecided]
const many = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    ...bases[i % 4]!,
    domain: `d${String((i * 7) % n).padStart(4, '0')}.example`,
  }))

/** The domains of each table, in its order. */
const tables = (page: string) =>
  page
    .split('<table class="cards domains')
    .slice(1)
    .map(table =>
      [...table.split('</table>')[0]!.matchAll(/<th scope="row">(?:<a [^>]*>)?([^<]+)/g)].map(row => row[1]!),
    )

describe('the page of 120 domains', () => {
  const page = renderHtml(many(120))

  it('begins with what they came to', () => {
    expect(page).toContain('<p class="lede">30 fail, 30 unknown, 60 pass</p>')
    expect(page).toContain('<li>Gmail: 60 ready, 30 not, 30 not decided</li>')
  })

  it('has every domain in three orders, of which one is open', () => {
    const [worst, fault, name, ...more] = tables(page)
    expect(more).toEqual([])
    expect(name).toEqual(
      many(120)
        .map(({ domain }) => domain)
        .sort(),
    )
    for (const order of [worst!, fault!]) expect(order.toSorted()).toEqual(name)
    expect(page.match(/<details name="order" open>/g)).toHaveLength(1)
    expect(page.match(/<details name="order">/g)).toHaveLength(2)
    const failing = new Set(
      many(120)
        .filter(one => one.verdict === 'fail')
        .map(({ domain }) => domain),
    )
    expect(worst!.slice(0, 30).every(domain => failing.has(domain))).toBe(true)
  })

  it('names all domains that a common fault hits, each with a link to the finding', () => {
    const row = page.split('<th scope="row"><code>spf-lookup-limit</code></th>')[1]!.split('</tr>')[0]!
    expect(row).toContain('<td class="number" data-label="domains">30</td>')
    expect(row.match(/href="#r\d+-spf-lookup-limit"/g)).toHaveLength(30)
  })

  it('tells of a domain what is to be mended, and nothing else', () => {
    expect(page.match(/<section class="domain"/g)).toHaveLength(60)
    expect(page).toContain('What to mend')
    expect(page).not.toMatch(/>Passed<|>Readings<|>Evidence</)
    // Nothing is to be mended at those that pass: they stand in the table, without a link to nowhere.
    expect(page).toContain('<th scope="row">d0000.example</th>')
  })

  it('leads nowhere in vain, and needs no script', () => {
    const ids = new Set([...page.matchAll(/\sid="([^"]*)"/g)].map(match => match[1]!))
    expect([...page.matchAll(/href="#([^"]*)"/g)].map(match => match[1]!).filter(id => !ids.has(id))).toEqual([])
    expect(page).not.toMatch(/<script|<form|<input|\son\w+=|\sstyle=/)
  })
})

it('groups the domains with the same thing to mend', () => {
  const faulty = (domain: string, check: string) =>
    report({ domain, findings: [finding(check, 'fail', 'It is wrong.', { subject: domain, fix: 'x' })] })
  const checks = ['mx-hosts', 'spf-syntax', 'mx-hosts', 'spf-syntax', 'spf-syntax', 'dkim-key']
  const [, byFault] = tables(
    renderHtml(
      [...checks, ...checks].map((check, i) => faulty(`${check}-${String(i).padStart(2, '0')}.example`, check)),
    ),
  )
  expect(byFault!.map(domain => domain.replace(/-\d+\.example/, ''))).toEqual([
    ...Array(6).fill('spf-syntax'),
    ...Array(4).fill('mx-hosts'),
    ...Array(2).fill('dkim-key'),
  ])
})

it('shows no receivers of which nothing was decided', () => {
  const open = { verdict: 'unknown', because: ['dkim-key'] } as const
  expect(renderHtml(many(12).map(one => ({ ...one, ready: { gmail: open } })))).not.toContain('Gmail</th>')
})

it('holds no more than its limit, leaves out what is least pressing, and says so', () => {
  const reports = many(400)
  const page = new HtmlPage(reports.length, 400_000)
  for (const one of reports) page.add(one)
  const text = page.page()
  const shown = [...text.matchAll(/<section class="domain" id="r(\d+)"/g)].map(match => Number(match[1]))
  expect(shown.length).toBeGreaterThan(20)
  // The last ones to come found room again.
  expect(shown.filter(number => reports[number - 1]!.verdict === 'fail').length).toBeGreaterThan(shown.length * 0.8)
  expect(text).toMatch(/What is to be mended at \d+ more domains is left out here/)
  expect(tables(text)[0]).toHaveLength(400)
  const ids = new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(match => match[1]!))
  expect([...text.matchAll(/href="#([^"]*)"/g)].map(match => match[1]!).filter(id => !ids.has(id))).toEqual([])
})
