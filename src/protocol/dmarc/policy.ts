// Which DMARC policy applies to a domain: the order of lookup, the tag that counts, and test mode (RFC 9989 §4.10.1).
import type { Resolver } from '../../net/resolver.ts'
import type { Disposition, DmarcRecord } from './record.ts'
import { organizationOf, type Step, type TreeWalk, type Unanswered } from './tree-walk.ts'

/** A record that speaks for the domain, and where it was found. */
interface Place {
  readonly record: DmarcRecord
  /** The domain that the record is published for. */
  readonly at: string
  /** The name at which the record stands, CNAMEs followed. */
  readonly owner: string
  readonly from: 'author' | 'organizational' | 'public-suffix'
}

/** What receivers that follow RFC 9989 apply to mail from the domain. */
export type PolicyDiscovery =
  | ({
      readonly kind: 'policy'
      /** Where the policy comes from; `assumed` when the record is faulty and p=none is taken instead. */
      readonly tag: 'p' | 'sp' | 'np' | 'assumed'
      readonly published: Disposition
      /** What is applied to mail that fails: one level lower in test mode. */
      readonly effective: Disposition
    } & Place)
  /** There is a record, but it asks for nothing that could be followed: no DMARC. */
  | ({ readonly kind: 'unusable' } & Place)
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly question: Unanswered }

/** One level below, as t=y asks for (§4.7). */
export function lowered(policy: Disposition): Disposition {
  return policy === 'reject' ? 'quarantine' : 'none'
}

/** Finds the policy for the domain where the walk started. Asks whether the domain exists only if sp and np differ. */
export async function discoverPolicy(resolver: Resolver, walk: TreeWalk): Promise<PolicyDiscovery> {
  const [own] = walk.steps
  if (own.found.kind === 'unanswered') return { kind: 'unknown', question: own.found.question }
  if (own.found.kind === 'record') return policyAt(own, 'author', 'p')
  const organization = organizationOf(walk)
  if (!organization.known) return { kind: 'unknown', question: organization.question }
  const holder = (domain: string): Step | undefined =>
    walk.steps.find(step => step.domain === domain && step.found.kind === 'record')
  const organizational = holder(organization.domain)
  const suffix = walk.steps.find(step => step.found.kind === 'record' && step.found.record.psd === 'y')
  // Not the intermediate names: only the author domain, its organization, and the public suffix above that.
  const place = organizational ?? suffix
  if (place?.found.kind !== 'record') return { kind: 'absent' }
  const from = organizational === undefined ? 'public-suffix' : 'organizational'
  const { record } = place.found
  if (record.acts !== 'as-written' || below(record, 'sp') === below(record, 'np')) return policyAt(place, from, 'sp')
  // RFC 8020: NXDOMAIN, and nothing else, means that the domain does not exist.
  const existence = await resolver.resolve(walk.start, 'SOA')
  if (existence.kind === 'unreachable') {
    return { kind: 'unknown', question: { name: walk.start, type: 'SOA', answer: existence } }
  }
  // RFC 6604 §3: behind a CNAME the denial is of the name that it leads to; the domain itself is there.
  const exists = existence.kind !== 'nxdomain' || existence.chain.length > 1
  return policyAt(place, from, exists ? 'sp' : 'np')
}

/** What the record asks for below its own domain: np falls back to sp, and sp to p. */
export function below(record: DmarcRecord, tag: 'sp' | 'np'): Disposition {
  return (tag === 'np' ? record.np : undefined) ?? record.sp ?? record.p ?? 'none'
}

function policyAt(step: Step, from: Place['from'], tag: 'p' | 'sp' | 'np'): PolicyDiscovery {
  if (step.found.kind !== 'record') return { kind: 'absent' }
  const { record } = step.found
  const place: Place = { record, at: step.domain, owner: step.owner, from }
  if (record.acts === 'not-at-all') return { kind: 'unusable', ...place }
  if (record.acts === 'as-none')
    return { kind: 'policy', ...place, tag: 'assumed', published: 'none', effective: 'none' }
  const published = tag === 'p' ? record.p! : below(record, tag)
  const source = tag === 'np' && record.np !== undefined ? 'np' : tag !== 'p' && record.sp !== undefined ? 'sp' : 'p'
  return {
    kind: 'policy',
    ...place,
    tag: source,
    published,
    effective: record.testing ? lowered(published) : published,
  }
}
