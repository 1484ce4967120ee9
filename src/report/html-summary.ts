// What a reader of many domains begins with: totals, what is wrong most often and where, and every domain in a table.
//
// A table that sorts by itself would need a script, and the page forbids all. So it stands there in several orders, of which
// one is open: headings that open one close the others.
import {
  beginning,
  type CommonTrouble,
  commonTroubles,
  type DomainRow,
  readySentence,
  readyTotals,
  verdicts,
  verdictTotals,
} from './domains.ts'
import { type Content, html, type Markup } from './markup.ts'
import { count, providerTitle, signs, withoutPreface } from './wording.ts'

const COMMON_SHOWN = 20
/** Domains of one trouble that are named; the table has all. */
const NAMED_MOST = 400
const NAMED_AT_ONCE = 3
const BRIEF_MOST = 72
/** Fewer need no second order; of more the page would become too large. */
const ORDERED = { least: 10, most: 5_000 }

/** Where the section of a domain stands, when it has one. */
type AnchorOf = (row: DomainRow) => string | undefined

/** @param rows worst first */
export function summaryOf(rows: readonly DomainRow[], anchorOf: AnchorOf): Markup {
  const common = commonTroubles(rows, COMMON_SHOWN)
  const ready = readyTotals(rows)
  return html`<header class="front">
<h1>${count(rows.length, 'domain')}</h1>
<p class="lede">${verdictTotals(rows)}</p>
${rows.length > 0 && verdictBar(rows)}
${ready.length > 0 && html`<ul class="sums">${ready.map(total => html`<li>${readySentence(total)}</li>`)}</ul>`}
${common.length > 0 && commonTable(common, anchorOf)}
${rows.length > 0 && orders(rows, anchorOf)}
</header>
`
}

/** The verdicts as shares of one bar; the sentence above it says the same. */
function verdictBar(rows: readonly DomainRow[]): Markup {
  let at = 0
  const parts = verdicts.map(verdict => {
    const n = rows.filter(row => row.verdict === verdict).length
    const part = n > 0 && html`<rect class="${verdict}" x="${at}" width="${n}" height="1"></rect>`
    at += n
    return part
  })
  return html`<svg class="bar shares" viewBox="0 0 ${rows.length} 1" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`
}

function commonTable(common: readonly CommonTrouble[], anchorOf: AnchorOf): Markup {
  return html`<table class="cards common">
<caption>What is wrong most often</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Level</th><th scope="col">Domains</th><th scope="col">Which</th></tr></thead>
<tbody>
${common.map(
  ({ check, level, rows }) => html`<tr>
<th scope="row"><code>${check}</code></th>
<td class="word ${level}">${tone(level)}</td>
<td class="number" data-label="domains">${rows.length}</td>
<td>${whichDomains(rows, level === 'unknown' ? undefined : check, anchorOf)}</td>
</tr>
`,
)}</tbody>
</table>`
}

// What stayed open for one reason stands together in a section, under the first check's name: then the domain itself is linked.
function whichDomains(rows: readonly DomainRow[], check: string | undefined, anchorOf: AnchorOf): Content {
  const links = rows.slice(0, NAMED_MOST).map((row, i) => [i > 0 && ', ', linkTo(row, anchorOf, check)])
  if (rows.length <= NAMED_AT_ONCE + 1) return html`<span class="soft">${links}</span>`
  const first = rows.slice(0, NAMED_AT_ONCE).map(({ title }) => title)
  const rest = rows.length > NAMED_MOST && html` and ${rows.length - NAMED_MOST} more`
  return html`<details class="which"><summary>${first.join(', ')} and ${rows.length - NAMED_AT_ONCE} more</summary><p>${links}${rest}</p></details>`
}

