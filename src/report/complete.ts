// Whether an audit learnt everything that programs lean on: a name server that was silent leaves gaps, which are no news.
import type { Readings } from './report.ts'

/** False when DNS left open something that decides whether mail may go out. Blocklists and reverse names decide nothing by their silence. */
export function isComplete({ exists, nullMx, spf, dkim, dmarc }: Readings): boolean {
  return (
    exists !== null &&
    nullMx !== null &&
    spf.every(one => one.result !== 'temperror') &&
    dkim.every(one => one.state !== 'unknown') &&
    dmarc.state !== 'unknown'
  )
}
