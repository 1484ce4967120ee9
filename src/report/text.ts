// A report for a person at a terminal: the verdict, what to mend and how, what stayed unknown, what is in order.
import { styleText } from 'node:util'
import { hostLines } from './host-lines.ts'
import { fileSentence, methodOutcomes } from './message-outcome.ts'
import { wayNote, wayRows } from './message-way.ts'
import {
  type LeftOut,
  listedSubjects,
  type Outline,
  outlineOf,
  type Point,
  partlyPassed,
  type Statement,
  subjectsOf,
  worstFinding,
} from './outline.ts'
import { severalPropose } from './proposals.ts'
import { changeWord, levelAfter, proposedSentence, turnOf, unaskedSentence } from './proposed-words.ts'
import { receiverLines, unseenLines } from './receivers.ts'
import type { Change, Evidence, Level, Report } from './report.ts'
import { treeLines, treeSums } from './spf-tree.ts'
import { shorten, visible } from './visible.ts'
import {
  domainTitle,
  lasting,
  readyLines,
  requiredSentence,
  sentenceStart,
  signs,
  verdictSentence,
  when,
  withoutPreface,
} from './wording.ts'
import { columns, cut, padded, wrap } from './wrap.ts'
import { proposedRecords } from './zone.ts'
import { zoneLine } from './zone-line.ts'

export interface TextOptions {
  /** Whether to paint by terminal escapes; nothing else ever writes one. */
  readonly color?: boolean
  /** Columns to wrap at; 100 unless said otherwise. Records are never wrapped: they are there to be copied. */
  readonly width?: number
  /** Also say why each check passed, its sources, and what was asked. */
  readonly explain?: boolean
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'magenta' | 'green' | 'cyan'
export type Paint = (style: Style | readonly Style[], text: string) => string

const levelStyles: Readonly<Record<Level, Style>> = {
  pass: 'green',
  info: 'dim',
  warn: 'yellow',
  unknown: 'magenta',
  fail: 'red',
}

/** Paints by terminal escapes, or not at all. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style as Style, text, { validateStream: false }) : (_style, text) => text
}

/** The sign of a level in its color. */
export function sign(level: Level, paint: Paint): string {
  return paint(level === 'fail' ? ['bold', 'red'] : levelStyles[level], signs[level])
}

const NARROWEST = 40
const SUBJECTS_SHOWN = 5
const REMOVED_MOST = 600

/** The whole report of one domain, ending with a line break. */
export function renderText(report: Report, options: TextOptions = {}): string {
  return `${new Page(report, options).lines().join('\n')}\n`
}

class Page {
  readonly #report: Report
  readonly #outline: Outline
  readonly #paint: Paint
  readonly #width: number
  readonly #explain: boolean
  /** Records that were shown, and the check that they were shown for. */
  readonly #recordsTold = new Map<string, string>()

  constructor(report: Report, { color = false, width = 100, explain = false }: TextOptions) {
    this.#report = report
    this.#outline = outlineOf(report)
    this.#paint = painter(color)
    this.#width = Math.max(NARROWEST, width)
    this.#explain = explain
  }

  lines(): readonly string[] {
    const { troubles, unknown, notes, notApplicable, notAsked } = this.#outline
    return [
      ...this.#head(),
      ...this.#whatWouldChange(),
      ...troubles.flatMap(({ group, points }) => this.#section(group.title, this.#points(points))),
      ...this.#section(
        'Could not be checked',
        unknown.flatMap(p => this.#point(p)),
      ),
      ...this.#section('Passed', this.#explain ? this.#passedInFull() : this.#passed()),
      ...this.#section('SPF, term by term', this.#spfTree()),
      ...this.#section('Hosts and their names', this.#hosts()),
      ...this.#section('The way of the message', this.#way()),
      ...this.#section('What receivers would answer', this.#receivers()),
      ...this.#section(
        'Noted',
        notes.flatMap(p => this.#note(p)),
      ),
      ...this.#section(
        'Does not apply',
        notApplicable.flatMap(l => this.#leftOut(l)),
      ),
      ...this.#section(
        'Not checked',
        notAsked.flatMap(l => this.#leftOut(l)),
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
      `${sign(verdict, this.#paint)} ${this.#paint(['bold', levelStyles[verdict]], title)}`,
      ...this.#wrapped(verdictSentence(this.#report), 2),
      ...this.#outcomes(),
      ...this.#readiness(),
      ...this.#wrapped(about, 2, 'dim'),
      ...this.#file(),
    ]
  }

  #file(): readonly string[] {
    const { message } = this.#report.target
    return message ? this.#wrapped(fileSentence(message), 2, 'dim') : []
  }

  /** SPF, DKIM, DMARC and ARC of a message, a line each. */
  #outcomes(): readonly string[] {
    return methodOutcomes(this.#report).flatMap(({ method, result, level, about }) => {
      const lead = `  ${sign(level, this.#paint)} `
      const said = `${method.padEnd(5)} ${result}${about === undefined ? '' : ` (${about})`}`
      return this.#wrapped(said, 10, undefined, lead)
    })
  }

