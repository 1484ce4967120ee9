// The typed readings as tables: what the sending addresses, the selectors and the policy were found to be.
import { hostTable } from './html-hosts.ts'
import { type Content, html, type Markup } from './markup.ts'
import type { Level, Readings, Report, SpfResult } from './report.ts'
import { treeLines, treeSums } from './spf-tree.ts'
import { shorten } from './visible.ts'
import { sentenceStart, signs } from './wording.ts'

const VALUE_MOST = 200

/** Nothing when there is nothing to tell. */
export function readingsPart(report: Report): Content {
  const { readings } = report
  return [domainFacts(readings), egressTable(report), hostTable(report), spfTree(readings), selectorTable(readings)]
}

const spfLevels: Readonly<Record<SpfResult, Level>> = {
  pass: 'pass',
  fail: 'fail',
  softfail: 'warn',
  permerror: 'fail',
  neutral: 'warn',
  none: 'warn',
  temperror: 'unknown',
}

const keyLevels: Readonly<Record<Readings['dkim'][number]['state'], Level>> = {
  valid: 'pass',
  revoked: 'fail',
  missing: 'fail',
  invalid: 'fail',
  unknown: 'unknown',
}

const alignments = { r: 'relaxed', s: 'strict' } as const

function domainFacts({ exists, nullMx, dmarc, domainListed, domainUnasked }: Readings): Markup {
  const yesNo = (value: boolean | null): Content => (value === null ? unlearned() : value ? 'yes' : 'no')
  const policy =
    dmarc.state === 'found'
      ? html`<b>${dmarc.policy ?? 'none stated'}</b> at ${dmarc.organizationalDomain ?? 'the domain'}; SPF alignment ${alignments[dmarc.aspf]}, DKIM alignment ${alignments[dmarc.adkim]}`
      : dmarc.state === 'absent'
        ? html`${toned('fail', 'no policy')}`
        : unlearned()
  return html`<dl class="facts">
<dt>Exists in DNS</dt><dd>${yesNo(exists)}</dd>
<dt>Takes no mail (null MX)</dt><dd>${yesNo(nullMx)}</dd>
<dt>DMARC policy</dt><dd>${policy}</dd>
${walkFacts(dmarc.walk)}${blocklistFacts(domainListed, domainUnasked)}</dl>`
}

// Nothing where they were not a part of the audit.
function blocklistFacts(listed: Readings['domainListed'], unasked: Readings['domainUnasked']): Content {
  if (!listed || !unasked) return undefined
  return html`<dt>Blocklists of domains</dt><dd>${listings({ listed, unasked })}</dd>
`
}

const stood = { none: 'none', several: 'several, discarded', unanswered: 'no answer' } as const

/** The names that the tree walk passed (RFC 9989 §4.10), and what stood there. */
function walkFacts(walk: Readings['dmarc']['walk']): Content {
  if (walk === undefined || walk.length === 0) return undefined
  const steps = walk.map(({ name, found, record, applies }, i) => [
    i > 0 && html`<br>`,
    html`<code>${shorten(name, VALUE_MOST)}</code>: `,
    found === 'record'
      ? html`<code>${shorten(record ?? '', VALUE_MOST)}</code>`
      : html`<span class="soft">${stood[found]}</span>`,
    applies && html` <b>applies</b>`,
  ])
  return html`<dt>DMARC tree walk</dt><dd>${steps}</dd>
`
}

function egressTable({ readings, target }: Report): Content {
  if (readings.egress.length === 0) return undefined
  const heloNames = (address: string): string => {
    const names = target.egress.filter(one => one.seenAs === address).map(one => one.helo ?? 'not told')
    return [...new Set(names)].map(name => shorten(name, VALUE_MOST)).join(', ')
  }
  return html`<table class="cards egress">
<caption>Sending addresses</caption>
<thead><tr><th scope="col">Address</th><th scope="col">Reverse name</th><th scope="col">HELO</th><th scope="col">SPF</th><th scope="col">Blocklists</th></tr></thead>
<tbody>
${readings.egress.map(
  one => html`<tr>
<th scope="row"><code>${one.address}</code></th>
<td data-label="reverse name">${reverseName(one)}</td>
<td data-label="HELO">${one.helo === null ? heloNames(one.address) : heloName(one.helo)}</td>
<td data-label="SPF">${spfResults(readings, one.address)}</td>
<td data-label="blocklists">${listings(one)}</td>
</tr>
`,
)}</tbody>
</table>`
}

