import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuthority, selfSigned } from '../../src/lab/certificates.ts'
import { dnsNames, readCertificate } from '../../src/net/certificate.ts'

const from = new Date('2026-11-20T00:00:00Z')
const to = new Date('2027-02-18T00:00:00Z')
const der = (pem: string) => new X509Certificate(pem).raw

describe('reading a certificate', () => {
  it('says what an administrator wants to know', () => {
    const names = ['MX.example.org', '*.mail.example.org']
    const { certificate } = createAuthority(from).issue({ names, commonName: 'mx', from, to })
    expect(readCertificate(der(certificate))).toMatchObject({
      subject: 'CN=mx',
      issuer: expect.stringMatching(/^CN=mailworthy lab root /),
      altNames: ['mx.example.org', '*.mail.example.org'],
      validFrom: '2026-11-20T00:00:00.000Z',
      validTo: '2027-02-18T00:00:00.000Z',
      serial: expect.stringMatching(/^[0-9A-F]+$/),
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      selfSigned: false,
      key: { type: 'ec', bits: 256 },
    })
  })

  it('knows a self-signed one and an RSA key', () => {
    const { certificate } = selfSigned({ names: ['mx.example.org'], from, to, key: 'rsa' })
    expect(readCertificate(der(certificate))).toMatchObject({ selfSigned: true, key: { type: 'rsa', bits: 2048 } })
  })

  it('knows digest, purposes and must-staple', () => {
    const wish = { names: ['mx.example.org'], from, to }
    const authority = createAuthority(from)
    const read = (more: object) => readCertificate(der(authority.issue({ ...wish, ...more }).certificate))
    expect(read({})).toMatchObject({ digest: 'sha256', purposes: ['1.3.6.1.5.5.7.3.1'], mustStaple: false })
    expect(read({ digest: 'sha1', forClients: true, mustStaple: true })).toMatchObject({
      digest: 'sha1',
      purposes: ['1.3.6.1.5.5.7.3.2'],
      mustStaple: true,
    })
    expect(readCertificate(der(authority.root))).toMatchObject({ digest: 'sha256', purposes: undefined })
  })

  it('has no names when there is no subjectAltName: the subject is no name (RFC 9525 §2)', () => {
    const { certificate } = selfSigned({ names: [], commonName: 'mx.example.org', from, to })
    expect(readCertificate(der(certificate))).toMatchObject({ subject: 'CN=mx.example.org', altNames: [] })
  })

  it('does not take one hostile name for two', () => {
    const names = ['a.example, DNS:mx.example.org', 'b.example']
    const { certificate } = selfSigned({ names, from, to })
    expect(readCertificate(der(certificate))?.altNames).toEqual(['b.example'])
  })

  it('passes over names that are no DNS names', () => {
    expect(
      dnsNames(
        'IP Address:2001:DB8:0:0:0:0:0:1, email:a@b.example, DNS:A.example, URI:https://x/?DNS:y, DNS:b.example',
      ),
    ).toEqual(['a.example', 'b.example'])
    expect(dnsNames('DirName:"C = US, DNS:evil.example", DNS:good.example')).toEqual(['good.example'])
    expect(dnsNames('')).toEqual([])
  })

  it('of anything else is undefined, and never throws', () => {
    const good = der(selfSigned({ names: ['mx.example.org'], from, to }).certificate)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(good.length - 1), (noise, at) => {
        expect(readCertificate(noise)).toBeUndefined()
        const bent = Buffer.concat([good.subarray(0, at), noise, good.subarray(at + noise.length)])
        readCertificate(bent)
        dnsNames(Buffer.from(noise).toString('latin1'))
      }),
    )
  })
})
