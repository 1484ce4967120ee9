// A report for a person at a terminal: the verdict, what to mend and how, what stayed unknown, what is in order.
import { fileSentence, methodOutcomes } from './message-outcome.ts'
import { listedSubjects, type Outline, outlineOf, partlyPassed, subjectsOf, worstFinding } from './outline.ts'
import { severalPropose } from './proposals.ts'
import { changeWord, levelAfter, proposedSentence, turnOf, unaskedSentence } from './proposed-words.ts'
import { receiverLines, unseenLines } from './receivers.ts'
import type { Change, Report } from './report.ts'
import { PointLines } from './text-points.ts'
import { levelStyles, Sheet, type SheetOptions, sign } from './text-sheet.ts'
import { hostSection, spfTreeSection, waySection } from './text-tables.ts'
import { visible } from './visible.ts'
import { domainTitle, lasting, readyLines, requiredSentence, sentenceStart, verdictSentence, when } from './wording.ts'
import { columns, padded, wrap } from './wrap.ts'
import { proposedRecords } from './zone.ts'

/** The whole report of one domain, ending with a line break. */
export function renderText(report: Report, options: SheetOptions = {}): string {
  return `${new Page(report, options).lines().join('\n')}\n`
}

class Page {
  readonly #report: Report
  readonly #outline: Outline
  readonly #sheet: Sheet
  readonly #points: PointLines

  constructor(report: Report, options: SheetOptions) {
    this.#report = report
    this.#outline = outlineOf(report)
    this.#sheet = new Sheet(options)
    this.#points = new PointLines(report, this.#sheet)
  }

  lines(): readonly string[] {
    const { troubles, unknown, notes, notApplicable, notAsked } = this.#outline
    return [
      ...this.#head(),
      ...this.#whatWouldChange(),
      ...troubles.flatMap(({ group, points }) => this.#section(group.title, this.#points.points(points))),
      ...this.#section(
        'Could not be checked',
        unknown.flatMap(p => this.#points.point(p)),
      ),
      ...this.#section('Passed', this.#sheet.explain ? this.#passedInFull() : this.#passed()),
      ...this.#section('SPF, term by term', spfTreeSection(this.#report, this.#sheet)),
      ...this.#section('Hosts and their names', hostSection(this.#report, this.#sheet)),
      ...this.#section('The way of the message', waySection(this.#report, this.#sheet)),
      ...this.#section('What receivers would answer', this.#receivers()),
      ...this.#section(
        'Noted',
        notes.flatMap(p => this.#points.note(p)),
      ),
      ...this.#section(
        'Does not apply',
        notApplicable.flatMap(l => this.#points.leftOut(l)),
      ),
      ...this.#section(
        'Not checked',
        notAsked.flatMap(l => this.#points.leftOut(l)),
      ),
      ...this.#allRecords(),
      '',
      ...this.#next(),
    ]
  }

  #head(): readonly string[] {
    const { verdict, profile, at, durationMs } = this.#report
    const title = `${visible(domainTitle(this.#report))}: ${verdict}`
    const about = `${sentenceStart(requiredSentence(this.#report))} · profile ${profile} · ${when(at)} · ${lasting(durationMs)}`
    return [
      `${sign(verdict, this.#sheet.paint)} ${this.#sheet.paint(['bold', levelStyles[verdict]], title)}`,
      ...this.#sheet.wrapped(verdictSentence(this.#report), 2),
      ...this.#outcomes(),
      ...this.#readiness(),
      ...this.#sheet.wrapped(about, 2, 'dim'),
      ...this.#file(),
    ]
  }

