// One domain in the HTML report: the verdict, what to mend and how, the readings, and what stayed open.
import { messagePart, wayPart } from './html-message.ts'
import { readingsPart } from './html-readings.ts'
import { type Content, html, Markup } from './markup.ts'
import { type LeftOut, listedSubjects, outlineOf, type Point, partlyPassed, subjectsOf } from './outline.ts'
import { severalPropose } from './proposals.ts'
import { changeWord, levelAfter, proposedSentence, turnOf, unaskedSentence } from './proposed-words.ts'
import { receiverLines, unseenLines } from './receivers.ts'
import type { Change, Evidence, RecordChange, Report } from './report.ts'
import { shorten } from './visible.ts'
import {
  domainTitle,
  lasting,
  readyLines,
  requiredSentence,
  sentenceStart,
  signs,
  verdictSentence,
  withoutPreface,
} from './wording.ts'
import { proposedRecords } from './zone.ts'
import { zoneLine } from './zone-line.ts'

/** How a domain stands in the page. */
export interface Placing {
  /** The element's id, and the beginning of the ids inside. */
  readonly anchor: string
  /** Of the heading that names the domain. */
  readonly level: 1 | 2
  /** Whether what was asked is shown for every finding, or only for those that do not pass. */
  readonly evidence: 'all' | 'troubles' | 'none'
  /** One of very many: what is to be mended and what stayed open, and nothing else. */
  readonly brief?: boolean
}

const EVIDENCE_SHOWN = 40
const SUBJECTS_SHOWN = 8
const REMOVED_MOST = 600
const SUBJECT_MOST = 200
const SAYS_MOST = 600

/** The section of one report. */
export function domainSection(report: Report, placing: Placing): Markup {
  return new Section(report, placing).markup()
}

class Section {
  readonly #report: Report
  readonly #placing: Placing
  readonly #domain: string
  readonly #outline: ReturnType<typeof outlineOf>
  /** Checks that an anchor was already made for: the first finding of a check is what links lead to. */
  readonly #anchored = new Set<string>()

  constructor(report: Report, placing: Placing) {
    this.#report = report
    this.#placing = placing
    this.#domain = domainTitle(report)
    this.#outline = outlineOf(report)
  }

