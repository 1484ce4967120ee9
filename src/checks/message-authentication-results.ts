// What did servers on the way say of SPF, DKIM, DMARC and ARC, which of them may be believed, and do they agree with us?
import { defineCheck, type Ruling, type Values } from '../audit/check.ts'
import { messageArc } from '../facts/message-arc.ts'
import { messageContent } from '../facts/message-content.ts'
import { messageDkim } from '../facts/message-dkim.ts'
import { dmarcAt, messageDmarc } from '../facts/message-dmarc.ts'
import { messageSpf } from '../facts/message-spf.ts'
import { canonicalName } from '../names/domain.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'
import type { MethodResult } from '../protocol/message/authentication-results.ts'
import { type Claim, claimsOf, claimText, signerOf } from '../protocol/message/claimed-results.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'

type Outcome = 'none' | 'agrees' | 'disagrees' | 'older' | 'stranger' | 'nameless' | 'malformed' | 'sealed'

const needs = { content: messageContent, spf: messageSpf, dkim: messageDkim, dmarc: messageDmarc, arc: messageArc }

export default defineCheck({
  id: 'message-authentication-results',
  group: 'message',
  scope: 'message',
  title: 'What trusted servers found agrees with what is found now',
  why: 'Servers write what they found into Authentication-Results. Anyone can write such a field, so only those of your own servers count: name them with --trusted-server.',
  refs: ['RFC 8601 §2.2', 'RFC 8601 §5', 'RFC 8601 §7.1', 'RFC 8617 §4.1.1'],
  needs,
  outcomes: {
    none: {
      level: 'info',
      says: 'The message has no Authentication-Results field: no server wrote down what it found.',
    },
    agrees: { level: 'pass', says: '{server} found {theirs}; what is found now does not contradict it.' },
    disagrees: {
      level: 'info',
      says: '{server} found {theirs}, and now it is {ours}. A key or record that was changed since then is the usual cause, or another address of the client.',
    },
    older: {
      level: 'warn',
      says: 'A field in the name of {server} was in the message before {server} took it: it says {theirs}, and may be made up.',
      fix: 'Let {server} remove Authentication-Results fields that bear its own name from what comes in (RFC 8601 §5).',
    },
    stranger: {
      level: 'info',
      says: 'What {servers} found is not believed, since --trusted-server does not name them: {theirs}.',
    },
    nameless: {
      level: 'info',
      says: 'An Authentication-Results field names no server, as those of Exchange Online do, and is not believed: {theirs}.',
    },
    malformed: {
      level: 'info',
      says: 'The Authentication-Results field of {server} is not as RFC 8601 has it: {faults}.',
    },
    sealed: {
      level: 'info',
      says: 'The ARC sets tell what {servers} found: {theirs}. That is worth what their seals are (see message-arc) and what you think of them.',
    },
  },
  evaluate(facts, { message: { trustedServers } }, now) {
    const { octets, fields } = facts.content
    const claims = claimsOf(octets, fields, trustedServers)
    const plain = claims.filter(claim => claim.kind === 'plain')
    const found: Ruling<Outcome>[] = plain.flatMap(claim => ofNamedServer(claim, facts, now)).slice(0, 20)
    const told = (outcome: Outcome, some: readonly Claim[]): void => {
      if (some.length === 0) return
      const servers = [...new Set(some.map(claim => claim.results.server ?? ''))].map(name => name || 'nobody')
      found.push({ outcome, data: { servers, theirs: some.flatMap(wordsOf) } })
    }
    told(
      'stranger',
      plain.filter(({ standing }) => standing === 'stranger'),
    )
    told(
      'nameless',
      plain.filter(({ standing }) => standing === 'nameless'),
    )
    told(
      'sealed',
      claims.filter(claim => claim.kind === 'arc'),
    )
    const [first, ...others] = found
    return first === undefined ? { outcome: 'none' } : [first, ...others]
  },
})

type Facts = Values<typeof needs>

function ofNamedServer(claim: Claim, facts: Facts, now: Date): readonly Ruling<Outcome>[] {
  const { standing, results } = claim
  if (standing !== 'trusted' && standing !== 'older') return []
  const server = results.server!
  if (standing === 'older') return [{ outcome: 'older', data: { server, theirs: wordsOf(claim) } }]
  const rulings: Ruling<Outcome>[] = results.results.flatMap(theirs => {
    const ours = contradiction(theirs, facts, now)
    return ours === undefined
      ? []
      : [{ outcome: 'disagrees' as const, data: { server, theirs: claimText(theirs), ours } }]
  })
  if (rulings.length === 0) rulings.push({ outcome: 'agrees', data: { server, theirs: wordsOf(claim) } })
  if (results.faults.length > 0) rulings.push({ outcome: 'malformed', data: { server, faults: results.faults } })
  return rulings
}

function wordsOf({ results: { results } }: Claim): readonly string[] {
  return results.length === 0 ? ['nothing'] : results.map(claimText)
}

/** What we find instead, when one of the two is a pass and the other is a result that is none. */
function contradiction(theirs: MethodResult, facts: Facts, now: Date): string | undefined {
  const ours = oursOf(theirs, facts, now)
  if (ours === undefined || isOpen(ours.result) || isOpen(theirs.result)) return undefined
  return (ours.result === 'pass') === (theirs.result === 'pass')
    ? undefined
    : `${theirs.method}=${ours.result} (${ours.reason})`
}

function isOpen(result: string): boolean {
  return result === 'temperror'
}

interface Found {
  readonly result: string
  readonly reason: string
}

/** Our result about the same thing; undefined when there is none to set beside it. */
function oursOf(theirs: MethodResult, { spf, dkim, dmarc, arc }: Facts, now: Date): Found | undefined {
  switch (theirs.method) {
    case 'spf': {
      if (!spf.asked) return undefined
      const { identity, reason, domain } = spf.evaluation
      const about = theirs.properties.find(({ name }) => name === (identity === 'helo' ? 'helo' : 'mailfrom'))?.value
      const isSame =
        about !== undefined && canonicalName(about.slice(about.lastIndexOf('@') + 1)) === canonicalName(domain)
      return isSame ? { result: knownResult(spf.evaluation), reason } : undefined
    }
    case 'dkim': {
      const { domain, selector, signature: beginning } = signerOf(theirs)
      const same = dkim.signatures.filter(
        ({ signature }) =>
          domain !== undefined &&
          canonicalName(signature.domain ?? '') === domain &&
          (selector === undefined || signature.selector === selector) &&
          (beginning === undefined || signature.signature.toString('base64').startsWith(beginning)),
      )
      // Which of several is meant cannot be told.
      const [one, ...others] = same
      return one === undefined || others.length > 0 ? undefined : verdictAt(one.verdict, one.signature, now)
    }
    case 'dmarc': {
      const { result, reason } = dmarcAt(dmarc, now)
      return result === null ? undefined : { result, reason }
    }
    case 'arc':
      return arc.result === 'none' ? undefined : arc
    default:
      return undefined
  }
}
