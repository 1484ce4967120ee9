// Does the chain of a mail host lead to a trusted root, and are its certificates well made? The names are another check's.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { certificates, type PresentedCertificates } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { endpointText } from '../names/endpoint.ts'
import { chainState } from '../protocol/certificate-chain.ts'
import { isSubmission } from '../protocol/submission.ts'
import { digestName, keyName, weakDigest, weakKey } from '../protocol/tls-strength.ts'
import { lifetimeLimits } from '../rules/certificate-lifetimes.ts'

const DAY = 86_400_000

const IGNORED =
  'Senders that use TLS only when they can do not look at this; those that demand a valid certificate (MTA-STS, or by agreement) do not deliver.'
const BY_PROGRAMS = 'Mail programs warn their user, or do not send.'

export default defineCheck({
  id: 'certificate-chain',
  group: 'tls',
  scope: 'endpoint',
  title: 'The certificate of the mail host leads to a trusted root by sound certificates',
  why: 'Most senders encrypt without looking at the certificate. Those that demand a proof, by MTA-STS or by agreement, need a chain that they can follow to a root they trust, and refuse keys and signatures that can be forged.',
  refs: ['RFC 5280 §6.1', 'RFC 8446 §4.4.2', 'RFC 5246 §7.4.2', 'RFC 9155 §2', 'CA/B BR §6.1.5', 'CA/B BR §6.3.2'],
  needs: { certificates },
  outcomes: {
    trusted: {
      level: 'pass',
      says: 'The certificate of {endpoint} leads to a trusted root ({key}, signed with {digest}, issued by {issuer}).',
    },
    'outside-dates': {
      level: 'info',
      says: 'Whether the issuer of the certificate of {endpoint} is trusted cannot be told while a certificate is outside its dates (see `certificate-expiry`).',
    },
    'self-signed': {
      level: 'warn',
      says: '{endpoint} shows a certificate that it signed itself. {matters}',
      fix: 'Get a certificate for {host} from a public authority; that is free and can renew itself (ACME).',
    },
    incomplete: {
      level: 'warn',
      says: 'The chain of {endpoint} ends before a root ({fault}): {last} was issued by {issuer}, which was not sent and is no trusted root. {matters}',
      fix: 'Let {host} send its intermediate certificates too (the "full chain" of the authority). If {issuer} is an authority of your own, give its root with --ca when only your partners matter.',
    },
    'unknown-root': {
      level: 'warn',
      says: 'The chain of {endpoint} leads to {issuer}, which is no trusted root ({fault}). {matters}',
      fix: 'Get a certificate for {host} from a public authority. If {issuer} is your own, give it with --ca when only your partners matter.',
    },
    'not-for-servers': {
      level: 'warn',
      says: 'The certificate of {endpoint} is not made for servers: its extended key usage lacks serverAuth ({purposes}). {matters}',
      fix: 'Get a certificate for {host} with the extended key usage "serverAuth".',
    },
    rejected: {
      level: 'warn',
      says: 'The certificate of {endpoint} or one of its chain breaks a rule of certificates ({fault}). {matters}',
      fix: 'Look at it with `openssl s_client -connect {address} -showcerts` (with `-starttls smtp` where TLS does not come at once), and take certificate and chain anew from the authority.',
    },
    'wrong-order': {
      level: 'warn',
      says: '{endpoint} sends its certificates in the wrong order: {order}. Each must be issued by the next; some senders with TLS 1.2 or older do not follow another order.',
      fix: 'Put the certificate of {host} first into the file that its mail server sends, then its issuer, and so on upwards.',
    },
    superfluous: {
      level: 'info',
      says: '{endpoint} sends certificates that its own does not lead to: {subjects}. Senders pass over them.',
    },
    'weak-key': {
      level: 'warn',
      says: 'The chain of {endpoint} has a weak key: {weak}. Many senders refuse keys below RSA 2048 bits.',
      fix: 'Renew the certificate of {host} with a new key: EC P-256, or RSA of 2048 bits. Where it is the key of an intermediate, take the present intermediates from the authority.',
    },
    'weak-signature': {
      level: 'warn',
      says: 'The chain of {endpoint} has a signature that can be forged: {weak}. Many senders refuse it.',
      fix: 'Have the certificate issued anew, signed with SHA-256, and send the present intermediates of the authority.',
    },
    'long-lived': {
      level: 'info',
      says: 'The certificate of {endpoint} is valid for {days} days; certificates issued by public authorities since {since} may have at most {most}.',
    },
    'must-staple': {
      level: 'info',
      says: 'The certificate of {endpoint} demands an OCSP answer with every handshake (must-staple, RFC 7633), which mail servers do not send.',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no certificate to judge: TLS does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ certificates }, subject) {
    if (certificates.kind === 'no-tls') return { outcome: 'no-tls' }
    const { leaf, path } = certificates
    const last = path.at(-1)!
    const state = chainState(certificates)
    const isEnd = state === 'self-signed' || state === 'unknown-root'
    const data = {
      endpoint: scopes.endpoint.says(subject),
      host: displayName(subject.host),
      address: endpointText(subject.address.text, subject.port),
      matters: isSubmission(subject) ? BY_PROGRAMS : IGNORED,
      key: keyName(leaf.key),
      digest: leaf.digest === undefined ? 'its own algorithm' : digestName(leaf.digest),
      last: named(last.subject),
      issuer: named(state === 'trusted' ? leaf.issuer : isEnd ? last.subject : last.issuer),
      fault: certificates.trustFault ?? 'unknown',
      purposes: leaf.purposes ?? [],
    }
    return [{ outcome: state, data }, ...made(certificates, data)]
  },
})