  markup(): Markup {
    const { troubles, unknown } = this.#outline
    const groups = troubles.map(({ group, points }) => [
      this.#heading(2, 'group', group.title),
      points.map(point => this.#finding(point)),
    ])
    return html`<section class="domain" id="${this.#placing.anchor}">
${this.#head()}
${this.#part('What would change', this.#whatWouldChange())}
${this.#part('What to mend', groups)}
${this.#part('All records to publish', this.#allRecords())}
${this.#part(
  'Could not be checked',
  unknown.map(point => this.#finding(point)),
)}
${this.#placing.brief ? undefined : this.#rest()}
</section>`
  }

  /** What one reads of a domain, but not of hundreds. */
  #rest(): Content {
    const { notes, notApplicable, notAsked } = this.#outline
    return html`${
      this.#report.target.message
        ? [
            this.#part('Results', messagePart(this.#report)),
            this.#part('The way of the message', wayPart(this.#report)),
          ]
        : this.#part('Readings', readingsPart(this.#report))
    }
${this.#part('Passed', this.#passed())}
${this.#part('What receivers would answer', this.#receivers())}
${this.#part('Noted', notes.length > 0 && html`<ul class="lines loose">${notes.map(point => this.#note(point))}</ul>`)}
${this.#part('Does not apply', leftOut(notApplicable))}
${this.#part('Not checked', leftOut(notAsked))}`
  }

  #head(): Markup {
    const { verdict, counts, durationMs, required } = this.#report
    const sums: readonly (readonly [number, string])[] = [
      [counts.fail, 'fail'],
      [counts.warn, 'warn'],
      [counts.unknown, 'unknown'],
      [counts.pass, 'pass'],
    ]
    const name = html`${this.#domain} <span class="badge ${verdict}"><span class="sign" aria-hidden="true">${signs[verdict]}</span>&nbsp;${sentenceStart(verdict)}</span>`
    return html`<header>
${this.#heading(0, 'name', name)}
<p class="lede">${verdictSentence(this.#report)}</p>
${this.#readiness()}
<ul class="sums"><li><b>${sentenceStart(requiredSentence(this.#report))}</b></li>${sums.map(
      ([n, word]) => n > 0 && html`<li><b>${n}</b> ${word}</li>`,
    )}<li>took ${lasting(durationMs)}</li></ul>
${required.of > 0 && bar(required)}
</header>`
  }

  #whatWouldChange(): Content {
    const { proposed, verdict } = this.#report
    if (proposed === undefined) return undefined
    const { changes } = proposed
    const unasked = unaskedSentence(proposed)
    return [
      html`<p class="soft">${proposedSentence(proposed, verdict)}</p>`,
      changes.length === 0
        ? html`<p class="soft">Nothing that was checked.</p>`
        : html`<ul class="lines loose">${changes.map(change => this.#change(change))}</ul>`,
      unasked !== undefined && html`<p class="soft">${unasked}</p>`,
    ]
  }

  #change(change: Change): Markup {
    const { check, subject, before, after } = change
    const level = levelAfter(change)
    const says = change.change === 'heals' ? before?.says : after?.says
    return html`<li class="${level}"><span><span class="tone sign" aria-hidden="true">${signs[level]}</span>&nbsp;<code>${check}</code> ${
      subject !== this.#domain && html`<span class="soft">${shorten(subject, SUBJECT_MOST)}</span> `
    }${changeWord(change)}: ${turnOf(change)}</span>${says !== undefined && html`<span class="soft">${shorten(says, SAYS_MOST)}</span>`}</li>`
  }

  /** More than one finding proposes: what to publish is one set all the same. */
  #allRecords(): Content {
    if (!severalPropose(this.#report)) return undefined
    return html`<p class="soft">One set of all that is proposed above, as a zone file. What stands at these names and stays is repeated.</p>
<pre tabindex="0">${proposedRecords(this.#report).join('\n')}</pre>`
  }

  #readiness(): Content {
    const lines = readyLines(this.#report.ready)
    if (lines.length === 0) return undefined
    return html`<ul class="chips">${lines.map(
      ({ verdict, says, providers, because }) =>
        html`<li class="${verdict}"><strong class="tone"><span class="sign" aria-hidden="true">${signs[verdict]}</span>&nbsp;${sentenceStart(says)} ${providers.join(', ')}</strong>${
          because.length > 0 && html` <span>${because.map((check, i) => [i > 0 && ', ', this.#linkTo(check)])}</span>`
        }</li>`,
    )}</ul>`
  }

  #receivers(): Content {
    const { ready } = this.#report
    const lines = [...receiverLines(ready), ...unseenLines(ready)]
    return (
      lines.length > 0 &&
      html`<ul class="lines loose">${lines.map(
        ({ level, says, check }) =>
          html`<li class="${level}"><span><span class="tone sign" aria-hidden="true">${signs[level]}</span>&nbsp;${says}${
            check !== undefined && html` ${this.#linkTo(check)}`
          }</span></li>`,
      )}</ul>`
    )
  }

  #linkTo(check: string): Markup {
    const there = [...this.#outline.troubles.flatMap(t => t.points), ...this.#outline.unknown].some(
      p => p.check === check,
    )
    return there && isPlain(check)
      ? html`<a href="#${this.#placing.anchor}-${check}"><code>${check}</code></a>`
      : html`<code>${check}</code>`
  }

