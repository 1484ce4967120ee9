import { X509Certificate } from 'node:crypto'
import daneCertificate from '../../src/checks/dane-certificate.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import { tlsaFor, tlsaText } from '../../src/protocol/dane.ts'
import { describeCheck } from '../support/check-tester.ts'
import { scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const at = `_25._tcp.${host}`
const now = Date.now()
const authority = createAuthority(new Date(now))
const made = (names: readonly string[], to = now + 1e9) =>
  authority.issue({ names: [...names], from: new Date(now - 2e9), to: new Date(to) })
const withRoot = (certificate: ReturnType<typeof made>) => ({
  ...certificate,
  certificate: certificate.certificate + authority.root,
})
const good = made([host])
const record = (pem: string, usage = 3): string => tlsaText({ ...tlsaFor(new X509Certificate(pem).raw)!, usage })
const late = made(['x.example'], now - 1e9)
const ours = record(good.certificate)
const other = `3 1 1 ${'ab'.repeat(32)}`
const shows = (certificate: ReturnType<typeof made>) => scriptedDialer(secured(certificate, { trusted: true }))

const mail = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const signed = `${mail}\nexample.org SIGNED\n. SOA a.root. b.root. 1\n. SIGNED`
const publish = [{ do: 'publish', name: at, type: 'TLSA', value: ours }] as const

describeCheck(daneCertificate, {
  matches: [
    {
      zone: `${signed}\n${at} TLSA ${ours}`,
      dialer: shows(good),
      says: 'mx.example.org [192.0.2.1] shows what the TLSA record 3 1 1',
    },
    {
      name: 'with usage 3 neither dates nor names count (RFC 7672 §3.1.1)',
      zone: `${signed}\n${at} TLSA ${record(late.certificate)}`,
      dialer: shows(late),
      says: 'shows what the TLSA record 3 1 1',
    },
    {
      name: 'an authority above',
      zone: `${signed}\n${at} TLSA ${record(authority.root, 2)}`,
      dialer: shows(withRoot(good)),
      says: /shows what the TLSA record 2 1 1 .*… names above its certificate\.$/,
    },
  ],
  'other-record': [
    {
      name: 'a roll-over',
      zone: `${signed}\n${at} TLSA ${ours}\n${at} TLSA ${other}`,
      dialer: shows(good),
      says: '1 other TLSA records at _25._tcp.mx.example.org name nothing',
      findings: 2,
    },
  ],
  mismatch: [
    {
      zone: `${signed}\n${at} TLSA ${other}`,
      dialer: shows(good),
      says: 'None of the TLSA records at _25._tcp.mx.example.org names what mx.example.org [192.0.2.1] shows',
      records: publish,
    },
  ],
  unfit: [
    {
      name: 'another name',
      zone: `${signed}\n${at} TLSA ${record(authority.root, 2)}`,
      dialer: shows(withRoot(made(['www.example.org']))),
      says: 'the certificate under it is not for mx.example.org',
    },
    {
      name: 'expired',
      zone: `${signed}\n${at} TLSA ${record(authority.root, 2)}`,
      dialer: shows(withRoot(made([host], now - 1e9))),
      says: 'or one above it is outside its dates',
    },
  ],
  'no-tls': [
    {
      zone: `${signed}\n${at} TLSA ${ours}`,
      dialer: scriptedDialer({ says: ['220 x', '250 x'] }),
      says: 'promise TLS',
      fix: 'or take the records away',
    },
  ],
  'would-not-match': [
    {
      zone: `${mail}\n${at} TLSA ${other}`,
      dialer: shows(good),
      says: 'It is not known that they are signed',
      records: publish,
    },
  ],
  'nothing-to-match': [
    { zone: mail, dialer: shows(good), says: 'has no TLSA record' },
    {
      name: 'none that can be used',
      zone: `${signed}\n${at} TLSA 1 1 1 ${'ab'.repeat(32)}`,
      dialer: shows(good),
      says: 'no TLSA record',
    },
  ],
  unknowable: [{ zone: `${signed}\n${at} TLSA ${ours}`, says: 'there was no connection' }],
  'not-asked': [{ zone: mail, target: { smtp: false }, says: '--no-smtp' }],
  'not-applicable': [{ zone: 'example.org MX 0 .', says: 'null MX' }],
})
