import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEvidence } from '../../../src/evidence.ts'
import { EvidenceFault } from '../../../src/net/recorded/fields.ts'
import { type EvidenceLine, readLine, writeLine } from '../../../src/net/recorded/lines.ts'
import { Recording } from '../../../src/net/recorded/recording.ts'
import type { RecordType, RecordTypes } from '../../../src/net/resolver.ts'

const octets = fc.uint8Array({ maxLength: 60 })
/** A text of any octets, as records hold it. */
const text = octets.map(bytes => Buffer.from(bytes).toString('latin1'))
const count = fc.nat(70_000)

const records: { readonly [T in RecordType]: fc.Arbitrary<RecordTypes[T]> } = {
  A: text,
  AAAA: text,
  CNAME: text,
  NS: text,
  PTR: text,
  TXT: fc.array(text, { maxLength: 4 }),
  MX: fc.record({ preference: count, exchange: text }),
  SOA: fc.record({
    ...{ mname: text, rname: text, serial: fc.nat(2 ** 32 - 1) },
    ...{ refresh: count, retry: count, expire: count, minimum: count },
  }),
  CAA: fc.record({ critical: fc.boolean(), tag: text, value: text }),
  DNSKEY: fc.record({ flags: count, protocol: count, algorithm: count, key: text }),
  DS: fc.record({ keyTag: count, algorithm: count, digestType: count, digest: text }),
  SRV: fc.record({ priority: count, weight: count, port: count, target: text }),
  TLSA: fc.record({ usage: count, selector: count, matchingType: count, data: text }),
}

const told = {
  ttl: count,
  authentic: fc.boolean(),
  server: text,
  authoritative: fc.boolean(),
  chain: fc.array(text, { maxLength: 3 }),
}

const answers = (type: RecordType): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('records'),
      records: fc.array(records[type] as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 4 }),
      malformed: fc.array(fc.record({ type: text, reason: text }), { maxLength: 2 }),
      ...told,
    }),
    fc.record(
      { kind: fc.constantFrom('nodata', 'nxdomain'), extended: text, ...told },
      { requiredKeys: ['kind', ...keysOf(told)] },
    ),
    fc.record(
      {
        kind: fc.constant('unreachable'),
        why: fc.constantFrom('timeout', 'servfail', 'refused', 'network', 'malformed'),
        server: text,
        extended: text,
        elsewhere: fc.oneof(
          fc.record({
            kind: fc.constant('referral'),
            zone: text,
            servers: fc.array(text, { maxLength: 2 }),
            glue: fc.array(fc.record({ name: text, address: text }), { maxLength: 2 }),
            ttl: count,
          }),
          fc.record({ kind: fc.constant('alias'), target: text, ...told }),
        ),
      },
      { requiredKeys: ['kind', 'why', 'server'] },
    ),
  )

const question = fc.constantFrom(...(Object.keys(records) as RecordType[])).chain(type =>
  fc.record({
    kind: fc.constant('question' as const),
    id: count,
    question: fc.record(
      {
        name: text,
        type: fc.constant(type),
        from: fc.constantFrom(
          { address: '192.0.2.53', port: 53, transport: 'tcp' as const, recursive: true as const },
          { unchecked: true as const },
        ),
      },
      { requiredKeys: ['name', 'type'] },
    ),
    answer: answers(type),
    ms: count,
  }),
)

const failure = fc.record({
  kind: fc.constant('failed' as const),
  why: fc.constantFrom('refused', 'timeout', 'network', 'closed', 'tls'),
  detail: text,
})

const step = fc.oneof(
  fc.record({ kind: fc.constant('read'), bytes: octets, at: count }),
  fc.record({ kind: fc.constant('write'), bytes: octets }),
  fc.record({ kind: fc.constant('nothing'), why: fc.constantFrom('closed', 'timeout'), at: count }),
  fc.record({ kind: fc.constant('pending'), octets: count }),
  fc.record({
    kind: fc.constant('tls'),
    wish: fc.record({ serverName: text }),
    at: count,
    came: fc.oneof(
      failure,
      fc.record({
        kind: fc.constant('secured'),
        session: fc.record({
          protocol: text,
          cipher: text,
          chain: fc.array(octets, { maxLength: 3 }),
          trusted: fc.boolean(),
        }),
      }),
    ),
  }),
)

const connection = fc.record({
  kind: fc.constant('connection'),
  id: count,
  endpoint: text,
  transcript: fc.oneof(
    fc.record({
      connected: fc.record({ ms: count }),
      steps: fc.array(step, { maxLength: 6 }),
      unfinished: fc.boolean(),
    }),
    fc.record({ connected: fc.record({ ms: count, failure }), steps: fc.constant([]), unfinished: fc.constant(false) }),
    fc.record({ connected: fc.constant(undefined), steps: fc.constant([]), unfinished: fc.constant(true) }),
  ),
})

const audit = fc.record({
  kind: fc.constant('audit'),
  domain: text,
  at: fc.constant('2026-11-20T08:00:00.000Z'),
  cut: fc.option(fc.record({ reason: text, late: fc.boolean() }), { nil: undefined }),
  heard: fc.array(fc.tuple(text, fc.array(count, { maxLength: 4 })), { maxLength: 3 }).map(entries => new Map(entries)),
})

