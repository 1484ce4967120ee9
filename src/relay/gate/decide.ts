// May this message go out by this way? Pure: from the reports of its domains, what is known of the way, and the message alone.
import { canonicalName } from '../../names/domain.ts'
import type { Finding, Readings, RecordChange, Report } from '../../report/report.ts'
import type { Decision, Reason } from './decision.ts'

/** A report with its age, or why there is none. */
export type Known = { readonly report: Report; readonly ageMs: number } | undefined

/** How receivers will see the mail. By MX: our own addresses. Behind a smart host: what it is said to look like. */
export type Way =
  | { readonly kind: 'mx'; readonly addresses: readonly string[] }
  | {
      readonly kind: 'smart-host'
      /** Their addresses, where they are known: judged by SPF as ours are, but no fault of theirs is ours. */
      readonly addresses: readonly string[]
      /** A mechanism of theirs that must stand in the SPF record; undefined when nothing is known of their SPF. */
      readonly spf: string | undefined
      readonly dkim: 'ours' | 'provider' | 'both'
    }

/** What the gate looks at of one message. */
export interface Candidate {
  /** Domain of the one address in the header From, A-label form. */
  readonly authorDomain: string
  /** Domain of MAIL FROM; undefined for the null sender, whose HELO name is judged instead (RFC 7208 §2.4). */
  readonly senderDomain: string | undefined
  /** The signatures that it will carry, all with d= the author's domain: selector, hash of the public key, its record. */
  readonly signatures: readonly { readonly selector: string; readonly keyHash: string; readonly record: string }[]
  readonly way: Way
}

/** The reports that bear on it, looked up by domain. */
export interface Evidence {
  report(domain: string): Known
  /** The last report that left nothing open, where the last of all did: DNS was silent since. */
  complete?(domain: string): Known
  /** Milliseconds after which a report no longer opens the gate. */
  readonly stale: number
}

type Proof = 'yes' | 'no' | 'unknown'

/**
 * The decision. Unknown is never taken for a fault, and never for a pass: what was proven good stays so while DNS is
 * silent, until that proof is stale. Whatever the last report proves comes first.
 */
export function decide(candidate: Candidate, evidence: Evidence): Decision {
  const now = decideBy(candidate, evidence)
  if (now.kind !== 'unsure' || evidence.complete === undefined) return now
  const { complete, stale } = evidence
  const before = decideBy(candidate, { stale, report: domain => complete(domain) ?? evidence.report(domain) })
  if (before.kind !== 'open') return now
  const open = now.because.map(one => `${one.domain} ${one.says}, so an earlier report decided`)
  return { kind: 'open', notes: [...before.notes, ...open] }
}

function decideBy(candidate: Candidate, evidence: Evidence): Decision {
  const { authorDomain, senderDomain } = candidate
  const author = evidence.report(authorDomain)
  const fresh = missing(authorDomain, author, evidence.stale)
  if (fresh) return { kind: 'unsure', because: [fresh], notes: [] }
  const report = author!.report
  const faults: Reason[] = []
  const gaps: Reason[] = []
  const notes: string[] = []

  for (const domain of new Set([authorDomain, senderDomain ?? authorDomain])) {
    judgeDomain(domain, evidence, faults, gaps, notes)
  }
  const dkim = signatureProof(candidate, report, faults, gaps)
  const spf = spfProof(candidate, report, evidence, notes)
  judgeDmarc(report, dkim, spf, candidate, faults, gaps)
  if (faults.length > 0) return { kind: 'closed', because: faults as [Reason, ...Reason[]], notes }
  const own = candidate.way.kind === 'mx' ? ownFaults(report, candidate.way.addresses, notes) : []
  if (own.length > 0) return { kind: 'own-fault', because: own as [Reason, ...Reason[]], notes }
  if (gaps.length > 0) return { kind: 'unsure', because: gaps as [Reason, ...Reason[]], notes }
  return { kind: 'open', notes }
}

function missing(domain: string, known: Known, stale: number): Reason | undefined {
  if (known === undefined) return reason('dns-existence', domain, '4.7.1', 'has not been audited yet', [])
  if (known.ageMs <= stale) return undefined
  const hours = Math.floor(known.ageMs / 3_600_000)
  return reason('dns-existence', domain, '4.7.1', `was last audited ${hours} hours ago, which is too long`, [])
}