type Made = 'wrong-order' | 'superfluous' | 'weak-key' | 'weak-signature' | 'long-lived' | 'must-staple'

/** How the certificates are made, whoever trusts them. A root is trusted by its being there: its own signature proves nothing. */
function made(shown: PresentedCertificates, about: NonNullable<Ruling<Made>['data']>): Ruling<Made>[] {
  const { leaf, path, superfluous } = shown
  const rulings: Ruling<Made>[] = []
  if (!shown.ordered) {
    const sent = [leaf, ...shown.others].map(({ subject }) => named(subject))
    rulings.push({ outcome: 'wrong-order', data: { ...about, order: sent.join(' ← ') } })
  }
  const links = path.filter((one, index) => index === 0 || !one.selfSigned)
  const keys = links.flatMap(one => weakOf(one.subject, weakKey(one.key)))
  if (keys.length > 0) rulings.push({ outcome: 'weak-key', data: { ...about, weak: keys } })
  const signatures = links.filter(one => !one.selfSigned).flatMap(one => weakOf(one.subject, weakDigest(one)))
  if (signatures.length > 0) rulings.push({ outcome: 'weak-signature', data: { ...about, weak: signatures } })
  if (superfluous.length > 0) {
    const subjects = [...new Set(superfluous.map(({ subject }) => named(subject)))]
    rulings.push({ outcome: 'superfluous', data: { ...about, subjects } })
  }
  const limit = lifetimeLimits.find(({ since }) => leaf.validFrom.slice(0, 10) >= since)
  // BR §1.6.1: the last second belongs to the time in which it is valid.
  const days = Math.ceil((Date.parse(leaf.validTo) + 1000 - Date.parse(leaf.validFrom)) / DAY)
  if (shown.trusted && !leaf.selfSigned && limit !== undefined && days > limit.days) {
    rulings.push({ outcome: 'long-lived', data: { ...about, days, since: limit.since, most: limit.days } })
  }
  if (leaf.mustStaple) rulings.push({ outcome: 'must-staple', data: about })
  return rulings
}

function weakOf(subject: string, weakness: string | undefined): string[] {
  return weakness === undefined ? [] : [`${named(subject)}: ${weakness}`]
}

function named(subject: string): string {
  return subject === '' ? '(no name)' : subject
}
