// Rows in columns, for people; programs take --json.
import { columns } from '../report/wrap.ts'

/** A heading and rows, each column as wide as its widest cell. Cells must be safe to show. Ends with a newline. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows]
  const widths = heading.map((_, index) => Math.max(...all.map(row => columns(row[index] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => cell + ' '.repeat(widths[index]! - columns(cell)))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}
