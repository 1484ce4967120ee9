// OpenSSL, by Node's X509Certificate.checkHost, is the independent judge.
import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selfSigned } from '../../src/lab/certificates.ts'
import { namesHost } from '../../src/protocol/certificate-names.ts'

const dates = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2027-02-01T00:00:00Z') }

function openssl(altNames: readonly string[], host: string): boolean {
  const certificate = new X509Certificate(selfSigned({ names: altNames, commonName: 'nobody', ...dates }).certificate)
  return certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined
}

describe('the names of a certificate', () => {
  it.each<[string, string, boolean]>([
    ['mx.example.org', 'mx.example.org', true],
    ['MX.Example.Org', 'mx.example.org', true],
    ['mx.example.org', 'mx.example.org.', true],
    ['*.example.org', 'mx.example.org', true],
    ['*.example.org', 'example.org', false],
    ['*.example.org', 'a.mx.example.org', false],
    ['m*.example.org', 'mx.example.org', false],
    ['*', 'example', false],
    ['*.org', 'example.org', false],
    ['mx.*.org', 'mx.example.org', false],
    ['example.org', 'mx.example.org', false],
    ['mx.example.org', 'mx.example.org.evil.test', false],
    ['xn--mx-eka.example.org', 'xn--mx-eka.example.org', true],
    ['*.example.org', 'xn--mx-eka.example.org', true],
  ])('%s for %s: %s', (altName, host, wanted) => {
    expect(namesHost([altName], host)).toBe(wanted)
    expect(openssl([altName], host.replace(/\.$/, '')), 'OpenSSL').toBe(wanted)
  })

  it('no names, no host', () => {
    expect(namesHost([], 'mx.example.org')).toBe(false)
    expect(namesHost([''], '')).toBe(false)
  })

  it('are judged as OpenSSL judges them', () => {
    const label = fc.constantFrom('a', 'b', 'mx', 'xn--mx-eka')
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'))
    const altName = fc.oneof(
      name,
      name.map(rest => `*.${rest}`),
    )
    fc.assert(
      fc.property(fc.array(altName, { minLength: 1, maxLength: 3 }), name, (altNames, host) => {
        expect(namesHost(altNames, host)).toBe(openssl(altNames, host))
      }),
      { numRuns: 200 },
    )
  })
})
