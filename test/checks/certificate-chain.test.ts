import certificateChain from '../../src/checks/certificate-chain.ts'
import {
  type CertificateWish,
  createAuthority,
  type ServerCertificate,
  selfSigned,
} from '../../src/lab/certificates.ts'
import { parseAddress } from '../../src/names/address.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const start = Date.now()
const dates = { from: new Date(start - 1e9), to: new Date(start + 1e9) }
const authority = createAuthority(new Date(start))
const intermediate = authority.subordinate(dates)
const rsa = createAuthority(new Date(start)).subordinate({ ...dates, key: 'rsa' })

const wish = (more: Partial<CertificateWish> = {}): CertificateWish => ({ names: [host], ...dates, ...more })
const trusted = { trusted: true }
const untrusted = (trustFault: string) => ({ trusted: false, trustFault })
const shows = (certificate: ServerCertificate, trust: { trusted: boolean; trustFault?: string } = trusted) =>
  scriptedDialer(secured(certificate, trust))
/** The PEM texts of what is sent, in another order or with others between. */
const sent = (certificate: ServerCertificate, arrange: (pems: string[]) => string[]): ServerCertificate => ({
  ...certificate,
  certificate: arrange(certificate.certificate.split(/(?<=-----END CERTIFICATE-----\n)/)).join(''),
})
const old = { from: new Date('2024-01-01T00:00:00Z'), to: new Date('2025-02-01T23:59:59Z') }

