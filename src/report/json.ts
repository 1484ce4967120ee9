// Reports as JSON: exactly the data of report.ts, with every character that cannot be seen escaped.
import type { Report } from './report.ts'
import { visibleJson } from './visible.ts'

/** One report as an object, or any number as an array; indented, ending with a line break. */
export function renderJson(reports: Report | readonly Report[]): string {
  return `${visibleJson(JSON.stringify(reports, null, 2))}\n`
}
