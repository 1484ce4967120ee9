// Which DMARC record speaks for the domain, what it asks for, whose organization the domain is, and how all this was found.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { nameFault } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Resolver } from '../net/resolver.ts'
import { type FormerView, formerView } from '../protocol/dmarc/former-view.ts'
import { discoverPolicy, type PolicyDiscovery } from '../protocol/dmarc/policy.ts'
import { readDmarc } from '../protocol/dmarc/record.ts'
import { type Organization, organizationOf, type Step, type Unanswered, walkTree } from '../protocol/dmarc/tree-walk.ts'
import type { Readings } from '../report/report.ts'
import { txtText, whyUnreachable } from './answers.ts'
import { existence } from './existence.ts'

export interface DmarcPolicy {
  /** What applies. Never in doubt: when a silent server left it open, the fact could not be learned. */
  readonly policy: Exclude<PolicyDiscovery, { kind: 'unknown' }>
  /** What stands at the domain's own `_dmarc` name. */
  readonly own: Step
  /** Every name that was walked, the domain's own first (RFC 9989 §4.10). */
  readonly trace: readonly Step[]
  /** The organizational domain by the tree walk, or why it is not known although the policy is. */
  readonly organization: Extract<Organization, { known: true }> | { readonly known: false; readonly reason: string }
  /** The organizational domain by the Public Suffix List, as receivers take it that still follow RFC 7489 §3.2. */
  readonly formerOrganization: string
  /** The policy as those receivers find it. A silent server leaves it open without leaving the policy itself open. */
  readonly former: FormerView
  /** False when no policy was found and DNS denies the domain itself (RFC 8020); undefined when that is not known. */
  readonly exists: boolean | undefined
  /** When no record was found at the domain's own `_dmarc` name: DMARC records where they are put by mistake. */
  readonly misplaced: readonly { readonly name: string; readonly text: string }[]
}

export const dmarcPolicy = defineFact({
  name: 'dmarc-policy',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<DmarcPolicy> {
    const walk = await walkTree(resolver, domain)
    const [policy, misplaced] = await Promise.all([
      discoverPolicy(resolver, walk),
      walk.steps[0].found.kind === 'none' ? misplacedRecords(resolver, walk.start) : [],
    ])
    if (policy.kind === 'unknown') throw new Unknowable(unansweredReason(policy.question))
    const organization = organizationOf(walk)
    // A public suffix has no organizational domain above it: it stands for itself.
    const formerOrganization = publicSuffixOrganization(walk.start) ?? walk.start
    return {
      policy,
      exists: policy.kind === 'absent' ? await existsIfKnown(know, domain) : true,
      own: walk.steps[0],
      trace: walk.steps,
      organization: organization.known
        ? organization
        : { known: false, reason: unansweredReason(organization.question) },
      formerOrganization,
      former: await formerView(resolver, walk, formerOrganization),
      misplaced,
    }
  },
})

async function existsIfKnown(know: Know, domain: string): Promise<boolean | undefined> {
  try {
    return (await know(existence, { domain })).exists
  } catch (failure) {
    if (failure instanceof Unknowable) return undefined
    throw failure
  }
}

/** The walk as data: each name that was asked, what stood there, and which record applies. */
export function walkSteps({
  trace,
  policy,
}: Pick<DmarcPolicy, 'trace' | 'policy'>): NonNullable<Readings['dmarc']['walk']> {
  const at = policy.kind === 'absent' ? undefined : policy.at
  return trace.map(({ domain, found }) => ({
    name: `_dmarc.${domain}`,
    found: found.kind,
    record: found.kind === 'record' ? found.record.text : null,
    applies: domain === at,
  }))
}

/** The walk in a line: `_dmarc.a.example.org: none; _dmarc.example.org: p=reject, applies`. */
export function walkInWords({ trace, policy }: Pick<DmarcPolicy, 'trace' | 'policy'>): string {
  const at = policy.kind === 'absent' ? undefined : policy.at
  return trace
    .map(step => `_dmarc.${step.domain}: ${foundInWords(step)}${step.domain === at ? ', applies' : ''}`)
    .join('; ')
}

function foundInWords({ found }: Step): string {
  switch (found.kind) {
    case 'record': {
      const { p, psd } = found.record
      return `${p === undefined ? 'a record without a valid p=' : `p=${p}`}${psd === 'u' ? '' : ` psd=${psd}`}`
    }
    case 'several':
      return `${found.records.length} records, discarded`
    case 'unanswered':
      return 'no answer'
    case 'none':
      return 'none'
  }
}

/** Why a question of the walk brought nothing, to complete "Could not be checked: …". */
export function unansweredReason({ answer, name, type }: Unanswered): string {
  return whyUnreachable(answer, name, type)
}

/** What programs act on: the policy that is applied to mail that fails, test mode (t=y) already reckoned with. */
export async function dmarcReading(know: Know, subject: { readonly domain: string }): Promise<Readings['dmarc']> {
  try {
    const found = await know(dmarcPolicy, subject)
    const { policy, organization } = found
    const organizationalDomain = organization.known ? organization.domain : null
    const walk = walkSteps(found)
    if (policy.kind !== 'policy') {
      return { state: 'absent', organizationalDomain, policy: null, adkim: 'r', aspf: 'r', walk }
    }
    const { adkim, aspf } = policy.record
    return { state: 'found', organizationalDomain, policy: policy.effective, adkim, aspf, walk }
  } catch (failure) {
    if (!(failure instanceof Unknowable)) throw failure
    return { state: 'unknown', organizationalDomain: null, policy: null, adkim: 'r', aspf: 'r' }
  }
}

/** At the domain itself, and below the domain twice (a zone editor appended it). No answer here is no matter. */
async function misplacedRecords(resolver: Resolver, domain: string): Promise<DmarcPolicy['misplaced']> {
  const places = [domain, `_dmarc.${domain}.${domain}`].filter(name => nameFault(name) === undefined)
  const found = await Promise.all(
    places.map(async name => {
      const answer = await resolver.resolve(name, 'TXT')
      const texts = answer.kind === 'records' ? answer.records.map(txtText) : []
      return texts.filter(text => readDmarc(text).kind === 'record').map(text => ({ name, text }))
    }),
  )
  return found.flat()
}
