// Whether the findings meet what the large receivers demand, and which reply mail would get where they do not: pure, over the dated rules.
import type { Finding, Readiness, Report } from '../report/report.ts'
import { type Demand, type Provider, providers, type Volume } from '../rules/providers.ts'

type Standing = 'met' | 'failed' | 'unsure'

/**
 * One readiness per provider: none where nothing that it demands was a part of the audit. A demand fails when its check fails, and is
 * unknown when its check could not be made or was not asked for: ready means proven, never presumed.
 */
export function readiness(findings: readonly Finding[]): Report['ready'] {
  const asked = new Set(findings.map(({ check }) => check))
  return Object.fromEntries(
    providers
      .filter(({ demands }) => checksOf(demands).some(id => id !== 'dns-existence' && asked.has(id)))
      .map(provider => [provider.id, judge(provider, findings)]),
  )
}

function judge({ demands, bulkFrom, unseen, url, asOf }: Provider, findings: readonly Finding[]): Readiness {
  const standings = new Map(checksOf(demands).map(id => [id, standingOf(id, findings)]))
  const judged = demands.map(demand => ({ demand, ...judgeDemand(demand, standings) }))
  // What is demanded of all is demanded of those who send much.
  const within = (volume: Volume) => judged.filter(({ demand }) => volume === 'bulk' || demand.from === 'all')
  const whole = sum(within('bulk'))
  const open = checksOf(demands).filter(id => standings.get(id) === 'unsure')
  return {
    ...whole,
    // Who is asked for nothing is not told that it is met.
    volumes: (['all', 'bulk'] as const)
      .filter(volume => within(volume).length > 0)
      .map(volume => ({
        volume,
        from: volume === 'bulk' ? bulkFrom : null,
        ...sum(within(volume)),
      })),
    would: judged
      .filter(({ standing }) => standing === 'failed')
      .map(({ demand: { code, says, from }, because }) => ({ check: because[0]!, code, says, volume: from })),
    open: open.map(check => ({ check, says: reasonOf(check, findings) })),
    unseen,
    source: { url, asOf },
  }
}

function checksOf(demands: readonly Demand[]): readonly string[] {
  return [...new Set(demands.flatMap(({ checks }) => checks.flat()))]
}

interface Judged {
  readonly standing: Standing
  readonly because: readonly string[]
}

/** Met by one row that holds, failed when each row fails. */
function judgeDemand({ checks }: Demand, standings: ReadonlyMap<string, Standing>): Judged {
  const rows = checks.map((row): Judged => {
    const of = (wanted: Standing): readonly string[] => row.filter(id => standings.get(id) === wanted)
    if (of('failed').length > 0) return { standing: 'failed', because: of('failed') }
    return of('unsure').length > 0 ? { standing: 'unsure', because: of('unsure') } : { standing: 'met', because: [] }
  })
  const met = rows.find(({ standing }) => standing === 'met')
  if (met) return met
  const unsure = rows.filter(({ standing }) => standing === 'unsure')
  if (unsure.length > 0) return { standing: 'unsure', because: unsure.flatMap(({ because }) => because) }
  return { standing: 'failed', because: rows.flatMap(({ because }) => because) }
}

function sum(judged: readonly Judged[]): Pick<Readiness, 'verdict' | 'because'> {
  for (const [standing, verdict] of [['failed', 'fail'] as const, ['unsure', 'unknown'] as const]) {
    const because = [...new Set(judged.filter(one => one.standing === standing).flatMap(one => one.because))]
    if (because.length > 0) return { verdict, because }
  }
  return { verdict: 'pass', because: [] }
}

function standingOf(id: string, findings: readonly Finding[]): Standing {
  const about = findings.filter(f => f.check === id)
  if (about.some(f => f.level === 'fail')) return 'failed'
  // A key that was merely found proves nothing of the mail, while nobody named the selector.
  if (about.some(f => f.level === 'unknown' || f.outcome === 'not-asked')) return 'unsure'
  return about.some(f => f.level === 'pass' || f.level === 'warn') ? 'met' : 'unsure'
}

/** Why a check leaves it open, as a clause: what was not given, or could not be learned. */
function reasonOf(id: string, findings: readonly Finding[]): string {
  const about = findings.filter(f => f.check === id)
  const cause = about.find(f => f.level === 'unknown') ?? about.find(f => f.outcome === 'not-asked') ?? about[0]
  if (cause === undefined) return 'it was not a part of this audit'
  const { reason } = cause.data
  return typeof reason === 'string' ? reason : cause.says
}
