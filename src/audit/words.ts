// Fills the placeholders of an outcome's sentences from a ruling's data.
import { listed } from '../report/outline.ts'
import type { Json } from '../report/report.ts'

/** Items of a list that a sentence names; a hostile record can hold thousands, and `data` has them all. */
const MOST_LISTED = 20

const PLACEHOLDER = /\{([a-zA-Z][a-zA-Z0-9]*)\}/g

/** The sentence with every `{name}` replaced by `data[name]`; one that is missing stays visible, and tests look for it. */
export function fillWords(template: string, data: { readonly [name: string]: Json }): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => (name in data ? inWords(data[name]!) : whole))
}

/** The placeholders of a sentence. */
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(PLACEHOLDER)].map(match => match[1]!)
}

function inWords(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : listed(value.map(inWords), MOST_LISTED)
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return String(value)
}
