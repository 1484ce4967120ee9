// What the codes of extended DNS errors mean (RFC 8914 §4), and which of them asking again cannot mend.

const meanings = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
] as const

const MOST_TEXT = 200

/** One error in words: the name of its code, then the server's own text without what could harm a terminal. */
export function describeExtendedError(code: number, text: Buffer): string {
  const said = text
    .toString('utf8')
    .replace(/[^\P{C}]/gu, ' ')
    .trim()
    .slice(0, MOST_TEXT)
  const meaning = `EDE ${code}${code in meanings ? ` ${meanings[code]}` : ''}`
  return said === '' ? meaning : `${meaning}: ${said}`
}

/** True when the failure is one of the zone's signatures: the same server will say the same again. */
export function isSignatureFailure(codes: readonly number[]): boolean {
  return codes.some(code => code === 1 || code === 2 || (code >= 5 && code <= 12))
}
