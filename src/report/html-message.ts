// What came out for a message as a table: one row for each method and signature.
import { type Content, html } from './markup.ts'
import { fileSentence, methodOutcomes } from './message-outcome.ts'
import { wayNote, wayRows } from './message-way.ts'
import type { Report } from './report.ts'
import { shorten } from './visible.ts'
import { signs } from './wording.ts'

/** The way that the message took, a row for each server. */
export function wayPart(report: Report): Content {
  const rows = wayRows(report)
  if (rows.length === 0) return undefined
  return [
    html`<table class="cards way">
<thead><tr><th scope="col">Step</th><th scope="col">Taken by</th><th scope="col">From</th><th scope="col">How</th><th scope="col">When</th></tr></thead>
<tbody>
${rows.map(
  ({ number, from, by, how, level, at, delay }) => html`<tr>
<th scope="row">${number}</th>
<td data-label="by">${by}</td>
<td data-label="from">${from}</td>
<td data-label="how"><span class="${level}"><span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${how}</span></span></td>
<td class="number" data-label="when">${at}${delay !== '' && html` <span class="soft">${delay}</span>`}</td>
</tr>
`,
)}</tbody>
</table>`,
    html`<p class="soft">${wayNote(rows)}</p>`,
  ]
}

/** Nothing when the report is not about a message. */
export function messagePart(report: Report): Content {
  const outcomes = methodOutcomes(report)
  if (outcomes.length === 0) return undefined
  const { message } = report.target
  const name = message && html` <span class="soft">${fileSentence(message)}</span>`
  return html`<table class="cards results">
<caption>The message${name}</caption>
<thead><tr><th scope="col">Method</th><th scope="col">Result</th><th scope="col">About</th><th scope="col">Why</th></tr></thead>
<tbody>
${outcomes.map(
  ({ method, result, level, about, reason }) => html`<tr>
<th scope="row">${method}</th>
<td class="word" data-label="result"><span class="${level}"><span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${result}</span></span></td>
<td data-label="about">${about}</td>
<td data-label="why">${shorten(reason, 400)}</td>
</tr>
`,
)}</tbody>
</table>`
}
