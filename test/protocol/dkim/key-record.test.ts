import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowsSha256, readDkimKey } from '../../../src/protocol/dkim/key-record.ts'
import { keyRecordText, publicKeyHash } from '../../../src/protocol/dkim/public-key.ts'
import { brisbane, publicPem, published, rsa1024, rsaKey } from '../../support/dkim-keys.ts'
import { leastTime } from '../../support/least-time.ts'

const rsa = published(rsaKey(2048))
const sha256 = (octets: Uint8Array): string => `sha256:${createHash('sha256').update(octets).digest('hex')}`

/** A key with an exponent of our choice, and a modulus of so many octets that ends so. */
function madeOf(exponent: readonly number[], octets = 256, last = 0x5b): string {
  const modulus = Buffer.alloc(octets, 0x5b)
  modulus[octets - 1] = last
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: Buffer.from(exponent).toString('base64url') }
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' }).toString('base64')
}

function valid(text: string) {
  const record = readDkimKey(text)
  if (record.state !== 'valid') throw new Error(`${record.state}: ${record.state === 'invalid' ? record.why : ''}`)
  return record
}

function invalid(text: string) {
  const record = readDkimKey(text)
  if (record.state !== 'invalid') throw new Error(`${record.state}`)
  return record
}

describe('a key record that can be used', () => {
  it('is that of RFC 8463, both kinds', () => {
    expect(valid(`v=DKIM1; k=ed25519; p=${brisbane}`).key).toEqual({
      type: 'ed25519',
      bits: 256,
      keyHash: sha256(Buffer.from(brisbane, 'base64')),
    })
    expect(valid(`v=DKIM1; k=rsa; p=${rsa1024}`).key).toEqual({
      type: 'rsa',
      bits: 1024,
      keyHash: sha256(Buffer.from(rsa1024, 'base64')),
    })
  })

  it('needs neither v= nor k=: RSA and DKIM1 are the defaults', () => {
    expect(valid(`p=${rsa}`).key).toMatchObject({ type: 'rsa', bits: 2048 })
  })

  it('may hold the bare RSAPublicKey; it is the same key', () => {
    const bare = valid(`v=DKIM1; p=${published(rsaKey(2048), 'pkcs1')}`).key
    expect(bare).toEqual(valid(`v=DKIM1; p=${rsa}`).key)
  })

  it('may have white space in p= and around everything', () => {
    const spaced = rsa.replaceAll(/(.{40})/g, '$1 \t\r\n ')
    expect(valid(` v = DKIM1 ; k = rsa ; p = ${spaced} ;`)).toMatchObject({ key: valid(`p=${rsa}`).key, remarks: [] })
  })

  it('may have tags that nobody knows, in any order after v=', () => {
    expect(valid(`v=DKIM1; n=made "in" May; x=y; g=*; p=${rsa}; k=rsa`).key.bits).toBe(2048)
  })

  it('may have quotation marks in a note', () => {
    expect(valid(`v=DKIM1; n="ours"; p=${rsa}`).remarks).toEqual([])
  })

  it('tells its flags and hashes', () => {
    expect(valid(`v=DKIM1; t=y:s; h=sha1 : sha256; s=email:other; p=${rsa}`)).toMatchObject({
      testing: true,
      exactDomain: true,
      hashes: ['sha1', 'sha256'],
    })
    expect(valid(`v=DKIM1; t=x; p=${rsa}`)).toMatchObject({ testing: false, exactDomain: false, hashes: undefined })
    expect(allowsSha256(valid(`h=sha1; p=${rsa}`))).toBe(false)
    expect(allowsSha256(valid(`p=${rsa}`))).toBe(true)
  })

  it.each([
    [`v=DKIM1;; p=${rsa}`, 'two semicolons'],
    [`v=DKIM1; k=RSA; p=${rsa}`, 'k=RSA should be k=rsa'],
    [`v=DKIM1; k=ed25519; p=${brisbane.slice(0, -1)}`, '"=" signs'],
    [`v=DKIM1; p=${published(rsaKey(2048), 'pkcs1')}`, 'a bare RSAPublicKey (PKCS #1), which opendkim'],
    [`v=DKIM1; g=; p=${rsa}`, 'g= makes Mail::DKIM refuse the key'],
    [`v=DKIM1; g=info; p=${rsa}`, 'g=info makes Mail::DKIM refuse the key'],
    [`v=DKIM1; h=sha256 : sha1; p=${rsa}`, 'white space stands in h=sha256 : sha1'],
    [`v=DKIM1; s=email:other; p=${rsa}`, 's=email:other names several services'],
    [`V=DKIM1; K=rsa; p=${rsa}`, 'V= must be written v=, and is ignored: tag names are case-sensitive,K= must be'],
    [`v=DKIM1; T=y; H=sha1; p=${rsa}`, 'T= must be written t=, and is ignored'],
  ])('may have faults that some receivers mind: %s', (text, remark) => {
    const record = valid(text)
    expect(record.remarks.join()).toContain(remark)
    expect(valid(record.mended!)).toMatchObject({ remarks: [], key: record.key })
  })

  it('is mended without what was never read: its restrictions would begin to hold', () => {
    expect(valid(`v=DKIM1; H=sha1; S=tlsrpt; p=${rsa}`).mended).toBe(`v=DKIM1; k=rsa; p=${rsa}`)
  })

  it('may have octets beyond ASCII in a note', () => {
    expect(valid(`v=DKIM1; n=caf\xe9; p=${rsa}`).remarks.join()).toContain('beyond ASCII')
  })

  it('may have an exponent that few use', () => {
    expect(valid(`p=${madeOf([3])}`).remarks).toEqual([])
    expect(valid(`p=${madeOf([0x80, 0, 0, 1])}`).remarks.join()).toContain(
      '2147483649, is one that many verifiers refuse',
    )
  })

  it('may have stray octets behind the key', () => {
    const text = Buffer.concat([Buffer.from(rsa, 'base64'), Buffer.from([0, 0])]).toString('base64')
    expect(valid(`p=${text}`).remarks).toEqual(['2 stray octets follow the key in p='])
  })
})

