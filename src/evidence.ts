// Evidence: what an audit heard is written down as it comes, and can be judged again later, by nobody being asked.
import { type Asked, readAsked, writeAsked } from './audit/asked.ts'
import { AuditRun } from './audit/audit.ts'
import type { AnyCheck } from './audit/check.ts'
import { Unknowable } from './audit/fact.ts'
import type { Deadline, Means } from './audit/gather.ts'
import { catalogue } from './catalogue.ts'
import { profileNamed } from './checks/profiles.ts'
import type { Dialer } from './net/dialer.ts'
import { EvidenceFault } from './net/recorded/fields.ts'
import type { AuditLine } from './net/recorded/lines.ts'
import { Recorder } from './net/recorded/recorder.ts'
import { Recording } from './net/recorded/recording.ts'
import { Replay, type ReplayOptions } from './net/recorded/replay.ts'
import type { Resolver } from './net/resolver.ts'
import type { Cut } from './net/witness.ts'
import type { Report } from './report/report.ts'
import { version } from './version.ts'

export { EvidenceFault }

/** Means that write down what is heard through them. */
export interface RecordedMeans extends Means {
  /** The time that was allowed is over: what comes from now on is in no report, and not in the evidence. */
  readonly stop: () => void
  /** Writes the last line: without it the evidence is not whole. */
  readonly finish: () => void
}

/** @param write takes the lines of the evidence file, each with its end, as they are done */
export function recordedMeans(means: Means, asked: Asked, write: (line: string) => void): RecordedMeans {
  const header = { version: version(), at: new Date().toISOString(), asked: writeAsked(asked) }
  const witness = new Recorder(means, header, write)
  return { ...means, witness, stop: () => witness.stop(), finish: () => witness.finish() }
}

/** How an audit is judged again. */
export interface JudgeOptions extends ReplayOptions {
  /** Only checks for which this is true; those that were wanted then by default. */
  readonly wanted?: (check: AnyCheck) => boolean
  readonly onFault?: (where: string, fault: unknown) => void
}

/** What an evidence file holds. */
export interface Evidence {
  readonly asked: Asked
  /** When it was begun to write, RFC 3339, and the version of mailworthy that wrote it. */
  readonly at: string
  readonly version: string
  /** In the order in which their audits ended. */
  readonly domains: readonly string[]
  /** Things that were asked of it so far and that it does not hold. What depends on one is unknown. */
  readonly notHeld: number
  /**
   * The report of one domain, from what was heard and by the rules of today, at the moment of then.
   * @throws TypeError when the evidence has no audit of the domain
   */
  judge(domain: string, options?: JudgeOptions): Promise<Report>
}

/**
 * Reads an evidence file.
 * @throws EvidenceFault with the line that is wrong, and how
 */
export function readEvidence(file: string): Evidence {
  const recording = Recording.read(file)
  const read = readAsked(recording.header.asked)
  if (!read.ok) throw new EvidenceFault(read.reason, 1)
  if (profileNamed(read.asked.profile) === undefined) {
    throw new EvidenceFault(`it asks for the profile "${read.asked.profile}", which there is not`, 1)
  }
  return new ReadEvidence(recording, read.asked)
}

class ReadEvidence implements Evidence {
  readonly asked: Asked
  readonly at: string
  readonly version: string
  readonly domains: readonly string[]
  readonly #recording: Recording
  readonly #audits: ReadonlyMap<string, AuditLine>
  #notHeld = 0

  constructor(recording: Recording, asked: Asked) {
    this.#recording = recording
    this.asked = asked
    this.at = recording.header.at
    this.version = recording.header.version
    this.#audits = new Map(recording.audits.map(audit => [audit.domain, audit]))
    this.domains = [...this.#audits.keys()]
  }

  get notHeld(): number {
    return this.#notHeld
  }

  async judge(domain: string, { wanted, onFault, ...how }: JudgeOptions = {}): Promise<Report> {
    const audit = this.#audits.get(domain)
    if (audit === undefined) throw new TypeError(`the evidence has no audit of ${domain}`)
    const { asked } = this
    const replay = new Replay(this.#recording, audit, how)
    const { cut } = audit
    // What each audit heard is recited to it alone: facts that the run shared are made again of the same answers.
    const run = new AuditRun(catalogue(), { ...nobody, ehloName: asked.ehloName, witness: replay })
    const report = await run.audit(
      { ...asked.target, domain },
      {
        profile: profileNamed(asked.profile)!,
        wanted: wanted ?? askedFor(asked),
        now: new Date(audit.at),
        ...(cut && { deadline: deadlineAgain(replay, cut) }),
        ...(onFault && { onFault }),
      },
    )
    this.#notHeld += replay.notHeld
    return report
  }
}

/** Passes when all was heard that was heard before it passed then. */
function deadlineAgain(replay: Replay, { reason, late }: Cut): Deadline {
  const over = new Unknowable(reason)
  const passed = late
    ? Promise.reject<never>(over)
    : replay.allHeard.then(() => {
        throw over
      })
  passed.catch(() => {})
  return { passed, cancel() {} }
}

/** Which checks were asked for. */
export function askedFor({ only, skip }: Asked): (check: AnyCheck) => boolean {
  const named = ({ id, group }: AnyCheck, names: readonly string[]): boolean =>
    names.includes(id) || names.includes(group)
  return check => (only === undefined || named(check, only)) && !named(check, skip ?? [])
}

/** All that is heard comes from the evidence: who came here would ask the world. */
const nobody: { readonly resolver: Resolver; readonly dialer: Dialer } = {
  resolver: {
    async resolve(name) {
      throw new Error(`${name} was asked for past the evidence`)
    },
  },
  dialer: {
    async connect({ address }) {
      throw new Error(`${address} was connected to past the evidence`)
    },
  },
}
