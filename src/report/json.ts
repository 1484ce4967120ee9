// Reports as JSON: exactly the data of report.ts, with every character that cannot be seen escaped.
import type { Report } from './report.ts'
import { visibleJson } from './visible.ts'

/** One report as an object, indented, ending with a line break. */
export function renderJson(report: Report): string {
  return `${object(report)}\n`
}

/** Any number of reports as an array, report by report: ten thousand need not be held. */
export function openJsonArray(): { add(report: Report): string; end(): string } {
  let begun = false
  return {
    add(report) {
      const before = begun ? ',\n' : '[\n'
      begun = true
      return `${before}  ${object(report).replaceAll('\n', '\n  ')}`
    },
    end: () => (begun ? '\n]\n' : '[]\n'),
  }
}

function object(report: Report): string {
  return visibleJson(JSON.stringify(report, null, 2))
}
