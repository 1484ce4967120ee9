// The words and signs that every view of a report shares: verdicts, levels, readiness, dates.

import { displayName } from '../names/domain.ts'
import type { Level, Readiness, Report } from './report.ts'
import { thousands } from './thousands.ts'

/** The sign of a level; a verdict has the sign of its level. */
export const signs: Readonly<Record<Level, string>> = { pass: '✓', info: '·', warn: '!', unknown: '?', fail: '✗' }

const providerTitles: { readonly [id: string]: string } = {
  gmail: 'Gmail',
  outlook: 'Outlook.com',
  yahoo: 'Yahoo',
  apple: 'iCloud Mail',
}

/** What a receiver is called; its id where that is all that is known. */
export function providerTitle(id: string): string {
  return providerTitles[id] ?? id
}

/** A number with its noun: `1 fault`, `3 faults`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${thousands(n)} ${n === 1 ? one : many}`
}

/** The domain as a person reads it. */
export function domainTitle(report: Pick<Report, 'domain'>): string {
  // A message may have no From domain that could be read.
  return report.domain === '' ? 'the message' : displayName(report.domain)
}

/** The verdict in a sentence: what was found, never more than was checked. */
export function verdictSentence(report: Report): string {
  const { fail, warn, pass, unknown } = report.counts
  const unsure = new Set(report.findings.filter(f => f.level === 'unknown' && f.required).map(f => f.check)).size
  const faults = fail > 0 ? [count(fail, 'fault to mend', 'faults to mend')] : []
  const warnings = warn > 0 ? [count(warn, 'warning')] : []
  const found = [...faults, ...warnings].join(', ')
  const optional = unknown > 0 ? `; ${count(unknown, 'optional check')} could not be made` : ''
  const open = `${count(unsure, 'required check')} could not be made`
  switch (report.verdict) {
    case 'fail':
      return unsure > 0 ? `${found}; ${open}.` : `${found}.`
    case 'unknown':
      return `Not decided: nothing fails, but ${open}${found === '' ? '' : `; ${found}`}.`
    case 'warn':
      return `Nothing fails; ${warn === 1 ? 'one warning is' : `${warn} warnings are`} worth a look${optional}.`
    case 'pass':
      return pass === 0
        ? `Nothing was found to judge${optional}.`
        : `Everything that was checked is in order${optional}.`
  }
}

/** What a sentence says beyond "Could not be checked", where a heading or a sign says that already. */
export function withoutPreface(says: string): string {
  const rest = says.replace(/^(Could not be checked|Not checked|Does not apply): /, '')
  return rest === says ? says : sentenceStart(rest)
}

/** With a capital letter, unless it begins with a name: `mx1.example.org` stays. */
export function sentenceStart(text: string): string {
  return /^[a-z]+(?![\w.@:/-])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

/** `31 of 33 required checks pass`. */
export function requiredSentence({ required }: Pick<Report, 'required'>): string {
  if (required.of === 0) return 'no required check applied'
  return `${required.passed} of ${count(required.of, 'required check passes', 'required checks pass')}`
}

/** Providers about which the same is said, and the checks that decided it. */
export interface ReadyLine {
  readonly verdict: Readiness['verdict']
  /** `ready for`, `not ready for`, `not decided for`. */
  readonly says: string
  readonly providers: readonly string[]
  readonly because: readonly string[]
}

const readyWords: Readonly<Record<Readiness['verdict'], string>> = {
  pass: 'ready for',
  fail: 'not ready for',
  unknown: 'not decided for',
}

/** Readiness by provider, those that hear the same put together, in the report's order. */
export function readyLines(ready: Report['ready']): readonly ReadyLine[] {
  const lines = new Map<string, ReadyLine>()
  for (const [id, { verdict, because }] of Object.entries(ready)) {
    const key = JSON.stringify([verdict, because])
    const providers = [...(lines.get(key)?.providers ?? []), providerTitle(id)]
    lines.set(key, { verdict, says: readyWords[verdict], providers, because })
  }
  return [...lines.values()]
}

const months = 'January February March April May June July August September October November December'.split(' ')

/** `20 November 2026, 08:00 UTC`; what is no date stays as it is. */
export function when(at: string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  const clock = date.toISOString().slice(11, 16)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`
}

/** `412 ms`, `3.2 s`. */
export function lasting(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}
