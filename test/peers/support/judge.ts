// Runs our checks against servers that are not ours: the real kernel, the real resolver, the real dialer.
import { AuditRun } from '../../../src/audit/audit.ts'
import type { AnyCheck } from '../../../src/audit/check.ts'
import type { Target } from '../../../src/audit/scope.ts'
import { expansions } from '../../../src/facts/expansions.ts'
import type { Dialer } from '../../../src/net/dialer.ts'
import type { Resolver } from '../../../src/net/resolver.ts'
import type { Finding } from '../../../src/report/report.ts'

/** What these checks find about a target. A fault in a check or a fact is thrown. */
export async function findingsOf(
  checks: readonly unknown[],
  means: { readonly resolver: Resolver; readonly dialer: Dialer },
  target: Target,
): Promise<readonly Finding[]> {
  const all = checks as readonly AnyCheck[]
  const faults: unknown[] = []
  const run = new AuditRun(
    { checks: all, expansions, readings: async () => ({}) as never, readiness: () => ({}), rules: {} },
    { ...means, ehloName: 'probe.peers.example' },
  )
  const entries = all.map(check => [check.id, { required: true, gate: 'warn' as const }])
  const profile = { name: 'peers', title: 'peers', checks: Object.fromEntries(entries) }
  const report = await run.audit(target, { profile, onFault: (_, fault) => faults.push(fault) })
  if (faults.length > 0) throw faults[0]
  return report.findings
}
