// Could receivers show the logo of the author domain beside the message (BIMI)?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type MessageBimi, messageBimi } from '../facts/message-bimi.ts'
import { dmarcAt, domainOf, messageDmarc } from '../facts/message-dmarc.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'

type Outcome =
  | 'shown'
  | 'none'
  | 'declined'
  | 'no-author'
  | 'malformed'
  | 'several'
  | 'selector-wrong'
  | 'selector-unsigned'
  | 'policy-weak'
  | 'not-passing'
  | 'undecided'

export default defineCheck({
  id: 'message-bimi',
  group: 'message',
  scope: 'message',
  title: 'Receivers can show the logo of the domain',
  why: 'With BIMI receivers show a logo beside mail that passes DMARC under a policy of quarantine or reject. Gmail and Apple want a mark certificate besides.',
  refs: [
    'draft-brand-indicators-for-message-identification-14 §4.3',
    'draft-brand-indicators-for-message-identification-14 §5.1',
    'draft-brand-indicators-for-message-identification-14 §7.1',
  ],
  needs: { bimi: messageBimi, dmarc: messageDmarc },
  outcomes: {
    shown: {
      level: 'pass',
      says: 'The BIMI record at {name} applies, and the message passes DMARC under p={policy}: receivers may show the logo. {certificate}',
    },
    none: { level: 'info', says: 'There is no BIMI record at {name}: receivers show no logo of the domain.' },
    declined: { level: 'info', says: 'The BIMI record at {name} says that no logo is wanted.' },
    'no-author': { level: 'info', says: 'Without exactly one author no logo is shown (see message-from).' },
    malformed: {
      level: 'warn',
      says: 'The BIMI record at {name} is not read by receivers: {faults}.',
      fix: 'Publish it as: v=BIMI1; l=https://…/logo.svg; a=https://…/certificate.pem',
    },
    several: {
      level: 'warn',
      says: '{count} BIMI records stand at {name}; receivers use none of them.',
      fix: 'Leave one TXT record there that begins with v=BIMI1.',
    },
    'selector-wrong': {
      level: 'warn',
      says: 'The BIMI-Selector field counts for nothing: {why}.',
      fix: 'Write it as: BIMI-Selector: v=BIMI1; s=name',
    },
    'selector-unsigned': {
      level: 'warn',
      says: 'No aligned DKIM signature that verifies covers the BIMI-Selector field, so receivers take the default record.',
      fix: 'Name BIMI-Selector in h= of the signature, or leave the field out.',
    },
    'policy-weak': {
      level: 'warn',
      says: 'There is a BIMI record at {name}, and no logo is shown for it: {why}.',
      fix: 'Raise the DMARC policy to quarantine, then reject, for the domain and its subdomains: `mailworthy audit {domain} --only dmarc` shows what is missing for it.',
    },
    'not-passing': {
      level: 'info',
      says: 'There is a BIMI record at {name}; the logo is not shown since the message does not pass DMARC (see message-dmarc).',
    },
    undecided: { level: 'unknown', says: 'Whether the logo may be shown is not known: {reason}.' },
  },
  evaluate({ bimi: { selector, lookup }, dmarc }, _subject, now) {
    if (!lookup || dmarc.from.kind !== 'author') return { outcome: 'no-author' }
    const found: Ruling<Outcome>[] = []
    if (selector && !selector.ok) found.push({ outcome: 'selector-wrong', data: { why: selector.why } })
    const verdict = dmarcAt(dmarc, now)
    if (selector?.ok && verdict.result === 'pass' && !covers(dmarc, now)) found.push({ outcome: 'selector-unsigned' })
    return [judged(lookup, dmarc, verdict), ...found]
  },
})

type Lookup = NonNullable<MessageBimi['lookup']>
type Dmarc = Awaited<ReturnType<typeof messageDmarc.gather>>

function judged(lookup: Lookup, dmarc: Dmarc, verdict: ReturnType<typeof dmarcAt>): Ruling<Outcome> {
  const { name, records, nearMisses } = lookup
  const [record, ...others] = records
  if (record === undefined) {
    return nearMisses.length > 0
      ? { outcome: 'malformed', data: { name, faults: 'it does not begin with v=BIMI1' } }
      : { outcome: 'none', data: { name } }
  }
  if (others.length > 0) return { outcome: 'several', data: { name, count: records.length } }
  if (record.faults.length > 0) return { outcome: 'malformed', data: { name, faults: record.faults } }
  if (record.declined) return { outcome: 'declined', data: { name } }
  const weak = weakness(dmarc)
  if (weak) return { outcome: 'policy-weak', data: { name, ...weak } }
  switch (verdict.result) {
    case 'pass': {
      const certificate = record.certificate
        ? 'It names a mark certificate.'
        : 'It names no mark certificate (a=), which Gmail and Apple want.'
      return { outcome: 'shown', data: { name, policy: verdict.policy ?? 'none', certificate } }
    }
    case null:
    case 'temperror':
      return { outcome: 'undecided', data: { reason: verdict.reason } }
    default:
      return { outcome: 'not-passing', data: { name } }
  }
}

// §7.1, points 7 and 8; test mode (t=y) makes a none of a quarantine.
function weakness({ policy, from }: Dmarc): { readonly why: string; readonly domain: string } | undefined {
  if (policy.kind === 'unanswered' || from.kind !== 'author') return undefined
  if (policy.kind !== 'policy') return { why: 'no DMARC policy applies to the domain', domain: from.domain }
  const { at, effective, record } = policy
  const below = record.sp === 'none' ? 'sp=none' : undefined
  const own = effective === 'none' ? 'the DMARC policy that applies is none' : undefined
  const why = own ?? (below && `the DMARC record of ${at} says ${below}`)
  return why === undefined ? undefined : { why, domain: at }
}

// §5.5.
function covers({ dkim, alignments }: Dmarc, now: Date): boolean {
  return dkim.signatures.some(
    one =>
      verdictAt(one.verdict, one.signature, now).result === 'pass' &&
      alignments.get(domainOf(one) ?? '') === true &&
      one.signature.names.some(name => name.toLowerCase() === 'bimi-selector'),
  )
}
