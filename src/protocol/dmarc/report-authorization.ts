// Whether somebody else's domain has agreed to take our DMARC reports: the _report._dmarc record there (RFC 9990 §4).
import { nameFault } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import { aligned, type Identifier } from './alignment.ts'
import { readDmarc } from './record.ts'
import type { Unanswered } from './tree-walk.ts'

/** `not-needed`: both are of one organization. `no` says why, as a clause, and whether a record there would mend it. */
export type ReportAuthorization =
  | { readonly state: 'not-needed' }
  | { readonly state: 'yes' }
  | { readonly state: 'no'; readonly why: string; readonly mendable: boolean }
  | { readonly state: 'unknown'; readonly question: Unanswered }

/** Where the host's owner says yes to reports about the policy domain. */
export function authorizationName(policyDomain: string, host: string): string {
  return `${policyDomain}._report._dmarc.${host}`
}

/** Asks in the order of RFC 9990 §4: one organization or not, then the record at the host. */
export async function authorizeReports(
  resolver: Resolver,
  policy: Identifier,
  target: Identifier,
): Promise<ReportAuthorization> {
  const ofOneOrganization = aligned('r', policy, target)
  if (ofOneOrganization === true) return { state: 'not-needed' }
  const name = authorizationName(policy.domain, target.domain)
  // Step 4: a name that DNS cannot carry confirms nothing.
  if (nameFault(name) !== undefined)
    return { state: 'no', why: `the name ${name} is too long for DNS`, mendable: false }
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'unreachable') return { state: 'unknown', question: { name, type: 'TXT', answer } }
  const texts = answer.kind === 'records' ? answer.records.map(strings => strings.join('')) : []
  // Steps 6 to 8: what does not begin with v=DMARC1 is discarded; one record is enough, several do no harm.
  const records = texts.map(readDmarc).flatMap(text => (text.kind === 'record' ? [text.record] : []))
  if (records.length === 0) {
    // Only now does it matter whether the two are of one organization, where that is not known.
    const open = [policy, target].find(one => !one.organization.known)?.organization
    if (ofOneOrganization === 'unknown' && open?.known === false) return { state: 'unknown', question: open.question }
    if (answer.kind === 'records' && answer.malformed.length > 0) {
      const unread = { kind: 'unreachable', why: 'malformed', server: answer.server } as const
      return { state: 'unknown', question: { name, type: 'TXT', answer: unread } }
    }
    const beside = texts.length > 0 ? ', only other text' : ''
    return { state: 'no', why: `there is no v=DMARC1 record at ${name}${beside}`, mendable: true }
  }
  // Step 9: a record there may redirect the reports, but only to its own host; else nothing is sent at all.
  const astray = records.flatMap(record => record.rua).find(uri => uri.kind !== 'invalid' && uri.host !== target.domain)
  if (astray !== undefined)
    return {
      state: 'no',
      why: `the record at ${name} redirects reports to another host (${astray.text})`,
      mendable: false,
    }
  return { state: 'yes' }
}
