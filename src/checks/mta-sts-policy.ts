// Can senders fetch the transport policy that is announced, and does it let them deliver to every MX host?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type StsHostFault, stsHost, stsPolicy } from '../facts/mta-sts.ts'
import { mailHosts, mx } from '../facts/mx.ts'
import { coversHost, type PolicyFault, type StsPolicy } from '../protocol/mta-sts.ts'

/** §3.2 recommends weeks; below a day every outage of the web server takes the protection away. */
const SHORTEST = 86_400

const MEND_HOST =
  'Let {host} answer https://{host}/.well-known/mta-sts.txt with status 200, type text/plain and the policy, under a certificate that names {host}.'

export default defineCheck({
  id: 'mta-sts-policy',
  group: 'transport',
  scope: 'web',
  title: 'The MTA-STS policy can be fetched and covers every MX host',
  why: 'A policy that cannot be fetched protects nothing. One that leaves out an MX host makes senders refuse to deliver there, and it is kept for weeks.',
  refs: ['RFC 8461 §3.2', 'RFC 8461 §3.3', 'RFC 8461 §4.1', 'RFC 8461 §5'],
  needs: { shown: stsPolicy, mx },
  outcomes: {
    enforced: {
      level: 'pass',
      says: 'The MTA-STS policy of {domain} is in force (mode enforce, kept for {age}) and covers {hosts}.',
    },
    testing: {
      level: 'info',
      says: 'The MTA-STS policy of {domain} is on trial (mode testing): senders report failures and deliver all the same.',
    },
    withdrawn: {
      level: 'info',
      says: 'The MTA-STS policy of {domain} says mode none: it withdraws an earlier one, which senders kept for up to {age}.',
    },
    unreachable: {
      level: 'fail',
      says: 'Senders cannot fetch the MTA-STS policy of {domain}: {what}.',
      fix: MEND_HOST,
    },
    invalid: {
      level: 'fail',
      says: 'The MTA-STS policy that {host} shows cannot be used: {faults}.',
      fix: 'Mend the file. It holds, each on a line: version: STSv1, mode: enforce (or testing, or none), an mx: for each MX host, and max_age: 604800 or more.',
    },
    'leaves-out': {
      level: 'fail',
      says: 'The MTA-STS policy of {domain} is in force and does not cover {hosts}: senders that follow it do not deliver there.',
      fix: 'Add a line "mx:" for each of {hosts} to the policy, then give the record at _mta-sts.{domain} a new id. Until all senders know the new policy, keep mail away from these hosts.',
    },
    'would-leave-out': {
      level: 'warn',
      says: 'The MTA-STS policy of {domain} does not cover {hosts}. It is on trial; in force, senders would not deliver there.',
      fix: 'Add a line "mx:" for each of {hosts} to the policy, then give the record at _mta-sts.{domain} a new id.',
    },
    'covers-nobody': {
      level: 'info',
      says: 'The MTA-STS policy of {domain} also covers {patterns}, which are no MX hosts of it now.',
    },
    'short-lived': {
      level: 'warn',
      says: 'Senders keep the MTA-STS policy of {domain} for {age} only: whoever can keep them from {host} for that long takes the protection away.',
      fix: 'Set max_age to some weeks (604800 seconds are one) once the policy has proved itself.',
    },
    'no-record': { level: 'info', says: 'No usable record announces an MTA-STS policy (see `mta-sts-record`).' },
    'no-mail': { level: 'info', says: '{domain} takes no mail, so there is no MX host that a policy could cover.' },
  },
  evaluate({ shown, mx }, { domain }) {
    const data = { domain, host: stsHost(domain) }
    if (shown.kind === 'unannounced') return { outcome: 'no-record', data }
    if (shown.kind === 'wrong')
      return { outcome: 'unreachable', data: { ...data, what: whatIsWrong(shown, data.host) } }
    const { policy } = shown
    if (policy.kind === 'invalid')
      return { outcome: 'invalid', data: { ...data, faults: policy.faults.map(faultText) } }
    if (policy.mode === 'none') return { outcome: 'withdrawn', data: { ...data, age: ageText(policy.maxAge) } }
    const hosts = mailHosts(mx)
    if (hosts.length === 0) return { outcome: 'no-mail', data }
    return judgeCover(policy, hosts, data)
  },
})

function judgeCover(
  { mode, mx, maxAge }: Extract<StsPolicy, { kind: 'policy' }>,
  hosts: readonly string[],
  about: { readonly domain: string; readonly host: string },
): readonly [Ruling<Verdict>, ...Ruling<Verdict>[]] {
  const data = { ...about, age: ageText(maxAge) }
  const leftOut = hosts.filter(host => !mx.some(pattern => coversHost(pattern, host)))
  const idle = mx.filter(pattern => !hosts.some(host => coversHost(pattern, host)))
  const first: Ruling<Verdict> =
    leftOut.length > 0
      ? { outcome: mode === 'enforce' ? 'leaves-out' : 'would-leave-out', data: { ...data, hosts: leftOut } }
      : { outcome: mode === 'enforce' ? 'enforced' : 'testing', data: { ...data, hosts } }
  return [
    first,
    ...(mode === 'enforce' && maxAge < SHORTEST ? [{ outcome: 'short-lived', data } as const] : []),
    // RFC 8461 §5: a new MX host is put into the policy first; what is there beforehand is no fault.
    ...(idle.length > 0 ? [{ outcome: 'covers-nobody', data: { ...data, patterns: idle } } as const] : []),
  ]
}

type Verdict = 'enforced' | 'testing' | 'leaves-out' | 'would-leave-out' | 'short-lived' | 'covers-nobody'

function whatIsWrong(
  { fault, detail }: { readonly fault: StsHostFault; readonly detail: string },
  host: string,
): string {
  const words: { readonly [F in StsHostFault]: string } = {
    'no-host': detail,
    refused: `${host} takes no connection at port 443 (${detail})`,
    tls: `the TLS handshake with ${host} fails (${detail})`,
    certificate: `the certificate of ${host} is not good: ${detail}`,
    status: `${host} answers with status ${detail}, and only 200 counts`,
    type: `${host} shows it as type ${detail}, not text/plain`,
    size: detail,
    'not-http': `${host} does not speak HTTP as it should (${detail})`,
  }
  return words[fault]
}

function faultText({ line, says }: PolicyFault): string {
  return line === undefined ? says : `line ${line}: ${says}`
}

function ageText(seconds: number): string {
  const units = [
    [604_800, 'week'],
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ] as const
  const [size, name] = units.find(([size]) => seconds >= size) ?? ([1, 'second'] as const)
  const count = Math.floor(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
