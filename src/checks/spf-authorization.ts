// May this address send for the domain? SPF evaluated as receivers do it, for MAIL FROM and for the HELO name.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { spfEvaluation } from '../facts/spf-evaluation.ts'
import { type SpfProposals, spfProposal } from '../facts/spf-proposal.ts'
import type { IpAddress } from '../names/address.ts'
import { canonicalName, isFqdn } from '../names/domain.ts'
import { knownResult, type SpfEvaluation } from '../protocol/spf/evaluate.ts'
import { addressTerm } from '../protocol/spf/write.ts'

const list =
  'Put {term} in front of the other mechanisms in the SPF record of {domain}, if mail leaves from {address} on purpose.{proposed}'
const mend = 'Mend the SPF record of {domain}; the other SPF checks of this report say where.{proposed}'

export default defineCheck({
  id: 'spf-authorization',
  group: 'spf',
  scope: 'egress',
  title: 'SPF authorizes the sending address',
  why: 'Receivers compare the address that mail comes from with the SPF record of its envelope sender, and often with that of the HELO name too. Bounces have no sender and are judged by the HELO name alone.',
  refs: ['RFC 7208 §2.3', 'RFC 7208 §2.4', 'RFC 7208 §2.6', 'RFC 7208 §4'],
  needs: { spf: spfEvaluation, proposals: spfProposal },
  outcomes: {
    pass: { level: 'pass', says: 'MAIL FROM {domain} passes SPF from {address}, by {by} ({lookups} of 10 lookups).' },
    fail: { level: 'fail', says: 'MAIL FROM {domain} fails SPF from {address}: {reason}.{explained}', fix: list },
    softfail: { level: 'fail', says: 'MAIL FROM {domain} is a softfail in SPF from {address}: {reason}.', fix: list },
    neutral: {
      level: 'warn',
      says: 'MAIL FROM {domain} is neutral in SPF from {address}: {reason}. Receivers and DMARC treat that as no pass.',
      fix: list,
    },
    none: { level: 'info', says: 'MAIL FROM {domain} has no SPF result from {address}: {reason}.{wanted}' },
    permerror: {
      level: 'fail',
      says: 'MAIL FROM {domain} is a permanent error in SPF from {address}: {reason}.',
      fix: mend,
    },
    temperror: {
      level: 'unknown',
      says: 'What SPF says about {identity} {domain} from {address} could not be learned: {reason}.',
    },
    'helo-pass': { level: 'pass', says: 'HELO {domain} passes SPF from {address}, by {by}.' },
    'helo-fail': {
      level: 'fail',
      says: 'HELO {domain} fails SPF from {address}: {reason}. Bounces fail, and some receivers refuse any mail with this greeting.{explained}',
      fix: list,
    },
    'helo-softfail': { level: 'warn', says: 'HELO {domain} is a softfail in SPF from {address}: {reason}.', fix: list },
    'helo-neutral': { level: 'info', says: 'HELO {domain} is neutral in SPF from {address}: {reason}.' },
    'helo-none': {
      level: 'info',
      says: 'HELO {domain} has no SPF result from {address}: {reason}. Bounces, which have no sender, cannot pass SPF.{wanted}',
    },
    'helo-permerror': {
      level: 'warn',
      says: 'HELO {domain} is a permanent error in SPF from {address}: {reason}. Bounces cannot pass SPF.',
      fix: 'Mend the SPF record of {domain}; an audit of {domain} itself tells more.{proposed}',
    },
  },
  evaluate({ spf: { mailfrom, helo }, proposals }, { address }) {
    const first = { ...told(mailfrom, address, proposals), outcome: knownResult(mailfrom) }
    if (helo === undefined) return first
    const greeted = knownResult(helo)
    // The same record asked twice: what is wrong with it is said once.
    if (helo.domain === mailfrom.domain && greeted !== 'pass' && greeted === first.outcome) return first
    return [
      first,
      { ...told(helo, address, proposals), outcome: greeted === 'temperror' ? greeted : `helo-${greeted}` },
    ]
  },
})

function told(evaluation: SpfEvaluation, address: IpAddress, proposals: SpfProposals): Omit<Ruling<never>, 'outcome'> {
  const { identity, domain, reason, skipped, matched, explanation, lookups, voids } = evaluation
  const result = knownResult(evaluation)
  const term = addressTerm(address)
  const amiss = result !== 'pass' && result !== 'temperror' && result !== 'none'
  const { records, says: proposed } =
    (identity === 'helo' && proposals.helo.get(canonicalName(domain))) || proposals.domain
  const reasons = evaluation.result === 'temperror' ? [reason, ...skipped] : skipped
  return {
    data: {
      domain,
      address: address.text,
      identity: identity === 'helo' ? 'HELO' : 'MAIL FROM',
      result,
      reason: result === 'temperror' ? reasons.join('; ') : reason,
      by: matched.map(m => m.text).join(' → '),
      lookups,
      voids,
      term,
      proposed: amiss ? proposed : '',
      // An address literal or a bare host name in HELO can have no record (RFC 7208 §4.3).
      wanted: isFqdn(domain) ? wanted(identity, domain, term) : '',
      explained:
        explanation === undefined || explanation === '' ? '' : ` The domain tells refused senders: "${explanation}"`,
    },
    records: amiss ? records : [],
  }
}

function wanted(identity: SpfEvaluation['identity'], domain: string, term: string): string {
  return identity === 'helo'
    ? ` A record at ${domain} that lists ${term} would let them.`
    : ` The record that is published there has to list ${term}.`
}
