import mtaStsPolicy from '../../src/checks/mta-sts-policy.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { describeCheck } from '../support/check-tester.ts'
import { httpAnswer, type ScriptedWeb, webDialer } from '../support/scripted-web.ts'

const host = 'mta-sts.example.org'
const now = Date.now()
const authority = createAuthority(new Date(now))
const named = (name: string) => authority.issue({ names: [name], from: new Date(now - 1e9), to: new Date(now + 1e9) })
const certificate = named(host)

const zone = `
_mta-sts.example.org TXT "v=STSv1; id=1"
${host} A 192.0.2.80
example.org MX 10 mx1.example.org
example.org MX 20 mx2.example.org
mx1.example.org A 192.0.2.1
mx2.example.org A 192.0.2.2`

const policy = (mode: string, mx: readonly string[], age = 1_209_600): string =>
  ['version: STSv1', `mode: ${mode}`, ...mx.map(one => `mx: ${one}`), `max_age: ${age}`, ''].join('\r\n')
const shows = (
  body: string,
  web: Partial<ScriptedWeb> = {},
  fields = ['Content-Type: text/plain; charset=utf-8'],
): Dialer => webDialer({ certificate, answers: [httpAnswer(200, fields, body)], ...web })
const both = ['mx1.example.org', 'mx2.example.org']
const good = policy('enforce', both)
const failing = (why: 'refused' | 'timeout', detail: string): Dialer => ({
  connect: async () => ({ kind: 'failed', why, detail }),
})

describeCheck(mtaStsPolicy, {
  enforced: [
    {
      zone,
      dialer: shows(good),
      says: 'is in force (mode enforce, kept for 2 weeks) and covers mx1.example.org, mx2.example.org.',
    },
    {
      name: 'by a wildcard',
      zone,
      dialer: shows(policy('enforce', ['*.example.org'])),
      says: 'covers mx1.example.org',
    },
  ],
  testing: [{ zone, dialer: shows(policy('testing', both)), says: 'is on trial (mode testing)' }],
  withdrawn: [
    {
      zone,
      dialer: shows(policy('none', [], 86_400)),
      says: 'mode none: it withdraws an earlier one, which senders kept for up to 1 day',
    },
  ],
  unreachable: [
    { name: 'no host', zone: zone.replace(`${host} A 192.0.2.80`, ''), says: 'mta-sts.example.org has no address' },
    {
      name: 'refused',
      zone,
      dialer: failing('refused', 'connection refused'),
      says: 'takes no connection at port 443',
    },
    {
      name: 'another name',
      zone,
      dialer: shows(good, { certificate: named('www.example.org') }),
      says: 'it does not name mta-sts.example.org, but www.example.org',
      fix: 'under a certificate that names mta-sts.example.org',
    },
    {
      name: 'untrusted',
      zone,
      dialer: shows(good, { trust: { trusted: false, trustFault: 'CERT_HAS_EXPIRED' } }),
      says: 'it is not trusted (CERT_HAS_EXPIRED)',
    },
    {
      name: 'a redirect is not followed (RFC 8461 §3.3)',
      zone,
      dialer: webDialer({ certificate, answers: [httpAnswer(301, ['Location: https://www.example.org/'], '')] }),
      says: 'status 301, to https://www.example.org/, and only 200 counts',
    },
    {
      name: 'HTML',
      zone,
      dialer: shows(good, {}, ['Content-Type: text/html']),
      says: 'as type text/html, not text/plain',
    },
    { name: 'too large', zone, dialer: shows('x'.repeat(70_000)), says: 'larger than 64 KB' },
    {
      name: 'no HTTP',
      zone,
      dialer: webDialer({ certificate, answers: ['220 mx ESMTP\r\n\r\n'] }),
      says: 'does not speak HTTP',
    },
    {
      name: 'no TLS',
      zone,
      dialer: webDialer({ answers: [], tls: { kind: 'failed', why: 'tls', detail: 'wrong version number' } }),
      says: 'the TLS handshake with mta-sts.example.org fails (wrong version number)',
    },
  ],
  invalid: [
    { zone, dialer: shows('version: STSv1\nmode: forced\n'), says: 'line 2: mode is "forced"', fix: 'max_age: 604800' },
  ],
  'leaves-out': [
    {
      zone,
      dialer: shows(policy('enforce', ['mx1.example.org'])),
      says: 'is in force and does not cover mx2.example.org: senders that follow it do not deliver there.',
      fix: 'a line "mx:" for each of mx2.example.org',
    },
  ],
  'would-leave-out': [
    { zone, dialer: shows(policy('testing', ['mx1.example.org'])), says: 'does not cover mx2.example.org' },
  ],
  'covers-nobody': [
    {
      zone,
      dialer: shows(policy('enforce', [...both, 'mx3.example.org'])),
      says: 'also covers mx3.example.org, which are no MX hosts',
      findings: 2,
    },
  ],
  'short-lived': [{ zone, dialer: shows(policy('enforce', both, 3600)), says: 'for 1 hour only', findings: 2 }],
  'no-record': [
    { zone: zone.replace('v=STSv1; id=1', 'nothing'), dialer: shows(good), says: 'No usable record announces' },
  ],
  'no-mail': [
    {
      zone: `_mta-sts.example.org TXT "v=STSv1; id=1"\n${host} A 192.0.2.80\nexample.org MX 0 .`,
      dialer: shows(good),
      says: 'takes no mail',
    },
  ],
  unknowable: [
    {
      name: 'silent',
      zone,
      dialer: failing('timeout', 'no answer within 30 s'),
      says: 'there was no connection to mta-sts.example.org',
    },
    {
      name: 'a busy server',
      zone,
      dialer: webDialer({ certificate, answers: [httpAnswer(503, ['Content-Length: 0'], '')] }),
      says: 'answered with status 503',
    },
    {
      name: 'cut off',
      zone,
      dialer: webDialer({ certificate, answers: ['HTTP/1.1 200 OK\r\n'] }),
      says: 'did not answer',
    },
    {
      name: 'DNS of the host',
      zone: zone.replace(`${host} A 192.0.2.80`, `${host} FAULT servfail`),
      says: 'Could not be checked',
    },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: 'connections were left out (--no-smtp)' }],
})
