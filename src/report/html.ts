// Reports as one HTML page that needs nothing else: no script, no font, no picture, and a policy that forbids them.
import {
  type CommonTrouble,
  commonTroubles,
  type DomainRow,
  domainRow,
  rowsWorstFirst,
  verdictTotals,
} from './domains.ts'
import { domainSection } from './html-domain.ts'
import { style, styleHash } from './html-style.ts'
import { type Content, html, Markup } from './markup.ts'
import { listed } from './outline.ts'
import type { Report } from './report.ts'
import { count, domainTitle, signs, when, withoutPreface } from './wording.ts'

const COMMON_SHOWN = 8
const BRIEF_MOST = 72
/** Above this many domains, what was asked for a check that passes is left to the JSON report. */
const EVIDENCE_MOST = 25

/** The page, for one report or any number. */
export function renderHtml(reports: readonly Report[]): string {
  const [first, ...others] = reports
  const one = first !== undefined && others.length === 0
  const title = one ? `${domainTitle(first)}: ${first.verdict}` : `Mail audit of ${count(reports.length, 'domain')}`
  const body = one ? domainSection(first, { anchor: 'r1', level: 1, evidence: 'all' }) : manyDomains(reports)
  return `${html`<!doctype html>
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
<main>
<p class="brand"><b>mailworthy</b> · ${brandLine(reports)}</p>
${body}
${foot(reports)}
</main>
</body>
</html>`}\n`
}

/** A table of all, then each in full in the table's order. */
function manyDomains(reports: readonly Report[]): Content {
  const ofRow = new Map(reports.map(report => [domainRow(report), report]))
  const rows = rowsWorstFirst([...ofRow.keys()])
  const evidence = reports.length > EVIDENCE_MOST ? 'troubles' : 'all'
  return [
    front(rows),
    rows.map((row, i) => domainSection(ofRow.get(row)!, { anchor: anchorOf(i), level: 2, evidence })),
  ]
}

function anchorOf(index: number): string {
  return `r${index + 1}`
}

function brandLine(reports: readonly Report[]): Markup {
  const dates = reports.map(report => report.at).toSorted()
  const [from, to] = [dates[0], dates.at(-1)]
  if (from === undefined || to === undefined) return html`no domain was audited`
  const profiles = [...new Set(reports.map(report => report.profile))]
  const span =
    when(from) === when(to) ? html`<time datetime="${from}">${when(from)}</time>` : html`${when(from)} to ${when(to)}`
  return html`audit of ${span} · profile ${profiles.join(', ')}`
}

/** What a reader of many domains begins with. */
function front(rows: readonly DomainRow[]): Markup {
  const common = commonTroubles(rows, COMMON_SHOWN)
  return html`<header class="front">
<h1>${count(rows.length, 'domain')}</h1>
<p class="lede">${verdictTotals(rows)}</p>
${common.length > 0 && commonTable(common)}
${rows.length > 0 && domainsTable(rows)}
</header>`
}

function domainsTable(rows: readonly DomainRow[]): Markup {
  return html`<table class="cards domains">
<caption>Every domain, the worst first</caption>
<thead><tr><th scope="col">Domain</th><th scope="col">Verdict</th><th scope="col">Required</th><th scope="col">Fail</th><th scope="col">Warn</th><th scope="col">Unknown</th><th scope="col">First to look at</th></tr></thead>
<tbody>
${rows.map(
  (row, i) => html`<tr>
<th scope="row"><a href="#${anchorOf(i)}">${row.title}</a></th>
<td class="word ${row.verdict}"><span class="tone"><span class="sign" aria-hidden="true">${signs[row.verdict]}</span>&nbsp;${row.verdict}</span></td>
<td class="number" data-label="required">${row.required.of > 0 && `${row.required.passed}/${row.required.of}`}</td>
<td class="number" data-label="fail">${row.counts.fail > 0 && row.counts.fail}</td>
<td class="number" data-label="warn">${row.counts.warn > 0 && row.counts.warn}</td>
<td class="number" data-label="unknown">${row.counts.unknown > 0 && row.counts.unknown}</td>
<td>${row.worst && html`<code>${row.worst.check}</code> <span class="soft">${briefly(row.worst.says)}</span>`}</td>
</tr>
`,
)}</tbody>
</table>`
}

/** The beginning of a sentence: the table only points at the whole. */
function briefly(says: string): string {
  const text = withoutPreface(says)
  return text.length <= BRIEF_MOST ? text : `${text.slice(0, BRIEF_MOST).replace(/\s+\S*$/, '')}…`
}

function commonTable(common: readonly CommonTrouble[]): Markup {
  return html`<table class="cards common">
<caption>What is wrong most often</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Level</th><th scope="col">Domains</th><th scope="col">Which</th></tr></thead>
<tbody>
${common.map(
  ({ check, level, domains }) => html`<tr>
<th scope="row"><code>${check}</code></th>
<td class="word ${level}"><span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${level}</span></td>
<td class="number" data-label="domains">${domains.length}</td>
<td><span class="soft">${listed(domains, 3)}</span></td>
</tr>
`,
)}</tbody>
</table>`
}

function foot(reports: readonly Report[]): Markup {
  const rules = new Map(reports.flatMap(report => Object.entries(report.rules)))
  const versions = [...rules].map(([name, version]) => `${name} ${version}`).join(' · ')
  return html`<footer class="foot soft">
<p>${versions}</p>
<p>A finding is explained by <code>mailworthy explain CHECK-ID</code>. What could not be checked counts neither as passed nor as failed.</p>
</footer>`
}
