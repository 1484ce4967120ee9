import tlsVersion from '../../src/checks/tls-version.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, type ScriptedMx, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const now = new Date()
const dates = { from: new Date(now.getTime() - 1e9), to: new Date(now.getTime() + 1e9) }
const certificate = createAuthority(now).issue({ names: [host], ...dates })

const speaks = (protocol: string, cipher: string, dhBits?: number) => {
  const mx: ScriptedMx = secured(certificate, { trusted: true })
  return scriptedDialer({
    ...mx,
    tls: { ...(mx.tls as object), protocol, cipher, ...(dhBits && { dhBits }) } as NonNullable<ScriptedMx['tls']>,
  })
}

describeCheck(tlsVersion, {
  modern: [
    {
      zone,
      dialer: speaks('TLSv1.3', 'TLS_AES_256_GCM_SHA384'),
      says: 'mx.example.org [192.0.2.1] speaks TLS 1.3 with TLS_AES_256_GCM_SHA384.',
    },
    { name: 'TLS 1.2', zone, dialer: speaks('TLSv1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'), says: 'TLS 1.2' },
    { name: 'DHE', zone, dialer: speaks('TLSv1.2', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 2048), says: 'TLS 1.2' },
    { name: 'a cipher of tomorrow', zone, dialer: speaks('TLSv1.4', 'TLS_SOMETHING_NEW'), says: 'TLS 1.4' },
  ],
  'old-version': [
    {
      name: 'TLS 1.0 is old, not broken',
      zone,
      dialer: speaks('TLSv1', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA'),
      says: 'nothing newer than TLS 1.0, which is deprecated (RFC 8996). Mail still reaches it encrypted',
      fix: 'TLS 1.2 and 1.3',
    },
    { name: 'TLS 1.1', zone, dialer: speaks('TLSv1.1', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA'), says: 'TLS 1.1' },
    {
      name: 'and a weak cipher: two faults',
      zone,
      dialer: speaks('TLSv1', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'),
      says: 'TLS 1.0',
      findings: 2,
    },
  ],
  'weak-cipher': [
    { zone, dialer: speaks('TLSv1.2', 'TLS_RSA_WITH_RC4_128_SHA'), says: 'RC4 (RFC 7465)', fix: 'mx.example.org' },
    { name: '3DES', zone, dialer: speaks('TLSv1.2', 'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA'), says: '3DES' },
    { name: 'DES', zone, dialer: speaks('TLSv1.2', 'TLS_RSA_WITH_DES_CBC_SHA'), says: ': DES.' },
    { name: 'export', zone, dialer: speaks('TLSv1.2', 'TLS_RSA_EXPORT_WITH_RC4_40_MD5'), says: 'export' },
    { name: 'none', zone, dialer: speaks('TLSv1.2', 'TLS_RSA_WITH_NULL_SHA256'), says: 'no encryption at all' },
    { name: 'anonymous', zone, dialer: speaks('TLSv1.2', 'TLS_DH_anon_WITH_AES_128_CBC_SHA'), says: 'no certificate' },
  ],
  'no-forward-secrecy': [
    {
      zone,
      dialer: speaks('TLSv1.2', 'TLS_RSA_WITH_AES_256_GCM_SHA384'),
      says: 'without forward secrecy',
      fix: 'TLS 1.2 and 1.3',
    },
    { name: 'static ECDH', zone, dialer: speaks('TLSv1.2', 'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA'), says: 'secrecy' },
  ],
  'small-group': [
    {
      zone,
      dialer: speaks('TLSv1.2', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 1024),
      says: 'a group of 1024 bits',
      fix: 'ECDHE',
    },
  ],
  'no-tls': [
    { zone, dialer: scriptedDialer(handshakeEnds('tls', 'no shared cipher')), says: 'no TLS to judge' },
    {
      name: 'not offered',
      zone,
      dialer: scriptedDialer({ says: ['220 mx.example.org', '250 mx.example.org', '221 Bye'] }),
      says: 'no TLS to judge',
    },
  ],
  unknowable: [
    {
      zone,
      dialer: scriptedDialer({ says: ['421 4.7.0 mx.example.org Too many connections'] }),
      says: 'the server turned us away with "421 4.7.0 mx.example.org Too many connections"',
    },
  ],
})
