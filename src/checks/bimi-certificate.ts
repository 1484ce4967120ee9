// Does the mark certificate of the BIMI record hold: its dates, its names, what it is for, and the logo that it vouches for?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type BimiCertificate, bimiCertificate } from '../facts/bimi-certificate.ts'
import { type BrandPlace, bimiLogo } from '../facts/bimi-logo.ts'
import { canonicalName, displayName } from '../names/domain.ts'
import { embedded, hasDigest, unpacked } from '../protocol/indicator.ts'

const DAY = 86_400_000

/** id-kp-BrandIndicatorforMessageIdentification (draft-fetch-validation-vmc-wchuang §4.4). */
const PURPOSE = '1.3.6.1.5.5.7.3.31'

/** Marks that are not registered: what vouches for them is a Common Mark Certificate. */
const COMMON_MARKS = ['prior use mark', 'modified registered mark']

const ASK = 'Ask the authority that issued it for a new certificate, and put the whole file that it gives at {url}.'

export default defineCheck({
  id: 'bimi-certificate',
  group: 'brand',
  scope: 'web',
  title: 'The mark certificate of the BIMI record is valid and vouches for this domain and this logo',
  why: 'Gmail and Apple Mail show only a logo that an authority vouches for, by a certificate that ends after a year at most.',
  refs: ['draft-fetch-validation-vmc-wchuang §4', 'draft-fetch-validation-vmc-wchuang §5', 'RFC 9399 §4.1'],
  needs: { certificate: bimiCertificate, logo: bimiLogo },
  outcomes: {
    good: {
      level: 'pass',
      says: '{kind} for {names}, valid until {date}, issued by {issuer}. Whether a receiver trusts that authority is its own matter.',
    },
    none: { level: 'info', says: 'No usable BIMI record names a mark certificate (see `bimi-record`).' },
    'not-fetched': {
      level: 'warn',
      says: 'Receivers cannot fetch the mark certificate of the BIMI record: {why}.',
      fix: 'Let {url} answer with status 200 and the PEM file that the authority gave, under a certificate that names the host.',
    },
    unreadable: {
      level: 'warn',
      says: 'There is no certificate in the file at {url}.',
      fix: 'Put the file there that the authority gave: PEM, the mark certificate first, then those that issued it.',
    },
    expired: { level: 'warn', says: 'The mark certificate at {url} expired on {date}.', fix: ASK },
    'not-yet-valid': {
      level: 'warn',
      says: 'The mark certificate at {url} is not valid before {date}.',
      fix: 'Serve the one that is valid now until then.',
    },
    'ends-soon': {
      level: 'warn',
      says: 'The mark certificate at {url} ends on {date}, in {days} days. A new one takes weeks: the authority looks at the mark again.',
      fix: ASK,
    },
    'wrong-name': {
      level: 'warn',
      says: 'The mark certificate at {url} is for {names}, and not for {wanted}.',
      fix: 'Ask the authority to add the domain, or name a certificate in a= that is for it.',
    },
    'wrong-purpose': {
      level: 'warn',
      says: 'The certificate at {url} is no mark certificate: its extended key usage does not name brand indicators.',
      fix: 'Put the mark certificate (VMC or CMC) there, and not that of a web server.',
    },
    'broken-chain': {
      level: 'warn',
      says: 'The certificates at {url} do not lead from the mark certificate to its authority: {what}.',
      fix: 'Put the whole file there that the authority gave: the mark certificate first, then each one that issued the one before.',
    },
    'without-logo': {
      level: 'warn',
      says: 'The certificate at {url} vouches for no logo that could be read: {what}.',
      fix: ASK,
    },
    'other-logo': {
      level: 'warn',
      says: 'The mark certificate at {url} vouches for another logo than the one at {logo}: their digests differ.',
      fix: 'Put exactly the file at {logo} that the authority saw, or ask it for a certificate for the new one.',
    },
  },
  evaluate({ certificate: found, logo }, _subject, now) {
    if (found.kind === 'none') return { outcome: 'none' }
    const { url } = found
    if (found.kind === 'wrong') return { outcome: 'not-fetched', data: { url, why: found.why } }
    if (found.kind === 'unreadable') return { outcome: 'unreadable', data: { url } }
    const { chain, altNames, markType } = found.certificate
    const [own] = chain
    const amiss = faults(found, logo, now)
    if (amiss.length > 0) return amiss as [Ruling<Fault>, ...Ruling<Fault>[]]
    const kind = COMMON_MARKS.includes(markType?.toLowerCase() ?? '')
      ? 'A Common Mark Certificate (CMC)'
      : 'A Verified Mark Certificate (VMC)'
    const data = { kind, names: altNames.map(displayName), date: own.validTo.slice(0, 10), issuer: own.issuer, url }
    return { outcome: 'good', data }
  },
})