describe('a key record that is revoked', () => {
  it.each(['v=DKIM1; p=', 'p=', 'v=DKIM1; k=rsa; p= ;', 'v=DKIM1; p=; n=gone'])('%s', text => {
    expect(readDkimKey(text).state).toBe('revoked')
  })
})

describe('a record that cannot be used says why', () => {
  const spki25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
  it.each(
    [
      ['v=spf1 -all', 'no key record'],
      ['', 'no key record'],
      ['v=DMARC1; p=none', 'its version is "DMARC1"'],
      [`v=DKIM1.0; p=${rsa}`, 'its version is "DKIM1.0"'],
      [`v=dkim1; p=${rsa}`, 'its version is "dkim1"'],
      [`k=rsa; v=DKIM1; p=${rsa}`, 'must be the first tag'],
      ['v=DKIM1; k=rsa', 'no p= tag'],
      ['v=DKIM1; sp=none; np=', 'no p= tag'],
      [`v=DKIM1; P=${rsa}`, 'case-sensitive'],
      [`v=DKIM1; p=${rsa}; p=${rsa}`, 'p= stands more than once'],
      [`v=DKIM1; n=a; n=b; p=${rsa}`, 'n= stands more than once'],
      [`v=DKIM1; k=dsa; p=${rsa}`, 'k=dsa is no key type'],
      [`v=DKIM1; hello; p=${rsa}`, '"hello" is no tag'],
      [`v=DKIM1 k=rsa; p=${rsa}`, 'a semicolon is missing after v=DKIM1'],
      [`v=DKIM1; s=tlsrpt; p=${rsa}`, 's=tlsrpt keeps the key from being used for mail'],
      [`v=DKIM1; p=${rsa.slice(0, 100)}!${rsa.slice(100)}`, 'character 101 is "!"'],
      [`v=DKIM1; p=${rsa.slice(0, 101)}`, 'a character is missing'],
      [`v=DKIM1; p = AA A\tA!AA`, 'character 5 is "!" (column 20 of the record)'],
      [`v=DKIM1; p=${rsa}; n="x"; k=rsa; k=rsa`, 'the tag k= stands more than once'],
      [`n="ours"; v=DKIM1; p=${rsa}`, 'must be the first tag'],
      [`p=${madeOf([1])}`, 'the public exponent of the RSA key is 1;'],
      [`p=${madeOf([2])}`, 'the public exponent of the RSA key is 2;'],
      [`p=${madeOf([1, 0, 0])}`, 'must be odd'],
      [`p=${madeOf([1, 0, 0, 0, 0, 0, 0, 0, 1])}`, 'has 65 bits, which verifiers refuse'],
      [`p=${madeOf([1, 0, 1], 256, 0x5a)}`, 'is even'],
      [`p=${madeOf([1, 0, 1], 2100)}`, 'has 16799 bits; verifiers cannot use more than 16384'],
      [`v=DKIM1; p=${rsa.slice(0, 200)}`, 'is cut off: it holds 150 of the 294 octets'],
      ['v=DKIM1; p=AAAA', 'does not hold an RSA public key'],
      [`v=DKIM1; p=${'A'.repeat(40_000)}`, '40000 characters long'],
      [`v=DKIM1; p=${ec.toString('base64')}`, 'type ec'],
      [`v=DKIM1; k=ed25519; p=${spki25519.toString('base64')}`, 'only its 32 raw octets'],
      ['v=DKIM1; k=ed25519; p=AAAA', 'holds 3 octets; an Ed25519 key has 32'],
      [`v=DKIM1; k=ed25519; p=${rsa}`, 'holds an RSA key, but k= says ed25519'],
      [`v=DKIM1; k=rsa; p=${brisbane}`, 'holds an Ed25519 key'],
      [`v=DKIM1\\; k=rsa\\; p=${rsa}`, 'backslashes, as a zone file writes them'],
      [`"v=DKIM1; k=rsa; p=${rsa}"`, 'quotation marks, as a zone file writes them'],
      [`v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----${rsa}-----END PUBLIC KEY-----`, 'PEM file'],
    ].map(([text, why]) => [why, text]),
  )('%s', (why, text) => {
    expect(invalid(text!).why).toContain(why)
  })

  it.each([
    [`v=DKIM1\\; k=rsa\\; p=${rsa}\\;`],
    [`"v=DKIM1; k=rsa; p=${rsa.slice(0, 200)}" "${rsa.slice(200)}"`],
    [`v=DKIM1; p="${rsa}"`],
    [`k=rsa; v=dkim1; p=${rsa}`],
    [`v=DKIM1; p=${rsa}; p=${rsa}`],
    [`v=DKIM1 k=rsa p=${rsa}`],
    [`v=DKIM1; k=rsa; P=${rsa}`],
    [`v=DKIM1; k=ed25519; p=${rsa}`],
    [`v=DKIM1; k=rsa; p=${publicPem(rsaKey(2048))}`],
    [`v=DKIM1; k=rsa; p=${rsa.replaceAll('+', '-').replaceAll('/', '_')}`],
  ])('and the record that was meant: case %#', text => {
    expect(invalid(text).mended).toBe(`v=DKIM1; k=rsa; p=${rsa}`)
  })

  it('keeps the other tags of the record that was meant', () => {
    expect(invalid(`t=s; v=DKIM1; n=note; p=${rsa}`).mended).toBe(`v=DKIM1; k=rsa; t=s; n=note; p=${rsa}`)
    expect(invalid(`v=DKIM1; p=${spki25519.toString('base64')}`).mended).toBe(
      `v=DKIM1; k=ed25519; p=${spki25519.subarray(12).toString('base64')}`,
    )
  })

  it('does not guess what cannot be known', () => {
    for (const text of [
      'v=DKIM1; k=rsa',
      `v=DKIM1; p=${rsa}; p=${rsa1024}`,
      `v=DKIM1; p=${rsa.slice(0, 200)}`,
      'v=spf1 -all',
    ]) {
      expect(invalid(text).mended).toBeUndefined()
    }
  })
})