  #readiness(): readonly string[] {
    const said = readyLines(this.#report.ready).map(({ says, providers, because }) => {
      const why = because.length > 0 ? `: ${because.join(', ')}` : ''
      return `${says} ${providers.join(', ')}${why}`
    })
    return said.length > 0 ? this.#wrapped(sentenceStart(said.join(' · ')), 2) : []
  }

  #receivers(): readonly string[] {
    const { ready } = this.#report
    const lines = [...receiverLines(ready), ...(this.#explain ? unseenLines(ready) : [])]
    return lines.flatMap(({ level, says }) => this.#wrapped(says, 4, undefined, `  ${sign(level, this.#paint)} `))
  }

  #whatWouldChange(): readonly string[] {
    const { proposed, verdict } = this.#report
    if (proposed === undefined) return []
    const unasked = unaskedSentence(proposed)
    return this.#section('What would change', [
      ...this.#wrapped(proposedSentence(proposed, verdict), 2),
      ...proposed.changes.flatMap(change => this.#change(change)),
      ...(proposed.changes.length === 0 ? ['  Nothing that was checked.'] : []),
      ...(unasked === undefined ? [] : this.#wrapped(unasked, 2)),
    ])
  }

  #change(change: Change): readonly string[] {
    const about = change.subject === domainTitle(this.#report) ? '' : ` ${change.subject}`
    const level = levelAfter(change)
    return [
      ...this.#wrapped(
        `${change.check}${about} ${changeWord(change)}: ${turnOf(change)}`,
        4,
        undefined,
        `  ${sign(level, this.#paint)} `,
      ),
      ...(change.change === 'breaks' && change.after !== null ? this.#wrapped(change.after.says, 6, 'dim') : []),
    ]
  }

  /** At the margin: in a zone file a line that begins with a blank goes on with the name before. */
  #allRecords(): readonly string[] {
    if (!severalPropose(this.#report)) return []
    return this.#section(
      'All records to publish',
      proposedRecords(this.#report).flatMap(line =>
        line.startsWith('; ')
          ? wrap(line.slice(2), this.#width - 2).map(part => this.#paint('dim', `; ${part}`))
          : [this.#paint('cyan', line)],
      ),
    )
  }

  #section(title: string, lines: readonly string[]): readonly string[] {
    return lines.length === 0 ? [] : ['', this.#paint('bold', title), ...lines]
  }

  /** Faults take several lines each: an empty one keeps them apart. */
  #points(points: readonly Point[]): readonly string[] {
    return points.flatMap((point, i) => [...(i > 0 ? [''] : []), ...this.#point(point)])
  }

  #point(point: Point): readonly string[] {
    return [
      ...this.#pointHead(point),
      ...this.#statements(point),
      ...this.#fix(point),
      ...(this.#explain ? this.#grounds(point) : []),
    ]
  }

  #pointHead(point: Point): readonly string[] {
    const others = subjectsOf(point).filter(subject => subject !== domainTitle(this.#report))
    // Several statements name their subjects themselves.
    const about = point.statements.length > 1 ? '' : listedSubjects(others, SUBJECTS_SHOWN)
    const optional = point.level === 'unknown' && !point.required ? ' (not required)' : ''
    const checks = [point.check, ...point.others].join(', ')
    if (4 + columns(visible(checks)) > this.#width) {
      const lead = `  ${sign(point.level, this.#paint)} `
      return [
        ...this.#wrapped(checks + optional, 4, 'bold', lead),
        ...(about === '' ? [] : this.#wrapped(about, 4, 'dim')),
      ]
    }
    const name = `  ${sign(point.level, this.#paint)} ${this.#paint('bold', visible(checks))}${optional}`
    if (about === '') return [name]
    const used = 4 + columns(visible(checks)) + optional.length + 2
    if (used + columns(visible(about)) <= this.#width) return [`${name}  ${this.#paint('dim', visible(about))}`]
    return [name, ...this.#wrapped(about, 4, 'dim')]
  }

  #statements({ statements, level }: Point): readonly string[] {
    const most = this.#explain || level === 'fail' ? statements.length : SUBJECTS_SHOWN
    const shown = statements.slice(0, most + 1 >= statements.length ? statements.length : most)
    const rest = statements.length - shown.length
    return [
      ...shown.flatMap(statement => this.#wrapped(told(statement, statements.length > 1), 4)),
      ...(rest > 0 ? [`    and ${rest} more like these (--explain shows them)`] : []),
    ]
  }

  #fix({ check, fix, records }: Point): readonly string[] {
    const key = JSON.stringify(records)
    const before = this.#recordsTold.get(key)
    // Faults that one record mends all propose it: it is shown once.
    if (records.length > 0 && before !== undefined) {
      const same = `      ${this.#paint('dim', `the same records as for ${visible(before)} above`)}`
      return [...(fix === undefined ? [] : this.#wrapped(fix, 6, undefined, '    → ')), same]
    }
    this.#recordsTold.set(key, check)
    const removed = records.filter(record => record.do === 'remove')
    const published = records.filter(record => record.do === 'publish')
    const copyable = (title: string, lines: readonly string[]): readonly string[] =>
      lines.length === 0
        ? []
        : [`      ${this.#paint('dim', title)}`, ...lines.map(line => `      ${this.#paint('cyan', line)}`)]
    return [
      ...(fix === undefined ? [] : this.#wrapped(fix, 6, undefined, '    → ')),
      ...copyable(
        'remove',
        removed.map(record => zoneLine(record, REMOVED_MOST)),
      ),
      ...copyable(
        'publish',
        published.map(record => zoneLine(record)),
      ),
    ]
  }

  /** Why it was judged so: the clauses, and what was asked and answered. */
  #grounds({ refs, evidence }: Point): readonly string[] {
    const asked = ({ ask, answer, server, ms }: Evidence): string =>
      `${shorten(ask, 200)}: ${shorten(answer, 300)} (${server}, ${ms} ms)`
    return [
      ...(refs.length === 0 ? [] : this.#wrapped(refs.join(', '), 6, 'dim', '    § ')),
      ...evidence.slice(0, 20).flatMap(one => this.#wrapped(asked(one), 6, 'dim', '    < ')),
      ...(evidence.length > 20 ? [this.#paint('dim', `    < and ${evidence.length - 20} more questions`)] : []),
    ]
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
      const [first = '', ...more] = wrap(visible([...new Set(names)].join(', ')), this.#width - room - 6)
      return [
        `  ${sign('pass', this.#paint)} ${this.#paint('dim', padded(visible(group.title), room))}  ${first}`,
        ...more.map(line => `${' '.repeat(room + 6)}${line}`),
      ]
    })
  }

  #passedInFull(): readonly string[] {
    return this.#outline.passed.flatMap(({ points }) => points.flatMap(p => this.#point(p)))
  }

  /** Where the lookups go and who is let in. Lines are cut, not wrapped: a tree that is broken in the middle is none. */
  #spfTree(): readonly string[] {
    const { spfTree: tree } = this.#report.readings
    if (tree === undefined || (tree.root.state !== 'read' && tree.root.state !== 'invalid')) return []
    const lines = treeLines(tree, this.#explain).map(({ branch, term, about }) => ({
      left: `${branch}${visible(term)}`,
      about: visible(about),
    }))
    const room = Math.min(44, Math.max(...lines.map(({ left }) => columns(left))))
    return [
      ...treeSums(tree).flatMap(sum => this.#wrapped(sentenceStart(sum), 4, undefined, '    ')),
      ...lines.map(({ left, about }) => {
        const line = cut(`    ${padded(left, room)}  ${about}`.trimEnd(), this.#width)
        return `${line.slice(0, 4 + left.length)}${this.#paint('dim', line.slice(4 + left.length))}`
      }),
    ]
  }

  /** Rows are cut, not wrapped: what differs is told in full below each. */
  #hosts(): readonly string[] {
    return hostLines(this.#report, this.#width - 4).flatMap(({ kind, level, text }) => {
      if (kind === 'detail') return this.#wrapped(text, 6, 'dim')
      const shown = visible(text)
      return [kind === 'head' ? `    ${this.#paint('dim', shown)}` : `  ${sign(level, this.#paint)} ${shown}`]
    })
  }

  /** A step takes two lines where the terminal is narrow or names are long. */
  #way(): readonly string[] {
    const rows = wayRows(this.#report)
    if (rows.length === 0) return []
    return [
      ...rows.flatMap(({ number, from, by, how, level, at, delay }) => {
        const lead = `  ${sign(level, this.#paint)} `
        const said = `${number}. ${at}${delay === '' ? '' : ` (${delay})`}: ${by} took it from ${from}${how === '' ? '' : `; ${how}`}`
        return this.#wrapped(said, 7, undefined, lead)
      }),
      ...this.#wrapped(wayNote(rows), 4, 'dim'),
    ]
  }

  #leftOut({ reason, checks, subjects }: LeftOut): readonly string[] {
    const about = subjects.length === 0 ? '' : ` (${listedSubjects(subjects, SUBJECTS_SHOWN)})`
    const text = `${sentenceStart(reason)}${about}: ${checks.join(', ')}`
    return this.#wrapped(text, 4, undefined, `  ${sign('info', this.#paint)} `)
  }

  #note({ check, level, statements }: Point): readonly string[] {
    return statements.flatMap(statement =>
      this.#wrapped(
        `${check}: ${told(
          statement,
          statement.subjects.some(s => s !== domainTitle(this.#report)),
        )}`,
        4,
        undefined,
        `  ${sign(level, this.#paint)} `,
      ),
    )
  }

  #next(): readonly string[] {
    const first = worstFinding(this.#report)?.check ?? ''
    const others = this.#report.counts.fail > 1 ? ', then the others' : ''
    const text: Readonly<Record<Report['verdict'], string>> = {
      fail: `Next: mend ${first}${others}, and run this again. More about it:`,
      unknown: `Next: run this again. If ${first} stays unknown, ask another resolver. More about it:`,
      warn: 'Next: nothing must be mended. More about the first warning:',
      pass: this.#explain ? 'Next: nothing to mend.' : 'Next: nothing to mend; --explain shows why each check passed.',
    }
    const command =
      this.#report.verdict === 'pass' ? [] : [`  ${this.#paint('cyan', `mailworthy explain ${visible(first)}`)}`]
    return [...this.#wrapped(text[this.#report.verdict], 0), ...command]
  }

  /** Escaped, wrapped and indented; `lead` stands before the first line and may be painted already. */
  #wrapped(text: string, indent: number, style?: Style, lead?: string): readonly string[] {
    const margin = ' '.repeat(indent)
    return wrap(visible(text), this.#width - indent).map((line, i) => {
      const painted = style === undefined ? line : this.#paint(style, line)
      return `${i === 0 && lead !== undefined ? lead : margin}${painted}`
    })
  }
}

/** Among several, a sentence that does not name its subject is told with it. */
function told({ says: said, subjects }: Statement, among: boolean): string {
  const says = withoutPreface(said)
  const named = subjects.every(subject => says.includes(subject.split(' ')[0]!))
  return among && !named ? `${listedSubjects(subjects, SUBJECTS_SHOWN)}: ${says}` : says
}
