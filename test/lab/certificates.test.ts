import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type CertificateKind, certificateFor, createAuthority, selfSigned } from '../../src/lab/certificates.ts'

const now = new Date('2026-11-20T12:00:00Z')
const host = 'mx.example.org'

const leaf = (pem: string) => new X509Certificate(pem)
const daysLeft = (pem: string) => (leaf(pem).validToDate.getTime() - now.getTime()) / 86_400_000

describe('the certificates of the lab', () => {
  const authority = createAuthority(now)
  const root = new X509Certificate(authority.root)

  it('a root signs itself and may sign others', () => {
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(root.checkIssued(root)).toBe(true)
  })

  it.each<[CertificateKind, number, boolean]>([
    ['good', 80, true],
    ['expiring', 20, true],
    ['expiring-tomorrow', 1, true],
    ['expired', -3, true],
    ['not-yet-valid', 93, true],
    ['wrong-name', 80, false],
    ['self-signed', 80, true],
  ])('%s ends in %i days', (kind, left, named) => {
    const { certificate, key } = certificateFor(host, kind, authority, now)
    const own = leaf(certificate)
    expect(daysLeft(certificate)).toBe(left)
    expect(own.checkHost(host, { subject: 'never' })).toBe(named ? host : undefined)
    expect(own.verify(kind === 'self-signed' ? own.publicKey : root.publicKey)).toBe(true)
    expect(own.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(own.ca).toBe(false)
  })

  it('what an intermediate issues is sent with the intermediate, not with the root', () => {
    const from = new Date('2026-11-01T00:00:00Z')
    const to = new Date('2055-01-01T00:00:00Z')
    const { certificate } = authority.subordinate({ from, to }).issue({ names: [host], from, to })
    const sent = certificate.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!.map(leaf)
    expect(sent).toHaveLength(2)
    expect(sent[0]!.checkIssued(sent[1]!) && sent[0]!.verify(sent[1]!.publicKey)).toBe(true)
    expect(sent[1]!.checkIssued(root) && sent[1]!.verify(root.publicKey)).toBe(true)
    // GeneralizedTime from 2050 on.
    expect(sent[0]!.validToDate.toISOString()).toBe('2055-01-01T00:00:00.000Z')
  })

  it('RSA keys and certificates without any name can be made too', () => {
    const { certificate } = selfSigned({ names: [], commonName: host, from: now, to: now, key: 'rsa' })
    expect(leaf(certificate).publicKey.asymmetricKeyType).toBe('rsa')
    expect(leaf(certificate).verify(leaf(certificate).publicKey)).toBe(true)
    expect(leaf(certificate).subjectAltName).toBeUndefined()
    expect(leaf(certificate).subject).toBe(`CN=${host}`)
  })
})
