// What came out for a message as a table: one row for each method and signature.
import { type Content, html } from './markup.ts'
import { fileSentence, methodOutcomes } from './message-outcome.ts'
import type { Report } from './report.ts'
import { shorten } from './visible.ts'
import { signs } from './wording.ts'

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
