import packet from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Draft, draftRecord, encodeResponse } from '../../../src/lab/response-wire.ts'
import type { ZoneRecord } from '../../../src/lab/zone.ts'
import { readMessage } from '../../../src/net/dns/reading.ts'
import { decodeMessage } from '../../../src/net/dns/wire-message.ts'
import { encodeName } from '../../../src/net/dns/wire-name.ts'
import { answersQuestion, encodeQuery, type Question } from '../../../src/net/dns/wire-query.ts'
import type { RecordType } from '../../../src/net/resolver.ts'

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'DNSKEY', 'DS', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TLSA', 'TXT'] as const

function question(name: string, type: RecordType): Question {
  const encoded = encodeName(name)
  if (!encoded.ok) throw new Error(encoded.reason)
  return { name: encoded.name, wire: encoded.wire, type }
}

function draft(asked: Question, answers: Draft['answers']): Draft {
  return {
    id: 7,
    rcode: 0,
    authoritative: true,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authentic: true,
    question: encodeQuery(asked, 7, false).subarray(12),
    answers,
    authorities: [],
    edns: { udpSize: 1232, dnssecOk: true },
  }
}

const host = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,20}$/), { minLength: 1, maxLength: 5 })
  .map(labels => labels.join('.'))
const number32 = fc.nat(0x7fffffff)
const octets = fc.uint8Array({ maxLength: 255 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const octet = fc.nat(255)
const inHex = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('hex'))
const record: fc.Arbitrary<ZoneRecord> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), ttl: number32, value: fc.ipV4() }),
  fc.record({
    type: fc.constant('AAAA' as const),
    ttl: number32,
    value: fc.constantFrom('2001:db8::1', '::', '::ffff:192.0.2.1', '2001:db8:0:1:1:1:1:1'),
  }),
  fc.record({ type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const), ttl: number32, value: host }),
  fc.record({
    type: fc.constant('MX' as const),
    ttl: number32,
    value: fc.record({ preference: fc.nat(65_535), exchange: fc.oneof(host, fc.constant('')) }),
  }),
  fc.record({
    type: fc.constant('SOA' as const),
    ttl: number32,
    value: fc.record({
      ...{ mname: host, rname: host, serial: number32 },
      ...{ refresh: number32, retry: number32, expire: number32, minimum: number32 },
    }),
  }),
  fc.record({
    type: fc.constant('TXT' as const),
    ttl: number32,
    value: fc.array(octets, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    type: fc.constant('CAA' as const),
    ttl: number32,
    value: fc.record({ critical: fc.boolean(), tag: fc.stringMatching(/^[a-z0-9]{1,15}$/), value: octets }),
  }),
  fc.record({
    type: fc.constant('SRV' as const),
    ttl: number32,
    value: fc.record({
      priority: fc.nat(65_535),
      weight: fc.nat(65_535),
      port: fc.nat(65_535),
      target: fc.oneof(host, fc.constant('')),
    }),
  }),
  fc.record({
    type: fc.constant('TLSA' as const),
    ttl: number32,
    value: fc.record({ usage: octet, selector: octet, matchingType: octet, data: inHex }),
  }),
  fc.record({
    type: fc.constant('DS' as const),
    ttl: number32,
    value: fc.record({ keyTag: fc.nat(65_535), algorithm: octet, digestType: octet, digest: inHex }),
  }),
  fc.record({
    type: fc.constant('DNSKEY' as const),
    ttl: number32,
    value: fc.record({
      flags: fc.nat(65_535),
      // RFC 4034 §2.1.2: any other is no DNSKEY, and dns-packet does not read it.
      protocol: fc.constant(3),
      algorithm: octet,
      key: inHex.map(hex => Buffer.from(hex, 'hex').toString('base64')),
    }),
  }),
)

describe('a query', () => {
  it('asks for recursion and DNSSEC, and takes 1232 octets; dns-packet reads it so', () => {
    const query = packet.decode(encodeQuery(question('Example.org', 'MX'), 4711, true))
    expect(query).toMatchObject({ id: 4711, type: 'query', flag_rd: true, flag_cd: false })
    expect(query.questions).toEqual([{ name: 'example.org', type: 'MX', class: 'IN' }])
    expect(query.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true, ednsVersion: 0 }])
  })

  it('is the same without EDNS', () => {
    const query = packet.decode(encodeQuery(question('example.org', 'TXT'), 1, false))
    expect(query.questions).toEqual([{ name: 'example.org', type: 'TXT', class: 'IN' }])
    expect(query.additionals).toEqual([])
  })
})

describe('a query that is sent encrypted', () => {
  it('fills blocks of 128 octets with the padding option, and dns-packet reads it', () => {
    fc.assert(
      fc.property(host, fc.constantFrom(...types), (name, type) => {
        const query = encodeQuery(question(name, type), 0, true, true)
        expect(query.length % 128).toBe(0)
        const { questions, additionals } = packet.decode(query)
        expect(questions).toEqual([{ name, type, class: 'IN' }])
        expect(additionals).toMatchObject([{ type: 'OPT', flag_do: true, options: [{ code: 12 }] }])
      }),
    )
  })

  it('has no padding without EDNS, where it could not stand', () => {
    const asked = question('example.org', 'TXT')
    expect(encodeQuery(asked, 1, false, true)).toEqual(encodeQuery(asked, 1, false))
  })
})

