import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuthority, selfSigned } from '../../src/lab/certificates.ts'
import { chainShape } from '../../src/net/certificate-chain.ts'
import { derChildren, derObjectId } from '../../src/net/der-reading.ts'

const now = new Date()
const dates = { from: new Date(now.getTime() - 1e9), to: new Date(now.getTime() + 1e9) }
const root = createAuthority(now)
const middle = root.subordinate(dates)
const pems = (text: string) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!
const sent = pems(middle.subordinate(dates).issue({ names: ['mx.example.org'], ...dates }).certificate + root.root)
const [leaf, lower, upper, top] = sent.map(pem => new X509Certificate(pem).raw) as [Buffer, Buffer, Buffer, Buffer]
const stranger = new X509Certificate(pems(selfSigned({ names: ['x'], ...dates }).certificate)[0]!).raw

describe('the shape of a chain', () => {
  it.each([
    ['in order', [leaf, lower, upper], [0, 1, 2], []],
    ['with its root', [leaf, lower, upper, top], [0, 1, 2, 3], []],
    ['in another order', [leaf, upper, lower], [0, 2, 1], []],
    ['with a gap', [leaf, upper], [0], [1]],
    ['with a stranger', [leaf, stranger, lower], [0, 2], [1]],
    ['sent twice', [leaf, leaf, lower], [0, 2], [1]],
    ['of a self-signed one', [stranger, leaf], [0], [1]],
    ['of nothing', [], [], []],
  ] as const)('%s', (_, chain, path, superfluous) => {
    expect(chainShape(chain)).toEqual({ path, superfluous })
  })
})

it('reads any octets as DER, and ends', () => {
  expect(derObjectId(Buffer.from('06092a864886f70d01010b', 'hex'), { tag: 6, start: 2, end: 11 })).toBe(
    '1.2.840.113549.1.1.11',
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const children = derChildren(bytes, { start: 0, end: bytes.length })
      for (const child of children) {
        expect(child.end).toBeLessThanOrEqual(bytes.length)
        derObjectId(bytes, child)
        derChildren(bytes, child)
      }
    }),
  )
})
