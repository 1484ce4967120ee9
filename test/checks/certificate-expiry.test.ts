import certificateExpiry from '../../src/checks/certificate-expiry.ts'
import { createAuthority, type ServerCertificate } from '../../src/lab/certificates.ts'
import { describeCheck } from '../support/check-tester.ts'
import { scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const hour = 3_600_000
const day = 24 * hour
const start = Date.now()
const authority = createAuthority(new Date(start))

const at = (offset: number) => new Date(start + offset)
const date = (offset: number) => at(offset).toISOString().slice(0, 10)
const shows = (certificate: ServerCertificate) => scriptedDialer(secured(certificate, { trusted: true }))
const lasting = (from: number, to: number) => shows(authority.issue({ names: [host], from: at(from), to: at(to) }))
/** The own certificate of 90 days with 80 left, under an intermediate that ends then. */
const under = (to: number) =>
  shows(
    authority
      .subordinate({ from: at(-400 * day), to: at(to) })
      .issue({ names: [host], from: at(-10 * day), to: at(80 * day) }),
  )

describeCheck(certificateExpiry, {
  valid: [
    { zone, dialer: lasting(-10 * day, 80 * day + hour), says: `valid until ${date(80 * day + hour)} (80 days left)` },
    { name: 'two days of six', zone, dialer: lasting(-3.9 * day, 2.1 * day), says: '(2 days left)' },
    { name: 'four months and a day of a year', zone, dialer: lasting(-243 * day, 122 * day), says: 'days left' },
    {
      name: 'an intermediate that ends before it, but late enough for a renewal',
      zone,
      dialer: under(40 * day),
      says: 'days left',
    },
    {
      name: 'an expired root that is sent along decides nothing',
      zone,
      dialer: scriptedDialer(
        secured(
          withRoot(
            authority.issue({ names: [host], from: at(-day), to: at(9 * day) }),
            createAuthority(at(-700 * day)).root,
          ),
          { trusted: true },
        ),
      ),
      says: 'is valid until',
    },
  ],
  'renew-soon': [
    {
      zone,
      dialer: lasting(-61 * day, 29 * day + hour),
      says: `ends on ${date(29 * day + hour)}, in 29 days: less than a third of its 90 days is left`,
      fix: 'Renew the certificate of mx.example.org',
    },
    {
      name: 'of six days',
      zone,
      dialer: lasting(-4.1 * day, 1.9 * day),
      says: 'in 1 day: less than a third of its 6 days',
    },
    {
      name: 'of a year: 30 days would be too late',
      zone,
      dialer: lasting(-265 * day, 100 * day),
      says: 'less than a third',
    },
  ],
  'renew-now': [
    {
      name: 'an intermediate that ends after it is no second fault',
      zone,
      dialer: shows(
        authority
          .subordinate({ from: at(-400 * day), to: at(9 * day) })
          .issue({ names: [host], from: at(-85 * day), to: at(5 * day) }),
      ),
      says: 'less than a tenth',
    },
    {
      zone,
      dialer: lasting(-82 * day, 8 * day),
      says: /in 7 days: less than a tenth of its 90 days/,
      fix: 'why it was not renewed',
    },
    { name: 'in its last hours', zone, dialer: lasting(-89 * day, 5 * hour), says: 'in less than a day' },
  ],
  expired: [
    {
      zone,
      dialer: lasting(-93 * day, -3 * day - hour),
      says: `The certificate of mx.example.org [192.0.2.1] expired on ${date(-3 * day - hour)}, 3 days ago.`,
      fix: 'make the mail server load it',
    },
    { name: 'just now', zone, dialer: lasting(-93 * day, -hour), says: 'less than a day ago' },
    { name: 'ends before it begins', zone, dialer: lasting(-day, -2 * day), says: 'expired' },
  ],
  'not-yet-valid': [
    {
      zone,
      dialer: lasting(3 * day + hour, 93 * day),
      says: `not valid before ${date(3 * day + hour)}, in 3 days`,
      fix: 'clocks',
    },
  ],
  'intermediate-expired': [
    {
      zone,
      dialer: under(-2 * day),
      says: `expired on ${date(-2 * day)}: CN=mailworthy lab intermediate`,
      findings: 2,
    },
  ],
  'intermediate-ends-first': [
    {
      zone,
      dialer: under(20 * day + hour),
      says: `ends on ${date(20 * day + hour)}, in 20 days and before its own`,
      findings: 2,
    },
  ],
  'no-tls': [
    { zone, dialer: scriptedDialer({ says: ['220 x', '250 x'] }), says: 'see `starttls-offer`' },
    {
      name: 'STARTTLS refused',
      zone,
      dialer: scriptedDialer({ says: ['220 x', '250-x\r\n250 STARTTLS', '454 no'] }),
      says: 'no certificate to judge',
    },
  ],
  unknowable: [
    { name: 'no connection', zone, says: 'there was no connection (nobody is there)' },
    {
      name: 'turned away',
      zone,
      dialer: scriptedDialer({ says: ['421 too many connections'] }),
      says: 'the server turned us away with "421 too many connections"',
    },
    { name: 'silent', zone, dialer: scriptedDialer({ says: ['220 x'] }), says: 'did not answer in time (after EHLO)' },
  ],
  'not-applicable': [{ zone: 'example.org MX 0 .', says: 'null MX' }],
  'not-asked': [{ zone, target: { smtp: false }, says: '--no-smtp' }],
})

function withRoot(certificate: ServerCertificate, root: string): ServerCertificate {
  return { ...certificate, certificate: certificate.certificate + root }
}
