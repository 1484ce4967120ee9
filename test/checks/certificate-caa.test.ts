import certificateCaa from '../../src/checks/certificate-caa.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import { describeCheck } from '../support/check-tester.ts'
import { handshakeEnds, scriptedDialer, secured } from '../support/scripted-mx.ts'

const host = 'mx.example.org'
const zone = `example.org MX 10 ${host}\n${host} A 192.0.2.1`
const start = Date.now()
const dates = { from: new Date(start - 1e9), to: new Date(start + 1e9) }
const shows = (names: readonly string[], trustFault?: string, organization: string | undefined = "Let's Encrypt") =>
  scriptedDialer(
    secured(
      createAuthority(new Date(start), organization).issue({ names, ...dates }),
      trustFault === undefined ? { trusted: true } : { trusted: false, trustFault },
    ),
  )
const named = shows([host])

describeCheck(certificateCaa, {
  allowed: [
    {
      zone: `${zone}\nexample.org CAA 0 issue letsencrypt.org`,
      dialer: named,
      says: "The CAA records of example.org let Let's Encrypt renew the certificate of mx.example.org [192.0.2.1].",
    },
    {
      name: 'by another name of the same authority',
      zone: `${zone}\nexample.org CAA 0 issue thawte.com`,
      dialer: shows([host], undefined, 'DigiCert Inc'),
      says: 'let DigiCert renew',
    },
    {
      name: 'a wildcard certificate, of which the records of the host say nothing',
      zone: `${zone}\n${host} CAA 0 issue ";"\nexample.org CAA 0 issue pki.goog\nexample.org CAA 0 issuewild letsencrypt.org`,
      dialer: shows(['*.example.org']),
      says: 'The CAA records of example.org let',
    },
    {
      name: 'one that ran out',
      zone: `${zone}\nexample.org CAA 0 issue letsencrypt.org`,
      dialer: shows([host], 'CERT_HAS_EXPIRED'),
      says: 'renew the certificate',
    },
  ],
  open: [
    { zone, dialer: named, says: 'No CAA record limits who may renew' },
    {
      name: 'only wildcards',
      zone: `${zone}\nexample.org CAA 0 issuewild ";"`,
      dialer: named,
      says: 'No CAA record limits',
    },
  ],
  forbidden: [
    {
      zone: `${zone}\nexample.org CAA 0 issue pki.goog`,
      dialer: named,
      says: "was issued by Let's Encrypt, which may not issue it again: by the CAA records of example.org pki.goog may. Renewal will fail.",
      fix: 'Publish the CAA record below at example.org',
      records: [{ do: 'publish', name: 'example.org', type: 'CAA', value: '0 issue "letsencrypt.org"' }],
    },
    {
      name: 'nobody may',
      zone: `${zone}\n${host} CAA 0 issue ";"`,
      dialer: named,
      says: 'by the CAA records of mx.example.org nobody may',
      records: [{ do: 'publish', name: host, type: 'CAA', value: '0 issue "letsencrypt.org"' }],
    },
    {
      name: 'a wildcard certificate',
      zone: `${zone}\nexample.org CAA 0 issue letsencrypt.org\nexample.org CAA 0 issuewild ";"`,
      dialer: shows(['*.example.org']),
      says: 'nobody may',
      records: [{ do: 'publish', name: 'example.org', type: 'CAA', value: '0 issuewild "letsencrypt.org"' }],
    },
    {
      name: 'a critical property, which has to go first',
      zone: `${zone}\nexample.org CAA 0 issue letsencrypt.org\nexample.org CAA 128 tbs x`,
      dialer: named,
      says: 'nobody may',
      records: [],
    },
  ],
  'not-learned': [
    {
      zone: `${zone}\nexample.org FAULT timeout CAA`,
      dialer: named,
      says: 'Whether the certificate of mx.example.org [192.0.2.1] can be renewed could not be learned',
    },
  ],
  'other-authority': [
    {
      name: 'a private one',
      zone: `${zone}\nexample.org CAA 0 issue pki.goog`,
      dialer: shows([host], undefined, 'Example Ltd'),
      says: /by which names O=Example Ltd, CN=mailworthy lab root \w+ takes CAA records/,
    },
    {
      name: 'one that says it is a public one',
      zone: `${zone}\nexample.org CAA 0 issue pki.goog`,
      dialer: shows([host], 'SELF_SIGNED_CERT_IN_CHAIN'),
      says: 'the certificate is not trusted',
    },
    {
      name: 'a certificate for another host',
      zone: `${zone}\nexample.org CAA 0 issue pki.goog`,
      dialer: shows(['www.example.org']),
      says: 'it does not name the host',
    },
  ],
  'no-tls': [{ zone, dialer: scriptedDialer(handshakeEnds('tls', 'no')), says: 'There is no certificate' }],
  unknowable: [{ zone, says: 'there was no connection' }],
})
