// Keeps the reports of the relay's domains fresh: audits what is due, and at once what the gate asks for, a few at a time.
import { isComplete } from '../report/complete.ts'
import type { Report } from '../report/report.ts'
import { type Asked, type Cadence, cadences, whatIsDue } from './freshness.ts'

/** What an audit gave: the report, and the shortest TTL of the records that it leant on, in milliseconds. */
export interface Audited {
  readonly report: Report
  readonly ttl: number
}

/** What is asked again of a report that is there. */
export interface Again {
  readonly groups: readonly string[]
  readonly last: Report
}

/** What the scheduler is handed: it audits nothing and keeps nothing itself. */
export interface SchedulerPorts {
  /** Audits a domain; only these groups where they are given, laid over the last report. */
  audit(domain: string, again: Again | undefined): Promise<Audited>
  /** Keeps a report; resolves when it is kept. */
  keep(domain: string, report: Report, asked: Asked): Promise<void>
  /** Told of what went wrong; the domain is tried again later. */
  onFault(domain: string, fault: unknown): void
  now(): number
  /** Milliseconds between two audits of one domain that the gate asks for; ten seconds unless a test is in a hurry. */
  readonly requestGap?: number
}

/** The last report of a domain, and what of it was asked when. */
export interface Kept {
  readonly report: Report
  readonly asked: Asked
  /** The last report that left nothing open, and when its records were asked; often the same one. */
  readonly complete?: { readonly report: Report; readonly at: number } | undefined
}

const AT_ONCE = 4

/** Audits that the gate asks for come no closer together than this for one domain: a flood of mail is no flood of questions. */
const REQUEST_GAP = 10_000

/** After a fault in an audit the domain is tried again then. */
const FAULT_PAUSE = 60_000

/** The port that the relay is given: it asks for an audit and never waits for it. */
export interface AuditRequests {
  request(domain: string, why: string): void
}

/** One owner of what is due. `start` sets it going; `stop` ends it, and what the audits under way will find is forgotten. */
export class Scheduler implements AuditRequests {
  readonly #ports: SchedulerPorts
  readonly #kept = new Map<string, Kept>()
  readonly #domains: readonly string[]
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #keeping = new Set<Promise<void>>()
  readonly #wanted = new Set<string>()
  readonly #notBefore = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #stopped = true

  /** @param kept the reports that an earlier run left */
  constructor(domains: readonly string[], kept: ReadonlyMap<string, Kept>, ports: SchedulerPorts) {
    this.#domains = domains
    this.#ports = ports
    for (const [domain, one] of kept) this.#kept.set(domain, one)
  }

  /** The last report of a domain. */
  report(domain: string): Report | undefined {
    return this.#kept.get(domain)?.report
  }

  /** When what the gate leans on was last asked: the records of a domain, in milliseconds since the epoch. */
  askedAt(domain: string): number | undefined {
    return this.#kept.get(domain)?.asked.at.records
  }

  /** The last report of a domain that left nothing open. */
  complete(domain: string): { readonly report: Report; readonly at: number } | undefined {
    return this.#kept.get(domain)?.complete
  }

  start(): void {
    this.#stopped = false
    // Whatever an earlier run has left: keys and addresses may have changed with the configuration.
    for (const domain of this.#domains) this.#wanted.add(domain)
    this.#look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    // Not for the audits: with a silent name server they take a minute, and nobody needs them any more.
    await Promise.allSettled(this.#keeping)
  }

  request(domain: string): void {
    if (!this.#domains.includes(domain)) return
    this.#wanted.add(domain)
    this.#look()
  }

  /** Waits until a domain that is being audited, or was asked for, has its report. */
  async settled(domain: string): Promise<void> {
    while (!this.#stopped && (this.#underWay.has(domain) || this.#wanted.has(domain))) {
      await (this.#underWay.get(domain) ?? new Promise(resolve => setTimeout(resolve, 20)))
    }
  }

  #look(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const now = this.#ports.now()
    let nextAt = now + 60_000
    for (const domain of this.#domains) {
      if (this.#underWay.has(domain)) continue
      const kept = this.#kept.get(domain)
      const earliest = this.#notBefore.get(domain) ?? 0
      const { due, nextAt: later } = whatIsDue(kept?.asked, now)
      const asked = this.#wanted.has(domain) ? cadences.filter(c => c.name === 'records' || due.includes(c)) : due
      if (asked.length === 0) nextAt = Math.min(nextAt, later)
      else if (earliest > now) nextAt = Math.min(nextAt, earliest)
      else if (this.#underWay.size < AT_ONCE) this.#begin(domain, asked, kept)
    }
    this.#timer = setTimeout(() => this.#look(), Math.max(nextAt - this.#ports.now(), 50))
    this.#timer.unref()
  }

  #begin(domain: string, asked: readonly Cadence[], kept: Kept | undefined): void {
    this.#wanted.delete(domain)
    this.#notBefore.set(domain, this.#ports.now() + (this.#ports.requestGap ?? REQUEST_GAP))
    const work = this.#audit(domain, asked, kept)
      .catch(fault => {
        if (this.#stopped) return
        this.#notBefore.set(domain, this.#ports.now() + FAULT_PAUSE)
        this.#ports.onFault(domain, fault)
      })
      .finally(() => {
        this.#underWay.delete(domain)
        this.#look()
      })
    this.#underWay.set(domain, work)
  }

  async #audit(domain: string, asked: readonly Cadence[], kept: Kept | undefined): Promise<void> {
    const whole = kept === undefined || asked.length === cadences.length
    const again = whole ? undefined : { groups: asked.flatMap(cadence => cadence.groups), last: kept.report }
    const { report, ttl } = await this.#ports.audit(domain, again)
    if (this.#stopped) return
    const at = this.#ports.now()
    const times = Object.fromEntries((whole ? cadences : asked).map(cadence => [cadence.name, at]))
    const now: Asked = {
      at: { ...(whole ? {} : kept.asked.at), ...times },
      ttl: asked.some(c => c.name === 'records') || whole ? ttl : kept!.asked.ttl,
    }
    const complete = isComplete(report.readings) ? { report, at: now.at.records ?? at } : kept?.complete
    this.#kept.set(domain, { report, asked: now, complete })
    const keeping = this.#ports.keep(domain, report, now)
    this.#keeping.add(keeping)
    await keeping.finally(() => this.#keeping.delete(keeping))
  }
}
