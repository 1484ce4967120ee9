// Lays a partial report over the last whole one: what was asked again is replaced, the rest stands as it was.
import { groupOf } from './groups.ts'
import type { Readings, Report } from './report.ts'
import { countLevels, countRequired, verdictOf } from './verdict.ts'

/**
 * The last report with the findings and readings of the given groups replaced by those of the partial one.
 * @param groups ids of the groups that the partial audit asked for, as `groupOf` names them
 * @param readiness judges the findings of all groups together
 */
export function mergeReports(
  last: Report,
  partial: Report,
  groups: ReadonlySet<string>,
  readiness: (findings: Report['findings']) => Report['ready'],
): Report {
  const again = (check: string): boolean => groups.has(groupOf(check).id)
  const findings = [...last.findings.filter(f => !again(f.check)), ...partial.findings.filter(f => again(f.check))]
  return {
    ...partial,
    verdict: verdictOf(findings),
    required: countRequired(findings),
    counts: countLevels(findings),
    profile: last.profile,
    ready: readiness(findings),
    readings: mergeReadings(last.readings, partial.readings, groups),
    findings,
  }
}

function mergeReadings(last: Readings, partial: Readings, groups: ReadonlySet<string>): Readings {
  const from = (group: string): Readings => (groups.has(group) ? partial : last)
  const egress = partial.egress.map(one => {
    const before = last.egress.find(other => other.address === one.address)
    const reverse = groups.has('rdns') ? one : before
    const lists = groups.has('dnsbl') ? one : before
    return {
      address: one.address,
      ptr: reverse?.ptr ?? null,
      forwardConfirmed: reverse?.forwardConfirmed ?? null,
      listed: lists?.listed ?? null,
      unasked: lists?.unasked ?? null,
      helo: (groups.has('helo') ? one : before)?.helo ?? one.helo,
    }
  })
  return {
    exists: from('dns').exists,
    nullMx: from('mx').nullMx,
    spf: from('spf').spf,
    spfTerms: from('spf').spfTerms,
    ...(from('spf').spfTree === undefined ? {} : { spfTree: from('spf').spfTree! }),
    dkim: from('dkim').dkim,
    dmarc: from('dmarc').dmarc,
    domainListed: from('dnsbl').domainListed ?? null,
    domainUnasked: from('dnsbl').domainUnasked ?? null,
    egress,
    listeners: from('tls').listeners,
    ...mergeHosts(last.hosts, partial.hosts, groups),
  }
}

/** Sending addresses are looked at for their names, the others for what they say and show. */
function mergeHosts(last: Readings['hosts'], partial: Readings['hosts'], groups: ReadonlySet<string>) {
  const sending = groups.has('rdns') || groups.has('helo') ? partial : last
  const taking = groups.has('tls') || groups.has('smtp') ? partial : last
  const hosts = [
    ...(sending?.filter(({ role }) => role === 'egress') ?? []),
    ...(taking?.filter(({ role }) => role !== 'egress') ?? []),
  ]
  return hosts.length > 0 && { hosts }
}
