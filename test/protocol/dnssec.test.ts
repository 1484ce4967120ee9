import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blamesSignatures,
  brokenCause,
  extendedCodes,
  isSignerOf,
  isZoneKey,
  keyTagOf,
  rsaBits,
} from '../../src/protocol/dnssec.ts'
import { dnssecWeaknesses } from '../../src/protocol/dnssec-weakness.ts'

// RFC 4034 §5.4.
const key = {
  flags: 256,
  protocol: 3,
  algorithm: 5,
  key: 'AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==',
}
const signer = {
  keyTag: 60485,
  algorithm: 5,
  digestType: 1,
  digest: '2bb183af5f22588179a53b0a98631fad1a292118',
}
const better = { ...signer, digestType: 2, digest: 'd4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a' }
const signature = {
  ...{ algorithm: 13, keyTag: 1, signer: 'example.org' },
  ...{ from: Date.parse('2026-11-01') / 1000, until: Date.parse('2026-12-01') / 1000 },
}
const now = new Date('2026-11-20')

describe('a key of a zone', () => {
  it('has the tag and the digests of RFC 4034 §5.4 and RFC 4509 §2.3', () => {
    expect(keyTagOf(key)).toBe(60485)
    expect(isSignerOf('dskey.example.com', signer, key)).toBe(true)
    expect(isSignerOf('DSKEY.example.com', better, key)).toBe(true)
    expect(isSignerOf('other.example.com', signer, key)).toBe(false)
    expect(isSignerOf('dskey.example.com', { ...signer, algorithm: 7 }, key)).toBe(false)
    // A digest that is not known here proves nothing against it.
    expect(isSignerOf('dskey.example.com', { ...signer, digestType: 3 }, key)).toBe(true)
  })

  it('of RSA is as long as its modulus', () => {
    expect(rsaBits(key)).toBe(1024)
    const modulus = (octets: readonly number[]): string => Buffer.from(octets).toString('base64')
    expect(rsaBits({ ...key, key: modulus([1, 3, ...Array(128).fill(255)]) })).toBe(1024)
    expect(rsaBits({ ...key, key: modulus([1, 3, 0, 127, ...Array(63).fill(1)]) })).toBe(511)
    expect(rsaBits({ ...key, key: modulus([0, 0, 2, 1, 1, ...Array(256).fill(128)]) })).toBe(2048)
    expect(rsaBits({ ...key, key: modulus([0]) })).toBeUndefined()
    expect(rsaBits({ ...key, key: modulus([9, 1]) })).toBeUndefined()
  })

  it('signs records of the zone unless it is revoked', () => {
    expect([256, 257, 0, 1, 385].map(flags => isZoneKey({ ...key, flags }))).toEqual([true, true, false, false, false])
  })
})

describe('the words of a resolver', () => {
  it.each([
    ['EDE 6 DNSSEC Bogus: no signature', true],
    ['EDE 7 Signature Expired', true],
    ['EDE 9 DNSKEY Missing', true],
    ['EDE 12 NSEC Missing', true],
    ['EDE 3 Stale Answer; EDE 10 RRSIGs Missing', true],
    ['EDE 9 DNSKEY Missing; EDE 22 No Reachable Authority', false],
    ['EDE 7 Signature Expired; EDE 22 No Reachable Authority', true],
    ['EDE 5 DNSSEC Indeterminate', false],
    ['EDE 22 No Reachable Authority: a server said EDE 7', false],
    ['EDE 13 Cached Error', false],
    ['', false],
  ])('%s: blames signatures: %s', (words, blamed) => {
    expect(blamesSignatures(words)).toBe(blamed)
  })

  it('have codes', () => {
    expect(extendedCodes('EDE 22 No Reachable Authority: x; EDE 9 DNSKEY Missing')).toEqual([22, 9])
  })
})

describe('the cause of a broken chain', () => {
  const zone = { zone: 'dskey.example.com', signers: [signer], keys: [key], signatures: [signature] }
  it.each([
    ['no keys where the zone above names some', { ...zone, keys: [] }, { kind: 'no-keys' }],
    [
      'keys that it does not name',
      { ...zone, signers: [{ ...signer, keyTag: 7 }] },
      { kind: 'no-match', signers: [7], keys: [60485] },
    ],
    [
      'a digest that is not that of the key',
      { ...zone, zone: 'other.example' },
      { kind: 'no-match', signers: [60485], keys: [60485] },
    ],
    ['no signatures', { ...zone, signatures: [] }, { kind: 'no-signatures' }],
    [
      'signatures that ran out',
      { ...zone, signatures: [{ ...signature, until: Date.parse('2026-11-19') / 1000 }] },
      { kind: 'expired', at: new Date('2026-11-19') },
    ],
    [
      'signatures that begin later',
      { ...zone, signatures: [{ ...signature, from: Date.parse('2026-11-21') / 1000 }] },
      { kind: 'not-yet', at: new Date('2026-11-21') },
    ],
    ['something that only verifying shows', zone, { kind: 'unseen' }],
    ['nothing that is known', { ...zone, signers: undefined, keys: undefined, signatures: [] }, { kind: 'unseen' }],
    ['no DS that is known, and no signatures', { ...zone, signers: [], keys: [], signatures: [] }, { kind: 'unseen' }],
  ])('is %s', (_, broken, cause) => {
    expect(brokenCause(broken, now)).toEqual(cause)
  })
})