type Fault =
  | 'expired'
  | 'not-yet-valid'
  | 'ends-soon'
  | 'wrong-name'
  | 'wrong-purpose'
  | 'broken-chain'
  | 'without-logo'
  | 'other-logo'

function faults(
  found: Extract<BimiCertificate, { kind: 'certificate' }>,
  logo: BrandPlace,
  now: Date,
): Ruling<Fault>[] {
  const { url, certificate, namesWanted } = found
  const [own] = certificate.chain
  // Of a web server's certificate nothing else needs to be said.
  if (!own.purposes?.includes(PURPOSE)) return [{ outcome: 'wrong-purpose', data: { url } }]
  const has = (name: string): boolean => certificate.altNames.map(canonicalName).includes(name)
  const isNamed = namesWanted === undefined || namesWanted.map(canonicalName).some(has)
  const broken = chainFault(found, now)
  return [
    ...dateFault(own, url, now),
    ...(isNamed
      ? []
      : [
          {
            outcome: 'wrong-name' as const,
            data: {
              url,
              names: certificate.altNames.map(displayName),
              wanted: namesWanted.filter(isPlain).map(displayName),
            },
          },
        ]),
    ...(broken === undefined ? [] : [{ outcome: 'broken-chain' as const, data: { url, what: broken } }]),
    ...logoFault(found, logo),
  ]
}

const isPlain = (name: string): boolean => !name.includes('._bimi.')

type Dated = { readonly validFrom: string; readonly validTo: string }

function dateFault({ validFrom, validTo }: Dated, url: string, now: Date): Ruling<Fault>[] {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  const date = validTo.slice(0, 10)
  if (now.getTime() > to) return [{ outcome: 'expired', data: { url, date } }]
  if (now.getTime() < from) return [{ outcome: 'not-yet-valid', data: { url, date: validFrom.slice(0, 10) } }]
  const left = to - now.getTime()
  return left < (to - from) / 10 ? [{ outcome: 'ends-soon', data: { url, date, days: Math.floor(left / DAY) } }] : []
}

// §3.3: the whole chain stands in the file, in order; the root may be left out.
function chainFault({ certificate: { chain } }: Extract<BimiCertificate, { kind: 'certificate' }>, now: Date) {
  if (chain.length === 1) return 'the certificate that issued it is not in the file'
  const gap = chain.findIndex((one, i) => i < chain.length - 1 && !one.issuedByNext)
  if (gap >= 0) return `"${chain[gap]!.subject}" was not issued by the next one in the file`
  const above = chain.slice(1)
  const none = above.find(one => !one.isAuthority)
  if (none !== undefined) return `"${none.subject}" is no authority`
  const dead = above.find(one => now.getTime() > Date.parse(one.validTo) || now.getTime() < Date.parse(one.validFrom))
  return dead === undefined ? undefined : `"${dead.subject}" is outside its dates`
}

function logoFault(
  { url, certificate: { logotype } }: Extract<BimiCertificate, { kind: 'certificate' }>,
  logo: BrandPlace,
): Ruling<Fault>[] {
  const without = (what: string): Ruling<Fault>[] => [{ outcome: 'without-logo', data: { url, what } }]
  if (logotype === undefined) return without('it has no logotype extension')
  if (logotype.mediaType.toLowerCase() !== 'image/svg+xml') return without(`its logo is ${logotype.mediaType}`)
  const inside = logotype.uri === undefined ? undefined : embedded(logotype.uri)
  if (inside === undefined) return without('its logo is not embedded in it')
  const own = hasDigest(inside, logotype.hashes)
  if (own === undefined) return without('the digest of its logo is by no algorithm that is known')
  if (!own) return without('the digest of its logo is not that of the logo in it')
  // What could not be fetched is told by itself.
  if (logo.kind !== 'document') return []
  return hasDigest(logo.octets, logotype.hashes) || sameOctets(inside, logo.octets)
    ? []
    : [{ outcome: 'other-logo', data: { url, logo: logo.url } }]
}

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [unpacked(one), unpacked(other)]
  return a.ok && b.ok && a.octets.length === b.octets.length && a.octets.every((octet, i) => octet === b.octets[i])
}
