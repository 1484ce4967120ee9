import starttlsOffer from '../../src/checks/starttls-offer.ts'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, scriptedDialer, secured } from '../support/scripted-mx.ts'

const now = new Date()
const zone = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'
const well = secured(certificateFor('mx.example.org', 'good', createAuthority(now), now), { trusted: true })
const says = (...words: string[]) => scriptedDialer({ says: words })
const ehlo = '250-mx.example.org\r\n250-8BITMIME\r\n250 STARTTLS'

describeCheck(starttlsOffer, {
  works: [
    {
      zone,
      dialer: scriptedDialer(well),
      says: 'mx.example.org [192.0.2.1] offers STARTTLS, and it works: TLSv1.3, TLS_AES_256_GCM_SHA384.',
    },
    {
      name: 'whatever the case and the parameters of the keyword',
      zone,
      dialer: scriptedDialer({ ...well, says: ['220 x', '250-x\r\n250 StartTLS REQUIRED', ...well.says.slice(2)] }),
      says: 'it works',
    },
    {
      name: 'every address of every host is asked',
      zone: `${zone}\nmx.example.org AAAA 2001:db8::1\nexample.org MX 20 mx2.example.org\nmx2.example.org A 192.0.2.2`,
      dialer: scriptedDialer(well),
      subject: 'mx.example.org [2001:db8::1]',
      says: 'mx.example.org [2001:db8::1] offers STARTTLS',
      findings: 3,
    },
    {
      name: 'the known address of a host whose other family is not known',
      zone: `${zone}\nmx.example.org FAULT timeout AAAA`,
      dialer: scriptedDialer(well),
      says: 'it works',
    },
  ],
  'not-offered': [
    { zone, dialer: says('220 x', '250-x\r\n250 PIPELINING'), says: 'does not offer STARTTLS', fix: 'certificate' },
    { name: 'EHLO without extensions', zone, dialer: says('220 x', '250 x'), says: 'does not offer STARTTLS' },
    { name: 'a server that knows no EHLO', zone, dialer: says('220 x', '502 what?'), says: 'does not offer STARTTLS' },
    {
      name: 'a word that only begins like it',
      zone,
      dialer: says('220 x', '250-x\r\n250 STARTTLSX'),
      says: 'does not offer STARTTLS',
    },
    {
      name: 'the greeting is no keyword',
      zone,
      dialer: says('220 x', '250 STARTTLS'),
      says: 'does not offer STARTTLS',
    },
  ],
  refused: [
    {
      zone,
      dialer: says('220 x', ehlo, '454 4.7.0 TLS not available due to local problem'),
      says: 'refuses it: "454 4.7.0 TLS not available due to local problem"',
    },
    { name: 'for good', zone, dialer: says('220 x', ehlo, '502 5.5.1 No such command'), says: '"502 5.5.1' },
  ],
  'handshake-failed': [
    {
      zone,
      dialer: scriptedDialer(handshakeEnds('tls', 'wrong version number')),
      says: 'the TLS handshake fails: wrong version number.',
      fix: 'openssl s_client -starttls smtp -connect 192.0.2.1:25',
    },
    {
      name: 'hung up in the middle',
      zone,
      dialer: scriptedDialer(handshakeEnds('closed', 'connection reset')),
      says: 'connection reset',
    },
  ],
  injected: [
    {
      zone,
      dialer: scriptedDialer({ ...well, says: well.says.map(s => (s === '220 Ready' ? '220 Ready\r\n250 hello' : s)) }),
      says: 'sent 11 octets in clear before TLS began',
      findings: 2,
    },
  ],
  masked: [
    {
      zone,
      dialer: says('220 x', '250-x\r\n250-8BITMIME\r\n250 XXXXXXXA'),
      says: '"XXXXXXXA" in the EHLO reply',
      fix: 'inspect',
    },
  ],
  'handshake-stalled': [
    { zone, dialer: scriptedDialer(handshakeEnds('timeout', 'no TLS within 20 s')), says: 'no TLS within 20 s' },
  ],
  timeout: [
    {
      zone,
      says: /no answer from mx\.example\.org \[192\.0\.2\.1\].*Port 25 may be blocked from here/,
      fix: 'may connect to port 25',
    },
  ],
  'connection-refused': [
    {
      zone,
      dialer: scriptedDialer({ kind: 'failed', why: 'refused', detail: 'connection refused' }),
      says: /did not take the connection \(connection refused\).*blocked from here/,
      fix: 'see that its mail server runs',
    },
    {
      name: 'a reset',
      zone,
      dialer: scriptedDialer({ kind: 'failed', why: 'closed', detail: 'connection reset' }),
      says: 'connection reset',
    },
  ],
  'no-route': [
    {
      zone: 'example.org MX 10 mx.example.org\nmx.example.org AAAA 2001:db8::1',
      dialer: scriptedDialer({ kind: 'failed', why: 'network', detail: 'network unreachable' }),
      says: 'this machine may have no IPv6',
      fix: 'a machine with IPv6',
    },
  ],
  'turned-away': [
    {
      name: 'a limit of connections is not "no STARTTLS"',
      zone,
      dialer: says('421 4.7.0 too many connections'),
      says: '(at the banner): "421 4.7.0 too many connections"',
    },
    { name: 'a banner of 554', zone, dialer: says('554 5.7.1 go away'), says: '"554 5.7.1 go away"' },
    { name: 'EHLO refused for our name', zone, dialer: says('220 x', '550 5.7.1 bad HELO'), says: 'in answer to EHLO' },
    { name: 'EHLO deferred', zone, dialer: says('220 x', '451 4.7.1 later'), says: '"451 4.7.1 later"' },
    {
      name: 'STARTTLS, too busy',
      zone,
      dialer: says('220 x', ehlo, '421 4.3.2 too busy'),
      says: 'in answer to STARTTLS',
    },
    {
      name: 'STARTTLS, some other day',
      zone,
      dialer: says('220 x', ehlo, '451 4.3.0 later'),
      says: '"451 4.3.0 later"',
    },
  ],
  'no-answer': [
    { name: 'silent', zone, dialer: says(), says: 'said nothing more in time (at the banner)' },
    { name: 'silent after EHLO', zone, dialer: says('220 x'), says: 'said nothing more in time (in answer to EHLO)' },
    { name: 'hangs up', zone, dialer: says('closed'), says: 'hung up (at the banner)' },
    {
      name: 'hangs up at STARTTLS',
      zone,
      dialer: says('220 x', ehlo, 'closed'),
      says: 'hung up (in answer to STARTTLS); STARTTLS is offered, but whether TLS comes about is not known.',
    },
  ],
  'not-smtp': [
    { zone, dialer: says('SSH-2.0-OpenSSH_9.2'), says: '"SSH-2.0-OpenSSH_9.2" is no SMTP reply' },
    {
      name: 'a second banner in place of the EHLO reply',
      zone,
      dialer: says('220 x', '220 x'),
      says: 'is no answer to this',
    },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: 'SMTP was left out (--no-smtp)' }],
  'not-applicable': [
    { name: 'null MX', zone: 'example.org MX 0 .', says: 'the domain takes no mail (null MX)' },
    { name: 'no MX', zone: 'example.org TXT "x"', says: 'no mail host' },
    { name: 'a host without address', zone: 'example.org MX 10 mx.example.org', says: 'the host has no address' },
    {
      name: 'localhost is never connected to',
      zone: 'example.org MX 10 localhost\nlocalhost A 127.0.0.1',
      dialer: scriptedDialer(well),
      says: 'no mail host that could be asked',
    },
  ],
  unknowable: [
    { zone: 'example.org FAULT timeout', says: 'when asked for example.org MX' },
    {
      name: 'addresses not known',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org FAULT servfail',
      says: 'when asked for mx.example.org A',
    },
  ],
})
