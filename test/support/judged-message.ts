// Judges a message as `mailworthy message` does, over zone text in place of DNS: the report of it.
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { messageProfile } from '../../src/checks/profiles.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import { readMessage } from '../../src/protocol/message/read.ts'
import type { Report } from '../../src/report/report.ts'
import { givenMessage, nobody, target } from './check-tester.ts'
import { zoneResolver } from './zone-resolver.ts'

/** `came` as in a `Case`: `address mail-from helo`. */
export interface Judged {
  readonly zone?: string | Resolver
  readonly came?: string
  readonly now?: Date
  readonly only?: readonly string[]
}

export async function judgedMessage(text: string | Uint8Array, judged: Judged = {}): Promise<Report> {
  const { zone = '', now, only } = judged
  const octets = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
  const content = readMessage(octets)
  if (!content.ok) throw new Error(content.why)
  const faults: unknown[] = []
  const resolver = typeof zone === 'string' ? zoneResolver(zone) : zone
  const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'probe.example.net' })
  const message = givenMessage(octets, judged.came === undefined ? {} : { came: judged.came })
  const domain = content.from.kind === 'author' ? content.from.domain : ''
  const report = await run.audit(
    { ...target({ domain }), message },
    {
      profile: messageProfile,
      ...(now && { now }),
      ...(only && { wanted: check => only.includes(check.id) }),
      onFault: (_, fault) => faults.push(fault),
    },
  )
  if (faults.length > 0) throw faults[0]
  return report
}
