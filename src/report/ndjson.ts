// Reports as NDJSON: one report a line, so that a reader can begin before the last audit ends.
import type { Report } from './report.ts'
import { visibleJson } from './visible.ts'

/** One line, ending with a line break. */
export function renderNdjson(report: Report): string {
  return `${visibleJson(JSON.stringify(report))}\n`
}
