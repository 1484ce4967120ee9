// Runs one audit: expands subjects, gathers what the checks need, lets them judge, and makes the report.

import { endpointText } from '../names/endpoint.ts'
import { inOrder } from '../report/evidence.ts'
import { groupOf, groupRank } from '../report/groups.ts'
import type { Evidence, Finding, Json, Level, MessageResults, Readings, Report, StandingSet } from '../report/report.ts'
import { countLevels, countRequired, verdictOf } from '../report/verdict.ts'
import { type AnyCheck, kernelOutcomes, type Ruling } from './check.ts'
import { type Know, Unknowable } from './fact.ts'
import { type Deadline, deadlineAfter, Gatherer, type Means, SharedFacts } from './gather.ts'
import type { Profile } from './profile.ts'
import {
  type Expansion,
  type GivenMessage,
  type NoSubjects,
  type Scope,
  type Subjects,
  scopes,
  type Target,
} from './scope.ts'
import { fillWords } from './words.ts'

/** All that a product knows how to check. The kernel itself knows no protocol. */
export interface Catalogue {
  readonly checks: readonly AnyCheck[]
  readonly expansions: readonly Expansion[]
  /** Made from what the checks asked for: `recall` asks the world nothing. */
  readonly readings: (target: Target, recall: Know, now: Date) => Promise<Readings>
  /** What came out for the message of a target that has one; asks the world nothing either. */
  readonly results?: (target: Target, recall: Know, now: Date) => Promise<MessageResults | undefined>
  readonly readiness: (findings: readonly Finding[]) => Report['ready']
  /** What stands now at the names where findings propose records. */
  readonly standing?: (findings: readonly Finding[], know: Know) => Promise<readonly StandingSet[]>
  /** Versions and dates of the rules in force, for the report. */
  readonly rules: Report['rules']
}

/** What a caller decides for one audit. */
export interface AuditOptions {
  readonly profile: Profile
  /** Only checks for which this is true; all by default. */
  readonly wanted?: (check: AnyCheck) => boolean
  /** Seconds after which the rest is unknown. */
  readonly timeout?: number
  /** Instead of `timeout`: the end of the time that several audits are allowed together. Whoever made it cancels it. */
  readonly deadline?: Deadline
  /** The moment at which things are judged, such as the dates of a certificate; this one by default. */
  readonly now?: Date
  /** Told of faults in checks and facts; the audit goes on. */
  readonly onFault?: (where: string, fault: unknown) => void
}

/** Audits domains with one set of means. What is learned of shared hosts serves all audits of the run. */
export class AuditRun {
  readonly #shared: SharedFacts
  readonly #catalogue: Catalogue
  readonly #means: Means

  /** @param heirOf a run whose facts about shared hosts serve here too, unless a name that they asked for `differs` here */
  constructor(
    catalogue: Catalogue,
    means: Means,
    heirOf?: { readonly run: AuditRun; readonly differs: (name: string) => boolean },
  ) {
    this.#catalogue = catalogue
    this.#means = means
    this.#shared = new SharedFacts(heirOf && { from: heirOf.run.#shared, differs: heirOf.differs })
  }

  /** One report. Never throws for anything that the world, a record or a check does. */
  async audit(target: Target, options: AuditOptions): Promise<Report> {
    const at = options.now ?? new Date()
    const started = performance.now()
    const own = options.timeout === undefined ? undefined : deadlineAfter(options.timeout)
    const deadline = (options.deadline ?? own)?.passed
    try {
      const gatherer = new Gatherer(this.#means, this.#shared, deadline, {
        egress: target.egress,
        selectors: target.selectors,
        now: at,
      })
      // A deadline that has passed already is known now.
      await undefined
      const late = gatherer.over !== undefined
      const audit = new Audit(this.#catalogue, gatherer, target, options, at)
      const findings = await audit.findings()
      const readings = await this.#catalogue.readings(target, gatherer.recall, at)
      const results = await this.#catalogue.results?.(target, gatherer.recall, at)
      const standing = (await this.#catalogue.standing?.(findings, gatherer.know)) ?? []
      this.#means.witness?.ended({
        domain: target.domain,
        at,
        cut: gatherer.over && { reason: gatherer.over.message, late },
        ears: gatherer.ears(),
      })
      return {
        schema: 1,
        domain: target.domain,
        at: at.toISOString(),
        durationMs: Math.round(performance.now() - started),
        verdict: verdictOf(findings),
        profile: options.profile.name,
        required: countRequired(findings),
        counts: countLevels(findings),
        // What large receivers demand of a domain is not seen in one message of it.
        ready: target.message ? {} : this.#catalogue.readiness(findings),
        target: {
          egress: target.egress.map(e => ({ seenAs: e.address.text, helo: e.helo ?? null })),
          selectors: target.selectors,
          listeners: target.listeners.map(({ address, port }) => endpointText(address.text, port)),
          ...(target.message && { message: toldOf(target.message) }),
        },
        readings,
        ...results,
        findings,
        ...(standing.length > 0 && { standing }),
        rules: this.#catalogue.rules,
      }
    } finally {
      own?.cancel()
    }
  }
}

