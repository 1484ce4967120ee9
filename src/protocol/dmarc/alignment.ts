// Whether an authenticated domain speaks for the author domain: equal, or of one organization (RFC 9989 §4.4, §4.10.2).
import { canonicalName, isWithin } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import type { AlignmentMode } from './record.ts'
import { type Organization, organizationOf, walkTree } from './tree-walk.ts'

/** A domain and its organization, as a tree walk from it found it. */
export interface Identifier {
  readonly domain: string
  readonly organization: Organization
}

/** Walks the tree from a domain to learn its organization. */
export async function identify(resolver: Resolver, domain: string): Promise<Identifier> {
  const walk = await walkTree(resolver, domain)
  return { domain: walk.start, organization: organizationOf(walk) }
}

/**
 * True when the identifier (the d= of a valid signature, or the MAIL FROM domain that SPF passed) is aligned with the author
 * domain: equal in strict mode, of the same organization in relaxed mode. `unknown` when a walk met a silent server, and its answer matters.
 */
export function aligned(mode: AlignmentMode, author: Identifier, identifier: Identifier): boolean | 'unknown' {
  if (canonicalName(author.domain) === canonicalName(identifier.domain)) return true
  if (mode === 's') return false
  if (mayShareOrganization(author, identifier) && mayShareOrganization(identifier, author)) {
    if (!author.organization.known || !identifier.organization.known) return 'unknown'
    return author.organization.domain === identifier.organization.domain
  }
  return false
}

/** An organization is the domain itself or a name above it: what does not lie below can be told without asking (§4.10.2). */
function mayShareOrganization({ domain, organization }: Identifier, other: Identifier): boolean {
  const top = organization.known ? organization.domain : domain.slice(domain.lastIndexOf('.') + 1)
  return isWithin(canonicalName(other.domain), top)
}
