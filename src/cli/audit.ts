// `mailworthy audit`: checks domains and writes the reports where they are wanted.
import { hostname } from 'node:os'
import type { Profile } from '../audit/profile.ts'
import type { Target } from '../audit/scope.ts'
import { type ProfileName, profiles } from '../checks/profiles.ts'
import { isPublic, parseAddress } from '../names/address.ts'
import { isFqdn, nameFault, parseDomain } from '../names/domain.ts'
import { ownAddresses, ownFamilies } from '../net/own-families.ts'
import { ehloName } from '../protocol/helo.ts'
import { readReflector } from '../protocol/reflector.ts'
import type { Verdict } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import type { Auditing, Plan } from './auditing.ts'
import { readDomains } from './domain-list.ts'
import { exitStatus, failOnOf } from './exit-status.ts'
import { tellFault, UsageError } from './failure.ts'
import { beforeInterruption } from './interruption.ts'
import { openLiveRun } from './live-run.ts'
import { resolversOf } from './means.ts'
import { Outputs } from './outputs.ts'
import { Progress } from './progress.ts'
import { readZoneFile } from './proposal.ts'
import { replayedPlan } from './replayed.ts'
import { type Finished, finishedReports, readFinished } from './resume.ts'
import { selectChecks } from './selection.ts'

