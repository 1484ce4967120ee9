// The subjects that follow from hosts which the user named as theirs (--mine): where RCPT may be tried, and where mail programs hand in mail.
import { type Know, Unknowable } from '../audit/fact.ts'
import {
  defineExpansion,
  type Expansion,
  type Listening,
  type NoSubjects,
  type SomeSubjects,
  type Subjects,
  type Target,
} from '../audit/scope.ts'
import { canonicalName } from '../names/domain.ts'
import { SUBMISSION_PORT, SUBMISSIONS_PORT } from '../protocol/submission.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'
import { mailHosts, mx } from './mx.ts'
import { reachableOf } from './reachable-addresses.ts'
import { smtpProbe } from './smtp-probe.ts'

const nobodys: NoSubjects = { none: 'not-asked', reason: 'no host was named as yours (--mine)' }
const unwanted: NoSubjects = { none: 'not-asked', reason: 'SMTP was left out (--no-smtp)' }

const ownMxHosts = defineExpansion({
  from: 'domain',
  to: 'ownServer',
  kind: 'mx',
  async subjects({ domain }, know, target) {
    const { mine = [] } = target
    if (mine.length === 0) return nobodys
    if (!target.smtp) return unwanted
    const hosts = mailHosts(await know(mx, { domain })).filter(host => isMine(host, mine))
    if (hosts.length === 0) {
      const reason = `of the hosts that were named as yours none is an MX host of the domain (${mine.join(', ')})`
      return { none: 'not-applicable', reason }
    }
    return serversOf(domain, hosts, know, target)
  },
})

/** All of them: hosts that take no mail for the domain may relay it. */
const ownHosts = defineExpansion({
  from: 'domain',
  to: 'ownServer',
  kind: 'any',
  async subjects({ domain }, know, target) {
    const { mine = [] } = target
    if (mine.length === 0) return nobodys
    return target.smtp ? serversOf(domain, mine, know, target) : unwanted
  },
})

async function serversOf(
  domain: string,
  hosts: readonly string[],
  know: Know,
  target: Target,
): Promise<readonly Subjects['ownServer'][] | SomeSubjects<'ownServer'>> {
  const found = await Promise.all(hosts.map(host => addressesOf(host, know, target)))
  const subjects = found.flatMap(({ host, addresses }) =>
    addresses.map(address => ({ domain, host, address, port: target.smtpPort })),
  )
  const left = found.find(one => one.left !== undefined)?.left
  return left === undefined ? subjects : { subjects, left }
}

// Whoever names no host is not told about its submission with every report.
const submissions = defineExpansion({
  from: 'domain',
  to: 'endpoint',
  kind: 'submission',
  subjects: async (_domain, know, target) => submissionOf(know, target),
})

/** Those that speak TLS: of a port that is closed there is no certificate to judge. */
const secureSubmissions = defineExpansion({
  from: 'domain',
  to: 'endpoint',
  kind: 'submission-tls',
  async subjects(_domain, know, target) {
    const endpoints = await submissionOf(know, target)
    const secure = await Promise.all(endpoints.map(async one => (await know(smtpProbe, one)).end.kind === 'secured'))
    return endpoints.filter((_, index) => secure[index])
  },
})

/** Where they would take mail from other servers; whether they do is not asked. */
const ownEndpoints = defineExpansion({
  from: 'domain',
  to: 'endpoint',
  kind: 'mine',
  async subjects(_domain, know, target) {
    const { mine = [], smtpPort: port } = target
    if (!target.smtp) return []
    const found = await Promise.all(mine.map(host => addressesOf(host, know, target)))
    return found.flatMap(({ host, addresses }) =>
      addresses.map(address => ({ host, address, port, tls: 'starttls' as const })),
    )
  },
})

async function submissionOf(know: Know, target: Target): Promise<readonly Listening[]> {
  const { mine = [] } = target
  if (!target.smtp) return []
  const found = await Promise.all(mine.map(host => addressesOf(host, know, target)))
  return found.flatMap(({ host, addresses }) =>
    addresses.flatMap(address => [
      { host, address, port: SUBMISSION_PORT, tls: 'starttls' as const },
      { host, address, port: SUBMISSIONS_PORT, tls: 'implicit' as const },
    ]),
  )
}

async function addressesOf(host: string, know: Know, target: Target) {
  const found = await know(hostAddresses, { host })
  const known = knownAddresses(found)
  const reason = unlearned(found)
  if (known.length === 0 && reason !== undefined) throw new Unknowable(reason)
  if (known.length > 0) return { host, ...reachableOf(known, target) }
  const left = { none: 'not-applicable', reason: `${host} has no address` } as const
  return { host, addresses: [], left }
}

function isMine(host: string, mine: readonly string[]): boolean {
  const name = canonicalName(host)
  return mine.some(one => canonicalName(one) === name)
}

/** To be listed with the others. */
export const ownHostExpansions: readonly Expansion[] = [
  ownMxHosts,
  ownHosts,
  ownEndpoints,
  submissions,
  secureSubmissions,
]