describe('a line of evidence', () => {
  it('comes back as it was written, whatever octets stand in it, and is ASCII', () => {
    fc.assert(
      fc.property(fc.oneof(question, connection, audit) as fc.Arbitrary<EvidenceLine>, line => {
        const written = writeLine(line)
        expect(written).toMatch(/^[\x20-\x7e]+\n$/)
        const read = readLine(written)
        expect(plain(read)).toEqual(plain(line))
      }),
      { numRuns: 500 },
    )
  })

  it('is refused with a sentence when it is none, and nothing else is thrown', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map(value => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(anything, line => onlyFaults(() => readLine(line))),
      { numRuns: 500 },
    )
  })

  it('that is damaged in one place is read, or refused with a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(question, connection, audit) as fc.Arbitrary<EvidenceLine>,
        fc.nat(),
        fc.constantFrom('', '"', '}', '0', 'null', '[', ',', 'x'),
        (line, at, instead) => {
          const written = writeLine(line)
          const place = at % written.length
          onlyFaults(() => readLine(written.slice(0, place) + instead + written.slice(place + 1)))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

const header = '{"mailworthy":"evidence","schema":1,"version":"0.1.0","at":"2026-11-20T08:00:00Z","asked":{}}'
const nodata =
  '"answer":{"kind":"nodata","ttl":60,"authentic":false,"authoritative":true,"server":"192.0.2.53","chain":[]}'

describe('the example of docs/evidence.md', () => {
  it('is a whole file, and gives a report', async () => {
    const page = readFileSync(new URL('../../../docs/evidence.md', import.meta.url), 'utf8')
    const evidence = readEvidence(/```json\n([\s\S]*?)```/.exec(page)![1]!)
    const report = await evidence.judge('example.org')
    expect(evidence.notHeld).toBe(0)
    expect(report.findings.find(f => f.check === 'starttls-offer')?.outcome).toBe('not-offered')
  })
})

describe('a file that cannot be used', () => {
  it.each([
    ['nothing at all', '', 1, 'this is no evidence file of mailworthy'],
    ['a foreign file', '{"schema":1,"domain":"example.org"}\n', 1, 'this is no evidence file of mailworthy'],
    ['a picture', '\x89PNG\r\n\x1a\n\0\0', 1, 'this is no evidence file of mailworthy'],
    [
      'one of a later version',
      `${header.replace('"schema":1', '"schema":2').replace('0.1.0', '3.0.0')}\n{"end":true}\n`,
      1,
      'mailworthy 3.0.0 wrote it in schema 2, and this one reads schema 1',
    ],
    ['one that was cut short', `${header}\n`, 2, 'it ends before its last line: the file was cut short'],
    ['one that was cut within a line', `${header}\n{"dns":["a.ex`, 2, 'it is no JSON'],
    ['two in one', `${header}\n${header}\n{"end":true}\n`, 2, 'a second evidence file begins here'],
    ['one that goes on', `${header}\n{"end":true}\n{}\n`, 3, 'there is more after the last line of the evidence'],
    ['a line of another kind', `${header}\n{"a":1}\n{"end":true}\n`, 2, 'it is none of the lines that evidence has'],
    [
      'a type that is none',
      `${header}\n{"dns":["a.example","BOGUS"],"ms":1,${nodata}}\n`,
      2,
      'the type in dns is none of',
    ],
    [
      'records of another type',
      `${header}\n{"dns":["a.example","MX"],"ms":1,"answer":{"kind":"records","records":["a"],"malformed":[],"ttl":1,"authentic":false,"authoritative":false,"server":"x","chain":[]}}\n`,
      2,
      'a record is no object',
    ],
    [
      'no record where records are said',
      `${header}\n{"dns":["a.example","A"],"ms":1,"answer":{"kind":"records","records":[],"malformed":[],"ttl":1,"authentic":false,"authoritative":false,"server":"x","chain":[]}}\n`,
      2,
      'answer.records has no record',
    ],
    [
      'octets that are none',
      `${header}\n{"connection":"192.0.2.1:25","ms":1,"dialogue":[{"read64":"*","at":1}]}\n`,
      2,
      'dialogue[0].read64 is no base64',
    ],
    [
      'one id twice',
      `${header}\n{"dns":["a.example","A"],"id":7,"ms":1,${nodata}}\n{"dns":["b.example","A"],"id":7,"ms":1,${nodata}}\n`,
      3,
      'its id 7 is already that of line 2',
    ],
    [
      'a line that somebody took out',
      `${header}\n{"audit":"a.example","at":"2026-11-20T08:00:00Z","heard":{"mx":[9]}}\n{"end":true}\n`,
      3,
      'the audit of a.example heard line 9, which is not there',
    ],
    ['a moment that is none', `${header}\n{"audit":"a.example","at":"then"}\n`, 2, 'at is no moment in time'],
  ])('%s', (_, file, line, reason) => {
    const fault = faultOf(() => Recording.read(file))
    expect(fault.message).toContain(reason)
    expect(fault.line).toBe(line)
  })
})

function onlyFaults(act: () => unknown): void {
  try {
    act()
  } catch (fault) {
    expect(fault).toBeInstanceOf(EvidenceFault)
  }
}

function faultOf(act: () => unknown): EvidenceFault {
  try {
    act()
  } catch (fault) {
    if (fault instanceof EvidenceFault) return fault
    throw fault
  }
  throw new Error('nothing was wrong')
}

/** Without the difference between kinds of byte arrays and between what is undefined and what is left out. */
function plain(line: EvidenceLine): unknown {
  return JSON.parse(
    JSON.stringify(line, (_, value) => {
      if (value instanceof Map) return [...value].sort()
      if (value?.type === 'Buffer') return Buffer.from(value.data).toString('hex')
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
      return value
    }),
  )
}

function keysOf<T extends object>(fields: T): (keyof T)[] {
  return Object.keys(fields) as (keyof T)[]
}