describe('a weakness', () => {
  const good = { ...better, algorithm: 13 }
  const weak = (...given: Parameters<typeof dnssecWeaknesses>) => dnssecWeaknesses(...given).map(({ kind }) => kind)

  it('is an algorithm that may not sign, unless a better one stands beside it', () => {
    expect(weak([], [{ ...better, algorithm: 7 }], [], now)).toEqual(['retired-algorithm'])
    expect(weak([], [{ ...better, algorithm: 5 }, good], [], now)).toEqual([])
    expect(weak([], [{ ...better, algorithm: 23 }], [], now)).toEqual(['rare-algorithm'])
    expect(weak([], [good], [], now)).toEqual([])
    expect(weak(undefined, undefined, [], now)).toEqual([])
  })

  it('is a digest that may not stand alone', () => {
    expect(weak([], [{ ...good, digestType: 1 }], [], now)).toEqual(['retired-digest'])
    expect(weak([], [{ ...good, digestType: 1 }, good], [], now)).toEqual([])
  })

  it('is a short key, told by the shortest', () => {
    const short = (bits: number) => ({
      ...key,
      algorithm: 8,
      key: Buffer.from([1, 3, ...Array(bits / 8).fill(255)]).toString('base64'),
    })
    const signers = [{ ...better, algorithm: 8 }]
    expect(dnssecWeaknesses([short(1024), short(512), short(2048)], signers, [], now)).toMatchObject([
      { kind: 'weak-key', bits: 512 },
    ])
    expect(dnssecWeaknesses([short(1024), short(2048)], signers, [], now)).toMatchObject([
      { kind: 'short-key', bits: 1024 },
    ])
    expect(weak([short(2048)], signers, [], now)).toEqual([])
  })

  it('is a signature of which little time is left, by its own length', () => {
    const lasting = (from: string, until: string) => ({
      ...signature,
      from: Date.parse(from) / 1000,
      until: Date.parse(until) / 1000,
    })
    const at = (moment: string, ...signatures: ReturnType<typeof lasting>[]) =>
      weak([], [good], signatures, new Date(moment))
    const month = lasting('2026-11-01', '2026-12-01')
    expect(at('2026-11-28T00:00Z', month)).toEqual([])
    expect(at('2026-11-28T13:00Z', month)).toEqual(['running-out'])
    // Signed anew for every answer: two days, of which a day is left.
    expect(at('2026-11-20T12:00Z', lasting('2026-11-19', '2026-11-21'))).toEqual([])
    expect(at('2026-11-28T13:00Z', month, lasting('2026-11-10', '2026-12-10'))).toEqual([])
  })
})

describe('any octets', () => {
  it('are read without a fault', () => {
    const octets = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes).toString('base64'))
    const anyKey = fc.record({ flags: fc.nat(65535), protocol: fc.nat(255), algorithm: fc.nat(255), key: octets })
    const anySigner = fc.record({
      ...{ keyTag: fc.nat(65535), algorithm: fc.nat(255), digestType: fc.nat(255) },
      digest: fc.string(),
    })
    const anySignature = fc.record({
      ...{ algorithm: fc.nat(255), keyTag: fc.nat(65535), signer: fc.string() },
      ...{ from: fc.nat(2 ** 32 - 1), until: fc.nat(2 ** 32 - 1) },
    })
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(anyKey, { maxLength: 4 }),
        fc.array(anySigner, { maxLength: 4 }),
        fc.array(anySignature, { maxLength: 4 }),
        (zone, keys, signers, signatures) => {
          for (const one of keys) expect(rsaBits(one) ?? 1).toBeGreaterThan(0)
          for (const one of keys) expect(keyTagOf(one)).toBeLessThan(65536)
          expect(brokenCause({ zone, keys, signers, signatures }, now).kind).toBeTruthy()
          expect(dnssecWeaknesses(keys, signers, signatures, now).length).toBeLessThan(5)
        },
      ),
    )
  })
})