function heloName({ name, state }: NonNullable<Readings['egress'][number]['helo']>): Content {
  const shown = shorten(name, VALUE_MOST)
  const [level, more] = heloWorth[state]
  return [toned(level, shown), more !== undefined && html` <span class="soft">${more}</span>`]
}

const heloWorth: Readonly<
  Record<NonNullable<Readings['egress'][number]['helo']>['state'], readonly [Level, string | undefined]>
> = {
  'leads-back': ['pass', undefined],
  elsewhere: ['warn', 'leads elsewhere'],
  unresolvable: ['fail', 'leads nowhere'],
  malformed: ['fail', 'is no full host name'],
  unknown: ['unknown', 'where it leads was not learned'],
}

function spfResults({ spf }: Readings, address: string): Content {
  return spf
    .filter(one => one.egress === address)
    .map(({ identity, result, dependsOnLocalPart }, i) => [
      i > 0 && html`<br>`,
      toned(spfLevels[result], result),
      html` <span class="soft">for ${identity === 'helo' ? 'HELO' : 'MAIL FROM'}${dependsOnLocalPart && ', depends on the sender'}</span>`,
    ])
}

function reverseName({ ptr, forwardConfirmed }: Readings['egress'][number]): Content {
  if (ptr === null)
    return toned(forwardConfirmed === null ? 'unknown' : 'fail', forwardConfirmed === null ? 'not learned' : 'none')
  const shown = shorten(ptr, VALUE_MOST)
  switch (forwardConfirmed) {
    case true:
      return [toned('pass', shown)]
    case false:
      return [toned('fail', shown), html` <span class="soft">does not lead back</span>`]
    case null:
      return [toned('unknown', shown), html` <span class="soft">whether it leads back was not learned</span>`]
  }
}

function listings({ listed, unasked }: Pick<Readings['egress'][number], 'listed' | 'unasked'>): Content {
  const zones = (names: readonly string[]): string => names.map(name => shorten(name, VALUE_MOST)).join(', ')
  if (listed === null || unasked === null) return html`<span class="soft">not asked</span>`
  return [
    listed.length > 0 ? toned('fail', `on ${zones(listed)}`) : unasked.length === 0 && toned('pass', 'on none'),
    listed.length > 0 && unasked.length > 0 && html`<br>`,
    unasked.length > 0 && toned('unknown', `not learned: ${zones(unasked)}`),
  ]
}

/** Where the lookups go and who is let in: open at once when it is small. */
function spfTree({ spfTree: tree }: Readings): Content {
  if (tree === undefined || (tree.root.state !== 'read' && tree.root.state !== 'invalid')) return undefined
  const lines = treeLines(tree).map(({ branch, term, about }) => {
    const rest = about === '' ? '' : `  ${about}`
    return html`${branch}<b>${term}</b><span class="soft">${rest}</span>\n`
  })
  return html`<figure class="spf">
<figcaption>The SPF record, term by term</figcaption>
<ul class="lines">${treeSums(tree).map(sum => html`<li>${sentenceStart(sum)}</li>`)}</ul>
<pre class="tree">${lines}</pre>
</figure>`
}

function selectorTable({ dkim }: Readings): Content {
  if (dkim.length === 0) return undefined
  return html`<table class="cards selectors">
<caption>DKIM selectors</caption>
<thead><tr><th scope="col">Selector</th><th scope="col">Key</th><th scope="col">Hash of the key</th></tr></thead>
<tbody>
${dkim.map(
  ({ selector, state, keyHash, found }) => html`<tr>
<th scope="row"><code>${shorten(selector, VALUE_MOST)}</code>${found && html` <span class="soft">found, not named</span>`}</th>
<td class="word" data-label="key">${toned(found ? 'info' : keyLevels[state], state === 'unknown' ? 'not learned' : state)}</td>
<td data-label="hash">${keyHash !== undefined && html`<code>${shorten(keyHash, VALUE_MOST)}</code>`}</td>
</tr>
`,
)}</tbody>
</table>`
}

function unlearned(): Markup {
  return toned('unknown', 'not learned')
}

function toned(level: Level, text: string): Markup {
  return html`<span class="${level}"><span class="tone"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${text}</span></span>`
}
