import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../src/lab/certificates.ts'
import { matchTlsa, type Tlsa, tlsaFault, tlsaFor } from '../../src/protocol/dane.ts'

const suite = new URL('../../../shared/conformance/dane/danetest-1-56.in', import.meta.url)

interface Vector {
  readonly line: number
  readonly records: readonly Tlsa[]
  readonly chain: readonly Uint8Array[]
  /** False: the application asked for no name checks, as SMTP does with usage 3. */
  readonly checksNames: boolean
  /** OpenSSL's X509_V_ code, and the depth of the match. */
  readonly result: number
  readonly depth: number
}

function vectors(): readonly Vector[] {
  const lines = readFileSync(suite, 'utf8').split('\n')
  const found: Vector[] = []
  for (let at = 0; at < lines.length; at++) {
    const head = /^(\d+) (\d+) ([01]) (\d+) (-?\d+)$/.exec(lines[at]!)
    if (head === null) continue
    const [tlsaCount, certificateCount] = [Number(head[1]), Number(head[2])]
    const records = lines.slice(at + 1, at + 1 + tlsaCount).map((line): Tlsa => {
      const [usage, selector, matchingType, ...data] = line.split(' ')
      return {
        usage: Number(usage),
        selector: Number(selector),
        matchingType: Number(matchingType),
        data: data.join('').toLowerCase(),
      }
    })
    const rest = lines.slice(at + 1 + tlsaCount).join('\n')
    const pems = rest.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!.slice(0, certificateCount)
    found.push({
      line: at + 1,
      records,
      chain: pems.map(pem => new X509Certificate(pem).raw),
      checksNames: head[3] === '0',
      result: Number(head[4]),
      depth: Number(head[5]),
    })
  }
  return found
}

describe.skipIf(!existsSync(suite))(
  'the DANE vectors of OpenSSL (skipped where they do not stand beside the checkout)',
  () => {
    const all = existsSync(suite) ? vectors() : []
    const now = new Date('2026-11-20T08:00:00Z')

    it('are all there', () => {
      expect(all).toHaveLength(54)
    })

    it.each(all.map(vector => [vector.line, vector] as const))(
      'line %d',
      (_, { records, chain, checksNames, result, depth }) => {
        const usable = records.filter(record => tlsaFault(record) === undefined)
        // RFC 7672 §3.1.3: the usages 0 and 1 are OpenSSL's to verify, and not for SMTP.
        if (usable.length < records.length) {
          expect(records.filter(record => !usable.includes(record)).every(({ usage }) => usage < 2)).toBe(true)
          if (usable.length === 0) return
        }
        const match = matchTlsa(usable, chain, ['example.com'], now)
        // 62 is a wrong name. RFC 7672 §3.1.1: with usage 3 the name does not count, so that OpenSSL is asked not to look.
        const isNameIgnored = result === 62 && checksNames && usable.every(({ usage }) => usage === 3)
        if (result === 0 || isNameIgnored) expect(match).toMatchObject({ kind: 'match', depth })
        else if (result === 62) expect(match).toMatchObject({ kind: 'unfit', why: 'name', depth })
        else expect(match).toEqual({ kind: 'none' })
      },
    )
  },
)

describe('records that nobody can use', () => {
  const tlsa = (text: string): Tlsa => {
    const [usage = 0, selector = 0, matchingType = 0] = text.split(' ').slice(0, 3).map(Number)
    return { usage, selector, matchingType, data: text.split(' ')[3] ?? '' }
  }

  it.each([
    [`0 0 1 ${'ab'.repeat(32)}`, 'usage 0 is not for SMTP'],
    [`1 1 1 ${'ab'.repeat(32)}`, 'usage 1 is not for SMTP'],
    [`255 1 1 ${'ab'.repeat(32)}`, 'nobody knows the usage 255'],
    [`3 2 1 ${'ab'.repeat(32)}`, 'nobody knows the selector 2'],
    [`3 1 3 ${'ab'.repeat(32)}`, 'nobody knows the matching type 3'],
    [`3 1 1 ${'ab'.repeat(20)}`, 'SHA-256 has 32 octets, not 20'],
    [`3 1 2 ${'ab'.repeat(32)}`, 'SHA-512 has 64 octets, not 32'],
    ['3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'the digest of nothing'],
    ['3 0 0 abcd', 'no certificate'],
    ['2 1 0 abcd', 'no public key'],
  ])('%s', (text, says) => {
    expect(tlsaFault(tlsa(text))).toContain(says)
  })
})

describe('a host', () => {
  const now = new Date()
  const authority = createAuthority(now)
  const made = authority.issue({ names: ['mx.example.org'], from: new Date(+now - 2e8), to: new Date(+now - 1e8) })
  const expired = new X509Certificate(made.certificate).raw

  it('with an expired certificate still matches 3 1 1, by its key alone (RFC 7672 §3.1.1)', () => {
    const record = tlsaFor(expired)!
    expect(matchTlsa([record], [expired], ['elsewhere.example'], now)).toEqual({ kind: 'match', record, depth: 0 })
    expect(matchTlsa([{ ...record, data: `00${record.data.slice(2)}` }], [expired], ['mx.example.org'], now).kind).toBe(
      'none',
    )
  })

  it('under an anchor is judged by its dates as well', () => {
    const root = new X509Certificate(authority.root).raw
    const record = { ...tlsaFor(root)!, usage: 2 }
    expect(matchTlsa([record], [expired, root], ['mx.example.org'], now)).toMatchObject({ kind: 'unfit', why: 'dates' })
    const fresh = authority.issue({ names: ['mx.example.org'], from: new Date(+now - 1e8), to: new Date(+now + 1e8) })
    const own = new X509Certificate(fresh.certificate).raw
    expect(matchTlsa([record], [own, root], ['mx.example.org'], now)).toMatchObject({ kind: 'match', depth: 1 })
    expect(matchTlsa([record], [own], ['mx.example.org'], now).kind).toBe('none')
  })

  it('may send and publish any bytes', () => {
    const hex = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('hex'))
    const small = fc.integer({ min: 0, max: 4 })
    fc.assert(
      fc.property(
        fc.array(fc.record({ usage: small, selector: small, matchingType: small, data: hex }), { maxLength: 5 }),
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(expired)), { maxLength: 4 }),
        (records, chain) => {
          const usable = records.filter(record => tlsaFault(record) === undefined)
          expect(matchTlsa(usable, chain, ['mx.example.org'], now).kind).toBe('none')
        },
      ),
    )
  })
})