describe('a query to one server alone', () => {
  it('asks for no recursion', () => {
    const query = packet.decode(encodeQuery({ ...question('example.org', 'MX'), direct: true }, 1, true))
    expect(query).toMatchObject({ flag_rd: false, additionals: [{ type: 'OPT' }] })
  })
})

describe('whether a message answers a question', () => {
  const asked = question('example.org', 'A')
  const query = encodeQuery(asked, 7, true)
  const good = encodeResponse(draft(asked, []))
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good)
    change(bytes)
    return bytes
  }

  it('is seen by id, direction and question', () => {
    expect(answersQuestion(good, asked, query)).toBe(true)
    expect(answersQuestion(query, asked, query)).toBe(false)
    expect(
      answersQuestion(
        changed(b => b.writeUInt16BE(8, 0)),
        asked,
        query,
      ),
    ).toBe(false)
    expect(answersQuestion(encodeResponse(draft(question('example.net', 'A'), [])), asked, query)).toBe(false)
    expect(answersQuestion(encodeResponse(draft(question('example.org', 'MX'), [])), asked, query)).toBe(false)
    expect(
      answersQuestion(
        changed(b => b.writeUInt16BE(2, 4)),
        asked,
        query,
      ),
    ).toBe(false)
    expect(answersQuestion(good.subarray(0, 20), asked, query)).toBe(false)
    expect(answersQuestion(Buffer.alloc(0), asked, query)).toBe(false)
  })

  it('does not depend on case, and a failure may leave the question out', () => {
    expect(
      answersQuestion(
        changed(b => b.write('EXAMPLE', 13)),
        asked,
        query,
      ),
    ).toBe(true)
    const headerOnly = (rcode: number): Buffer =>
      encodeResponse({ ...draft(asked, []), question: Buffer.alloc(0), rcode })
    expect(answersQuestion(headerOnly(1), asked, query)).toBe(true)
    expect(answersQuestion(headerOnly(0), asked, query)).toBe(false)
    expect(answersQuestion(headerOnly(3), asked, query)).toBe(false)
  })
})

describe('a message', () => {
  it('tells every record that was put into it, and dns-packet agrees', () => {
    fc.assert(
      fc.property(host, record, (name, one) => {
        const asked = question(name, one.type)
        const bytes = encodeResponse(draft(asked, [draftRecord(name, one)]))
        const message = decodeMessage(bytes)!
        expect(message.broken).toBeUndefined()
        expect(readMessage(message, name, one.type)).toEqual({
          kind: 'records',
          records: [one.value],
          malformed: [],
          chain: [name],
          ttl: one.ttl,
          authentic: true,
          authoritative: true,
        })
        const judged = packet.decode(bytes)
        expect(judged.answers).toMatchObject([{ name, type: one.type, ttl: one.ttl }])
        if (one.type === 'TXT') {
          expect((judged.answers![0] as packet.TxtAnswer).data).toEqual(one.value.map(s => Buffer.from(s, 'latin1')))
        }
        if (one.type === 'SRV') {
          const { target, ...numbers } = one.value
          expect(judged.answers![0]).toMatchObject({ data: { ...numbers, target: target === '' ? '.' : target } })
        }
        if (one.type === 'TLSA') {
          const { data, ...numbers } = one.value
          expect(judged.answers![0]).toMatchObject({ data: { ...numbers, certificate: Buffer.from(data, 'hex') } })
        }
        if (one.type === 'DS') {
          const { digest, ...numbers } = one.value
          expect(judged.answers![0]).toMatchObject({ data: { ...numbers, digest: Buffer.from(digest, 'hex') } })
        }
        if (one.type === 'CAA') expect(judged.answers![0]).toMatchObject({ data: { tag: one.value.tag } })
      }),
    )
  })

  it('of any octets is read without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), fc.constantFrom(...types), (bytes, type) => {
        const message = decodeMessage(Buffer.from(bytes))
        if (message) readMessage(message, 'example.org', type)
      }),
    )
  })

  it('that was damaged is read without throwing, and cut short it never denies what stood in it', () => {
    const asked = question('example.org', 'MX')
    const answers = ['mx1.example.org', 'mx2.example.org'].map((exchange, preference) =>
      draftRecord('example.org', { type: 'MX', ttl: 60, value: { preference, exchange } }),
    )
    const bytes = encodeResponse(draft(asked, answers))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), hits => {
        const damaged = Buffer.from(bytes)
        for (const [at, octet] of hits) damaged[at] = octet
        const message = decodeMessage(damaged)
        if (message) readMessage(message, 'example.org', 'MX')
      }),
    )
    for (let length = 12; length < bytes.length; length++) {
      const read = readMessage(decodeMessage(bytes.subarray(0, length))!, 'example.org', 'MX')
      expect(['records', 'failure'], `cut at ${length}`).toContain(read.kind)
    }
  })

  it('counts lies without believing them', () => {
    const bytes = encodeResponse(draft(question('example.org', 'MX'), []))
    bytes.writeUInt16BE(65_535, 6)
    expect(decodeMessage(bytes)?.broken).toBe('answer')
    expect(readMessage(decodeMessage(bytes)!, 'example.org', 'MX')).toMatchObject({ why: 'malformed' })
  })
})
