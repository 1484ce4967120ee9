// Does the certificate name the mail host? Whether anybody believes it is the chain's question.
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { certificates } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { isSubmission } from '../protocol/submission.ts'

const MOST_SHOWN = 10

export default defineCheck({
  id: 'certificate-name',
  group: 'tls',
  scope: 'endpoint',
  title: 'The certificate of the mail host names it',
  why: 'Most senders encrypt without looking at the certificate. Those that demand a proof, by MTA-STS or by agreement, deliver only to a host whose certificate names it.',
  refs: ['RFC 9525 §6.3', 'RFC 8461 §4.1', 'RFC 7672 §3.2'],
  needs: { certificates },
  outcomes: {
    covers: { level: 'pass', says: 'The certificate of {endpoint} names {host}.' },
    unproven: {
      level: 'info',
      says: 'The certificate of {endpoint} names {names}; it signed itself, so that its names prove nothing (see `certificate-chain`).',
    },
    mismatch: {
      level: 'warn',
      says: 'The certificate of {endpoint} does not name {host}; it names {names}. {matters}',
      fix: 'Get a certificate with {host} among its subject alternative names, or use a name for the host that it has: in the MX record, or in the settings of mail programs.',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no certificate to judge: TLS does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ certificates }, subject) {
    if (certificates.kind === 'no-tls') return { outcome: 'no-tls' }
    const { leaf, trusted } = certificates
    const host = displayName(subject.host)
    const about = { endpoint: scopes.endpoint.says(subject), host, names: shownNames(leaf.altNames) }
    if (!trusted && leaf.selfSigned) return { outcome: 'unproven', data: about }
    if (namesHost(leaf.altNames, subject.host)) return { outcome: 'covers', data: about }
    const matters = isSubmission(subject)
      ? 'Mail programs warn their user, or do not send.'
      : 'Senders that use TLS only when they can do not look at this; those that demand a valid certificate (MTA-STS, or by agreement) do not deliver.'
    return { outcome: 'mismatch', data: { ...about, matters } }
  },
})

function shownNames(names: readonly string[]): string {
  if (names.length === 0) return 'no host at all'
  const more = names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : ''
  return `${names.slice(0, MOST_SHOWN).join(', ')}${more}`
}
