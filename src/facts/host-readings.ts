// Each host that sends or takes mail with all the names it goes by, side by side: where they differ, a person sees it at once.
import type { Know } from '../audit/fact.ts'
import type { Listening, Target } from '../audit/scope.ts'
import type { IpAddress } from '../names/address.ts'
import { canonicalName } from '../names/domain.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { hostInBanner } from '../protocol/smtp-greeting.ts'
import { SUBMISSION_PORT, SUBMISSIONS_PORT } from '../protocol/submission.ts'
import type { HostReading } from '../report/report.ts'
import { hostAddresses, knownAddresses } from './host-addresses.ts'
import { mailHosts, mx } from './mx.ts'
import { orUnknown } from './or-unknown.ts'
import { forwardConfirmed, ptrName, type ReverseDns, reverseDns } from './reverse-dns.ts'
import { certificates, smtpProbe } from './smtp-probe.ts'

/** A certificate may have thousands of names; its own checks look at all of them. */
const MOST_NAMES = 20
const LONGEST_NAME = 255

/** The sending addresses, the MX hosts and the listeners; of those that connections are made to only what was looked at. */
export async function hostReadings(target: Target, recall: Know): Promise<readonly HostReading[]> {
  const mail = await orUnknown(recall(mx, { domain: target.domain }))
  const hosts = mail === undefined ? [] : mailHosts(mail)
  const [egress, servers, own, listeners] = await Promise.all([
    Promise.all(target.egress.map(one => egressReading(one, recall))),
    Promise.all(hosts.map(host => endpointsAt(host, target, recall))),
    Promise.all((target.mine ?? []).map(host => submissionsAt(host, recall))),
    Promise.all(target.listeners.map(one => endpointReading('listener', one, recall))),
  ])
  return [...egress, ...[...servers.flat(), ...own.flat(), ...listeners].filter(one => one !== undefined)]
}

async function egressReading({ address, helo }: Target['egress'][number], recall: Know): Promise<HostReading> {
  const reverse = await orUnknown(recall(reverseDns, { address }))
  return {
    role: 'egress',
    name: helo ?? null,
    address: address.text,
    port: null,
    banner: null,
    ehlo: helo ?? null,
    ...reverseReading(reverse),
    certificate: null,
    differs: helo !== undefined && isOtherName(reverse, helo) ? ['ptr'] : [],
  }
}

async function endpointsAt(host: string, { smtpPort }: Target, recall: Know) {
  const found = await orUnknown(recall(hostAddresses, { host }))
  const addresses: readonly IpAddress[] = found === undefined ? [] : knownAddresses(found)
  return Promise.all(
    addresses.map(address => endpointReading('mx', { host, address, port: smtpPort, tls: 'starttls' }, recall)),
  )
}

/** Where mail programs hand in mail at a host that was named as theirs; nothing of ports at which nobody listens. */
async function submissionsAt(host: string, recall: Know) {
  const found = await orUnknown(recall(hostAddresses, { host }))
  const addresses: readonly IpAddress[] = found === undefined ? [] : knownAddresses(found)
  const rows = await Promise.all(
    addresses.flatMap(address => [
      endpointReading('mine', { host, address, port: SUBMISSION_PORT, tls: 'starttls' }, recall),
      endpointReading('mine', { host, address, port: SUBMISSIONS_PORT, tls: 'implicit' }, recall),
    ]),
  )
  return rows.filter(row => row !== undefined && (row.banner ?? row.ehlo ?? row.certificate) !== null)
}

async function endpointReading(
  role: 'mx' | 'mine' | 'listener',
  endpoint: Listening,
  recall: Know,
): Promise<HostReading | undefined> {
  const { host, address, port } = endpoint
  const probe = await orUnknown(recall(smtpProbe, endpoint))
  if (probe === undefined) return undefined
  const [reverse, shown] = await Promise.all([
    orUnknown(recall(reverseDns, { address })),
    orUnknown(recall(certificates, endpoint)),
  ])
  const leaf = shown?.kind === 'presented' ? shown.leaf : undefined
  const banner = hostInBanner(probe.banner?.lines[0] ?? '')
  const ehlo = probe.greeting?.slice(0, LONGEST_NAME)
  const isOther = (name: string | undefined): boolean =>
    name !== undefined && canonicalName(name) !== canonicalName(host)
  const differs = {
    banner: isOther(banner),
    ehlo: isOther(ehlo),
    ptr: isOtherName(reverse, host),
    certificate: leaf !== undefined && !namesHost(leaf.altNames, host),
  }
  return {
    role,
    name: host,
    address: address.text,
    port,
    banner: banner ?? null,
    ehlo: ehlo ?? null,
    ...reverseReading(reverse),
    certificate:
      leaf === undefined
        ? null
        : {
            names: leaf.altNames.slice(0, MOST_NAMES),
            more: Math.max(0, leaf.altNames.length - MOST_NAMES),
            end: leaf.validTo,
          },
    differs: (['banner', 'ehlo', 'ptr', 'certificate'] as const).filter(what => differs[what]),
  }
}

function reverseReading(reverse: ReverseDns | undefined): Pick<HostReading, 'ptr' | 'forwardConfirmed'> {
  return reverse === undefined
    ? { ptr: null, forwardConfirmed: null }
    : { ptr: ptrName(reverse), forwardConfirmed: forwardConfirmed(reverse) }
}

// Any of the names will do (`helo-rdns-match`); of an address without one there is nothing to compare.
function isOtherName(reverse: ReverseDns | undefined, name: string): boolean {
  if (reverse === undefined) return false
  const names = [...reverse.names.map(one => one.name), ...reverse.unused]
  return names.length > 0 && !names.includes(canonicalName(name))
}