/** The options of `audit` as the command line gives them. */
export interface AuditFlags {
  readonly domains: readonly string[]
  readonly resolver?: readonly string[]
  readonly senderIp: readonly string[]
  readonly helo?: string
  readonly selector: readonly string[]
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly profile?: string
  readonly smtp: boolean
  readonly smtpPort?: number
  readonly mine?: readonly string[]
  readonly reflector?: string
  readonly ca: readonly string[]
  readonly ipv4?: boolean
  readonly ipv6?: boolean
  readonly timeout?: number
  readonly authoritative?: boolean
  readonly lab?: string
  readonly with?: string
  readonly saveEvidence?: string
  readonly evidence?: string
  readonly format?: string
  readonly json?: boolean
  readonly output?: string
  readonly resume?: boolean
  readonly o: readonly string[]
  readonly explain?: boolean
  readonly failOn: string
  readonly color: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/**
 * Runs the command.
 * @returns the exit status: 1 when a verdict is one that `--fail-on` names, else 3 when one is unknown, else 0
 * @throws UsageError before anything is asked
 */
export async function auditDomains(typed: readonly string[], flags: AuditFlags): Promise<number> {
  const failOn = failOnOf(flags.failOn)
  if (flags.with !== undefined && flags.authoritative) {
    throw new UsageError('--with asks what would be, and --authoritative what is published now: ask for one at a time')
  }
  if (flags.with !== undefined && (flags.evidence ?? flags.saveEvidence) !== undefined) {
    throw new UsageError('--with asks what would be: there is no evidence of that to save or to judge again')
  }
  const plan =
    flags.evidence === undefined ? await livePlan(typed, flags) : await replayedPlan(flags.evidence, typed, flags)
  for (const { address } of plan.egress) {
    if (flags.quiet || isPublic(address)) continue
    process.stderr.write(
      `mailworthy: no receiver sees mail come from ${address.text}: name the outer address with --sender-ip\n`,
    )
  }
  const finished = flags.resume ? await finishedBefore(plan, flags) : undefined
  const progress = new Progress(plan.domains.length, process.stderr, flags.quiet ?? false)
  const outputs = new Outputs(flags, {
    single: plan.single,
    total: plan.domains.length,
    room: progress,
    alsoWanted: flags.saveEvidence !== undefined,
    ...(finished?.file !== undefined && { after: { file: finished.file, octets: finished.octets } }),
  })
  let auditing: Auditing | undefined
  const takeBack = (): void => {
    progress.end()
    const kept = outputs.abandon()
    if (kept !== undefined && !flags.quiet) {
      process.stderr.write(
        `mailworthy: what was finished is in ${visible(kept)}: the same command with --resume goes on with the rest\n`,
      )
    }
    auditing?.abandon()
  }
  const uninterrupted = beforeInterruption(takeBack)
  try {
    auditing = await plan.begin(outputs, (where, fault) => {
      progress.clear()
      tellFault(where, fault)
    })
    if (finished !== undefined) {
      progress.resumed(finished.counts)
      if (outputs.hasOthers) for await (const report of finishedReports(finished)) await outputs.addToOthers(report)
    }
    const rest = finished === undefined ? plan.domains : plan.domains.filter(domain => !finished.domains.has(domain))
    const verdicts = await auditAll(rest, auditing, progress, outputs)
    for (const verdict of verdictsOf(finished)) verdicts.add(verdict)
    if (flags.verbose) process.stderr.write(`${auditing.tell()}\n`)
    return exitStatus(verdicts, failOn)
  } catch (failure) {
    takeBack()
    throw failure
  } finally {
    uninterrupted()
    auditing?.close()
  }
}

async function auditAll(
  domains: readonly string[],
  auditing: Auditing,
  progress: Progress,
  outputs: Outputs,
): Promise<Set<Verdict>> {
  const verdicts = new Set<Verdict>()
  progress.show()
  await asTheyFinish(
    domains,
    auditing.atOnce,
    domain => auditing.audit(domain),
    async report => {
      verdicts.add(report.verdict)
      progress.finished(report.verdict)
      await outputs.add(report)
      await auditing.proceed()
    },
  )
  progress.end()
  await auditing.finish()
  await outputs.finish()
  return verdicts
}

/** What stands in the file of the run already. */
async function finishedBefore({ domains, egress }: Plan, flags: AuditFlags): Promise<Finished> {
  if (flags.output === undefined || flags.output === '-' || flags.format !== 'ndjson') {
    throw new UsageError('--resume goes on with a file of reports: name it with --format ndjson --output FILE')
  }
  for (const [option, given] of [
    ['--evidence', flags.evidence],
    ['--save-evidence', flags.saveEvidence],
    ['--with', flags.with],
  ]) {
    if (given !== undefined) throw new UsageError(`--resume and ${option} exclude each other`)
  }
  return readFinished(flags.output, {
    domains,
    profile: profileOf(flags).name,
    target: {
      egress: egress.map(({ address, helo }) => ({ seenAs: address.text, helo: helo ?? null })),
      selectors: [...new Set(flags.selector)],
    },
  })
}

function verdictsOf(finished: Finished | undefined): readonly Verdict[] {
  const counts = Object.entries(finished?.counts ?? {}) as readonly (readonly [Verdict, number])[]
  return counts.filter(([, n]) => n > 0).map(([verdict]) => verdict)
}

/** The run that asks the world. */
async function livePlan(typed: readonly string[], flags: AuditFlags): Promise<Plan> {
  const domains = await readDomains(typed, flags.domains)
  const single = typed.length === 1 && flags.domains.length === 0
  const target = targetOf(flags)
  const profile = profileOf(flags)
  const wanted = selectChecks(profile, flags.only, flags.skip)
  if (flags.with === '-' && flags.domains.includes('-')) {
    throw new UsageError('standard input can be the zone file or the list of domains, not both')
  }
  const proposed = flags.with === undefined ? undefined : readZoneFile(flags.with)
  return {
    domains,
    single,
    egress: target.egress,
    begin: (outputs, onFault) =>
      openLiveRun(
        flags,
        { target, profile, wanted, single, ehloName: ehloName(flags.helo, ownName()), proposed },
        outputs,
        onFault,
      ),
  }
}

function targetOf(flags: AuditFlags): Omit<Target, 'domain'> {
  if (flags.helo !== undefined && flags.senderIp.length === 0) {
    throw new UsageError('--helo is the name that a sending address gives: name the address with --sender-ip')
  }
  if (/[\x00-\x1f\x7f]/.test(flags.helo ?? '')) {
    throw new UsageError(`--helo takes a name as it is said in HELO or EHLO, not "${visible(flags.helo!)}"`)
  }
  if (flags.reflector !== undefined && !flags.smtp) {
    throw new UsageError('--reflector is asked by HTTPS, and --no-smtp asks DNS only: leave one of them out')
  }
  if (flags.ipv4 && flags.ipv6) throw new UsageError('-4 and -6 exclude each other')
  const addresses = flags.senderIp.map(text => {
    const address = parseAddress(text)
    if (!address) throw new UsageError(`--sender-ip takes an IPv4 or IPv6 address, not "${visible(text)}"`)
    return [address.text, address] as const
  })
  const egress = [...new Map(addresses).values()].map(address => ({
    address,
    ...(flags.helo === undefined ? {} : { helo: flags.helo.replace(/\.$/, '') }),
  }))
  for (const selector of flags.selector) {
    const formed = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(selector)
    if (!formed || nameFault(`${selector}._domainkey`) !== undefined) {
      throw new UsageError(`--selector takes a DKIM selector such as s1, not "${visible(selector)}"`)
    }
  }
  return {
    egress,
    selectors: [...new Set(flags.selector)],
    ourKeys: {},
    smtp: flags.smtp,
    smtpPort: flags.smtpPort ?? 25,
    listeners: [],
    families: flags.ipv4 ? [4] : flags.ipv6 ? [6] : [4, 6],
    // A lab is on loopback, where both are always there.
    ownFamilies: flags.lab === undefined ? ownFamilies() : [4, 6],
    ...(flags.lab === undefined && { ownAddresses: ownAddresses() }),
    ...(flags.mine && { mine: [...new Set(flags.mine.map(ownHost))] }),
    ...(flags.reflector !== undefined && { reflector: reflectorUrl(flags.reflector) }),
    ...(flags.authoritative && { authoritative: true as const }),
    resolvers: resolversOf(flags),
  }
}

function reflectorUrl(text: string): string {
  const reflector = readReflector(text)
  if ('fault' in reflector) {
    throw new UsageError(`--reflector cannot be "${visible(text.slice(0, 200))}": ${reflector.fault}`)
  }
  return reflector.url
}

function ownHost(text: string): string {
  const parsed = parseDomain(text)
  if (!parsed.ok) throw new UsageError(`--mine takes the name of a host, not "${visible(text)}": ${parsed.reason}`)
  return parsed.name
}

function profileOf(flags: AuditFlags): Profile {
  const name = flags.profile ?? (flags.senderIp.length > 0 ? 'sending' : 'full')
  if (!Object.hasOwn(profiles, name)) {
    throw new UsageError(`no profile is called "${visible(name)}": there are ${Object.keys(profiles).join(', ')}`)
  }
  return profiles[name as ProfileName]
}

/** The name for EHLO when no HELO name was given: this host's, if it is one that a mail server can believe. */
function ownName(): string {
  return isFqdn(hostname()) ? hostname() : 'localhost.localdomain'
}

/** Works on at most `most` items at a time; results are handed on one by one, as they finish. */
async function asTheyFinish<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
  use: (result: R) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  let used = Promise.resolve()
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      const result = await work(item)
      used = used.then(() => use(result))
      await used
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
}
