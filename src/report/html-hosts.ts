// All names of each host side by side: what the MX record, the banner, EHLO, reverse DNS and the certificate call it.
import { endpointText } from '../names/endpoint.ts'
import { type Content, html, type Markup } from './markup.ts'
import type { HostReading, Level, Report } from './report.ts'
import { shorten } from './visible.ts'
import { signs } from './wording.ts'

const VALUE_MOST = 200
const NAMES_SHOWN = 3
/** A domain may have hundreds of addresses; all of them stand in the JSON report. */
const HOSTS_SHOWN = 50

const roles: Readonly<Record<HostReading['role'], string>> = {
  egress: 'sends',
  mx: 'MX',
  mine: 'yours',
  listener: 'listener',
}

/** Nothing when no host was connected to: of sending addresses another table tells the same. */
export function hostTable({ readings: { hosts = [] }, at }: Report): Content {
  if (hosts.every(({ role }) => role === 'egress')) return undefined
  const left = hosts.length - HOSTS_SHOWN
  return html`<table class="cards hosts">
<caption>Hosts and their names</caption>
<thead><tr><th scope="col">Host</th><th scope="col">Banner</th><th scope="col">EHLO</th><th scope="col">Reverse name</th><th scope="col">Certificate</th></tr></thead>
<tbody>
${hosts.slice(0, HOSTS_SHOWN).map(
  one => html`<tr>
<th scope="row">${hostCell(one)}</th>
<td data-label="banner">${one.banner !== null && named(one, 'banner', one.banner)}</td>
<td data-label="EHLO">${one.ehlo !== null && named(one, 'ehlo', one.ehlo)}</td>
<td data-label="reverse name">${reverseCell(one)}</td>
<td data-label="certificate">${certificateCell(one, at)}</td>
</tr>
`,
)}</tbody>
</table>
${left > 0 && html`<p class="soft">and ${left} more</p>`}`
}

function hostCell({ role, name, address, port }: HostReading): Content {
  const where = port === null || port === 25 ? address : endpointText(address, port)
  return [
    name !== null && html`${shorten(name, VALUE_MOST)}<br>`,
    html`<code>${where}</code> <span class="soft">${roles[role]}</span>`,
  ]
}

/** A name, marked where it is another than that of the host; what is the same is not read again and again. */
function named({ differs, name }: HostReading, what: HostReading['differs'][number], given: string): Content {
  if (given === name) return html`<span class="soft">the same</span>`
  const shown = shorten(given, VALUE_MOST)
  return differs.includes(what) ? html`<b>${shown}</b> <span class="soft">differs</span>` : shown
}

function reverseCell(host: HostReading): Content {
  const { ptr, forwardConfirmed } = host
  if (ptr === null)
    return forwardConfirmed === null ? undefined : toned(host.role === 'egress' ? 'fail' : 'info', 'none')
  return [
    named(host, 'ptr', ptr),
    forwardConfirmed === false && html`<br><span class="soft">does not lead back</span>`,
    forwardConfirmed === null && html`<br><span class="soft">whether it leads back was not learned</span>`,
  ]
}

function certificateCell(host: HostReading, at: string): Content {
  const { certificate } = host
  if (certificate === null) return undefined
  const { names, more, end } = certificate
  const hidden = more + Math.max(0, names.length - NAMES_SHOWN)
  const shown = names.slice(0, NAMES_SHOWN).map(name => shorten(name, VALUE_MOST))
  const all = [...shown, ...(hidden > 0 ? [`${hidden} more`] : [])].join(', ')
  const isOver = Date.parse(end) < Date.parse(at)
  const day = end.slice(0, 10)
  return [
    named(host, 'certificate', all === '' ? 'no names' : all),
    html`<br>`,
    isOver ? toned('fail', `ended ${day}`) : html`<span class="soft">until ${day}</span>`,
  ]
}

function toned(level: Level, text: string): Markup {
  return html`<span class="${level}"><span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${text}</span></span>`
}
