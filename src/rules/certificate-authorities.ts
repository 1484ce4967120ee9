// By which names public certificate authorities take a CAA record for theirs, as dated data: from their practice statements and CCADB.
// Only those are here whose names are known whole: of all others nothing is said.

/** An authority by the organization that its certificates name as issuer. */
export interface CertificateAuthority {
  readonly name: string
  /** The whole value of O in the issuer's name, in lower case. */
  readonly organizations: readonly string[]
  /** Any of these in an `issue` property lets it issue; the first is the one to publish. */
  readonly caa: readonly string[]
}

/** The month in which the names below were last compared. */
export const certificateAuthoritiesAsOf = '2026-11'

export const certificateAuthorities: readonly CertificateAuthority[] = [
  { name: "Let's Encrypt", organizations: ["let's encrypt"], caa: ['letsencrypt.org'] },
  {
    name: 'Google Trust Services',
    organizations: ['google trust services', 'google trust services llc'],
    caa: ['pki.goog'],
  },
  {
    name: 'DigiCert',
    organizations: ['digicert inc', 'digicert, inc.'],
    caa: [
      ...['digicert.com', 'www.digicert.com', 'digicert.ne.jp', 'cybertrust.ne.jp', 'thawte.com', 'geotrust.com'],
      ...['rapidssl.com', 'symantec.com', 'digitalcertvalidation.com', 'volusion.digitalcertvalidation.com'],
      ...['stratossl.digitalcertvalidation.com', 'intermediatecertificate.digitalcertvalidation.com'],
      ...['1and1.digitalcertvalidation.com', 'quovadisglobal.com', 'pkioverheid.nl'],
      ...['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'],
    ],
  },
  {
    name: 'Sectigo',
    organizations: ['sectigo limited', 'comodo ca limited', 'zerossl'],
    caa: [
      ...['sectigo.com', 'comodo.com', 'comodoca.com', 'usertrust.com', 'trust-provider.com', 'entrust.net'],
      ...['affirmtrust.com', 'zerossl.com'],
    ],
  },
  {
    name: 'Amazon',
    organizations: ['amazon'],
    caa: ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com', 'aws.amazon.com'],
  },
  { name: 'GlobalSign', organizations: ['globalsign nv-sa'], caa: ['globalsign.com'] },
  {
    name: 'GoDaddy',
    organizations: ['godaddy.com, inc.', 'starfield technologies, inc.'],
    caa: ['godaddy.com', 'starfieldtech.com'],
  },
  {
    name: 'Deutsche Telekom Security',
    organizations: ['deutsche telekom security gmbh', 't-systems international gmbh'],
    caa: ['telesec.de', 'pki.dfn.de', 'dfn.de'],
  },
  {
    name: 'D-Trust',
    organizations: ['d-trust gmbh'],
    caa: ['d-trust.net', 'dtrust.de', 'd-trust.de', 'dtrust.net'],
  },
  { name: 'IdenTrust', organizations: ['identrust'], caa: ['identrust.com'] },
]

/** The authority that the issuer of a certificate belongs to; undefined when it is not among those that are known. */
export function authorityOf(issuer: string): CertificateAuthority | undefined {
  const organization = /(?:^|, )O=(.*?)(?:, [A-Za-z0-9.]+=|$)/.exec(issuer)?.[1]?.toLowerCase()
  return certificateAuthorities.find(({ organizations }) => organizations.includes(organization ?? ''))
}
