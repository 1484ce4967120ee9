import smtpBanner from '../../src/checks/smtp-banner.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, type ScriptedMx, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const now = new Date()
const dates = { from: new Date(now.getTime() - 1e9), to: new Date(now.getTime() + 1e9) }
const certificate = createAuthority(now).issue({ names: [host], ...dates })

const clear = (banner: string, ehlo: string) => scriptedDialer({ says: [banner, ehlo, '221 Bye'] })
const underTls = (ehlo: string, again: string, banner = `220 ${host} ESMTP`) => {
  const mx: ScriptedMx = secured(certificate, { trusted: true })
  return scriptedDialer({ ...mx, says: [banner, ehlo, '220 Ready', again, '221 Bye'] })
}
const plain = `250-${host}\r\n250-PIPELINING\r\n250 SIZE 10240000`

/** The same, with a clock that goes on by so much with each thing heard. */
function slowly(dialer: Dialer, ms: number): Dialer {
  return {
    async connect(to, timeout) {
      const connection = await dialer.connect(to, timeout)
      if (connection.kind === 'failed') return connection
      let at = 0
      return {
        ...connection,
        async read(patience) {
          at += ms
          return connection.read(patience)
        },
        elapsed: () => at,
      }
    },
  }
}

describeCheck(smtpBanner, {
  greets: [
    {
      zone,
      dialer: clear(`220 ${host} ESMTP ready`, plain),
      says: 'mx.example.org [192.0.2.1] greets as mx.example.org and offers SIZE, PIPELINING.',
      data: {
        size: '10240000',
        lacks: ['8BITMIME', 'SMTPUTF8', 'CHUNKING', 'DSN', 'ENHANCEDSTATUSCODES', 'REQUIRETLS'],
      },
    },
    {
      name: 'with STARTTLS gone and AUTH come under TLS, as it should be',
      zone,
      dialer: underTls(`250-${host}\r\n250 STARTTLS`, `250-${host}\r\n250-AUTH PLAIN\r\n250 REQUIRETLS`),
      says: 'offers REQUIRETLS',
    },
    { name: 'the handshake fails', zone, dialer: handshake(), says: 'greets as mx.example.org' },
    {
      name: 'in other case',
      zone,
      dialer: clear('220 MX.Example.ORG hi', `250 MX.EXAMPLE.org`),
      says: 'no extensions',
    },
  ],
  'no-name': [
    {
      name: 'overwritten by a firewall',
      zone,
      dialer: clear('220 ****************', plain),
      findings: 2,
      says: 'does not begin with the full name of the host: "****************"',
    },
    { name: 'short', zone, dialer: clear('220 mail ESMTP', plain), findings: 2, says: '"mail ESMTP"' },
  ],
  'names-differ': [
    {
      zone,
      dialer: clear('220 node7.provider.example ESMTP', '250 node7.provider.example hello'),
      findings: 2,
      says: 'node7.provider.example in the banner, node7.provider.example in answer to EHLO, mx.example.org in the MX record',
    },
  ],
  'ehlo-malformed': [
    {
      zone,
      dialer: clear(`220 ${host}`, '250 localhost'),
      findings: 2,
      says: '"localhost", which is no full host name',
    },
  ],
  'no-ehlo': [{ zone, dialer: clear(`220 ${host}`, '502 5.5.2 What?'), findings: 2, says: 'HELO alone' }],
  software: [
    { zone, dialer: clear(`220 ${host} ESMTP Exim 4.96 Fri, 20 Nov 2026`, plain), findings: 2, says: 'Exim 4.96' },
    {
      name: 'as Exchange of old says it',
      zone,
      dialer: clear(`220 ${host} Microsoft ESMTP MAIL Service, Version: 10.0.14393.4169 ready`, plain),
      findings: 2,
      says: '10.0.14393.4169',
    },
  ],
  'greet-pause': [
    {
      zone,
      dialer: slowly(clear(`220 ${host}`, plain), 21_000),
      findings: 2,
      says: 'lets clients wait 21 s for its banner',
    },
  ],
  'extensions-change': [
    {
      zone,
      dialer: underTls(`250-${host}\r\n250-STARTTLS\r\n250 CHUNKING`, `250-${host}\r\n250 8BITMIME`),
      findings: 2,
      says: 'without CHUNKING, with 8BITMIME',
    },
  ],
  'auth-in-clear': [
    {
      zone,
      dialer: clear(`220 ${host}`, `250-${host}\r\n250-AUTH PLAIN LOGIN\r\n250 AUTH=LOGIN`),
      says: 'offers to log in before TLS (PLAIN, LOGIN)',
      fix: 'smtpd_tls_auth_only',
    },
  ],
  unknowable: [
    {
      zone,
      dialer: scriptedDialer({ says: [`421 ${host} Too many connections`] }),
      says: 'turned us away with "421 mx.example.org Too many connections"',
    },
    { name: 'no answer', zone, dialer: scriptedDialer({ says: [] }), says: 'did not answer in time' },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: 'SMTP was left out (--no-smtp)' }],
})

function handshake(): Dialer {
  return scriptedDialer({
    ...handshakeEnds('tls', 'no shared cipher'),
    says: [`220 ${host}`, `250-${host}\r\n250 STARTTLS`, '220 Go'],
  })
}
