// The relaxed canonical forms, by the examples of RFC 6376 and by the vectors of RFC 8463 (the message of RFC 6376 §A).
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relaxedField } from '../../../src/protocol/dkim/canonical.ts'
import { selectFields } from '../../../src/protocol/dkim/verify.ts'
import { type Layout, readFields } from '../../../src/relay/message/fields.ts'
import { BodyHash, bodyHash } from '../../../src/relay/sign/canonical.ts'
import { signedOctets } from '../../../src/relay/sign/sign.ts'
import { readSignature } from '../../../src/relay/sign/signature-field.ts'
import { signatureFault } from '../../../src/relay/sign/verify-own.ts'
import { brisbane, rsa1024 } from '../../support/dkim-keys.ts'

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64')
const hashed = (body: string): Promise<string> => bodyHash(Buffer.from(body, 'latin1'))

/** RFC 6376 §3.4.4 again, by its words and regular expressions. */
function relaxedBody(body: string): string {
  const lines = body
    .replaceAll(/[ \t]+\r\n/g, '\r\n')
    .replace(/[ \t]+$/, '')
    .replaceAll(/[ \t]+/g, ' ')
    .split('\r\n')
  while (lines.at(-1) === '') lines.pop()
  return lines.map(line => `${line}\r\n`).join('')
}

describe('relaxed header fields', () => {
  it('are as RFC 6376 §3.4.5 shows', () => {
    expect(relaxedField('A: X\r\n')).toBe('a:X')
    expect(relaxedField('B : Y\t\r\n\tZ  \r\n')).toBe('b:Y Z')
  })
  it('may be empty, and keep octets beyond ASCII', () => {
    expect(relaxedField('Subject:\r\n')).toBe('subject:')
    expect(relaxedField('Subject: \t \r\n \r\n')).toBe('subject:')
    expect(relaxedField('Subject: \xc3\xa4\xa0\r\n')).toBe('subject:\xc3\xa4\xa0')
  })
})

describe('the body hash', () => {
  it('is as RFC 6376 §3.4.4 and §3.4.5 show', async () => {
    expect(await hashed('')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
    expect(await hashed(' C \r\nD \t E\r\n\r\n\r\n')).toBe(sha256(' C\r\nD E\r\n'))
    expect(await hashed(' \r\n\t\r\n\r\n')).toBe(sha256(''))
    expect(await hashed('a')).toBe(sha256('a\r\n'))
  })

  it('is that of the rules, however the body is cut', () => {
    const part = fc.constantFrom(' ', '\t', '\r\n', '\r\n', 'a', 'bc', '\xe4', '\r', '.')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (parts, cuts) => {
        const body = parts.join('')
        const octets = Buffer.from(body, 'latin1')
        const places = [0, ...cuts.map(cut => Math.min(cut, octets.length)).toSorted((a, b) => a - b), octets.length]
        const hash = new BodyHash()
        for (const [index, place] of places.entries()) hash.update(octets.subarray(place, places[index + 1] ?? place))
        expect(hash.digest()).toBe(sha256(relaxedBody(body)))
      }),
      { numRuns: 5_000 },
    )
  })

  it('takes bodies of many megabytes in pieces, and lets others work between them', async () => {
    const body = `${'a line of text \r\n'.repeat(200_000)}${'\r\n'.repeat(900_000)}end`
    let turns = 0
    const busy = setInterval(() => turns++, 0)
    expect(await hashed(body)).toBe(sha256(relaxedBody(body)))
    clearInterval(busy)
    expect(turns).toBeGreaterThan(1)
  })
})

const folder = new URL('../../../../shared/conformance/dkim/', import.meta.url)
const vectors = new URL('01-rfc8463.msg', folder)

describe.skipIf(!existsSync(vectors))('the message of RFC 8463 §A', () => {
  const message = existsSync(vectors)
    ? Buffer.from(readFileSync(vectors, 'latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1')
    : Buffer.alloc(0)
  const { fields, bodyAt } = readFields(message) as Layout
  const signatures = fields
    .filter(field => field.key === 'dkim-signature')
    .map(field => message.toString('latin1', field.start, field.end - 2))
  const keys = {
    brisbane: createPublicKey({
      key: Buffer.from(`302a300506032b6570032100${Buffer.from(brisbane, 'base64').toString('hex')}`, 'hex'),
      format: 'der',
      type: 'spki',
    }),
    test: createPublicKey({ key: Buffer.from(rsa1024, 'base64'), format: 'der', type: 'spki' }),
  }

  it('has the body hash of both signatures', async () => {
    const hash = await bodyHash(message.subarray(bodyAt))
    expect(signatures.map(field => readSignature(field)?.bodyHash)).toEqual([hash, hash])
  })

  it('verifies with both keys, and no longer when a field or the body differs', async () => {
    const hash = await bodyHash(message.subarray(bodyAt))
    for (const field of signatures) {
      const signature = readSignature(field)!
      const key = keys[signature.selector as keyof typeof keys]
      expect(signatureFault(signature, message, fields, hash, key)).toBeUndefined()
      const other = Buffer.from(message.toString('latin1').replace('dinner', 'supper'), 'latin1')
      expect(signatureFault(signature, other, fields, hash, key)).toBe('the signature does not verify')
      expect(signatureFault(signature, message, fields, sha256('other'), key)).toBe('the body hash differs')
      const oversigned = Buffer.concat([Buffer.from('Subject: another\r\n'), message])
      const more = (readFields(oversigned) as Layout).fields
      expect(signatureFault(signature, oversigned, more, hash, key)).toBe('the signature does not verify')
    }
  })

  it('is signed by the key of RFC 8463 §A.2 as it is there, octet for octet', () => {
    const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64')
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const signature = readSignature(signatures[0]!)!
    const selected = selectFields(fields, signature.names).map(f => message.toString('latin1', f.start, f.end))
    const digest = createHash('sha256').update(signedOctets(selected, signature.unsigned)).digest()
    expect(sign(null, digest, key).toString('base64')).toBe(signature.signature.toString('base64'))
  })
})
