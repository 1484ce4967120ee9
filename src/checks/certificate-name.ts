// Does the certificate name the MX host, and does its chain lead to a trusted root? Two questions, two findings.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { certificates } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { endpointText } from '../names/endpoint.ts'
import { namesHost } from '../protocol/certificate-names.ts'

const MOST_SHOWN = 10

const IGNORED =
  'Senders that use TLS only when they can do not look at this; those that demand a valid certificate (MTA-STS, or by agreement) do not deliver.'

// OpenSSL's codes for a chain that ends before a trusted root. The others found the root and something else amiss.
const rootless: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
])

export default defineCheck({
  id: 'certificate-name',
  group: 'tls',
  scope: 'endpoint',
  title: 'The certificate of the MX host names it and is trusted',
  why: 'Most senders encrypt without looking at the certificate. Those that demand a proof, by MTA-STS or by agreement, deliver only to a host whose certificate names it and leads to a trusted root.',
  refs: ['RFC 9525 §6.3', 'RFC 8461 §4.1', 'RFC 7672 §3.2'],
  needs: { certificates },
  outcomes: {
    covers: { level: 'pass', says: 'The certificate of {endpoint} names {host} and leads to a trusted root.' },
    'outside-dates': {
      level: 'info',
      says: 'The certificate of {endpoint} names {host}. Whether its issuer is trusted cannot be told while a certificate is outside its dates (see `certificate-expiry`).',
    },
    mismatch: {
      level: 'warn',
      says: `The certificate of {endpoint} does not name {host}; it names {names}. ${IGNORED}`,
      fix: 'Get a certificate with {host} among its subject alternative names, or let the MX record point to a name that it has.',
    },
    'self-signed': {
      level: 'warn',
      says: `{endpoint} shows a certificate that it signed itself. ${IGNORED}`,
      fix: 'Get a certificate for {host} from a public authority; that is free and can renew itself (ACME).',
    },
    untrusted: {
      level: 'warn',
      says: `The chain of {endpoint} leads to no trusted root ({fault}); the certificate was issued by {issuer}. ${IGNORED}`,
      fix: 'If the issuer is a public authority, let {host} send its intermediate certificate too (the "full chain"). If it is your own, get a certificate from a public authority, or give its root with --ca when only your partners matter.',
    },
    rejected: {
      level: 'warn',
      says: `The certificate of {endpoint} or one of its chain breaks a rule of certificates ({fault}); it was issued by {issuer}. ${IGNORED}`,
      fix: 'Look at it with `openssl s_client -starttls smtp -connect {address} -showcerts`. INVALID_PURPOSE means that it is not made for servers: get one for {host} that is (extended key usage "serverAuth"). Otherwise take certificate and chain anew from the authority.',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no certificate to judge: TLS does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ certificates }, subject) {
    if (certificates.kind === 'no-tls') return { outcome: 'no-tls' }
    const { leaf, trusted, trustFault } = certificates
    const host = displayName(subject.host)
    const about = { endpoint: scopes.endpoint.says(subject), host }
    // Nobody can believe the names that a certificate gives itself.
    if (!trusted && leaf.selfSigned) return { outcome: 'self-signed', data: about }
    const faults: Ruling<'mismatch' | 'untrusted' | 'rejected'>[] = []
    if (!namesHost(leaf.altNames, subject.host)) {
      faults.push({ outcome: 'mismatch', data: { ...about, names: shownNames(leaf.altNames) } })
    }
    // OpenSSL names one fault of several: the dates are another check's, and hide whether there is more.
    const outsideDates = trustFault === 'CERT_HAS_EXPIRED' || trustFault === 'CERT_NOT_YET_VALID'
    if (!trusted && !outsideDates) {
      const issuer = leaf.issuer === '' ? '(no name)' : leaf.issuer
      const fault = trustFault ?? 'unknown'
      const address = endpointText(subject.address.text, subject.port)
      faults.push({
        outcome: rootless.has(fault) ? 'untrusted' : 'rejected',
        data: { ...about, issuer, fault, address },
      })
    }
    const [first, ...rest] = faults
    if (first) return [first, ...rest]
    return { outcome: outsideDates ? 'outside-dates' : 'covers', data: about }
  },
})

function shownNames(names: readonly string[]): string {
  if (names.length === 0) return 'no host at all'
  const more = names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : ''
  return `${names.slice(0, MOST_SHOWN).join(', ')}${more}`
}
