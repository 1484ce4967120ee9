// Holds docs/report.schema.json and the Report type together: each refuses what the other does not know.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import type { Finding, Json, MessageResults, Readiness, Readings, Report } from '../../src/report/report.ts'
import { broken, healthy, hostile, undecided } from '../support/sample-reports.ts'

type Schema = { readonly [key: string]: Json }
const schema: Schema = JSON.parse(readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
addFormats.default(ajv)
const valid = ajv.compile(schema)

/** Every field given, also the optional ones: a new field in the type does not compile until it stands here. */
type Whole<T> = T extends readonly (infer E)[]
  ? readonly Whole<E>[]
  : T extends object
    ? { [K in keyof T]-?: Whole<T[K]> }
    : T

/** A term with one record below it, which has a term too. */
const leaf = {
  term: 'ip4:192.0.2.10',
  column: 8,
  reached: true,
  lookups: 0,
  voids: { v4: 0, v6: 0 },
  lets: { v4: 1, v6: { networks: 1, widest: 32 }, whole: true },
  matched: ['192.0.2.10'],
  note: 'none',
  leadsTo: null,
} as const
const below = { domain: 'i.example', state: 'read', lets: leaf.lets, terms: [leaf], more: 0 } as const

const reading: Whole<Readings> = {
  ...broken.readings,
  spfTree: {
    worst: { lookups: 1, voids: { v4: 0, v6: 0 } },
    evaluations: [{ egress: '192.0.2.10', identity: 'mailfrom', result: 'pass', lookups: 1, voids: 0 }],
    root: { ...below, terms: [{ ...leaf, leadsTo: below }] },
  },
  dkim: [{ selector: 's1', state: 'valid', keyHash: 'sha256:00', found: true }],
  dmarc: {
    ...broken.readings.dmarc,
    walk: [{ name: '_dmarc.whole.example', found: 'record', record: 'v=DMARC1; p=none', applies: true }],
  },
  domainListed: ['dbl.spamhaus.org'],
  domainUnasked: ['multi.uribl.com'],
  hosts: [
    {
      role: 'mx',
      name: 'mx.whole.example',
      address: '192.0.2.20',
      port: 25,
      banner: 'mx.whole.example',
      ehlo: 'mx.whole.example',
      ptr: 'mx.whole.example',
      forwardConfirmed: true,
      certificate: { names: ['mx.whole.example'], more: 0, end: '2026-12-01T00:00:00.000Z' },
      differs: ['banner'],
    },
  ],
}
const finding: Whole<Omit<Finding, 'data'>> & Pick<Finding, 'data'> = {
  check: 'spf-record',
  subject: 'whole.example',
  outcome: 'missing',
  level: 'fail',
  required: true,
  says: 'There is none.',
  fix: 'Publish one.',
  records: [{ do: 'publish', name: 'whole.example', type: 'TXT', value: 'v=spf1 -all' }],
  data: { domain: 'whole.example', nested: [{ n: 1, no: null, yes: true }] },
  refs: ['RFC 7208 §4.5'],
  evidence: [{ ask: 'whole.example TXT', answer: 'no such record', server: '192.0.2.53', ms: 3 }],
}
const message: Whole<MessageResults & Pick<Report['target'], 'message'>> = {
  spf: { result: 'pass', identity: 'mailfrom', domain: 'whole.example', reason: 'it lists the client' },
  dkim: [{ result: 'pass', domain: 'whole.example', selector: 's1', algorithm: 'rsa-sha256', reason: 'it verifies' }],
  dmarc: { result: 'pass', policy: 'reject', alignedBy: ['dkim'], reason: 'it is aligned' },
  arc: { result: 'pass', sets: 1, oldestPass: 0, reason: 'it holds' },
  message: {
    name: 'whole.eml',
    octets: 9,
    notes: ['its lines end with LF'],
    client: '192.0.2.1',
    helo: 'mail.example',
    mailFrom: '',
  },
}
const gmail: Whole<Readiness> = {
  verdict: 'fail',
  because: ['dmarc-record'],
  volumes: [{ volume: 'bulk', from: 5000, verdict: 'fail', because: ['dmarc-record'] }],
  would: [{ check: 'dmarc-record', code: '550 5.7.40', says: 'It refuses.', volume: 'bulk' }],
  open: [{ check: 'dkim-key', says: 'no selector was given' }],
  unseen: ['mail is sent over TLS'],
  source: { url: 'https://support.google.com/a/answer/81126', asOf: '2026-03' },
}
const { message: told, ...results } = message
const whole: Required<Report> = {
  ...{ ...broken, ...results, domain: 'whole.example', ready: { gmail }, readings: reading, findings: [finding] },
  standing: [{ name: 'whole.example', type: 'TXT', state: 'records', values: [['v=spf1', ' -all']] }],
  proposed: {
    file: 'whole.zone',
    records: [{ do: 'publish', name: 'whole.example', type: 'TXT', values: ['v=spf1 -all'] }],
    verdictNow: 'fail',
    changes: [
      {
        check: 'spf-record',
        subject: 'whole.example',
        change: 'heals',
        before: { outcome: 'missing', level: 'fail', says: 'There is none.' },
        after: { outcome: 'found', level: 'pass', says: 'There is one.' },
      },
    ],
    unasked: [{ name: 'whole.example', type: 'A' }],
  },
  target: { ...broken.target, message: told },
}

/** Optional in the type. Everything else must be required by the schema. */
const optional = [
  'readings.spfTree',
  'readings.hosts',
  ...['spf', 'dkim', 'dmarc', 'arc', 'target.message', 'standing', 'proposed'],
  ...[
    'findings.0.fix',
    'findings.0.records',
    'readings.dkim.0.keyHash',
    'readings.dmarc.walk',
    'readings.dkim.0.found',
    'readings.domainListed',
    'readings.domainUnasked',
    ...['volumes', 'would', 'open', 'unseen', 'source'].map(field => `ready.gmail.${field}`),
  ],
]
/** Objects whose keys are names, not fields. */
const open = ['ready', 'rules', 'findings.0.data']

type Tree = { [key: string]: Tree }

function objects(value: Tree, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null || path.join('.') === 'findings.0.data') return []
  const inside = Object.keys(value).flatMap(key => objects(value[key]!, [...path, key]))
  return Array.isArray(value) ? inside : [path, ...inside]
}

