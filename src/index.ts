// The public library: audit a domain, read the report, render it.
import { AuditRun } from './audit/audit.ts'
import { deadlineAfter } from './audit/gather.ts'
import { catalogue } from './catalogue.ts'
import { type ProfileName, profiles } from './checks/profiles.ts'
import { recordedMeans } from './evidence.ts'
import { parseAddress } from './names/address.ts'
import { parseDomain } from './names/domain.ts'
import type { Dialer } from './net/dialer.ts'
import { describeServer, parseServer, type ServerAddress, systemServers } from './net/dns/server-address.ts'
import { createResolver } from './net/dns/stub-resolver.ts'
import { ownAddresses, ownFamilies } from './net/own-families.ts'
import type { Resolver } from './net/resolver.ts'
import { withoutRewriting } from './net/rewriting.ts'
import { createDialer } from './net/socket-dialer.ts'
import { ehloName } from './protocol/helo.ts'
import { readReflector } from './protocol/reflector.ts'
import type { Report } from './report/report.ts'

export { checks } from './checks/index.ts'
export { profiles } from './checks/profiles.ts'
export { type Evidence as EvidenceFile, EvidenceFault, type JudgeOptions, readEvidence } from './evidence.ts'
export type { Connection, Dialer, DialFailure } from './net/dialer.ts'
export type {
  Answer,
  AskedServer,
  RecordType,
  RecordTypes,
  Resolver,
  ServerAddress,
  Signature,
  Unchecked,
} from './net/resolver.ts'
export { formats } from './report/formats.ts'
export type { Evidence, Finding, Level, Readings, RecordChange, Report, Verdict } from './report/report.ts'

/** What is known of a domain's sending side, and how to ask the world. All of it may be left out. */
export interface AuditRequest {
  /** Addresses that mail goes out from, as the world sees them, with the name given in HELO. */
  readonly egress?: readonly { readonly seenAs: string; readonly helo?: string }[]
  readonly selectors?: readonly string[]
  /** Public halves of our signing keys, by selector, as `sha256:…` (see `Readings.dkim`). */
  readonly ourKeys?: { readonly [selector: string]: string }
  /** `sending` by default when an egress is given, else `full`. */
  readonly profile?: ProfileName
  /** False to ask DNS only. */
  readonly smtp?: boolean
  readonly smtpPort?: number
  /** Hosts of your own: there RCPT is tried with addresses elsewhere, and submission is looked at. Nothing is sent. */
  readonly mine?: readonly string[]
  /** URL (https) of a page that answers with the address of whoever asks: where the world sees this machine. */
  readonly reflector?: string
  /** Also ask the name servers of each zone what they publish now. */
  readonly authoritative?: boolean
  /** Name servers, as `address`, `address:port`, `tls://address` and so on; those of the system by default. */
  readonly servers?: readonly string[]
  /** Instead of name servers. */
  readonly resolver?: Resolver
  /** Instead of real connections. */
  readonly dialer?: Dialer
  /** The name our SMTP probes give in EHLO: a name that leads back to this host. */
  readonly ehloName?: string
  /** Seconds after which what is not known is unknown. */
  readonly timeout?: number
  /** Takes the evidence file of the audit, line by line, each with its end; whole when the report is there. */
  readonly saveEvidence?: (line: string) => void
}

/**
 * Audits one domain.
 * @returns the report; whatever the world or a record does ends there, in findings
 * @throws TypeError when the domain, a host, an address or a name server cannot be read
 */
export async function audit(domain: string, request: AuditRequest = {}): Promise<Report> {
  const parsed = parseDomain(domain)
  if (!parsed.ok) throw new TypeError(`"${domain}" is no domain: ${parsed.reason}`)
  const egress = (request.egress ?? []).map(({ seenAs, helo }) => {
    const address = parseAddress(seenAs)
    if (!address) throw new TypeError(`"${seenAs}" is no IP address`)
    return { address, ...(helo === undefined ? {} : { helo }) }
  })
  const servers = serversOf(request.servers)
  const own = request.resolver ? undefined : createResolver({ servers })
  const resolver = request.resolver ?? withoutRewriting(own!)
  const sockets = request.dialer ? undefined : createDialer()
  const profile = request.profile ?? (egress.length > 0 ? 'sending' : 'full')
  const means = {
    resolver,
    dialer: request.dialer ?? sockets!,
    ehloName: ehloName(request.ehloName ?? egress[0]?.helo, 'localhost.localdomain'),
  }
  const target = {
    egress,
    selectors: request.selectors ?? [],
    ourKeys: request.ourKeys ?? {},
    smtp: request.smtp ?? true,
    smtpPort: request.smtpPort ?? 25,
    listeners: [],
    families: [4, 6],
    ownFamilies: ownFamilies(),
    ownAddresses: ownAddresses(),
    ...(request.mine && request.mine.length > 0 && { mine: request.mine.map(hostOf) }),
    ...(request.reflector !== undefined && { reflector: reflectorUrl(request.reflector) }),
    ...(request.authoritative && { authoritative: true as const }),
    ...(own && { resolvers: servers.map(server => ({ name: describeServer(server), server })) }),
  } as const
  const recorded =
    request.saveEvidence &&
    recordedMeans(means, { target, profile, ehloName: means.ehloName, single: true }, request.saveEvidence)
  const deadline = request.timeout === undefined ? undefined : deadlineAfter(request.timeout)
  deadline?.passed.catch(() => recorded?.stop())
  try {
    const run = new AuditRun(catalogue(), recorded ?? means)
    const report = await run.audit(
      { ...target, domain: parsed.name },
      { profile: profiles[profile], ...(deadline && { deadline }) },
    )
    recorded?.finish()
    return report
  } finally {
    deadline?.cancel()
    sockets?.close()
    own?.close()
  }
}

function hostOf(text: string): string {
  const parsed = parseDomain(text)
  if (!parsed.ok) throw new TypeError(`"${text}" is no host name: ${parsed.reason}`)
  return parsed.name
}

function reflectorUrl(text: string): string {
  const reflector = readReflector(text)
  if ('fault' in reflector) throw new TypeError(`"${text}" is no reflector: ${reflector.fault}`)
  return reflector.url
}

function serversOf(texts: readonly string[] | undefined): readonly ServerAddress[] {
  if (texts === undefined) return systemServers()
  return texts.map(text => {
    const parsed = parseServer(text)
    if (!parsed.ok) throw new TypeError(`"${text}" is no name server: ${parsed.reason}`)
    return parsed.server
  })
}
