// What the client is told: a decision, put into an SMTP reply that names the fault, the record to publish, and where to read on.
import { zoneLine } from '../../report/zone-line.ts'
import type { GateMode } from '../settings.ts'
import type { Decision, Reason } from './decision.ts'

/** What becomes of the message. Only `refuse` keeps it from the queue. */
export type Verdict =
  | { readonly kind: 'queue' }
  | { readonly kind: 'hold'; readonly because: string }
  | { readonly kind: 'refuse'; readonly reply: Refusal }

/** A refusal as it goes over the wire: each line is ASCII and fits in 512 octets with code, status and CRLF. */
export interface Refusal {
  readonly code: 550 | 451
  readonly enhanced: string
  readonly lines: readonly [string, ...string[]]
}

/** RFC 5321 §4.5.3.1.5, less `550-5.7.26 ` and CRLF. */
const LINE_MOST = 512 - 11 - 2

/** What the mode makes of a decision. */
export function verdictOf(decision: Decision, mode: GateMode): Verdict {
  if (decision.kind === 'open' || mode === 'observe') return { kind: 'queue' }
  if (mode === 'hold') return { kind: 'hold', because: decision.because.map(inWords).join('; ') }
  return { kind: 'refuse', reply: refusal(decision) }
}

/** One reason as a sentence part: `example.org has no signing key here (dkim-key)`. */
export function inWords({ domain, says, check }: Reason): string {
  return `${domain} ${says} (${check})`
}

function refusal(decision: Exclude<Decision, { kind: 'open' }>): Refusal {
  const { because } = decision
  const [first] = because
  const lines = because.map(inWords).map(ascii)
  const records = because.flatMap(reason => reason.records)
  const steps = records.flatMap(record => {
    return pieces(`${record.do}: ${ascii(zoneLine(record))}`)
  })
  const checks = [...new Set(because.map(reason => reason.check))]
  const last = checks.map(check => `mailworthy explain ${check}`)
  const said = [...lines.map(line => cut(line)), ...steps, ...last] as [string, ...string[]]
  switch (decision.kind) {
    case 'closed':
      return { code: 550, enhanced: severalFailures(because) ? '5.7.26' : first.enhanced, lines: said }
    case 'own-fault':
      return { code: 451, enhanced: '4.3.5', lines: said }
    case 'unsure':
      return { code: 451, enhanced: '4.7.1', lines: said }
  }
}

/** RFC 7372 §3.3: multiple authentication checks failed. */
function severalFailures(because: readonly Reason[]): boolean {
  const failed = new Set(because.map(reason => reason.enhanced).filter(enhanced => /^5\.7\.2[0-46]$/.test(enhanced)))
  return failed.size > 1
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}

function cut(line: string): string {
  return line.length <= LINE_MOST ? line : `${line.slice(0, LINE_MOST - 3)}...`
}

/** A long record over several lines; a piece that goes on begins with two spaces. */
function pieces(text: string): string[] {
  const found = [text.slice(0, LINE_MOST)]
  for (let at = LINE_MOST; at < text.length; at += LINE_MOST - 2) found.push(`  ${text.slice(at, at + LINE_MOST - 2)}`)
  return found
}
