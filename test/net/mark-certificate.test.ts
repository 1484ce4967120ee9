import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkCertificate } from '../../src/net/mark-certificate.ts'
import { embedded, hasDigest, unpacked } from '../../src/protocol/indicator.ts'
import { judgeLogo } from '../../src/protocol/svg/tiny-ps.ts'
import { markFile } from '../support/mark-certificates.ts'
import { goodLogo } from '../support/scripted-site.ts'

const pem = markFile({ logo: goodLogo, names: ['example.org', 'default._bimi.example.net'] })
const derOf = (file: string): Buffer => Buffer.from(file.split('-----')[2]!.replaceAll('\n', ''), 'base64')
const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`

describe('a mark certificate', () => {
  it('tells its names, its mark and its logo', () => {
    const read = readMarkCertificate(pem)!
    expect(read.altNames).toEqual(['example.org', 'default._bimi.example.net'])
    expect(read.markType).toBe('Registered Mark')
    expect(read.chain.map(one => [one.isAuthority, one.issuedByNext])).toEqual([
      [false, true],
      [true, false],
    ])
    const logo = embedded(read.logotype!.uri!)!
    expect(hasDigest(logo, read.logotype!.hashes)).toBe(true)
    expect(unpacked(logo)).toMatchObject({ ok: true, packed: true, octets: Buffer.from(goodLogo) })
  })

  it('is none without a certificate first', () => {
    expect(readMarkCertificate('')).toBeUndefined()
    expect(readMarkCertificate(`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${pem}`)).toBeUndefined()
  })

  it('ends where the file cannot be read, and after ten', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    expect(readMarkCertificate(`${pem}${broken}${pem}`)!.chain).toHaveLength(2)
    expect(readMarkCertificate(pem.repeat(20))!.chain).toHaveLength(10)
  })

  it('with any octet changed is read or not, and never throws', () => {
    const der = derOf(pem)
    const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(der.length), (changes, length) => {
        const changed = Buffer.from(der)
        for (const [at, octet] of changes) changed[at] = octet
        for (const octets of [changed, changed.subarray(0, length)]) {
          const read = readMarkCertificate(pemOf(octets))
          if (read?.logotype?.uri) embedded(read.logotype.uri)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('in any text is looked for in bounded time', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(readMarkCertificate(text)).toBeUndefined()
      }),
    )
    const started = performance.now()
    for (const part of ['-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE-----A', '\n', 'A'.repeat(1000)]) {
      readMarkCertificate(part.repeat(Math.ceil(256_000 / part.length)))
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('a picture', () => {
  it('is unpacked within bounds, and any octets without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), octets => {
        unpacked(octets)
        const packed = unpacked(Uint8Array.from([0x1f, 0x8b, 0x08, ...octets]))
        expect(packed.ok ? packed.packed : packed.why).toBeTruthy()
      }),
    )
  })

  it('is embedded in base64 only', () => {
    expect(embedded('data:image/svg+xml;base64,PHN2Zy8+')).toEqual(Buffer.from('<svg/>'))
    expect(embedded('data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+')).toEqual(Buffer.from('<svg/>'))
    expect(embedded('data:image/svg+xml,<svg/>')).toBeUndefined()
    expect(embedded('https://www.example.org/logo.svg')).toBeUndefined()
    expect(embedded('data:;base64,%%%')).toBeUndefined()
  })

  it('has a digest over itself, packed or not, by an algorithm that is known', () => {
    expect(hasDigest(Buffer.from('a'), [])).toBeUndefined()
    expect(hasDigest(Buffer.from('a'), [{ algorithm: undefined, value: new Uint8Array() }])).toBeUndefined()
    expect(hasDigest(Buffer.from('a'), [{ algorithm: 'sha256', value: Buffer.alloc(32) }])).toBe(false)
  })
})

// Certificates that authorities issued come with the library that mailauth reads them by, for its own tests.
const fixtures = fileURLToPath(new URL('../../node_modules/@postalsys/vmc/test/fixtures/', import.meta.url))
describe.skipIf(!existsSync(fixtures))(
  'mark certificates of brands (skipped where the library came without its tests)',
  () => {
    const files = existsSync(fixtures) ? readdirSync(fixtures) : []
    const read = files.map(file => [file, readMarkCertificate(readFileSync(`${fixtures}${file}`, 'latin1'))] as const)
    const marks = read.filter(([, one]) => one?.chain[0].purposes?.includes('1.3.6.1.5.5.7.3.31'))

    it('are there', () => {
      expect(marks.length).toBeGreaterThanOrEqual(5)
    })

    it.each(marks)('%s vouches for a logo without a fault', (_, mark) => {
      const { chain, altNames, logotype } = mark!
      expect(altNames).toHaveLength(1)
      expect(chain.slice(0, -1).every(one => one.issuedByNext)).toBe(true)
      expect(logotype!.mediaType).toBe('image/svg+xml')
      const logo = embedded(logotype!.uri!)!
      expect(hasDigest(logo, logotype!.hashes)).toBe(true)
      const picture = unpacked(logo)
      expect(picture.ok && judgeLogo(picture.octets)).toMatchObject({ faults: [], advice: [] })
    })
  },
)
