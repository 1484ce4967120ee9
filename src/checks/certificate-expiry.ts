// Is the certificate of a mail host inside its dates, and is enough of its lifetime left? By fraction: lifetimes get shorter.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { certificates } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'

const DAY = 86_400_000

const RENEW =
  'Renew the certificate of {host}, and make the mail server load it: many read a new certificate only when they are reloaded.'

export default defineCheck({
  id: 'certificate-expiry',
  group: 'tls',
  scope: 'endpoint',
  title: 'The certificate of the mail host is valid and not near its end',
  why: 'Senders that demand a valid certificate (MTA-STS, or by agreement) stop delivering the moment it ends. Renewal usually happens when a third of the lifetime is left: less than that means that it did not happen.',
  refs: ['RFC 5280 §4.1.2.5', 'RFC 8461 §4.2'],
  needs: { certificates },
  outcomes: {
    valid: { level: 'pass', says: 'The certificate of {endpoint} is valid until {date} ({left} left).' },
    'renew-soon': {
      level: 'warn',
      says: 'The certificate of {endpoint} ends on {date}, in {left}: less than a third of its {lifetime} is left, and it has not been renewed.',
      fix: RENEW,
    },
    'renew-now': {
      level: 'warn',
      says: 'The certificate of {endpoint} ends on {date}, in {left}: less than a tenth of its {lifetime} is left. Its renewal seems not to work.',
      fix: `${RENEW} Then find out why it was not renewed by itself.`,
    },
    expired: {
      level: 'fail',
      says: 'The certificate of {endpoint} expired on {date}, {ago} ago.',
      fix: RENEW,
    },
    'not-yet-valid': {
      level: 'fail',
      says: 'The certificate of {endpoint} is not valid before {date}, in {left}.',
      fix: 'Install the certificate that is valid now until then. If it should be valid already, set the clocks: of this machine, and of the one that issued it.',
    },
    'intermediate-expired': {
      level: 'warn',
      says: '{endpoint} sends an intermediate certificate that expired on {date}: {subject}. Senders that know no other way to a root do not trust the chain.',
      fix: 'Take the present intermediate certificates from the authority that issued the certificate, and let {host} send those.',
    },
    'intermediate-ends-first': {
      level: 'warn',
      says: '{endpoint} sends an intermediate certificate that ends on {date}, in {left} and before its own: {subject}.',
      fix: 'Take the newer intermediate certificates from the authority that issued the certificate, and let {host} send those.',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no certificate to judge: TLS does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ certificates }, subject, now) {
    if (certificates.kind === 'no-tls') return { outcome: 'no-tls' }
    const { leaf, others } = certificates
    const about = { endpoint: scopes.endpoint.says(subject), host: displayName(subject.host) }
    const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)]
    const at = now.getTime()
    const rulings: Ruling<'intermediate-expired' | 'intermediate-ends-first'>[] = []
    // A root that is sent along is not looked at by anyone: its dates decide nothing.
    for (const other of others.filter(c => !c.selfSigned)) {
      const ends = Date.parse(other.validTo)
      const data = { ...about, subject: other.subject, date: dateOf(other.validTo), left: span(ends - at) }
      if (ends < at) rulings.push({ outcome: 'intermediate-expired', data })
      // A later renewal brings new ones; only an end that comes before that is worth a word.
      else if (ends < to && ends - at < (to - from) / 3) rulings.push({ outcome: 'intermediate-ends-first', data })
    }
    return [judgeLeaf(), ...rulings]

    function judgeLeaf(): Ruling<'valid' | 'renew-soon' | 'renew-now' | 'expired' | 'not-yet-valid'> {
      const date = dateOf(leaf.validTo)
      if (at > to) return { outcome: 'expired', data: { ...about, date, ago: span(at - to) } }
      if (at < from) {
        return { outcome: 'not-yet-valid', data: { ...about, date: dateOf(leaf.validFrom), left: span(from - at) } }
      }
      const data = { ...about, date, left: span(to - at), lifetime: span(to - from) }
      const fraction = (to - at) / (to - from)
      return { outcome: fraction < 0.1 ? 'renew-now' : fraction < 1 / 3 ? 'renew-soon' : 'valid', data }
    }
  },
})

function dateOf(iso: string): string {
  return iso.slice(0, iso.indexOf('T'))
}

function span(ms: number): string {
  const days = Math.floor(ms / DAY)
  return days < 1 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`
}
