// How does each DKIM signature of the message fare, and what broke the one that does not verify?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type Breakage, messageBreakage } from '../facts/message-breakage.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'

type Outcome = 'body' | 'body-unexplained' | 'header' | 'header-unexplained' | 'other-key'

export default defineCheck({
  id: 'message-signature',
  group: 'message',
  scope: 'signature',
  title: 'Each DKIM signature of the message verifies',
  why: 'A signature that does not verify counts as none. What was changed after it was signed can often be told, and so can the hop that has to be mended.',
  refs: ['RFC 6376 §3.5', 'RFC 6376 §6.1', 'RFC 8301 §3', 'RFC 8601 §2.7.1'],
  needs: { breakage: messageBreakage },
  outcomes: {
    verified: { level: 'pass', says: 'The signature of {label} verifies ({algorithm}, {form}).' },
    body: {
      level: 'warn',
      says: 'The signature of {label} does not verify: the body was changed after it was signed: {change}.{also}',
      fix: '{remedy}',
    },
    'body-unexplained': {
      level: 'warn',
      says: 'The signature of {label} does not verify: the body was changed after it was signed, in a way that none of the usual changes explains.{also}',
      fix: 'Sign as the last step before the message leaves, after all filters that change it. Compare the body with a copy from before it was sent.',
    },
    header: {
      level: 'warn',
      says: 'The signature of {label} does not verify: the body is as it was signed, but signed header fields were changed: {changes}.',
      fix: '{remedy}',
    },
    'header-unexplained': {
      level: 'warn',
      says: 'The signature of {label} does not verify: the body is as it was signed, but one of the signed header fields is not ({names}).{absent}',
      fix: 'Sign as the last step before the message leaves, after all filters that change its header, and compare those fields with a copy from before it was sent.',
    },
    'other-key': {
      level: 'warn',
      says: 'The signature of {label} does not verify: it was not made with the key that is published at {key}, or b= itself is damaged.{also}',
      fix: 'Publish the public half of the key that signs at {key}, or sign with the private half of the one that is published. A key must stay published until the last mail that it signed is read.',
    },
    unusable: {
      level: 'warn',
      says: 'The signature of {label} cannot be used: {reason} ({clause}).',
      fix: 'Mend the program that signs: verifiers ignore such a signature.',
    },
    key: {
      level: 'warn',
      says: 'The signature of {label} cannot be verified: {reason} ({clause}).',
      fix: 'Mend the key: `mailworthy audit {domain} --selector {selector} --only dkim` shows what has to be published.',
    },
    weak: {
      level: 'warn',
      says: 'The signature of {label} is not accepted: {reason} ({clause}).',
      fix: 'Sign mail that has one From field, with rsa-sha256 and a key of 2048 bits.',
    },
    expired: {
      level: 'warn',
      says: 'The signature of {label} does not count any more: {reason}.',
      fix: 'If the message was that long on its way, sign with a later x=, or none. If it is an old message, this is as it should be.',
    },
    disputed: {
      level: 'warn',
      says: 'The signature of {label} fits the message, but not every verifier takes it: {reason}.',
      fix: 'Mend the program that signs so that the field is as RFC 6376 §3.5 wants it.',
    },
    unanswered: { level: 'unknown', says: 'Whether the signature of {label} verifies is not known: {reason}.' },
  },
  evaluate({ breakage }, { label }, now) {
    const { signature, verdict, key } = breakage.judged
    const { result, reason, clause = 'RFC 6376 §6.1' } = verdictAt(verdict, signature, now)
    const { domain = 'the domain', selector = 'the selector', algorithm = 'no algorithm' } = signature
    const data = { label, reason, clause, domain, selector }
    if (signature.fault) return { outcome: result === 'policy' ? 'weak' : 'unusable', data }
    switch (result) {
      case 'pass':
        return {
          outcome: 'verified',
          data: { label, algorithm, form: `${signature.headerForm}/${signature.bodyForm}` },
        }
      case 'temperror':
        return { outcome: 'unanswered', data }
      case 'permerror':
        return { outcome: 'key', data }
      case 'policy':
        return { outcome: 'weak', data }
      case 'neutral':
        return { outcome: 'disputed', data }
      case 'fail':
        if (verdict.broken === undefined) return { outcome: 'expired', data }
        return broken(breakage, label, key?.name ?? 'the selector')
    }
  },
})

function broken({ judged, body, header }: Breakage, label: string, key: string): Ruling<Outcome> {
  const { signature, verdict } = judged
  if (verdict.broken === 'body') {
    const also = alsoOf(header)
    if (body)
      return { outcome: 'body', data: { label, change: body.says, kind: body.kind, also, remedy: remedies[body.kind] } }
    return { outcome: 'body-unexplained', data: { label, also } }
  }
  if (header?.otherKey) return { outcome: 'other-key', data: { label, key, also: '' } }
  if (header && header.changes.length > 0) {
    const changes = header.changes.map(({ says }) => says)
    return { outcome: 'header', data: { label, changes, remedy: HEADER_REMEDY } }
  }
  const missing = header?.absent ?? []
  const absent = missing.length === 0 ? '' : ` Of these, ${missing.join(', ')} is not in the message.`
  return { outcome: 'header-unexplained', data: { label, names: [...new Set(signature.names)], absent } }
}

function alsoOf(header: Breakage['header']): string {
  if (!header) return ''
  if (header.otherKey) return ' Nor was it made with the key that is published.'
  if (header.changes.length > 0) return ` Of the signed header: ${header.changes.map(({ says }) => says).join('; ')}.`
  return ' Signed header fields were changed as well.'
}

const HEADER_REMEDY =
  'Let the hop that does this leave the header alone, or sign anew after it. A field that a list changes can be left out of h=; with c=relaxed, folds and spaces do no harm.'

const LIST_REMEDY =
  'Let the list or gateway add nothing to the body, or sign anew with a domain of its own and seal with ARC: no signature of the sender survives it.'

const remedies: Readonly<Record<NonNullable<Breakage['body']>['kind'], string>> = {
  footer: LIST_REMEDY,
  banner: LIST_REMEDY,
  insertion: LIST_REMEDY,
  wrapping: LIST_REMEDY,
  'line-ends':
    'Hand the message to the signer with CRLF line ends, as it is sent, or let the signer put them right first.',
  'white-space': 'Sign with c=relaxed/relaxed: it survives changes of white space.',
  'dot-stuffing':
    'Mend the program that sends or takes the message: full stops at line starts are doubled by SMTP clients and undone by servers (RFC 5321 §4.5.2).',
  'from-mangling':
    'Encode such messages as quoted-printable before they are signed, and keep them in a store that needs no ">From".',
  'long-lines': 'Encode lines of more than 998 octets before the message is signed (quoted-printable).',
  're-encoding':
    'Send only 7-bit content, encoded before it is signed: a server that must encode it on the way breaks the signature (RFC 6376 §5.3).',
  characters: 'Find the program that takes UTF-8 for another character set and encodes it again.',
}
