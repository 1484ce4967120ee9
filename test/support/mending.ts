// A little world audited as it is and with a zone file laid over it, as `audit --with` does it: does a proposal mend?
import { expect } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import type { Profile } from '../../src/audit/profile.ts'
import { ProposedRun } from '../../src/audit/proposed.ts'
import type { Target } from '../../src/audit/scope.ts'
import { catalogue } from '../../src/catalogue.ts'
import { messageProfile, profiles } from '../../src/checks/profiles.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { layOver } from '../../src/net/overlay.ts'
import { parseZoneFile } from '../../src/net/zone-file/zone-file.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import { renderZone } from '../../src/report/zone.ts'
import { zoneResolver } from './zone-resolver.ts'

/** What is audited. */
export interface LittleWorld {
  readonly zone: string
  readonly target: Target
  readonly dialer: Dialer
  readonly now: Date
  /** Full, unless said otherwise. */
  readonly profile?: Profile
}

/** The report by the whole catalogue, with a zone file where one is given. */
export async function reportOn(world: LittleWorld, zoneFile?: string): Promise<Report> {
  const faults: unknown[] = []
  const { target, dialer, now, profile = profiles.full } = world
  const means = { resolver: zoneResolver(world.zone), dialer, ehloName: 'probe.example.net' }
  const options = { profile, now, onFault: (_: string, fault: unknown) => faults.push(fault) }
  const run = zoneFile === undefined ? new AuditRun(catalogue(), means) : await proposedRun(means, zoneFile)
  const report = await run.audit(target, options)
  expect(faults).toEqual([])
  return report
}

async function proposedRun(means: ConstructorParameters<typeof AuditRun>[1], zoneFile: string): Promise<ProposedRun> {
  const parsed = parseZoneFile(zoneFile)
  if (!parsed.ok) throw new Error(`${parsed.line}:${parsed.column}: ${parsed.reason} in\n${zoneFile}`)
  const overlay = layOver(means.resolver, parsed.zone, 'proposed')
  const fault = await overlay.prepare()
  if (fault) throw new Error(`${fault.line}:${fault.column}: ${fault.reason} in\n${zoneFile}`)
  return new ProposedRun(catalogue(), means, {
    file: 'test.zone',
    records: [],
    open() {
      const own = overlay.afresh()
      return { resolver: own, differs: name => own.touches(name), unasked: () => own.unasked() }
    },
  })
}

/** The profile that a check is in: the records of one for a parked domain would undo those of one for a domain that sends. */
export function profileOf(check: string): Profile {
  return (
    [profiles.full, ...Object.values(profiles)].find(({ checks }) => Object.hasOwn(checks, check)) ?? messageProfile
  )
}

/** What tells one finding from another. */
export function findingKey({ check, subject, outcome }: Finding): string {
  return `${check} ${subject} ${outcome}`
}

/** Whether something is to be done about it. */
export function isTrouble({ level }: Finding): boolean {
  return level === 'fail' || level === 'warn'
}

/** Blocklists of the real world, which are in no little one, are no part of what is mended. */
function fails(report: Report): readonly Finding[] {
  return report.findings.filter(({ check, level }) => level === 'fail' && !check.startsWith('dnsbl'))
}

/** Every finding of a check that carries records is gone once these are published, and nothing fails for it. */
export async function expectMended(check: string, world: LittleWorld): Promise<void> {
  const whole = { profile: profileOf(check), ...world }
  const before = await reportOn(whole)
  const proposing = before.findings.filter(one => one.check === check && isTrouble(one) && one.records !== undefined)
  for (const finding of proposing) {
    const zoneFile = renderZone({ ...before, findings: [finding] })
    const after = await reportOn(whole, zoneFile)
    const shown = after.findings.map(one => `${one.level} ${findingKey(one)}: ${one.says}`).join('\n')
    expect(after.findings.map(findingKey), `still there with\n${zoneFile}\n${shown}`).not.toContain(findingKey(finding))
    expectNothingNew(check, before, after, zoneFile)
  }
}

/** What all findings propose together leaves no finding that has records to fail, and nothing new. */
export async function expectMendedAsOne(world: LittleWorld): Promise<void> {
  const before = await reportOn(world)
  const zoneFile = renderZone(before)
  const after = await reportOn(world, zoneFile)
  const mendable = new Set(before.findings.filter(one => one.records !== undefined).map(findingKey))
  const left = fails(after).filter(one => mendable.has(findingKey(one)))
  expect(
    left.map(one => `${findingKey(one)}: ${one.says}`),
    `fails with\n${zoneFile}`,
  ).toEqual([])
  expectNothingNew(undefined, before, after, zoneFile)
}

/** Faults that were there before, and that nobody could see while the mended one stood; no record mends them. */
const uncovered: readonly { readonly mended: string; readonly seen: string; readonly because: string }[] = [
  { mended: 'mta-sts-record', seen: 'mta-sts-policy', because: 'the policy is fetched once a record announces it' },
]

function expectNothingNew(check: string | undefined, before: Report, after: Report, zoneFile: string): void {
  const failed = new Set(fails(before).map(one => one.check))
  // Of a domain that does not exist nothing else is judged; a record below it makes it exist.
  if (failed.has('dns-existence')) return
  const mended = check === undefined ? [...failed] : [check]
  const isUncovered = (seen: string): boolean =>
    uncovered.some(one => one.seen === seen && mended.some(name => name.startsWith(one.mended)))
  const fresh = fails(after).filter(one => !failed.has(one.check) && !isUncovered(one.check))
  expect(
    fresh.map(one => `${findingKey(one)}: ${one.says}`),
    `fails anew with\n${zoneFile}`,
  ).toEqual([])
}
