import certificateName from '../../src/checks/certificate-name.ts'
import { createAuthority, selfSigned } from '../../src/lab/certificates.ts'
import { parseAddress } from '../../src/names/address.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const start = Date.now()
const dates = { from: new Date(start - 1e9), to: new Date(start + 1e9) }
const authority = createAuthority(new Date(start))

const trusted = { trusted: true }
const untrusted = (trustFault: string) => ({ trusted: false, trustFault })
const shows = (names: string[], trust: { trusted: boolean; trustFault?: string }, commonName = host) =>
  scriptedDialer(secured(authority.issue({ names, commonName, ...dates }), trust))
const own = (names: string[], trust: { trusted: boolean; trustFault?: string }) =>
  scriptedDialer(secured(selfSigned({ names, ...dates }), trust))

describeCheck(certificateName, {
  covers: [
    {
      zone,
      dialer: shows([host], trusted),
      says: 'The certificate of mx.example.org [192.0.2.1] names mx.example.org',
    },
    {
      name: 'by a wildcard, among others',
      zone,
      dialer: shows(['a.example', '*.example.org'], trusted),
      says: 'names',
    },
    { name: 'in other case', zone, dialer: shows(['MX.Example.ORG'], trusted), says: 'names' },
    { name: 'self-signed, and given as a root', zone, dialer: own([host], trusted), says: 'names mx.example.org' },
    {
      name: "outside its dates, or untrusted: that is another check's",
      zone,
      dialer: shows([host], untrusted('CERT_HAS_EXPIRED')),
      says: 'names mx.example.org',
    },
  ],
  mismatch: [
    {
      name: 'the mail domain is not the MX name',
      zone,
      dialer: shows(['example.org', 'www.example.org'], trusted),
      says: 'does not name mx.example.org; it names example.org, www.example.org. Senders that use TLS only when',
      fix: 'mx.example.org among its subject alternative names',
    },
    { name: 'the common name is no name', zone, dialer: shows([], trusted, host), says: 'it names no host at all' },
    {
      name: 'a wildcard is for one label',
      zone: `example.org MX 10 a.mx.example.org\na.mx.example.org A 192.0.2.1`,
      dialer: shows(['*.example.org'], trusted),
      says: 'does not name a.mx.example.org',
    },
    {
      name: 'many names are not all shown',
      zone,
      dialer: shows(
        Array.from({ length: 14 }, (_, i) => `h${i}.example`),
        trusted,
      ),
      says: 'h9.example and 4 more.',
    },
    {
      name: 'and untrusted',
      zone,
      dialer: shows(['x.example'], untrusted('UNABLE_TO_VERIFY_LEAF_SIGNATURE')),
      says: 'x.example',
    },
    {
      name: 'where mail programs hand in mail',
      zone: 'example.org MX 0 .',
      target: {
        listeners: [{ host: 'mail.example.org', address: parseAddress('192.0.2.9')!, port: 587, tls: 'starttls' }],
      },
      dialer: shows(['x.example'], trusted),
      subject: 'mail.example.org [192.0.2.9]:587',
      findings: 2,
      says: 'does not name mail.example.org; it names x.example. Mail programs warn their user',
    },
  ],
  unproven: [
    {
      zone,
      dialer: own([host], untrusted('DEPTH_ZERO_SELF_SIGNED_CERT')),
      says: 'names mx.example.org; it signed itself',
    },
    {
      name: 'and is for others',
      zone,
      dialer: own(['x.example'], untrusted('DEPTH_ZERO_SELF_SIGNED_CERT')),
      says: 'names x.example; it signed itself',
    },
    { name: 'and expired', zone, dialer: own([host], untrusted('CERT_HAS_EXPIRED')), says: 'signed itself' },
  ],
  'no-tls': [
    { zone, dialer: scriptedDialer(handshakeEnds('tls', 'wrong version number')), says: 'no certificate to judge' },
  ],
  unknowable: [
    {
      zone,
      dialer: scriptedDialer({ kind: 'failed', why: 'refused', detail: 'connection refused' }),
      says: 'connection refused',
    },
    {
      name: 'the handshake came to no end',
      zone,
      dialer: scriptedDialer(handshakeEnds('timeout', 'no TLS within 20 s')),
      says: 'the TLS handshake came to no end (no TLS within 20 s)',
    },
    {
      name: 'TLS without a certificate',
      zone,
      dialer: scriptedDialer(secured({ certificate: '', key: '' }, trusted)),
      says: 'no certificate that can be read',
    },
    { name: 'no SMTP', zone, dialer: scriptedDialer({ says: ['hello'] }), says: 'does not speak SMTP' },
  ],
})