function toldOf({ name, octets, notes, came }: GivenMessage): NonNullable<Report['target']['message']> {
  const { client, helo, mailFrom } = came ?? {}
  return {
    name,
    octets: octets.length,
    notes,
    client: client?.text ?? null,
    helo: helo ?? null,
    mailFrom: mailFrom ?? null,
  }
}

/** A place where subjects were looked for and none came out: the parent it is told about, and why. */
type Gap = { readonly subject: string } & (
  | NoSubjects
  | { readonly none: 'unknowable' | 'error'; readonly reason: string }
)

interface Expanded<S extends Scope> {
  readonly subjects: readonly Subjects[S][]
  readonly gaps: readonly Gap[]
}

class Audit {
  readonly #expanded = new Map<string, Promise<Expanded<Scope>>>()
  readonly #catalogue: Catalogue
  readonly #gatherer: Gatherer
  readonly #target: Target
  readonly #options: AuditOptions
  readonly #now: Date

  constructor(catalogue: Catalogue, gatherer: Gatherer, target: Target, options: AuditOptions, now: Date) {
    this.#catalogue = catalogue
    this.#gatherer = gatherer
    this.#target = target
    this.#options = options
    this.#now = now
  }

  async findings(): Promise<Finding[]> {
    const { profile, wanted } = this.#options
    const checks = this.#catalogue.checks.filter(c => profile.checks[c.id] !== undefined && (wanted?.(c) ?? true))
    const ordered = checks.toSorted((a, b) => groupRank(groupOf(a.id)) - groupRank(groupOf(b.id)))
    return (await Promise.all(ordered.map(check => this.#findingsOf(check)))).flat()
  }

  async #findingsOf(check: AnyCheck): Promise<Finding[]> {
    const { subjects, gaps } = await this.#expand(check.scope, this.#options.profile.checks[check.id]!.kinds)
    const judged = await Promise.all(subjects.map(subject => this.#judge(check, subject)))
    const untold = gaps.map(gap => this.#finding(check, gap.subject, gap.none, { reason: gap.reason }, []))
    const findings = [...judged.flat(), ...untold]
    this.#foreseeStanding(findings)
    return findings
  }

  /** What stands where a finding proposes records is asked for while other checks still wait: it will be told at the end. */
  #foreseeStanding(findings: readonly Finding[]): void {
    const proposing = findings.filter(({ records }) => records !== undefined)
    // Whatever goes wrong goes wrong again where it is told.
    if (proposing.length > 0) this.#catalogue.standing?.(proposing, this.#gatherer.know).catch(() => {})
  }

  async #judge(check: AnyCheck, subject: Subjects[Scope]): Promise<Finding[]> {
    const says = scopes[check.scope].says(subject as never)
    const needs = Object.entries(check.needs)
    const values = await Promise.allSettled(
      needs.map(([, fact]) => this.#gatherer.know(fact as never, subject as never)),
    )
    const evidence = this.#evidence(check, subject)
    const failures = values.filter(v => v.status === 'rejected').map(v => v.reason as unknown)
    const bug = failures.find(f => !(f instanceof Unknowable))
    if (bug !== undefined) return [this.#fault(check, says, bug, evidence)]
    if (failures.length > 0) {
      const reasons = [...new Set(failures.map(f => (f as Unknowable).message))]
      return [this.#finding(check, says, 'unknowable', { reason: reasons.join('; ') }, evidence)]
    }
    try {
      const facts = Object.fromEntries(
        needs.map(([name], i) => [name, (values[i] as PromiseFulfilledResult<unknown>).value]),
      )
      const rulings = [check.evaluate(facts as never, subject as never, this.#now)].flat() as Ruling<string>[]
      return rulings.map(r => this.#finding(check, says, r.outcome, r.data ?? {}, evidence, r.records))
    } catch (bugInCheck) {
      return [this.#fault(check, says, bugInCheck, evidence)]
    }
  }

  #fault(check: AnyCheck, subject: string, fault: unknown, evidence: readonly Evidence[]): Finding {
    this.#options.onFault?.(`${check.id} on ${subject}`, fault)
    const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault)
    return this.#finding(check, subject, 'error', { reason }, evidence)
  }

  #finding(
    check: AnyCheck,
    subject: string,
    outcome: string,
    data: { readonly [name: string]: Json },
    evidence: readonly Evidence[],
    records?: Finding['records'],
  ): Finding {
    const entry = this.#options.profile.checks[check.id]!
    const words = check.outcomes[outcome] ?? kernelOutcomes[outcome as keyof typeof kernelOutcomes]
    if (words === undefined) throw new Error(`${check.id} has no outcome "${outcome}"`)
    const level: Level = entry.levels?.[outcome] ?? words.level
    const fix = 'fix' in words ? words.fix : undefined
    return {
      check: check.id,
      subject,
      outcome,
      level,
      required: entry.required && !(entry.optional?.includes(outcome) ?? false),
      says: fillWords(words.says, data),
      ...(fix === undefined ? {} : { fix: fillWords(fix, data) }),
      ...(records === undefined || records.length === 0 ? {} : { records }),
      data,
      refs: check.refs,
      evidence,
    }
  }

  #evidence(check: AnyCheck, subject: Subjects[Scope]): Evidence[] {
    const all = Object.values(check.needs).flatMap(fact => this.#gatherer.evidenceFor(fact as never, subject as never))
    return inOrder(all)
  }

  #expand(scope: Scope, kinds?: readonly string[]): Promise<Expanded<Scope>> {
    const key = [scope, ...(kinds ?? [])].join(' ')
    const known = this.#expanded.get(key)
    if (known) return known
    const expanded = this.#expandNew(scope, kinds)
    this.#expanded.set(key, expanded)
    return expanded
  }

  async #expandNew(scope: Scope, kinds: readonly string[] | undefined): Promise<Expanded<Scope>> {
    if (scope === 'domain') return { subjects: [{ domain: this.#target.domain }], gaps: [] }
    const isMeant = ({ to, kind }: Expansion): boolean =>
      to === scope && (kinds === undefined || (kind !== undefined && kinds.includes(kind)))
    const expansions = this.#catalogue.expansions.filter(isMeant)
    if (expansions.length === 0) throw new Error(`nothing expands to the scope "${scope}"`)
    const results = (await Promise.all(expansions.map(expansion => this.#expandBy(expansion)))).flat()
    const seen = new Map<string, Subjects[Scope]>()
    for (const child of results.flatMap(r => r.subjects)) seen.set(scopes[scope].key(child as never), child)
    // Two ways from one parent tell its gap once.
    const gaps = new Map(results.flatMap(r => r.gaps).map(gap => [JSON.stringify(gap), gap]))
    return { subjects: [...seen.values()], gaps: [...gaps.values()] }
  }

  async #expandBy(expansion: Expansion): Promise<Expanded<Scope>[]> {
    const { subjects, gaps } = await this.#expand(expansion.from)
    const found = await Promise.all(subjects.map(parent => this.#children(expansion, parent)))
    return [{ subjects: [], gaps }, ...found]
  }

  async #children(expansion: Expansion, parent: Subjects[Scope]): Promise<Expanded<Scope>> {
    const subject = scopes[expansion.from].says(parent as never)
    try {
      const found = await expansion.subjects(parent as never, this.#gatherer.know, this.#target)
      if ('none' in found) return { subjects: [], gaps: [{ subject, ...found }] }
      if ('left' in found) return { subjects: found.subjects, gaps: [{ subject, ...found.left }] }
      return { subjects: found, gaps: [] }
    } catch (failure) {
      if (failure instanceof Unknowable) {
        return { subjects: [], gaps: [{ subject, none: 'unknowable', reason: failure.message }] }
      }
      this.#options.onFault?.(`the ${expansion.to} subjects of ${subject}`, failure)
      return { subjects: [], gaps: [{ subject, none: 'error', reason: String(failure) }] }
    }
  }
}