describeCheck(certificateChain, {
  trusted: [
    {
      zone,
      dialer: shows(authority.issue(wish())),
      says: /leads to a trusted root \(EC 256, signed with SHA-256, issued by CN=mailworthy lab root/,
    },
    { name: 'over an intermediate', zone, dialer: shows(intermediate.issue(wish({ key: 'rsa' }))), says: 'RSA 2048' },
    {
      name: 'self-signed, and given as a root: nothing of it is amiss',
      zone,
      dialer: shows(selfSigned(wish())),
      says: 'trusted root',
    },
    {
      name: 'the root is sent along',
      zone,
      dialer: shows(sent(intermediate.issue(wish()), pems => [...pems, authority.root])),
      says: 'trusted root',
    },
    {
      name: '398 days, and not a second more, are what was allowed',
      zone,
      dialer: shows(authority.issue(wish(old))),
      says: 'trusted root',
    },
  ],
  'outside-dates': [
    {
      zone,
      dialer: shows(authority.issue(wish()), untrusted('CERT_HAS_EXPIRED')),
      says: 'cannot be told while a certificate is outside its dates',
    },
    {
      name: 'not yet valid',
      zone,
      dialer: shows(authority.issue(wish()), untrusted('CERT_NOT_YET_VALID')),
      says: 'cannot be told',
    },
  ],
  'self-signed': [
    {
      zone,
      dialer: shows(selfSigned(wish()), untrusted('DEPTH_ZERO_SELF_SIGNED_CERT')),
      says: 'signed itself. Senders that use TLS only when they can',
      fix: 'public authority',
    },
    { name: 'and expired', zone, dialer: shows(selfSigned(wish()), untrusted('CERT_HAS_EXPIRED')), says: 'itself' },
    {
      name: 'where mail programs hand in mail',
      zone: 'example.org MX 0 .',
      target: {
        listeners: [{ host: 'mail.example.org', address: parseAddress('192.0.2.9')!, port: 465, tls: 'implicit' }],
      },
      dialer: scriptedDialer({
        ...secured(selfSigned(wish()), untrusted('DEPTH_ZERO_SELF_SIGNED_CERT')),
        says: ['220 mail.example.org', '250 mail.example.org', '221 Bye'],
      }),
      subject: 'mail.example.org [192.0.2.9]:465',
      findings: 2,
      says: 'Mail programs warn their user',
    },
  ],
  incomplete: [
    {
      zone,
      dialer: shows(
        sent(intermediate.issue(wish()), pems => pems.slice(0, 1)),
        untrusted('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      ),
      says: /ends before a root \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): CN=mx\.example\.org was issued by CN=mailworthy lab intermediate \w+, which was not sent/,
      fix: 'intermediate certificates too',
    },
    {
      name: 'a strange intermediate is sent instead',
      zone,
      dialer: shows(
        sent(intermediate.issue(wish()), pems => [pems[0]!, rsa.issue(wish()).certificate]),
        untrusted('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
      ),
      findings: 2,
      says: 'was not sent',
    },
  ],
  'unknown-root': [
    {
      zone,
      dialer: shows(
        sent(authority.issue(wish()), pems => [...pems, authority.root]),
        untrusted('SELF_SIGNED_CERT_IN_CHAIN'),
      ),
      says: /leads to CN=mailworthy lab root \w+, which is no trusted root \(SELF_SIGNED_CERT_IN_CHAIN\)/,
      fix: '--ca',
    },
  ],
  'not-for-servers': [
    {
      zone,
      dialer: shows(authority.issue(wish({ forClients: true })), untrusted('INVALID_PURPOSE')),
      says: 'lacks serverAuth (1.3.6.1.5.5.7.3.2)',
      fix: 'serverAuth',
    },
  ],
  rejected: [
    {
      zone,
      dialer: shows(authority.issue(wish()), untrusted('PATH_LENGTH_EXCEEDED')),
      says: 'breaks a rule of certificates (PATH_LENGTH_EXCEEDED)',
      fix: '-connect 192.0.2.1:25',
    },
  ],
  'wrong-order': [
    {
      zone,
      dialer: shows(
        sent(intermediate.subordinate(dates).issue(wish()), ([leaf, lower, upper]) => [leaf!, upper!, lower!]),
      ),
      findings: 2,
      says: /wrong order: CN=mx\.example\.org ← CN=\S+ \w+ intermediate \w+ ← CN=/,
      fix: 'mx.example.org first',
    },
  ],
  superfluous: [
    {
      zone,
      dialer: shows(sent(authority.issue(wish()), pems => [...pems, selfSigned(wish({ names: ['x'] })).certificate])),
      findings: 2,
      says: 'does not lead to: CN=x.',
    },
    {
      name: 'its own certificate, twice',
      zone,
      dialer: shows(sent(authority.issue(wish()), ([leaf]) => [leaf!, leaf!])),
      findings: 2,
      says: 'CN=mx.example.org',
    },
  ],
  'weak-key': [
    {
      zone,
      dialer: shows(authority.issue(wish({ key: 'rsa-1024' }))),
      findings: 2,
      says: 'CN=mx.example.org: RSA key of 1024 bits',
      fix: 'EC P-256',
    },
    {
      name: 'of the intermediate',
      zone,
      dialer: shows(authority.subordinate({ ...dates, key: 'rsa-1024' }).issue(wish())),
      findings: 2,
      says: /CN=mailworthy lab intermediate \w+: RSA key of 1024 bits/,
    },
  ],
  'weak-signature': [
    {
      zone,
      dialer: shows(authority.issue(wish({ digest: 'sha1' }))),
      findings: 2,
      says: 'CN=mx.example.org: SHA-1',
      fix: 'SHA-256',
    },
    {
      name: 'of the intermediate, by RSA',
      zone,
      dialer: shows(rsa.subordinate({ ...dates, digest: 'sha1' }).issue(wish())),
      findings: 2,
      says: /intermediate \w+: SHA-1/,
    },
  ],
  'long-lived': [
    {
      zone,
      dialer: shows(authority.issue(wish({ from: new Date(2025, 0, 1), to: new Date(2027, 0, 1) }))),
      findings: 2,
      says: /valid for 73\d days; certificates issued by public authorities since 2020-09-01 may have at most 398/,
    },
    {
      name: 'by the limit of its day',
      zone,
      dialer: shows(
        authority.issue(wish({ from: new Date('2026-03-15T00:00:00Z'), to: new Date('2026-10-01T00:00:00Z') })),
      ),
      findings: 2,
      says: 'valid for 201 days; certificates issued by public authorities since 2026-03-15 may have at most 200',
    },
  ],
  'must-staple': [{ zone, dialer: shows(authority.issue(wish({ mustStaple: true }))), findings: 2, says: 'RFC 7633' }],
  'no-tls': [
    { zone, dialer: scriptedDialer(handshakeEnds('tls', 'wrong version number')), says: 'no certificate to judge' },
  ],
  unknowable: [
    {
      zone,
      dialer: scriptedDialer({ kind: 'failed', why: 'timeout', detail: 'no connection within 15 s' }),
      says: 'no connection within 15 s',
    },
  ],
})
