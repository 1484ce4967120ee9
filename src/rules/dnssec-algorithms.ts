// Which algorithms of DNSSEC may still sign: the IANA registries as RFC 9904, 9905 and 9906 left them, looked up in 2026-11.

/** The month in which the registries below were last compared. */
export const dnssecAlgorithmsAsOf = '2026-11'

/** `retired`: must not sign any more, and validators take what it signs for unsigned, or will. `rare`: many validators do not know it. */
export interface DnssecAlgorithm {
  readonly name: string
  readonly standing: 'good' | 'retired' | 'rare'
  readonly rsa?: true
}

/** By their numbers (RFC 4034 §A.1). What is not here is nobody's to sign with. */
export const dnssecAlgorithms: { readonly [number: number]: DnssecAlgorithm } = {
  1: { name: 'RSAMD5', standing: 'retired', rsa: true },
  3: { name: 'DSA', standing: 'retired' },
  5: { name: 'RSASHA1', standing: 'retired', rsa: true },
  6: { name: 'DSA-NSEC3-SHA1', standing: 'retired' },
  7: { name: 'RSASHA1-NSEC3-SHA1', standing: 'retired', rsa: true },
  8: { name: 'RSASHA256', standing: 'good', rsa: true },
  10: { name: 'RSASHA512', standing: 'good', rsa: true },
  12: { name: 'ECC-GOST', standing: 'retired' },
  13: { name: 'ECDSAP256SHA256', standing: 'good' },
  14: { name: 'ECDSAP384SHA384', standing: 'good' },
  15: { name: 'ED25519', standing: 'good' },
  16: { name: 'ED448', standing: 'good' },
  17: { name: 'SM2SM3', standing: 'rare' },
  23: { name: 'ECC-GOST12', standing: 'rare' },
}

/** Digests of DS records (RFC 4034 §A.2) that must not be published any more: SHA-1 (RFC 9905) and GOST (RFC 9906). */
export const retiredDigests: { readonly [number: number]: string } = { 1: 'SHA-1', 3: 'GOST R 34.11-94' }

/** `RSASHA256 (8)`, as people know it. */
export function algorithmText(number: number): string {
  const known = dnssecAlgorithms[number]
  return known === undefined ? `algorithm ${number}` : `${known.name} (${number})`
}