// A domain that does not exist or takes no mail cannot be answered (RFC 7505 §4.2), whoever signs; a listed one is refused.
function judgeDomain(domain: string, evidence: Evidence, faults: Reason[], gaps: Reason[], notes: string[]): void {
  const known = evidence.report(domain)
  if (known === undefined || known.ageMs > evidence.stale) return
  const { exists, nullMx, domainListed, domainUnasked } = known.report.readings
  const records = proposed(known.report, ['dns-existence', 'mx-null'])
  if (exists === false) faults.push(reason('dns-existence', domain, '5.1.8', 'does not exist in DNS', records))
  else if (exists === null)
    gaps.push(reason('dns-existence', domain, '4.7.1', 'may exist or not: DNS did not answer', []))
  if (nullMx === true) {
    faults.push(reason('mx-null', domain, '5.7.27', 'takes no mail (null MX), so it must not send any', records))
  }
  // Only what a list proved: one that does not serve our resolver is silent for good, and would hold all mail.
  if (domainListed && domainListed.length > 0) {
    faults.push(
      reason('dnsbl-domain', domain, '5.7.1', `is on a blocklist of domains (${domainListed.join(', ')})`, []),
    )
  }
  if (domainUnasked && domainUnasked.length > 0) {
    notes.push(`${domain}: these blocklists of domains could not be asked: ${domainUnasked.join(', ')}`)
  }
}

function signatureProof(candidate: Candidate, report: Report, faults: Reason[], gaps: Reason[]): Proof {
  const { authorDomain, signatures, way } = candidate
  if (way.kind === 'smart-host' && way.dkim === 'provider') return 'unknown'
  if (signatures.length === 0) {
    faults.push(reason('dkim-key', authorDomain, '5.7.20', 'has no signing key here', []))
    return 'no'
  }
  const proofs = signatures.map(signature => keyProof(signature, report.readings))
  if (proofs.includes('yes')) return 'yes'
  const selectors = signatures.map(s => s.selector).join(', ')
  if (proofs.includes('unknown')) {
    gaps.push(reason('dkim-key', authorDomain, '4.7.1', `DKIM key of ${selectors} could not be looked up`, []))
    return 'unknown'
  }
  const mismatch = signatures.some(s => stateOf(s.selector, report.readings)?.state === 'valid')
  const check = mismatch ? 'dkim-key-match' : 'dkim-key'
  const says = mismatch
    ? `DKIM key published for ${selectors} is not the one we sign with`
    : `DKIM key of ${selectors} is ${[...new Set(signatures.map(s => stateOf(s.selector, report.readings)?.state ?? 'missing'))].join(', ')} in DNS`
  // The report knows hashes; the key itself is ours.
  const records = signatures.map(
    ({ selector, record }): RecordChange => ({
      do: 'publish',
      name: `${selector}._domainkey.${authorDomain}`,
      type: 'TXT',
      value: record,
    }),
  )
  faults.push(reason(check, authorDomain, '5.7.20', says, records))
  return 'no'
}

const stateOf = (selector: string, readings: Readings): Readings['dkim'][number] | undefined =>
  readings.dkim.find(one => one.selector === selector)

function keyProof({ selector, keyHash }: Candidate['signatures'][number], readings: Readings): Proof {
  const published = stateOf(selector, readings)
  if (published === undefined || published.state === 'unknown') return 'unknown'
  return published.state === 'valid' && published.keyHash === keyHash ? 'yes' : 'no'
}

interface SpfProof {
  readonly aligned: Proof
  /** `none` covers everything that is no pass and no proven failure. */
  readonly result: 'pass' | 'fail' | 'permerror' | 'none' | 'unknown'
}

function spfProof(candidate: Candidate, report: Report, evidence: Evidence, notes: string[]): SpfProof {
  const { senderDomain, authorDomain, way } = candidate
  const domain = senderDomain ?? authorDomain
  const known = domain === authorDomain ? report : evidence.report(domain)?.report
  if (known === undefined) return { aligned: 'unknown', result: 'unknown' }
  if (way.kind === 'smart-host' && way.addresses.length === 0) return smartHostSpf(candidate, known, report, notes)
  // What a smart host says in HELO is not known: its bounces are judged by the domain's own record.
  const identity = senderDomain === undefined && way.kind === 'mx' ? 'helo' : 'mailfrom'
  const readings = known.readings.spf.filter(r => r.identity === identity && way.addresses.includes(r.egress))
  const results = readings.map(r => (r.dependsOnLocalPart && r.result !== 'pass' ? 'temperror' : r.result))
  const result = worst(results)
  if (result !== 'pass') return { aligned: result === 'unknown' ? 'unknown' : 'no', result }
  // The HELO name is a host of ours; only MAIL FROM can belong to the author's organization for certain.
  return { aligned: identity === 'mailfrom' ? alignment(domain, authorDomain, report) : 'no', result }
}

function worst(results: readonly Readings['spf'][number]['result'][]): SpfProof['result'] {
  if (results.length === 0 || results.includes('temperror')) return 'unknown'
  if (results.includes('permerror')) return 'permerror'
  if (results.some(r => r === 'fail' || r === 'softfail')) return 'fail'
  return results.every(r => r === 'pass') ? 'pass' : 'none'
}

