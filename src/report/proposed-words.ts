// What a report says about proposed records, in the words that every view shares.
import type { Change, Ending, Level, Proposed } from './report.ts'

const changeWords: Readonly<Record<Change['change'], string>> = {
  heals: 'would heal',
  breaks: 'would break',
  differs: 'would differ',
}

/** `would heal`. */
export function changeWord({ change }: Change): string {
  return changeWords[change]
}

/** `fail (missing) → pass (found)`. */
export function turnOf({ before, after }: Change): string {
  return `${before === null ? 'new' : endingWords(before)} → ${after === null ? 'gone' : endingWords(after)}`
}

/** The level that the change comes to, for its sign and color. */
export function levelAfter({ change, after }: Change): Level {
  return after?.level ?? (change === 'heals' ? 'pass' : 'info')
}

function endingWords({ level, outcome }: Ending): string {
  return `${level} (${outcome})`
}

/** What the report is about, and what it would be without the file. */
export function proposedSentence({ file, verdictNow }: Proposed, verdict: string): string {
  const same = verdictNow === verdict ? 'as it is today' : `today it is ${verdictNow}`
  return `As it would be with the records of ${file}: ${verdict}; ${same}.`
}

/** What the file has that the audit did not ask about; undefined when there is nothing. */
export function unaskedSentence({ unasked }: Proposed): string | undefined {
  if (unasked.length === 0) return undefined
  const sets = unasked.map(({ name, type }) => `${name} ${type ?? '(all)'}`)
  return `Not looked at by this audit: ${sets.join(', ')}.`
}
