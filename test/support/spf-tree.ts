// The SPF tree of a zone as a report tells it.
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { spfEvaluation } from '../../src/facts/spf-evaluation.ts'
import { spfTree } from '../../src/facts/spf-tree.ts'
import { spfTreeReading } from '../../src/facts/spf-tree-reading.ts'
import type { SpfTree } from '../../src/report/report.ts'
import { nobody, target } from './check-tester.ts'
import { zoneResolver } from './zone-resolver.ts'

/** @param egress as `address` or `address helo` */
export async function spfTreeOf(zone: string, ...egress: readonly string[]): Promise<SpfTree> {
  const means = { resolver: zoneResolver(zone), dialer: nobody, ehloName: 'probe.example.net' }
  const gatherer = new Gatherer(means, new SharedFacts())
  const asked = target({ egress })
  const subject = { domain: asked.domain }
  await Promise.allSettled([
    gatherer.know(spfTree, subject),
    ...asked.egress.map(({ address, helo }) => gatherer.know(spfEvaluation, { ...subject, address, helo })),
  ])
  return spfTreeReading(gatherer.recall, asked)
}
