// `mailworthy message`: judges one message as a receiver would, and writes the report where it is wanted.
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { AuditRun } from '../audit/audit.ts'
import { deadlineAfter } from '../audit/gather.ts'
import type { GivenMessage } from '../audit/scope.ts'
import { catalogue } from '../catalogue.ts'
import { messageProfile } from '../checks/profiles.ts'
import { parseAddress } from '../names/address.ts'
import { parseDomain } from '../names/domain.ts'
import { readingNotes, readMessage } from '../protocol/message/read.ts'
import { visible } from '../report/visible.ts'
import { exitStatus, failOnOf } from './exit-status.ts'
import { fileTrouble, tellFault, UsageError } from './failure.ts'
import { type MeansFlags, openMeans } from './means.ts'
import { type OutputFlags, Outputs } from './outputs.ts'
import { selectChecks } from './selection.ts'

/** The options of `message` as the command line gives them. */
export interface MessageFlags extends MeansFlags, OutputFlags {
  readonly ip?: string
  readonly helo?: string
  readonly mailFrom?: string
  readonly trustedServer: readonly string[]
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly timeout?: number
  readonly failOn: string
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** Far more than mail servers take. */
const LARGEST = 64 * 1024 * 1024

/**
 * Runs the command.
 * @param file a path, or `-` for standard input
 * @returns the exit status: 1 when the verdict is one that `--fail-on` names, else 3 when it is unknown, else 0
 * @throws UsageError for a file that holds no message and for wrong options, before anything is asked
 */
export async function judgeMessage(file: string, flags: MessageFlags): Promise<number> {
  const failOn = failOnOf(flags.failOn)
  const wanted = selectChecks(messageProfile, flags.only, flags.skip)
  const came = connectionOf(flags)
  const trustedServers = flags.trustedServer.map(serverName)
  const octets = await readFile(file)
  const name = file === '-' ? 'standard input' : basename(file)
  const content = readMessage(octets)
  if (!content.ok) throw new UsageError(`${shownFile(file)} is no message that can be judged: ${content.why}`)
  const message: GivenMessage = { octets, name, notes: readingNotes(content), came, trustedServers }
  const outputs = new Outputs(flags, { single: true, total: 1 })
  const deadline = flags.timeout === undefined ? undefined : deadlineAfter(flags.timeout)
  try {
    const means = await openMeans(flags, 'localhost.localdomain')
    try {
      const run = new AuditRun(catalogue(), means)
      const report = await run.audit(
        {
          domain: content.from.kind === 'author' ? content.from.domain : '',
          ...{ egress: [], selectors: [], ourKeys: {}, listeners: [] },
          ...{ smtp: false, smtpPort: 25, families: [4, 6], ownFamilies: [4, 6] },
          message,
        },
        { profile: messageProfile, wanted, onFault: tellFault, ...(deadline && { deadline }) },
      )
      await outputs.add(report)
      await outputs.finish()
      if (flags.verbose) process.stderr.write(`${means.tell()}\n`)
      return exitStatus(new Set([report.verdict]), failOn)
    } finally {
      means.close()
    }
  } catch (failure) {
    outputs.abandon()
    throw failure
  } finally {
    deadline?.cancel()
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
