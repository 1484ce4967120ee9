// Can mail programs hand in mail at a host of the user's without showing passwords to those on the way?
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { smtpProbe, whyUntold } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { mechanismsIn, offersAuth, replyLine } from '../protocol/smtp-greeting.ts'

export default defineCheck({
  id: 'smtp-submission',
  group: 'smtp',
  scope: 'endpoint',
  title: 'Mail programs can hand in mail, and only under TLS',
  why: 'People log in where they hand in mail. A server that lets them do so in clear gives their passwords to everybody on the way.',
  refs: ['RFC 8314 §3', 'RFC 6409 §3', 'RFC 4954 §4', 'RFC 3207 §4'],
  needs: { probe: smtpProbe },
  outcomes: {
    works: {
      level: 'pass',
      says: '{endpoint} takes mail programs under TLS ({protocol}), and lets nobody log in before.',
    },
    'no-login': {
      level: 'info',
      says: '{endpoint} speaks TLS ({protocol}), but offers nobody to log in: it knows its users by their addresses, or is not for mail programs.',
    },
    'auth-in-clear': {
      level: 'warn',
      says: '{endpoint} offers to log in before TLS ({mechanisms}): a password can be read by anybody on the way.',
      fix: 'Offer AUTH only under TLS (Postfix: smtpd_tls_auth_only = yes, with smtpd_tls_security_level = encrypt for this service).',
    },
    'no-starttls': {
      level: 'fail',
      says: '{endpoint} does not offer STARTTLS: what mail programs hand in there, passwords among it, travels in clear.',
      fix: 'Give {host} a certificate and demand TLS at this port (Postfix: smtpd_tls_security_level = encrypt), or close the port and use 465.',
    },
    'no-tls': {
      level: 'fail',
      says: 'Mail programs cannot use {endpoint}: TLS does not come about ({detail}).',
      fix: 'Look into the log of {host}: a certificate and key that do not belong together are the usual cause. If the port is not meant for TLS at once, close it.',
    },
    closed: { level: 'info', says: 'Nobody listens at {endpoint} ({detail}).' },
    untold: { level: 'unknown', says: 'How {endpoint} takes mail programs is not known: {reason}.' },
  },
  evaluate({ probe }, subject) {
    const { end, extensions = [], extensionsUnderTls } = probe
    const data = { endpoint: scopes.endpoint.says(subject), host: displayName(subject.host) }
    switch (end.kind) {
      case 'secured': {
        const about = { ...data, protocol: end.session.protocol }
        if (offersAuth(extensions)) {
          const mechanisms = mechanismsIn(extensions)
          return {
            outcome: 'auth-in-clear',
            data: { ...about, mechanisms: mechanisms.length > 0 ? mechanisms : ['AUTH'] },
          }
        }
        if (extensionsUnderTls === undefined) {
          return { outcome: 'untold', data: { ...data, reason: 'TLS comes about, but under it EHLO was not answered' } }
        }
        return { outcome: offersAuth(extensionsUnderTls) ? 'works' : 'no-login', data: about }
      }
      case 'no-starttls':
        return { outcome: 'no-starttls', data }
      case 'starttls-refused':
        return { outcome: 'no-tls', data: { ...data, detail: replyLine(end.reply) } }
      case 'handshake-failed': {
        if (end.why === 'tls' || end.why === 'closed')
          return { outcome: 'no-tls', data: { ...data, detail: end.detail } }
        return { outcome: 'untold', data: { ...data, reason: `the TLS handshake came to no end (${end.detail})` } }
      }
      case 'not-connected':
        if (end.why === 'refused') return { outcome: 'closed', data: { ...data, detail: end.detail } }
        return { outcome: 'untold', data: { ...data, reason: whyUntold(end) } }
      default:
        return { outcome: 'untold', data: { ...data, reason: whyUntold(end) } }
    }
  },
})
