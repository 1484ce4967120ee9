// Where DMARC reports are asked to go, whether those places agreed to take them, and whether mail can reach them.
import { defineFact } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { type Identifier, identify } from '../protocol/dmarc/alignment.ts'
import { authorizationName, authorizeReports } from '../protocol/dmarc/report-authorization.ts'
import type { ReportUri } from '../protocol/dmarc/report-uri.ts'
import { dmarcPolicy, unansweredReason } from './dmarc-policy.ts'
import { type TakesMail, takesMail } from './mailbox-domain.ts'

/** A place that reports are to be sent to, as far as it is a URI with a host. */
export interface ReportTarget {
  readonly tag: 'rua' | 'ruf'
  readonly uri: Exclude<ReportUri, { kind: 'invalid' }>
  /** `not-needed`: the host is of the same organization. `why` and `reason` are clauses without a full stop. */
  readonly authorization:
    | { readonly state: 'not-needed' | 'yes' }
    | { readonly state: 'no'; readonly why: string; readonly mendable: boolean }
    | { readonly state: 'unknown'; readonly reason: string }
  /** The name at the target where a TXT record `v=DMARC1` would authorize it. */
  readonly authorizedAt: string
  /** Whether the mailbox's domain can take mail; undefined for other schemes than mailto. */
  readonly takesMail: TakesMail | undefined
}

export interface DmarcReportTargets {
  /** The domain whose record asks for the reports; undefined when no record applies. */
  readonly policyDomain: string | undefined
  readonly targets: readonly ReportTarget[]
  /** Entries beyond those that were looked at. */
  readonly unseen: number
}

/** A record with more places than this is no honest one; each costs up to a dozen questions. */
const MOST_TARGETS = 20

export const dmarcReportTargets = defineFact({
  name: 'dmarc-report-targets',
  scope: 'domain',
  async gather(subject, { resolver, know }): Promise<DmarcReportTargets> {
    const { policy } = await know(dmarcPolicy, subject)
    if (policy.kind !== 'policy') return { policyDomain: undefined, targets: [], unseen: 0 }
    const { record, at } = policy
    const wanted = [
      ...record.rua.map(uri => ({ tag: 'rua', uri }) as const),
      ...record.ruf.map(uri => ({ tag: 'ruf', uri }) as const),
    ].flatMap(({ tag, uri }) =>
      uri.kind === 'invalid' || uri.host === undefined ? [] : [{ tag, uri, host: uri.host }],
    )
    const looked = wanted.slice(0, MOST_TARGETS)
    const identity = once((domain: string) => identify(resolver, domain))
    const targets = looked.map(async ({ tag, uri, host }): Promise<ReportTarget> => {
      const [authorization, takes] = await Promise.all([
        // The domain itself needs no walk to be of its own organization.
        host === at ? ({ state: 'not-needed' } as const) : authorize(resolver, identity(at), identity(host)),
        uri.kind === 'mailto' ? takesMail(know, host) : undefined,
      ])
      return { tag, uri, authorization, authorizedAt: authorizationName(at, host), takesMail: takes }
    })
    return { policyDomain: at, targets: await Promise.all(targets), unseen: wanted.length - looked.length }
  },
})

async function authorize(
  resolver: Resolver,
  policy: Promise<Identifier>,
  target: Promise<Identifier>,
): Promise<ReportTarget['authorization']> {
  const found = await authorizeReports(resolver, await policy, await target)
  return found.state === 'unknown' ? { state: 'unknown', reason: unansweredReason(found.question) } : found
}

/** Asks once for each domain, however many addresses are there. */
function once<V>(ask: (domain: string) => Promise<V>): (domain: string) => Promise<V> {
  const asked = new Map<string, Promise<V>>()
  return domain => {
    const known = asked.get(domain) ?? ask(domain)
    asked.set(domain, known)
    return known
  }
}
