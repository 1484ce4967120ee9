// `mailworthy message`: judges one message as a receiver would, and writes the report where it is wanted.
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { CommonTarget } from '../audit/asked.ts'
import type { GivenMessage } from '../audit/scope.ts'
import { messageProfile } from '../checks/profiles.ts'
import { askedFor } from '../evidence.ts'
import { parseAddress } from '../names/address.ts'
import { parseDomain } from '../names/domain.ts'
import { readingNotes, readMessage } from '../protocol/message/read.ts'
import { visible } from '../report/visible.ts'
import type { Auditing } from './auditing.ts'
import { exitStatus, failOnOf } from './exit-status.ts'
import { fileTrouble, tellFault, UsageError } from './failure.ts'
import { beforeInterruption } from './interruption.ts'
import { type LiveFlags, openLiveRun } from './live-run.ts'
import { resolversOf } from './means.ts'
import { type OutputFlags, Outputs } from './outputs.ts'
import { readZoneFile } from './proposal.ts'
import { openEvidence } from './replayed.ts'
import { rspamdService } from './rspamd-service.ts'
import { selectChecks } from './selection.ts'

/** The options of `message` as the command line gives them. */
export interface MessageFlags extends LiveFlags, OutputFlags {
  readonly ip?: string
  readonly helo?: string
  readonly mailFrom?: string
  readonly trustedServer: readonly string[]
  readonly rspamd?: string
  readonly rcptTo: readonly string[]
  readonly with?: string
  readonly evidence?: string
  readonly failOn: string
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** Far more than mail servers take. */
const LARGEST = 64 * 1024 * 1024

/**
 * Runs the command.
 * @param file a path, or `-` for standard input; undefined with `--evidence`, which has the message in it
 * @returns the exit status: 1 when the verdict is one that `--fail-on` names, else 3 when it is unknown, else 0
 * @throws UsageError for a file that holds no message and for wrong options, before anything is asked
 */
export async function judgeMessage(file: string | undefined, flags: MessageFlags): Promise<number> {
  const failOn = failOnOf(flags.failOn)
  if (flags.with !== undefined && (flags.evidence ?? flags.saveEvidence) !== undefined) {
    throw new UsageError('--with asks what would be: there is no evidence of that to save or to judge again')
  }
  const plan =
    flags.evidence === undefined ? await livePlan(file, flags) : await replayedPlan(file, flags.evidence, flags)
  const outputs = new Outputs(flags, { single: true, total: 1, alsoWanted: flags.saveEvidence !== undefined })
  let auditing: Auditing | undefined
  const takeBack = (): void => {
    outputs.abandon()
    auditing?.abandon()
  }
  const uninterrupted = beforeInterruption(takeBack)
  try {
    auditing = await plan.begin(outputs)
    const report = await auditing.audit(plan.domain)
    await outputs.add(report)
    await auditing.proceed()
    await auditing.finish()
    await outputs.finish()
    if (flags.verbose) process.stderr.write(`${auditing.tell()}\n`)
    return exitStatus(new Set([report.verdict]), failOn)
  } catch (failure) {
    takeBack()
    throw failure
  } finally {
    uninterrupted()
    auditing?.close()
  }
}

interface Plan {
  /** The From domain; empty when there is none that could be read. */
  readonly domain: string
  begin(outputs: Outputs): Promise<Auditing>
}

async function livePlan(file: string | undefined, flags: MessageFlags): Promise<Plan> {
  if (file === undefined) throw new UsageError('no message to judge: name a file, or - for standard input')
  const wanted = selectChecks(messageProfile, flags.only, flags.skip)
  const came = connectionOf(flags)
  const trustedServers = flags.trustedServer.map(serverName)
  const rspamd = rspamdService(flags)
  const proposed = flags.with === undefined ? undefined : readZoneFile(flags.with)
  const octets = await readFile(file)
  const name = file === '-' ? 'standard input' : basename(file)
  const content = readMessage(octets)
  if (!content.ok) throw new UsageError(`${shownFile(file)} is no message that can be judged: ${content.why}`)
  const target: CommonTarget = {
    ...{ egress: [], selectors: [], ourKeys: {}, listeners: [] },
    ...{ smtp: false, smtpPort: 25, families: [4, 6], ownFamilies: [4, 6], resolvers: resolversOf(flags) },
    message: { octets, name, notes: readingNotes(content), came, trustedServers, ...(rspamd && { rspamd }) },
  }
  const run = { target, profile: messageProfile, wanted, single: true, ehloName: 'localhost.localdomain', proposed }
  return {
    domain: content.from.kind === 'author' ? content.from.domain : '',
    begin: outputs => openLiveRun(flags, run, outputs, tellFault),
  }
}

/** Judges again what was heard when the evidence was saved. */
async function replayedPlan(file: string | undefined, evidenceFile: string, flags: MessageFlags): Promise<Plan> {
  if (file !== undefined) throw new UsageError('--evidence has the message in it: name no file beside it')
  const given = [
    ['--ip', flags.ip],
    ['--helo', flags.helo],
    ['--mail-from', flags.mailFrom],
    ['--trusted-server', flags.trustedServer[0]],
    ['--rspamd', flags.rspamd],
    ['--rcpt-to', flags.rcptTo[0]],
    ['--resolver', flags.resolver],
    ['--lab', flags.lab],
    ['--timeout', flags.timeout],
    ['--ca', flags.ca[0]],
    ['--save-evidence', flags.saveEvidence],
  ].find(([, value]) => value !== undefined)
  if (given) throw new UsageError(`${given[0]} was settled when the evidence was saved: --evidence asks nobody`)
  const evidence = await openEvidence(evidenceFile)
  const [domain] = evidence.domains
  if (!evidence.asked.target.message || domain === undefined) {
    throw new UsageError(
      `${shownFile(evidenceFile)} is no evidence of a message: \`mailworthy audit --evidence\` takes that of domains`,
    )
  }
  const now = selectChecks(messageProfile, flags.only, flags.skip)
  const then = askedFor(evidence.asked)
  return {
    domain,
    async begin() {
      if (!flags.quiet) {
        process.stderr.write(`mailworthy: judged again from evidence of ${visible(evidence.at)}; nothing was asked\n`)
      }
      return {
        atOnce: 1,
        audit: name => evidence.judge(name, { wanted: check => now(check) && then(check), onFault: tellFault }),
        async proceed() {},
        async finish() {},
        abandon() {},
        tell: () => `asked nobody: the evidence was written by mailworthy ${visible(evidence.version)}`,
        close() {},
      }
    },
  }
}

function connectionOf({ ip, helo, mailFrom }: MessageFlags): GivenMessage['came'] {
  if (ip === undefined) {
    const left = helo !== undefined ? '--helo' : mailFrom !== undefined ? '--mail-from' : undefined
    if (left !== undefined)
      throw new UsageError(`${left} belongs to the connection of a client: name its address with --ip`)
    return undefined
  }
  const client = parseAddress(ip)
  if (!client) throw new UsageError(`--ip takes the IPv4 or IPv6 address of the client, not "${visible(ip)}"`)
  if (mailFrom === undefined && helo === undefined) {
    throw new UsageError('--ip needs --mail-from, or --helo for the null sender: SPF judges one of them')
  }
  for (const [option, value] of [
    ['--helo', helo],
    ['--mail-from', mailFrom],
  ] as const) {
    if (/[\x00-\x1f\x7f]/.test(value ?? '') || (value?.length ?? 0) > 1000) {
      throw new UsageError(`${option} takes what the client said, not "${visible(value!.slice(0, 100))}"`)
    }
  }
  const sender = reversePath(mailFrom ?? '')
  if (sender === '' && helo === undefined) {
    throw new UsageError('--mail-from <> is the null sender, which SPF judges by the HELO name: give it with --helo')
  }
  return { client, helo: helo?.replace(/\.$/, ''), mailFrom: sender }
}

/** `a@b`, `<a@b>`, or the empty path (RFC 5321 §4.1.2). */
function reversePath(text: string): string {
  const path = /^<(.*)>$/s.exec(text.trim())?.[1] ?? text.trim()
  if (path === '') return ''
  const domain = path.slice(path.lastIndexOf('@') + 1)
  if (!path.includes('@') || !parseDomain(domain).ok) {
    throw new UsageError(`--mail-from takes an address or <>, not "${visible(text.slice(0, 100))}"`)
  }
  return path
}

function serverName(text: string): string {
  const parsed = parseDomain(text)
  if (parsed.ok) return parsed.name
  throw new UsageError(`--trusted-server takes the name of a host, not "${visible(text)}": ${parsed.reason}`)
}

function shownFile(file: string): string {
  return file === '-' ? 'standard input' : visible(file)
}

async function readFile(file: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > LARGEST) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw new UsageError(
      `cannot read the message ${file === '-' ? 'on standard input' : visible(file)}: ${fileTrouble(error)}`,
    )
  }
  if (length > LARGEST) throw new UsageError(`${shownFile(file)} is larger than ${LARGEST / 1024 / 1024} MiB`)
  return Buffer.concat(chunks)
}