  #part(title: string, content: Content): Content {
    const empty = !content || (Array.isArray(content) && content.length === 0)
    return empty ? undefined : html`<section class="part">${this.#heading(1, 'title', title)}${content}</section>`
  }

  #heading(below: 0 | 1 | 2, name: string, content: Content): Markup {
    const tag = Markup.trusted(`h${this.#placing.level + below}`)
    return html`<${tag} class="${name}">${content}</${tag}>`
  }

  #finding(point: Point): Markup {
    const { check, level, required, statements, fix, records } = point
    // Statements about several subjects name them; one that is said of several needs the list.
    const others = subjectsOf(point).filter(subject => subject !== this.#domain)
    const about = statements.length > 1 ? [] : others
    return html`<article class="finding ${level}"${this.#anchor(check)}>
<p class="head"><span class="level"><span class="sign" aria-hidden="true">${signs[level]}</span>&nbsp;${sentenceStart(level)}</span> <span class="check">${[check, ...point.others].join(', ')}</span>${
      about.length > 0 && html` <span>${listedSubjects(about, SUBJECTS_SHOWN)}</span>`
    }${level === 'unknown' && !required && html` <span>not required</span>`}</p>
${this.#says(point)}
${fix !== undefined && html`<p class="fix">${fix}</p>`}
${records.filter(record => record.do === 'remove').map(recordBlock)}${records.filter(record => record.do === 'publish').map(recordBlock)}
${grounds(point, this.#placing.evidence !== 'none')}
</article>`
  }

  #anchor(check: string): Content {
    if (this.#anchored.has(check) || !isPlain(check)) return undefined
    this.#anchored.add(check)
    return html` id="${this.#placing.anchor}-${check}"`
  }

  #says({ statements }: Point): Markup {
    if (statements.length === 1) return html`<p class="says">${withoutPreface(statements[0]!.says)}</p>`
    return html`<ul class="says">${statements.map(({ says, subjects }) => {
      const named = subjects.every(subject => says.includes(subject.split(' ')[0]!))
      const about = listedSubjects(subjects, SUBJECTS_SHOWN)
      return html`<li>${!named && html`<span class="soft">${about}:</span> `}${withoutPreface(says)}</li>`
    })}</ul>`
  }

  #passed(): Content {
    const { passed } = this.#outline
    if (passed.length === 0) return undefined
    const partly = partlyPassed(this.#report)
    const named = (point: Point): Content => {
      const subjects = subjectsOf(point)
      const note = partly.has(point.check)
        ? ` (only ${listedSubjects(subjects, 3)})`
        : subjects.length > 1 && ` ×${subjects.length}`
      return html`<code>${point.check}</code>${note && html`<span class="soft">${note}</span>`}`
    }
    const lines = passed.map(
      ({ group, points }) =>
        html`<li class="pass"><span><span class="tone sign" aria-hidden="true">✓</span>&nbsp;${group.title}</span><span>${points.map(
          (point, i) => [i > 0 && ', ', named(point)],
        )}</span></li>`,
    )
    const whys = passed.flatMap(({ points }) => points).map(point => this.#why(point))
    return html`<ul class="lines">${lines}</ul>
<details><summary>Why each passed</summary><ul class="why">${whys}</ul></details>`
  }

  #why(point: Point): Markup {
    const asked = this.#placing.evidence === 'all'
    return html`<li><code>${point.check}</code>${this.#says(point)}${grounds(point, asked)}</li>`
  }

  #note(point: Point): Markup {
    const others = subjectsOf(point).filter(subject => subject !== this.#domain)
    const about = listedSubjects(others, SUBJECTS_SHOWN)
    return html`<li><span><code>${point.check}</code> ${about !== '' && html`<span class="soft">${about}</span>`}</span>${this.#says(point)}</li>`
  }
}

/** Only such an id can be an anchor. */
function isPlain(check: string): boolean {
  return /^[a-z0-9-]+$/.test(check)
}

function bar({ passed, of }: Report['required']): Markup {
  return html`<svg class="bar" viewBox="0 0 ${of} 1" preserveAspectRatio="none" aria-hidden="true"><rect class="open" width="${of}" height="1"></rect><rect class="held" width="${passed}" height="1"></rect></svg>`
}

function recordBlock(record: RecordChange): Markup {
  const removed = record.do === 'remove'
  return html`<div class="record ${record.do}"><span class="do">${removed ? 'Remove' : 'Publish'}</span><pre tabindex="0">${zoneLine(record, removed ? REMOVED_MOST : undefined)}</pre></div>`
}

function grounds({ refs, evidence }: Point, asked: boolean): Content {
  const shown = asked ? evidence.slice(0, EVIDENCE_SHOWN) : []
  if (refs.length === 0 && shown.length === 0) return undefined
  const rest = asked ? evidence.length - shown.length : 0
  const sources = refs.length > 0 && html`<p class="refs">${refs.join(', ')}</p>`
  if (shown.length === 0) return html`<details><summary>Sources</summary>${sources}</details>`
  return html`<details><summary>${refs.length > 0 ? 'Sources and evidence' : 'Evidence'}</summary>${sources}<ul class="asked">${shown.map(askedLine)}${
    rest > 0 && html`<li class="soft">and ${rest} more, in the JSON report</li>`
  }</ul></details>`
}

function askedLine({ ask, answer, server, ms }: Evidence): Markup {
  return html`<li><code>${shorten(ask, 300)}</code> → <code>${shorten(answer, 600)}</code> <span class="soft">${shorten(server, 100)}, ${ms} ms</span></li>`
}

function leftOut(items: readonly LeftOut[]): Content {
  if (items.length === 0) return undefined
  return html`<ul class="lines loose">${items.map(
    ({ reason, checks, subjects }) =>
      html`<li><span>${sentenceStart(reason)}${
        subjects.length > 0 && html` <span class="soft">${listedSubjects(subjects, SUBJECTS_SHOWN)}</span>`
      }</span><span>${checks.map((check, i) => [i > 0 && ', ', html`<code>${check}</code>`])}</span></li>`,
  )}</ul>`
}