describe('our own keys', () => {
  it('have the hash of the record that is published for them, private or public', () => {
    for (const key of [rsaKey(2048), generateKeyPairSync('ed25519').privateKey]) {
      const record = valid(keyRecordText(key))
      expect(publicKeyHash(key)).toBe(record.key.keyHash)
      expect(publicKeyHash(createPublicKey(key))).toBe(record.key.keyHash)
      expect(publicKeyHash(createPublicKey(key).export({ type: 'spki', format: 'der' }))).toBe(record.key.keyHash)
    }
  })

  it('are RSA or Ed25519', () => {
    expect(() => publicKeyHash(generateKeyPairSync('ed448').publicKey)).toThrow('ed448')
  })
})

describe('hostile records', () => {
  it('never throw, and what is mended can be used', () => {
    const pieces = fc.constantFrom(
      'v=DKIM1',
      'p=',
      `p=${rsa1024}`,
      'k=rsa',
      'k=ed25519',
      `p=${brisbane}`,
      't=y',
      'h=',
      ';',
      '"',
      '\\;',
      ' ',
      '=',
    )
    const records = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(pieces, fc.string())).map(parts => parts.join(';')),
    )
    fc.assert(
      fc.property(records, text => {
        const record = readDkimKey(text)
        expect(record.text).toBe(text)
        if ('mended' in record) expect(readDkimKey(record.mended!).state).not.toBe('invalid')
      }),
    )
  })

  it('never throw for any octets in any tag of a record that is whole otherwise', () => {
    const octets = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes).toString('latin1'))
    const name = fc.constantFrom('v', 'k', 'h', 's', 't', 'n', 'g', 'p', 'x', 'P')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, octets), { maxLength: 6 }), octets, (tags, before) => {
        const text = `${before}v=DKIM1; ${tags.map(([tag, value]) => `${tag}=${value}`).join(';')}; p=${rsa}`
        const record = readDkimKey(text)
        if (record.state === 'valid') expect(record.key.bits).toBeGreaterThan(0)
        if (record.state === 'invalid') expect(record.why).toMatch(/^[\x20-\x7e…]+$/)
        expect(leastTime(() => readDkimKey(text))).toBeLessThan(50)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throw for any octets as a key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('rsa', 'ed25519'), (octets, k) => {
        readDkimKey(`v=DKIM1; k=${k}; p=${Buffer.from(octets).toString('base64')}`)
        readDkimKey(`v=DKIM1; k=${k}; p=${Buffer.concat([Buffer.from([0x30, 0x82]), octets]).toString('base64')}`)
      }),
    )
  })

  it.each([' ', '\t', ';', '"', '\\', '=', 'v', 'v=', '-----BEGIN', ' p', 'v=DKIM1 '])(
    'take no time: 64 KiB of "%s"',
    unit => {
      for (const text of [`v=DKIM1${unit.repeat(65_536 / unit.length)}`, unit.repeat(65_536 / unit.length)]) {
        expect(leastTime(() => readDkimKey(text))).toBeLessThan(50)
      }
    },
  )
})