  #file(): readonly string[] {
    const { message } = this.#report.target
    return message ? this.#sheet.wrapped(fileSentence(message), 2, 'dim') : []
  }

  /** SPF, DKIM, DMARC and ARC of a message, a line each. */
  #outcomes(): readonly string[] {
    return methodOutcomes(this.#report).flatMap(({ method, result, level, about }) => {
      const lead = this.#sheet.lead(level)
      const said = `${method.padEnd(5)} ${result}${about === undefined ? '' : ` (${about})`}`
      return this.#sheet.wrapped(said, 10, undefined, lead)
    })
  }

  #readiness(): readonly string[] {
    const said = readyLines(this.#report.ready).map(({ says, providers, because }) => {
      const why = because.length > 0 ? `: ${because.join(', ')}` : ''
      return `${says} ${providers.join(', ')}${why}`
    })
    return said.length > 0 ? this.#sheet.wrapped(sentenceStart(said.join(' · ')), 2) : []
  }

  #receivers(): readonly string[] {
    const { ready } = this.#report
    const lines = [...receiverLines(ready), ...(this.#sheet.explain ? unseenLines(ready) : [])]
    return lines.flatMap(({ level, says }) => this.#sheet.wrapped(says, 4, undefined, this.#sheet.lead(level)))
  }

  #whatWouldChange(): readonly string[] {
    const { proposed, verdict } = this.#report
    if (proposed === undefined) return []
    const unasked = unaskedSentence(proposed)
    return this.#section('What would change', [
      ...this.#sheet.wrapped(proposedSentence(proposed, verdict), 2),
      ...proposed.changes.flatMap(change => this.#change(change)),
      ...(proposed.changes.length === 0 ? ['  Nothing that was checked.'] : []),
      ...(unasked === undefined ? [] : this.#sheet.wrapped(unasked, 2)),
    ])
  }

  #change(change: Change): readonly string[] {
    const about = change.subject === domainTitle(this.#report) ? '' : ` ${change.subject}`
    const level = levelAfter(change)
    return [
      ...this.#sheet.wrapped(
        `${change.check}${about} ${changeWord(change)}: ${turnOf(change)}`,
        4,
        undefined,
        this.#sheet.lead(level),
      ),
      ...(change.change === 'breaks' && change.after !== null ? this.#sheet.wrapped(change.after.says, 6, 'dim') : []),
    ]
  }

  /** At the margin: in a zone file a line that begins with a blank goes on with the name before. */
  #allRecords(): readonly string[] {
    if (!severalPropose(this.#report)) return []
    return this.#section(
      'All records to publish',
      proposedRecords(this.#report).flatMap(line =>
        line.startsWith('; ')
          ? wrap(line.slice(2), this.#sheet.width - 2).map(part => this.#sheet.paint('dim', `; ${part}`))
          : [this.#sheet.paint('cyan', line)],
      ),
    )
  }

  #section(title: string, lines: readonly string[]): readonly string[] {
    return lines.length === 0 ? [] : ['', this.#sheet.paint('bold', title), ...lines]
  }

  #passed(): readonly string[] {
    const partly = partlyPassed(this.#report)
    const room = Math.min(24, Math.max(0, ...this.#outline.passed.map(({ group }) => columns(visible(group.title)))))
    return this.#outline.passed.flatMap(({ group, points }) => {
      const names = points.map(point => {
        const subjects = subjectsOf(point)
        if (partly.has(point.check)) return `${point.check} (only ${listedSubjects(subjects, 3)})`
        return subjects.length > 1 ? `${point.check} ×${subjects.length}` : point.check
      })
      const [first = '', ...more] = wrap(visible([...new Set(names)].join(', ')), this.#sheet.width - room - 6)
      return [
        `${this.#sheet.lead('pass')}${this.#sheet.paint('dim', padded(visible(group.title), room))}  ${first}`,
        ...more.map(line => `${' '.repeat(room + 6)}${line}`),
      ]
    })
  }

  #passedInFull(): readonly string[] {
    return this.#outline.passed.flatMap(({ points }) => points.flatMap(p => this.#points.point(p)))
  }

  #next(): readonly string[] {
    const first = worstFinding(this.#report)?.check ?? ''
    const others = this.#report.counts.fail > 1 ? ', then the others' : ''
    const text: Readonly<Record<Report['verdict'], string>> = {
      fail: `Next: mend ${first}${others}, and run this again. More about it:`,
      unknown: `Next: run this again. If ${first} stays unknown, ask another resolver. More about it:`,
      warn: 'Next: nothing must be mended. More about the first warning:',
      pass: this.#sheet.explain
        ? 'Next: nothing to mend.'
        : 'Next: nothing to mend; --explain shows why each check passed.',
    }
    const command =
      this.#report.verdict === 'pass' ? [] : [`  ${this.#sheet.paint('cyan', `mailworthy explain ${visible(first)}`)}`]
    return [...this.#sheet.wrapped(text[this.#report.verdict], 0), ...command]
  }
}
