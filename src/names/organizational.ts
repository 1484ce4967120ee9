// The organizational domain by the Public Suffix List: what receivers that still follow RFC 7489 compute.
// DMARC itself is judged by the tree walk of RFC 9989; this is for display and for the notes where the two differ.
import { getDomain } from 'tldts'

/** The registrable domain of `name`, or undefined when `name` is itself a public suffix. */
export function publicSuffixOrganization(name: string): string | undefined {
  return getDomain(name, { allowPrivateDomains: true, validateHostname: false }) ?? undefined
}
