// Which DMARC record speaks for the domain, what it asks for, whose organization the domain is, and how all this was found.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { nameFault } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Resolver } from '../net/resolver.ts'
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
    return {
      policy,
      exists: policy.kind === 'absent' ? await existsIfKnown(know, domain) : true,
      own: walk.steps[0],
      trace: walk.steps,
      organization: organization.known
        ? organization
        : { known: false, reason: unansweredReason(organization.question) },
      // A public suffix has no organizational domain above it: it stands for itself.
      formerOrganization: publicSuffixOrganization(walk.start) ?? walk.start,
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

/** Why a question of the walk brought nothing, to complete "Could not be checked: …". */
export function unansweredReason({ answer, name, type }: Unanswered): string {
  return whyUnreachable(answer, name, type)
}

/** What programs act on: the policy that is applied to mail that fails, test mode (t=y) already reckoned with. */
export async function dmarcReading(know: Know, subject: { readonly domain: string }): Promise<Readings['dmarc']> {
  try {
    const { policy, organization } = await know(dmarcPolicy, subject)
    const organizationalDomain = organization.known ? organization.domain : null
    if (policy.kind !== 'policy') {
      return { state: 'absent', organizationalDomain, policy: null, adkim: 'r', aspf: 'r' }
    }
    const { adkim, aspf } = policy.record
    return { state: 'found', organizationalDomain, policy: policy.effective, adkim, aspf }
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