function orders(worstFirst: readonly DomainRow[], anchorOf: AnchorOf): Content {
  const table = (rows: readonly DomainRow[], caption: string): Markup => domainsTable(rows, caption, anchorOf)
  if (worstFirst.length < ORDERED.least || worstFirst.length > ORDERED.most) {
    return table(worstFirst, 'Every domain, the worst first')
  }
  const byName = worstFirst.toSorted((a, b) => (a.domain < b.domain ? -1 : 1))
  const first = (row: DomainRow): string => row.worst?.check ?? '~'
  const alike = new Map<string, number>()
  for (const row of worstFirst) alike.set(first(row), (alike.get(first(row)) ?? 0) + 1)
  // Those with the same thing to mend stand together, the commonest of each verdict first.
  const byFault = worstFirst.toSorted(
    (a, b) =>
      verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) ||
      alike.get(first(b))! - alike.get(first(a))! ||
      (first(a) < first(b) ? -1 : first(a) > first(b) ? 1 : 0),
  )
  return html`<section class="orders" aria-label="Every domain">
<details name="order" open><summary>Worst first</summary>
${table(worstFirst, 'Every domain, the worst first')}
</details>
<details name="order"><summary>By what to mend first</summary>
${table(byFault, 'Every domain, those with the same to mend together')}
</details>
<details name="order"><summary>By name</summary>
${table(byName, 'Every domain, by name')}
</details>
</section>`
}

function domainsTable(rows: readonly DomainRow[], caption: string, anchorOf: AnchorOf): Markup {
  const receivers = readyTotals(rows).map(({ id }) => id)
  const columns = receivers.length > 0 ? 'cards domains with-ready' : 'cards domains'
  return html`<table class="${columns}">
<caption>${caption}</caption>
<thead><tr><th scope="col">Domain</th><th scope="col">Verdict</th><th scope="col">Required</th>${receivers.map(
    id => html`<th scope="col">${providerTitle(id)}</th>`,
  )}<th scope="col">Fail</th><th scope="col">Warn</th><th scope="col">Unknown</th><th scope="col">First to look at</th></tr></thead>
<tbody>
${rows.map(
  row => html`<tr>
<th scope="row">${linkTo(row, anchorOf)}</th>
<td class="word ${row.verdict}">${tone(row.verdict)}</td>
<td class="number" data-label="required">${row.required.of > 0 && `${row.required.passed}/${row.required.of}`}</td>
${receivers.map(id => readyCell(row, id))}<td class="number" data-label="fail">${row.counts.fail > 0 && row.counts.fail}</td>
<td class="number" data-label="warn">${row.counts.warn > 0 && row.counts.warn}</td>
<td class="number" data-label="unknown">${row.counts.unknown > 0 && row.counts.unknown}</td>
<td>${row.worst && html`<code>${row.worst.check}</code> <span class="soft">${beginning(withoutPreface(row.worst.says), BRIEF_MOST)}</span>`}</td>
</tr>
`,
)}</tbody>
</table>`
}

const readyWord = { pass: 'ready', fail: 'not', unknown: 'open' } as const

function readyCell({ ready }: DomainRow, id: string): Markup {
  const verdict = ready[id]
  const label = providerTitle(id)
  if (verdict === undefined) return html`<td class="word" data-label="${label}"></td>`
  return html`<td class="word ${verdict}" data-label="${label}"><span class="tone"><span class="sign" aria-hidden="true">${signs[verdict]}</span>&nbsp;${readyWord[verdict]}</span></td>
`
}

function tone(level: keyof typeof signs): Markup {
  return html`<span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${level}</span>`
}

/** To its section, or to the finding of a check there; the name alone when it has none. */
function linkTo(row: DomainRow, anchorOf: AnchorOf, check: string | undefined = undefined): Content {
  const anchor = anchorOf(row)
  if (anchor === undefined) return row.title
  const at = check !== undefined && /^[a-z0-9-]+$/.test(check) ? `-${check}` : ''
  return html`<a href="#${anchor}${at}">${row.title}</a>`
}
