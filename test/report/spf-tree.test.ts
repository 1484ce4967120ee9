// The tree as a person sees it, and what has grown in it since an earlier report.
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import type { Report } from '../../src/report/report.ts'
import { compareSpf } from '../../src/report/spf-growth.ts'
import { treeLines, treeSums } from '../../src/report/spf-tree.ts'
import { renderText } from '../../src/report/text.ts'
import { healthy } from '../support/sample-reports.ts'
import { spfTreeOf } from '../support/spf-tree.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const zone = `${record('ip4:192.0.2.0/28 mx include:p.example.net include:gone.example.net -all')}
${record('ip4:203.0.113.0/24 ip4:198.51.100.1 ip4:198.51.100.3 ip4:198.51.100.5 ip6:2001:db8::/32 ~all', 'p.example.net')}
example.org MX 10 m.example.org
m.example.org A 192.0.2.77`
const withTree = async (text: string, ...egress: string[]): Promise<Report> => ({
  ...healthy,
  readings: { ...healthy.readings, spfTree: await spfTreeOf(text, ...egress) },
})

describe('the drawn tree', () => {
  it('stands in the text report', async () => {
    const text = renderText(await withTree(zone, '192.0.2.3'), { width: 100 })
    expect(text).toContain(`
SPF, term by term
    At most 3 of 10 lookups, terms without an answer 0 (IPv4) and 1 (IPv6) of 2
    For 192.0.2.3: 0 of 10 lookups, 0 terms without an answer, pass
    example.org                  lets in 276 IPv4, /32 of IPv6
    ├─ ip4:192.0.2.0/28          matches 192.0.2.3 · lets in 16 IPv4
    ├─ mx                        1 lookup · no answer for IPv6 · lets in 1 IPv4
    ├─ include:p.example.net     1 lookup · lets in 259 IPv4, /32 of IPv6
    │  ├─ ip4:203.0.113.0/24     lets in 256 IPv4
    │  ├─ ip4:198.51.100.1       lets in 1 IPv4
    │  ├─ ip4:198.51.100.3       lets in 1 IPv4
    │  ├─ … 2 more networks
    │  └─ ~all
    ├─ include:gone.example.net  1 lookup · no SPF record
    └─ -all
`)
  })

  it('stands in the HTML report, with everything from DNS escaped', async () => {
    const page = renderHtml([await withTree(record('x=<script>alert(1)</script> exists:<b>.%{l}.example.net -all'))])
    expect(page).toContain('The SPF record, term by term')
    expect(page).toContain('├─ <b>exists:&lt;b&gt;.%{l}.example.net</b>')
    expect(page).not.toContain('<script>alert')
  })

  it('is told whole when it is asked for, and is never longer than a page otherwise', async () => {
    const wide = record(Array.from({ length: 45 }, (_, i) => `include:p${i}.example.net`).join(' '))
    const inner = Array.from({ length: 45 }, (_, i) => record('ip4:192.0.2.1 ip4:192.0.2.2 -all', `p${i}.example.net`))
    const tree = await spfTreeOf(wide + inner.join(''))
    expect(treeLines(tree)).toHaveLength(81)
    expect(treeLines(tree).at(-1)!.term).toBe('… 101 more lines')
    expect(treeLines(tree, true)).toHaveLength(181)
  })

  it('says the sums of an address that no record was found for', async () => {
    expect(treeSums(await spfTreeOf('example.org A 192.0.2.1', '192.0.2.1'))[1]).toBe(
      'for 192.0.2.1: 0 of 10 lookups, 0 terms without an answer, none',
    )
  })
})

describe('two reports of one domain', () => {
  it('tell which records let in more than before', async () => {
    const before = await spfTreeOf(zone)
    const now = await spfTreeOf(
      zone
        .replace('203.0.113.0/24', '203.0.112.0/23')
        .replace('2001:db8::/32', '2001:d00::/24')
        .replace('include:gone.example.net', 'include:q.example.net') +
        `\n${record('a:m.example.org -all', 'q.example.net')}`,
    )
    expect(compareSpf(before, now)).toEqual({
      grown: [
        { domain: 'example.org', v4: { was: 276, is: 532 }, widest6: { was: 32, is: 24 } },
        { domain: 'p.example.net', v4: { was: 259, is: 515 }, widest6: { was: 32, is: 24 } },
      ],
      added: ['q.example.net'],
      lookups: { was: 3, is: 4 },
    })
    expect(compareSpf(now, before).grown).toEqual([])
  })

  it('tell nothing about a record that did not answer', async () => {
    const silent = await spfTreeOf(zone.replace(/^p\.example\.net TXT.*$/m, 'p.example.net FAULT timeout'))
    expect(compareSpf(silent, await spfTreeOf(zone)).grown).toEqual([])
    expect(compareSpf(await spfTreeOf(zone), silent).grown).toEqual([])
  })
})
