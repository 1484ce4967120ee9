import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/names/address.ts'
import { domainTestNames, listingName, namesForList, readListAnswer, testNames } from '../../src/protocol/dnsbl.ts'
import { blocklistOf, blocklists } from '../../src/rules/blocklists.ts'
import { domainBlocklistOf, domainBlocklists } from '../../src/rules/domain-blocklists.ts'

const zen = blocklistOf('zen.spamhaus.org')!
const dronebl = blocklistOf('dnsbl.dronebl.org')!

describe('the names that a list is asked for (RFC 5782)', () => {
  it('has the octets of IPv4 in reverse', () => {
    expect(listingName(parseAddress('192.0.2.99')!, 'bad.example')).toBe('99.2.0.192.bad.example')
  })

  it('has the nibbles of IPv6 in reverse', () => {
    expect(listingName(parseAddress('2001:db8:1:2:3:4:567:89ab')!, 'ugly.example')).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example',
    )
  })

  it('knows the test entries of both families', () => {
    expect(testNames(4, 'z.example')).toEqual({ listed: '2.0.0.127.z.example', unlisted: '1.0.0.127.z.example' })
    expect(testNames(6, 'z.example')).toEqual({
      listed: '2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.z.example',
      unlisted: '1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.z.example',
    })
  })
})

describe('the names that a list of domains is asked for', () => {
  const [any, registered] = [domainBlocklistOf('dbl.spamhaus.org')!, domainBlocklistOf('multi.surbl.org')!]

  it.each([
    ['example.org', ['example.org'], ['example.org']],
    ['a.b.example.co.uk', ['a.b.example.co.uk', 'example.co.uk'], ['example.co.uk']],
    ['shop.github.io', ['shop.github.io'], ['shop.github.io']],
    ['co.uk', ['co.uk'], ['co.uk']],
    ['_sub.example.org', ['_sub.example.org', 'example.org'], ['example.org']],
    ['localhost', [], []],
    ['192.0.2.1', [], []],
    ['[192.0.2.1]', [], []],
    ['[IPv6:2001:db8::1]', [], []],
    ['2001:db8::1', [], []],
    ['a..b', [], []],
    ['', [], []],
  ])('%s', (name, host, org) => {
    expect(namesForList(name, any)).toEqual(host)
    expect(namesForList(name, registered)).toEqual(org)
  })

  it('has the test entries of RFC 5782 §5 and those of the list', () => {
    expect(domainTestNames(any)).toEqual({
      listed: ['test.dbl.spamhaus.org', 'dbltest.com.dbl.spamhaus.org'],
      unlisted: 'invalid.dbl.spamhaus.org',
    })
  })
})

describe('what an answer is', () => {
  it.each([
    [['127.0.0.2'], 'listed'],
    [['127.0.0.10'], 'listed'],
    [['127.0.0.77'], 'unknown-code'],
    [['127.0.0.2', '127.0.0.77'], 'listed'],
    [['127.0.0.1'], 'refused'],
    [['127.255.255.252'], 'refused'],
    [['127.255.255.254'], 'refused'],
    [['127.255.255.255'], 'refused'],
    [['127.255.255.0'], 'refused'],
    [['127.255.255.77'], 'refused'],
    [['127.255.254.254'], 'unknown-code'],
    [['127.0.0.2', '127.255.255.254'], 'refused'],
    [['192.0.2.2'], 'foreign'],
    [['0.0.0.0'], 'foreign'],
    [['128.0.0.2'], 'foreign'],
    [['126.0.0.2'], 'foreign'],
    [['127.0.0.2', '192.0.2.2'], 'foreign'],
    [['::ffff:127.0.0.2', '2001:db8::2'], 'foreign'],
    [['127.0.0.02'], 'foreign'],
    [['127.2'], 'foreign'],
    [['hasOwnProperty'], 'foreign'],
    [[], 'foreign'],
  ] as const)('%j is %s', (answers, kind) => {
    expect(readListAnswer(zen, answers).kind).toBe(kind)
  })

  it('reads every record, once each, in the order of their octets', () => {
    const answer = readListAnswer(zen, ['127.0.0.10', '127.0.0.2', '127.0.0.9', '127.0.0.2'])
    expect(answer.kind === 'listed' && answer.codes.map(c => c.code)).toEqual(['127.0.0.2', '127.0.0.9', '127.0.0.10'])
  })

  it('knows a test answer that is neither a listing nor a refusal', () => {
    expect(readListAnswer(dronebl, ['127.0.0.1'])).toEqual({ kind: 'unknown-code', codes: ['127.0.0.1'] })
    expect(readListAnswer(dronebl, ['127.0.0.1', '127.0.0.3']).kind).toBe('listed')
  })

  it.each([
    ['127.0.0.8', 'listed', [8]],
    ['127.0.0.72', 'listed', [8, 64]],
    ['127.0.0.254', 'listed', [4, 8, 16, 32, 64, 128]],
    // A bit that nobody explained is not counted, and is no listing alone.
    ['127.0.0.10', 'listed', [8]],
    ['127.0.0.2', 'unknown-code', []],
    ['127.0.0.9', 'refused', []],
    ['127.0.0.255', 'refused', []],
    ['127.0.1.8', 'unknown-code', []],
    ['127.1.0.8', 'unknown-code', []],
  ] as const)('%s of a list that adds up bits is %s', (code, kind, values) => {
    const list = domainBlocklistOf('multi.surbl.org')!
    const read = readListAnswer(list, [code])
    expect(read.kind).toBe(kind)
    expect(read.kind === 'listed' ? read.codes.map(c => c.meaning) : []).toEqual(
      values.map(v => list.bits![v]!.meaning),
    )
  })

  const octet = fc.integer({ min: 0, max: 255 })
  const near = fc
    .tuple(fc.constantFrom(0, 255, 1), fc.constantFrom(0, 255), octet)
    .map(([b, c, d]) => `127.${b}.${c}.${d}`)
  const answer = fc.oneof(near, fc.ipV4(), fc.ipV6(), fc.string())
  const list = fc.constantFrom(...blocklists, ...domainBlocklists)

  it('lists only when every record is in 127.0.0.0/8, none refuses, and one is published', () => {
    fc.assert(
      fc.property(list, fc.array(answer, { maxLength: 6 }), (one, answers) => {
        const read = readListAnswer(one, answers)
        if (read.kind !== 'listed') return
        expect(answers.every(a => parseAddress(a)?.bytes[0] === 127)).toBe(true)
        expect(answers.some(a => a.startsWith('127.255.255.'))).toBe(false)
        expect(read.codes.every(c => one.bits !== undefined || Object.hasOwn(one.codes, c.code))).toBe(true)
      }),
    )
  })

  it('never makes a listing out of more noise', () => {
    fc.assert(
      fc.property(list, fc.array(answer, { maxLength: 4 }), fc.oneof(fc.ipV4(), fc.string()), (one, answers, noise) => {
        fc.pre(readListAnswer(one, answers).kind !== 'listed' && readListAnswer(one, [noise]).kind !== 'listed')
        expect(readListAnswer(one, [...answers, noise]).kind).not.toBe('listed')
      }),
    )
  })

  it('does not depend on the order of records', () => {
    fc.assert(
      fc.property(list, fc.array(near, { minLength: 1, maxLength: 5 }), (one, answers) => {
        const kind = (values: readonly string[]) => readListAnswer(one, values)
        expect(kind(answers.toReversed())).toEqual(kind(answers))
      }),
    )
  })
})