// The world sees their address, not ours: all that we can know is whether the record lets their mechanism in.
function smartHostSpf(
  { senderDomain, authorDomain, way }: Candidate,
  known: Report,
  report: Report,
  notes: string[],
): SpfProof {
  const spf = way.kind === 'smart-host' ? way.spf : undefined
  if (spf === undefined) {
    notes.push('how receivers see the smart host is not known (appearsAs), so SPF was not judged')
    return { aligned: 'unknown', result: 'unknown' }
  }
  const terms = known.readings.spfTerms
  if (terms === null) return { aligned: 'unknown', result: 'unknown' }
  const there = terms.some(term => canonicalName(term.replace(/^\+/, '')) === canonicalName(spf))
  if (!there) return { aligned: 'no', result: 'fail' }
  return { aligned: alignment(senderDomain ?? authorDomain, authorDomain, report), result: 'pass' }
}

// RFC 9989 §4.4: strict is equality; relaxed is one organization.
function alignment(domain: string, authorDomain: string, { readings: { dmarc } }: Report): Proof {
  if (domain === authorDomain) return 'yes'
  if (dmarc.aspf === 's') return 'no'
  const { organizationalDomain: organization } = dmarc
  if (organization === null) return 'unknown'
  return domain === organization || domain.endsWith(`.${organization}`) ? 'yes' : 'no'
}

function judgeDmarc(
  report: Report,
  dkim: Proof,
  spf: SpfProof,
  { authorDomain, way }: Candidate,
  faults: Reason[],
  gaps: Reason[],
): void {
  if (dkim === 'yes' || spf.aligned === 'yes') return
  const records = proposed(report, ['spf-authorization', 'spf-record'])
  if (dkim === 'unknown' || spf.aligned === 'unknown') {
    // A provider that signs for us is judged by its SPF alone; what is not known there stays open only under a policy.
    if (way.kind === 'smart-host' && way.dkim === 'provider' && report.readings.dmarc.policy !== 'reject') return
    if (gaps.length === 0) {
      gaps.push(
        reason('spf-authorization', authorDomain, '4.7.1', 'may or may not pass SPF: it could not be judged', []),
      )
    }
    return
  }
  if (spf.result === 'permerror') {
    faults.push(reason('spf-syntax', authorDomain, '5.7.24', 'has an SPF record with a permanent error', records))
  } else if (spf.result === 'fail') {
    faults.push(reason('spf-authorization', authorDomain, '5.7.23', 'does not let our address send (SPF)', records))
  }
  const { policy } = report.readings.dmarc
  if (policy === 'quarantine' || policy === 'reject') {
    faults.push(
      reason(
        'dmarc-alignment',
        authorDomain,
        '5.7.26',
        `asks for ${policy} (DMARC), and neither DKIM nor SPF would pass`,
        [],
      ),
    )
  }
}

// Our address, not the sender's domain: nothing that the sender could mend.
function ownFaults({ readings }: Report, addresses: readonly string[], notes: string[]): Reason[] {
  const expired = readings.listeners.filter(listener => listener.certificateValid === false)
  const listeners = expired.map(({ endpoint }) =>
    reason('certificate-expiry', endpoint, '4.3.5', 'shows a certificate that is outside its dates', []),
  )
  const egresses = addresses.flatMap(address => {
    const egress = readings.egress.find(one => one.address === address)
    if (egress === undefined) return []
    const found: Reason[] = []
    if (egress.listed !== null && egress.listed.length > 0) {
      found.push(reason('dnsbl-address', address, '4.3.5', `is on a blocklist (${egress.listed.join(', ')})`, []))
    }
    if (egress.forwardConfirmed === false) {
      const check = egress.ptr === null ? 'rdns-presence' : 'rdns-forward-confirmed'
      found.push(reason(check, address, '4.3.5', 'has no reverse DNS that leads back to it', []))
    }
    if (egress.helo?.state === 'malformed' || egress.helo?.state === 'unresolvable') {
      const [check, what] =
        egress.helo.state === 'malformed'
          ? ['helo-fqdn', 'which is no full host name']
          : ['helo-address', 'a name that leads nowhere']
      found.push(reason(check!, address, '4.3.5', `says "${egress.helo.name}" in HELO, ${what}`, []))
    }
    if (egress.unasked !== null && egress.unasked.length > 0) {
      notes.push(`${address}: these blocklists could not be asked: ${egress.unasked.join(', ')}`)
    }
    return found
  })
  return [...egresses, ...listeners]
}

function reason(
  check: string,
  domain: string,
  enhanced: string,
  says: string,
  records: readonly RecordChange[],
): Reason {
  return { check, domain, enhanced, says, records }
}

/** The records that the report's failing findings of these checks propose. */
function proposed({ findings }: Report, checks: readonly string[]): readonly RecordChange[] {
  const failing = (f: Finding): boolean => f.level === 'fail' && checks.includes(f.check)
  return findings.filter(failing).flatMap(f => f.records ?? [])
}
