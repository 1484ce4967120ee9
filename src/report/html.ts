// Reports as one HTML page that needs nothing else: no script, no font, no picture, and a policy that forbids them.
//
// Of many domains only what is shown is held: a row of each, and the section of those where something is to be mended. A page
// that no browser could open helps nobody, so the sections have a limit in all; beyond it the least pressing are left out, and
// the page says so.
import { type DomainRow, domainRow, rowsWorstFirst } from './domains.ts'
import { domainSection } from './html-domain.ts'
import { style, styleHash } from './html-style.ts'
import { summaryOf } from './html-summary.ts'
import { type Content, html, Markup } from './markup.ts'
import type { Report } from './report.ts'
import { count, domainTitle, when } from './wording.ts'

/** Above this many domains, what was asked for a check that passes is left to the JSON report. */
const EVIDENCE_MOST = 25
/** Above this many, a section tells what is to be mended and what stayed open, and nothing else. */
const WHOLE_MOST = 100
/** Octets of all sections together. */
const SECTIONS_MOST = 48 * 1024 * 1024

/** A section as it will stand in the page, out of the way of the garbage collector. */
type Kept = Map<DomainRow, Buffer>

/** Takes reports one by one; the page comes at the end. */
export class HtmlPage {
  readonly #expected: number
  readonly #most: number
  readonly #rows: DomainRow[] = []
  readonly #anchors = new Map<DomainRow, string>()
  readonly #sections: Kept = new Map()
  readonly #profiles = new Set<string>()
  readonly #rules = new Map<string, string>()
  #octets = 0
  #title = ''
  #from: string | undefined
  #to: string | undefined

  /** @param expected how many reports there will be; @param most octets of sections that are held */
  constructor(expected: number, most = SECTIONS_MOST) {
    this.#expected = expected
    this.#most = most
  }

  add(report: Report): void {
    const row = domainRow(report)
    const anchor = `r${this.#rows.length + 1}`
    this.#rows.push(row)
    this.#profiles.add(report.profile)
    for (const [name, version] of Object.entries(report.rules)) this.#rules.set(name, version)
    if (this.#from === undefined || report.at < this.#from) this.#from = report.at
    if (this.#to === undefined || report.at > this.#to) this.#to = report.at
    if (this.#expected === 1) this.#title = `${domainTitle(report)}: ${report.verdict}`
    const brief = this.#expected > WHOLE_MOST
    if (brief && row.troubles.size === 0) return
    const evidence = brief ? 'none' : this.#expected > EVIDENCE_MOST ? 'troubles' : 'all'
    const level = this.#expected === 1 ? 1 : 2
    const section = Buffer.from(domainSection(report, { anchor, level, evidence, brief }).toString())
    this.#anchors.set(row, anchor)
    this.#sections.set(row, section)
    this.#octets += section.length
    if (this.#octets > this.#most) this.#makeRoom()
  }

  page(): string {
    const rows = rowsWorstFirst(this.#rows)
    const title = this.#title === '' ? `Mail audit of ${count(rows.length, 'domain')}` : this.#title
    // Joined, not nested: what is large is copied once.
    return [
      `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${Markup.trusted(styleHash)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mailworthy">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main${this.#expected === 1 ? undefined : html` class="many"`}>
<p class="brand"><b>mailworthy</b> · ${this.#brandLine()}</p>
`}`,
      ...(this.#expected === 1 && rows.length === 1 ? [] : [summaryOf(rows, row => this.#anchors.get(row)).toString()]),
      ...rows.map(row => this.#sections.get(row)?.toString() ?? ''),
      `${html`${this.#leftOut()}
${this.#foot()}
</main>
</body>
</html>`}\n`,
    ].join('')
  }

  /** The sections of those with the least to mend go first; a tenth at a time. */
  #makeRoom(): void {
    for (const row of rowsWorstFirst([...this.#sections.keys()]).toReversed()) {
      if (this.#octets <= this.#most * 0.9) return
      this.#octets -= this.#sections.get(row)!.length
      this.#sections.delete(row)
      this.#anchors.delete(row)
    }
  }

  #leftOut(): Content {
    const left = this.#rows.filter(row => row.troubles.size > 0 && !this.#sections.has(row)).length
    if (left === 0) return undefined
    return html`<p class="part soft">What is to be mended at ${count(left, 'more domain')} is left out here, since the page would be too large to read: it stands in the NDJSON report, and <code>mailworthy audit DOMAIN</code> shows one.</p>`
  }

  #brandLine(): Markup {
    if (this.#from === undefined || this.#to === undefined) return html`no domain was audited`
    const [from, to] = [when(this.#from), when(this.#to)]
    const span = from === to ? html`<time datetime="${this.#from}">${from}</time>` : html`${from} to ${to}`
    return html`audit of ${span} · profile ${[...this.#profiles].join(', ')}`
  }

  #foot(): Markup {
    const versions = [...this.#rules].map(([name, version]) => `${name} ${version}`).join(' · ')
    return html`<footer class="foot soft">
<p>${versions}</p>
<p>A finding is explained by <code>mailworthy explain CHECK-ID</code>. What could not be checked counts neither as passed nor as failed.</p>
</footer>`
  }
}

/** The page, for one report or any number. */
export function renderHtml(reports: readonly Report[]): string {
  const page = new HtmlPage(reports.length)
  for (const report of reports) page.add(report)
  return page.page()
}
