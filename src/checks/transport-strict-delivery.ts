// What does a sender do that demands a proven TLS, by DANE or by MTA-STS: does it deliver to this address of the MX?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { stsPolicy } from '../facts/mta-sts.ts'
import { certificates, type PresentedCertificates } from '../facts/smtp-probe.ts'
import { tlsaSet } from '../facts/tlsa.ts'
import { displayName } from '../names/domain.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { matchTlsa } from '../protocol/dane.ts'
import { coversHost } from '../protocol/mta-sts.ts'

type Outcome = 'delivered' | 'refused' | 'would-be-refused' | 'refused-elsewhere' | 'nothing-demanded'

export default defineCheck({
  id: 'transport-strict-delivery',
  group: 'transport',
  scope: 'delivery',
  title: 'Senders that demand a proven TLS deliver to every MX host',
  why: 'A policy that is in force turns a fault of TLS that nobody minded before into mail that is not delivered. This is what such a sender would do now, with each address.',
  refs: ['RFC 8461 §4', 'RFC 8461 §5', 'RFC 7672 §2.2', 'RFC 8461 §2'],
  needs: { policy: stsPolicy, tlsa: tlsaSet, certificates },
  outcomes: {
    delivered: { level: 'pass', says: 'Senders that demand a proven TLS deliver to {endpoint}: by {ways}.' },
    refused: {
      level: 'fail',
      says: 'The MTA-STS policy of {domain} is in force, and {endpoint} {fault}: senders that follow it, Gmail and Outlook.com among them, do not deliver there.',
      fix: 'Mend that at {host}; see the findings about its TLS and certificate. If it takes longer, set the policy to mode testing and give the record at _mta-sts.{domain} a new id.',
    },
    'would-be-refused': {
      level: 'warn',
      says: 'The MTA-STS policy of {domain} is on trial. In force, senders would not deliver to {endpoint}, since it {fault}.',
      fix: 'Mend that at {host} before the policy is put in force.',
    },
    'refused-elsewhere': {
      level: 'info',
      says: 'Some senders that demand a proven TLS do not deliver to {endpoint}; {see} tells why.',
    },
    'nothing-demanded': {
      level: 'info',
      says: 'Neither DANE nor MTA-STS demands anything of {endpoint}: senders take what TLS they get.',
    },
  },
  evaluate({ policy, tlsa, certificates }, subject, now) {
    const { domain, host } = subject
    const data = { domain, host: displayName(host), endpoint: scopes.endpoint.says(subject) }
    const rulings: Ruling<Outcome>[] = []
    const ways: string[] = []
    if (tlsa.kind === 'found' && tlsa.security === 'signed') {
      const isMatched =
        certificates.kind === 'presented' &&
        matchTlsa(tlsa.usable, certificates.chain, [host, domain], now).kind === 'match'
      if (isMatched) ways.push('DANE')
      else if (tlsa.usable.length > 0)
        rulings.push({ outcome: 'refused-elsewhere', data: { ...data, see: 'dane-certificate' } })
    }
    const demanded = policy.kind === 'shown' && policy.policy.kind === 'policy' ? policy.policy : undefined
    if (demanded !== undefined && demanded.mode !== 'none') {
      const isEnforced = demanded.mode === 'enforce'
      const fault = faultOf(certificates, host)
      if (!demanded.mx.some(pattern => coversHost(pattern, host))) {
        if (isEnforced) rulings.push({ outcome: 'refused-elsewhere', data: { ...data, see: 'mta-sts-policy' } })
      } else if (fault !== undefined) {
        rulings.push({ outcome: isEnforced ? 'refused' : 'would-be-refused', data: { ...data, fault } })
      } else {
        ways.push(isEnforced ? 'MTA-STS' : 'MTA-STS (on trial)')
      }
    }
    if (ways.length > 0) rulings.unshift({ outcome: 'delivered', data: { ...data, ways: ways.join(' and ') } })
    const [first = { outcome: 'nothing-demanded', data }, ...rest] = rulings
    return [first, ...rest]
  },
})

/** RFC 8461 §4.2: TLS that works, with a certificate that is trusted, inside its dates, and for the MX host. */
function faultOf(shown: PresentedCertificates | { readonly kind: 'no-tls' }, host: string): string | undefined {
  if (shown.kind === 'no-tls') return 'offers no TLS that works'
  if (!namesHost(shown.leaf.altNames, host)) return 'shows a certificate for another name'
  return shown.trusted
    ? undefined
    : `shows a certificate that is not trusted (${shown.trustFault ?? 'no reason given'})`
}