function at(tree: Tree, path: readonly string[]): Tree {
  return path.reduce((branch, key) => branch[key]!, tree)
}

const changed = (change: (copy: Tree) => void): unknown => {
  const copy = structuredClone(whole) as unknown as Tree
  change(copy)
  return copy
}

describe('the JSON Schema of the report', () => {
  it.each([healthy, broken, undecided, hostile, whole])('takes the report of $domain', report => {
    const taken = valid(JSON.parse(JSON.stringify(report)))
    expect(valid.errors ?? []).toEqual([])
    expect(taken).toBe(true)
  })

  const places = objects(whole as unknown as Tree)

  it('is tried at every object of the report', () => {
    expect(places.length).toBeGreaterThan(15)
  })

  it.each(places.filter(path => !open.includes(path.join('.'))))('refuses an unknown field at %j', (...path) => {
    expect(valid(changed(copy => Object.assign(at(copy, path), { surprise: 1 })))).toBe(false)
  })

  const fields = places
    .filter(path => !open.includes(path.join('.')))
    .flatMap(path => Object.keys(at(whole as unknown as Tree, path)).map(key => [...path, key]))

  it.each(fields)('refuses a report without %j, unless it is optional', (...path) => {
    const without = changed(copy => delete at(copy, path.slice(0, -1))[path.at(-1)!])
    expect(valid(without)).toBe(optional.includes(path.join('.')))
  })

  it.each(fields)('refuses a wrong type at %j', (...path) => {
    expect(valid(changed(copy => Object.assign(at(copy, path.slice(0, -1)), { [path.at(-1)!]: [[]] })))).toBe(false)
  })

  it('names no field that the type does not have', () => {
    const named: string[] = []
    // A part that holds itself is followed once.
    const walk = (node: Json | undefined, path: string, inside: readonly string[] = []): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return
      const part = node as Schema
      const { $ref } = part
      if (typeof $ref === 'string' && !inside.includes($ref)) {
        walk((schema.$defs as Schema)[$ref.split('/').at(-1)!], path, [...inside, $ref])
      }
      walk(part.items, `${path}.0`, inside)
      for (const [key, property] of Object.entries((part.properties ?? {}) as Schema)) {
        named.push(`${path}.${key}`.slice(1))
        walk(property, `${path}.${key}`, inside)
      }
    }
    walk(schema, '')
    const there = (name: string): boolean => {
      const path = name.split('.')
      const parent = at(whole as unknown as Tree, path.slice(0, -1))
      return Object.hasOwn(parent, path.at(-1)!)
    }
    expect(named.filter(name => !there(name))).toEqual([])
    expect(named.length).toBeGreaterThan(60)
  })

  it('describes every field', () => {
    const silent: string[] = []
    const walk = (node: Json | undefined, path: string): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return
      for (const [key, property] of Object.entries(((node as Schema).properties ?? {}) as { [key: string]: Schema })) {
        if (property.description === undefined && property.$ref === undefined) silent.push(`${path}.${key}`)
        walk(property, `${path}.${key}`)
        walk(property.items, `${path}.${key}`)
      }
    }
    walk(schema, '')
    for (const definition of Object.values(schema.$defs as Schema)) walk(definition, '')
    expect(silent).toEqual([])
  })
})
