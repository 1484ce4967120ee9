// `audit --evidence FILE`: judges again what a run before heard. Nothing is asked, whatever the options.
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { checks } from '../checks/index.ts'
import { profiles } from '../checks/profiles.ts'
import { askedFor, type Evidence, EvidenceFault, readEvidence } from '../evidence.ts'
import { parseAddress } from '../names/address.ts'
import { visible } from '../report/visible.ts'
import type { AuditFlags } from './audit.ts'
import type { Auditing, Plan } from './auditing.ts'
import { readDomains } from './domain-list.ts'
import { fileTrouble, UsageError } from './failure.ts'
import { selectChecks } from './selection.ts'

/**
 * The run of an evidence file.
 * @throws UsageError for a file that is none, for options that ask the world, and for what the file was not recorded for
 */
export async function replayedPlan(file: string, typed: readonly string[], flags: AuditFlags): Promise<Plan> {
  askNobody(flags)
  const evidence = await openEvidence(file)
  const shown = file === '-' ? 'standard input' : visible(file)
  contradictNothing(evidence, shown, flags)
  const { asked } = evidence
  if (asked.target.message) {
    throw new UsageError(`${shown} is evidence of a message: give it to \`mailworthy message --evidence\``)
  }
  const wanted = wantedOf(evidence, shown, flags)
  const named = typed.length + flags.domains.length > 0
  const domains = named ? await readDomains(typed, flags.domains) : evidence.domains
  const missing = domains.find(domain => !evidence.domains.includes(domain))
  if (missing !== undefined) throw new UsageError(`${shown} has no audit of ${missing}: ${holds(evidence.domains)}`)
  if (domains.length === 0) throw new UsageError(`${shown} has no audit of any domain`)
  const single = named ? typed.length === 1 && flags.domains.length === 0 : asked.single && domains.length === 1
  const note = (text: string): void => {
    if (!flags.quiet) process.stderr.write(`mailworthy: ${text}\n`)
  }
  return {
    domains,
    single,
    egress: asked.target.egress,
    async begin(_outputs, onFault): Promise<Auditing> {
      note(`judged again from evidence of ${visible(evidence.at)}; nothing was asked`)
      return {
        // One after the other, so that the reports come in the order in which they came then.
        atOnce: 1,
        audit: domain => evidence.judge(domain, { wanted, onFault }),
        async proceed() {},
        async finish() {
          if (evidence.notHeld === 0) return
          const what = evidence.notHeld === 1 ? '1 question' : `${evidence.notHeld} questions`
          note(`the evidence does not hold ${what} of today's checks; what depends on that is unknown`)
        },
        abandon() {},
        tell: () => `asked nobody: ${shown} was written by mailworthy ${visible(evidence.version)}`,
        close() {},
      }
    },
  }
}

function askNobody(flags: AuditFlags): void {
  const asking = [
    ['--resolver', flags.resolver !== undefined],
    ['--lab', flags.lab !== undefined],
    ['--ca', flags.ca.length > 0],
    ['--timeout', flags.timeout !== undefined],
    ['--authoritative', flags.authoritative === true],
    ['--save-evidence', flags.saveEvidence !== undefined],
  ] as const
  const [option] = asking.find(([, given]) => given) ?? []
  if (option !== undefined) throw new UsageError(`${option} is about asking the world, and --evidence asks nobody`)
}

/** Reads the file. @throws UsageError for one that is none */
export async function openEvidence(file: string): Promise<Evidence> {
  const shown = file === '-' ? 'standard input' : visible(file)
  let text: string
  try {
    text = file === '-' ? (await buffer(process.stdin)).toString() : await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read the evidence in ${shown}: ${fileTrouble(error)}`)
  }
  try {
    return readEvidence(text)
  } catch (fault) {
    if (!(fault instanceof EvidenceFault)) throw fault
    throw new UsageError(`${shown}:${fault.line}: ${visible(fault.message)}`)
  }
}

/** What was heard belongs to what was asked: other addresses would be judged by answers that nobody heard. */
function contradictNothing({ asked }: Evidence, shown: string, flags: AuditFlags): void {
  const { target, profile } = asked
  const addresses = flags.senderIp.map(text => parseAddress(text)?.text ?? text)
  const families = flags.ipv4 ? [4] : flags.ipv6 ? [6] : undefined
  const given: readonly (readonly [string, unknown, unknown])[] = [
    ['--sender-ip', addresses.length > 0 ? set(addresses) : undefined, set(target.egress.map(e => e.address.text))],
    ['--helo', flags.helo?.replace(/\.$/, ''), target.egress[0]?.helo],
    ['--selector', flags.selector.length > 0 ? set(flags.selector) : undefined, set(target.selectors)],
    ['--profile', flags.profile, profile],
    ['--no-smtp', flags.smtp ? undefined : false, target.smtp],
    ['--smtp-port', flags.smtpPort, target.smtpPort],
    ['--mine', flags.mine && set(flags.mine), set(target.mine ?? [])],
    ['--reflector', flags.reflector && canonicalUrl(flags.reflector), target.reflector],
    [flags.ipv4 ? '-4' : '-6', families && set(families), set(target.families)],
  ]
  for (const [option, now, then] of given) {
    if (now !== undefined && now !== then) {
      const was = then === undefined || then === '' ? 'without it' : `with ${visible(String(then))}`
      const told = typeof then === 'boolean' ? 'without it' : was
      throw new UsageError(`${option} contradicts the evidence in ${shown}, which was recorded ${told}`)
    }
  }
}

function canonicalUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).href : text
}

function set(values: readonly (string | number)[]): string {
  return [...new Set(values)].sort().join(', ')
}

/** A part of what was asked then may be judged alone. */
function wantedOf({ asked }: Evidence, shown: string, flags: AuditFlags): ReturnType<typeof askedFor> {
  const then = askedFor(asked)
  if (flags.only === undefined && flags.skip === undefined) return then
  const profile = profiles[asked.profile as keyof typeof profiles]
  const now = selectChecks(profile, flags.only, flags.skip)
  const beyond = checks.find(
    check => flags.only !== undefined && check.id in profile.checks && now(check) && !then(check),
  )
  if (beyond !== undefined) throw new UsageError(`--only asks for ${beyond.id}, which ${shown} was not recorded for`)
  return check => now(check) && then(check)
}

const MOST_NAMED = 5

function holds(domains: readonly string[]): string {
  const some = domains.slice(0, MOST_NAMED).map(visible).join(', ')
  return domains.length > MOST_NAMED
    ? `it has ${some} and ${domains.length - MOST_NAMED} more`
    : `it has ${some || 'none'}`
}
