// What a chain of certificates is worth to who demands a proof, from what OpenSSL says of it and from what it is made of.
import type { Certificate } from '../net/certificate.ts'

/** Everything that decides it; `path` leads from the host's own certificate upwards. */
export interface JudgedChain {
  readonly leaf: Certificate
  readonly path: readonly Certificate[]
  readonly trusted: boolean
  /** OpenSSL's code. It names one fault of several. */
  readonly trustFault: string | undefined
}

export type ChainState =
  | 'trusted'
  | 'outside-dates'
  | 'self-signed'
  | 'incomplete'
  | 'unknown-root'
  | 'not-for-servers'
  | 'rejected'

// OpenSSL's codes for a chain that ends before a trusted root. The others found the root and something else amiss.
const rootless: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
])

/** What kind of chain it is; of several faults the one that has to be mended first. */
export function chainState({ leaf, path, trusted, trustFault = 'unknown' }: JudgedChain): ChainState {
  if (trusted) return 'trusted'
  if (leaf.selfSigned) return 'self-signed'
  // The dates are another question, and hide whether there is more.
  if (trustFault === 'CERT_HAS_EXPIRED' || trustFault === 'CERT_NOT_YET_VALID') return 'outside-dates'
  if (rootless.has(trustFault)) return path.at(-1)?.selfSigned ? 'unknown-root' : 'incomplete'
  return servesServers(leaf) ? 'rejected' : 'not-for-servers'
}

const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'
const ANY_PURPOSE = '2.5.29.37.0'

/** RFC 5280 §4.2.1.12: without the extension a certificate is for anything. */
export function servesServers({ purposes }: Pick<Certificate, 'purposes'>): boolean {
  return purposes === undefined || purposes.includes(SERVER_AUTHENTICATION) || purposes.includes(ANY_PURPOSE)
}
