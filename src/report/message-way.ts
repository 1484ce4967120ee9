// The way of a message as rows that every view shares: one for each server that took it, the oldest first.
import type { Json, Level, Report } from './report.ts'
import { shorten } from './visible.ts'

/** One step. Values from the message still need escaping. */
export interface WayRow {
  readonly number: string
  readonly from: string
  readonly by: string
  /** `ESMTPS, TLSv1.3`, `ESMTP, not encrypted`. */
  readonly how: string
  readonly level: Level
  readonly at: string
  /** Since the step before: `+5 s`. */
  readonly delay: string
  /** A server that was named as trusted wrote this, or one above it. */
  readonly proven: boolean | undefined
}

const SHOWN = 40
const NAME_MOST = 80

/** None when the report is not about a message, or the message has no such fields. */
export function wayRows({ findings }: Report): readonly WayRow[] {
  const hops = findings.find(({ check, data }) => check === 'message-trace' && Array.isArray(data.hops))?.data.hops
  return Array.isArray(hops) ? (hops as readonly Json[]).slice(-SHOWN).flatMap(hop => rowOf(hop) ?? []) : []
}

function rowOf(hop: Json): WayRow | undefined {
  if (typeof hop !== 'object' || hop === null || Array.isArray(hop)) return undefined
  const step = hop as { readonly [key: string]: Json }
  const text = (name: string): string | undefined => {
    const value = step[name]
    return typeof value === 'string' && value !== '' ? shorten(value, NAME_MOST) : undefined
  }
  const [from, address] = [text('from'), text('address')]
  const client = address !== undefined && from !== undefined && !from.includes(address) ? `${from} [${address}]` : from
  const tls = text('tls') ?? 'unknown'
  return {
    number: String(step.number ?? ''),
    from: client ?? address ?? (tls === 'local' ? 'itself' : 'not told'),
    by: text('by') ?? 'not told',
    how: [text('protocol'), tls === 'yes' ? (text('tlsVersion') ?? 'encrypted') : words[tls]]
      .filter(Boolean)
      .join(', '),
    level: tls === 'yes' ? 'pass' : tls === 'no' && step.inside !== true ? 'warn' : 'info',
    at:
      text('at')
        ?.replace('T', ' ')
        .replace(/\.000Z$/, '') ?? 'not known',
    delay: typeof step.delay === 'number' ? delayText(step.delay) : '',
    proven: typeof step.proven === 'boolean' ? step.proven : undefined,
  }
}

const words: { readonly [tls: string]: string | undefined } = {
  no: 'not encrypted',
  local: 'inside',
  unknown: 'not told whether encrypted',
}

/** Two units at most: a day more or less tells as much. */
function delayText(seconds: number): string {
  const size = Math.abs(Math.round(seconds))
  const [days, hours] = [Math.floor(size / 86_400), Math.floor(size / 3600) % 24]
  const [minutes, rest] = [Math.floor(size / 60) % 60, size % 60]
  const parts = [
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'min'],
    [rest, 's'],
  ] as const
  const told = parts.filter(([amount]) => amount > 0).slice(0, 2)
  return `${seconds < 0 ? '−' : '+'}${told.length === 0 ? '0 s' : told.map(([amount, unit]) => `${amount} ${unit}`).join(' ')}`
}

/** Said below the rows: what of it may be believed. */
export function wayNote(rows: readonly WayRow[]): string {
  const first = rows.find(({ proven }) => proven === true)
  if (first === undefined)
    return 'Times are UTC. Which steps are proven is not known: --trusted-server names the servers that are believed.'
  return first === rows[0]
    ? 'Times are UTC. All of it was written by servers that are believed.'
    : `Times are UTC. What stands before step ${first.number} could be made up.`
}
