import { X509Certificate } from 'node:crypto'
import strictDelivery from '../../src/checks/transport-strict-delivery.ts'
import { createAuthority, type ServerCertificate } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { tlsaFor, tlsaText } from '../../src/protocol/dane.ts'
import { describeCheck } from '../support/check-tester.ts'
import { type ScriptedMx, scriptedDialer, secured } from '../support/scripted-mx.ts'
import { httpAnswer, webDialer } from '../support/scripted-web.ts'

const host = 'mx.example.org'
const now = Date.now()
const authority = createAuthority(new Date(now))
const made = (name: string) => authority.issue({ names: [name], from: new Date(now - 1e9), to: new Date(now + 1e9) })
const good = made(host)
const tlsa = (certificate: ServerCertificate): string =>
  tlsaText(tlsaFor(new X509Certificate(certificate.certificate).raw)!)

const mail = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const announced = `${mail}\n_mta-sts.example.org TXT "v=STSv1; id=1"\nmta-sts.example.org A 192.0.2.80`
const signed = `example.org SIGNED\n. SOA a.root. b.root. 1\n. SIGNED`
const bound = `${signed}\n_25._tcp.${host} TLSA ${tlsa(good)}`

/** The web server shows this policy, and the MX answers as scripted. */
function world(mode: string, mx: ScriptedMx, pattern: string = host): Dialer {
  const body = `version: STSv1\nmode: ${mode}\nmx: ${pattern}\nmax_age: 604800\n`
  const web = webDialer({
    certificate: made('mta-sts.example.org'),
    answers: [httpAnswer(200, ['Content-Type: text/plain'], body)],
  })
  const mail = scriptedDialer(mx)
  return { connect: (to, ms) => (to.port === 443 ? web : mail).connect(to, ms) }
}

const trusted = { trusted: true }
const plain: ScriptedMx = { says: ['220 x', '250 x'] }

describeCheck(strictDelivery, {
  delivered: [
    {
      name: 'by MTA-STS',
      zone: announced,
      dialer: world('enforce', secured(good, trusted)),
      says: 'deliver to mx.example.org [192.0.2.1]: by MTA-STS.',
    },
    {
      name: 'by both',
      zone: `${announced}\n${bound}`,
      dialer: world('enforce', secured(good, trusted)),
      says: 'by DANE and MTA-STS.',
    },
    {
      name: 'by DANE, with a certificate that no authority vouches for',
      zone: `${mail}\n${bound}`,
      dialer: scriptedDialer(secured(good, { trusted: false, trustFault: 'DEPTH_ZERO_SELF_SIGNED_CERT' })),
      says: 'by DANE.',
    },
  ],
  refused: [
    {
      name: 'no TLS',
      zone: announced,
      dialer: world('enforce', plain),
      says: 'is in force, and mx.example.org [192.0.2.1] offers no TLS that works',
      fix: 'mode testing',
    },
    {
      name: 'another name',
      zone: announced,
      dialer: world('enforce', secured(made('www.example.org'), trusted)),
      says: 'shows a certificate for another name',
    },
    {
      name: 'untrusted: DANE comes first for those who know it (RFC 8461 §2), and the others refuse',
      zone: `${announced}\n${bound}`,
      dialer: world('enforce', secured(good, { trusted: false, trustFault: 'DEPTH_ZERO_SELF_SIGNED_CERT' })),
      says: 'is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
      findings: 2,
    },
  ],
  'would-be-refused': [
    { zone: announced, dialer: world('testing', plain), says: 'In force, senders would not deliver' },
  ],
  'refused-elsewhere': [
    {
      name: 'the certificate is not the one that TLSA names',
      zone: `${mail}\n${bound}`,
      dialer: scriptedDialer(secured(made(host), trusted)),
      says: 'dane-certificate tells why',
    },
    {
      name: 'the policy leaves the host out',
      zone: announced,
      dialer: world('enforce', secured(good, trusted), 'other.example.org'),
      says: 'mta-sts-policy tells why',
    },
  ],
  'nothing-demanded': [
    {
      name: 'the policy was withdrawn',
      zone: announced,
      dialer: world('none', secured(good, trusted)),
      says: 'Neither DANE nor MTA-STS demands anything',
    },
  ],
  unknowable: [
    {
      name: 'nobody answers',
      zone: announced,
      dialer: world('enforce', { says: ['421 busy'] }),
      says: 'turned us away',
    },
  ],
  'not-asked': [{ zone: announced, target: { smtp: false }, says: '--no-smtp' }],
  'not-applicable': [
    { zone: mail, dialer: scriptedDialer(secured(good, trusted)), says: 'neither an MTA-STS policy nor TLSA records' },
    { name: 'null MX', zone: 'example.org MX 0 .', says: 'takes no mail' },
  ],
})
