import smtpSubmission from '../../src/checks/smtp-submission.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { DialFailure } from '../../src/net/dialer.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, type ScriptedMx, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mail.example.org'
const zone = `example.org MX 10 mx.example.org\n${host} A 192.0.2.1`
const target = { mine: [host] }
const now = new Date()
const dates = { from: new Date(now.getTime() - 1e9), to: new Date(now.getTime() + 1e9) }
const tls = secured(createAuthority(now).issue({ names: [host], ...dates }), { trusted: true })

const at587 = (mx: ScriptedMx) => scriptedDialer({ '192.0.2.1:587': mx })
const at465 = (mx: ScriptedMx) => scriptedDialer({ '192.0.2.1:465': mx })
const starttls = (before: string, after: string) =>
  at587({ ...tls, says: [`220 ${host}`, `250-${host}\r\n${before}250 STARTTLS`, '220 Go', after, '221 Bye'] })
const login = `250-${host}\r\n250 AUTH PLAIN`
const [starts, implicit] = [`${host} [192.0.2.1]:587`, `${host} [192.0.2.1]:465`]
const refused: DialFailure = { kind: 'failed', why: 'refused', detail: 'connection refused' }

describeCheck(smtpSubmission, {
  works: [
    {
      zone,
      target,
      dialer: starttls('', login),
      subject: starts,
      findings: 4,
      says: 'takes mail programs under TLS (TLSv1.3)',
    },
    {
      name: 'with TLS at once',
      zone,
      target,
      dialer: at465({ ...tls, says: [`220 ${host}`, login, '221 Bye'] }),
      subject: implicit,
      findings: 4,
      says: 'mail.example.org [192.0.2.1]:465 takes mail programs',
    },
  ],
  'no-login': [
    {
      zone,
      target,
      dialer: starttls('', `250 ${host}`),
      subject: starts,
      findings: 4,
      says: 'offers nobody to log in',
    },
  ],
  'auth-in-clear': [
    {
      zone,
      target,
      dialer: starttls('250-AUTH PLAIN LOGIN\r\n', login),
      subject: starts,
      findings: 4,
      says: 'before TLS (PLAIN, LOGIN)',
      fix: 'smtpd_tls_auth_only',
    },
  ],
  'no-starttls': [
    {
      zone,
      target,
      dialer: at587({ says: [`220 ${host}`, login, '221 Bye'] }),
      subject: starts,
      findings: 4,
      says: 'does not offer STARTTLS',
      fix: 'encrypt',
    },
  ],
  'no-tls': [
    {
      zone,
      target,
      dialer: at587(handshakeEnds('tls', 'no shared cipher')),
      subject: starts,
      findings: 4,
      says: 'TLS does not come about (no shared cipher)',
      fix: 'log of mail.example.org',
    },
    {
      name: 'refused',
      zone,
      target,
      dialer: at587({ says: [`220 ${host}`, `250-${host}\r\n250 STARTTLS`, '454 4.7.0 TLS not available'] }),
      subject: starts,
      findings: 4,
      says: '(454 4.7.0 TLS not available)',
    },
  ],
  closed: [
    { zone, target, dialer: scriptedDialer(refused), subject: starts, findings: 4, says: 'Nobody listens at mail' },
  ],
  untold: [
    { zone, target, subject: starts, findings: 4, says: 'is not known: there was no connection (nobody is there)' },
    {
      name: 'TLS, and then nothing',
      zone,
      target,
      dialer: at465({ ...tls, says: [] }),
      subject: implicit,
      findings: 4,
      says: 'EHLO was not answered',
    },
    {
      name: 'busy',
      zone,
      target,
      dialer: at587({ says: ['421 4.7.0 Too many'] }),
      subject: starts,
      findings: 4,
      says: 'turned us away with "421 4.7.0 Too many"',
    },
  ],
})
