// The small parts of the configuration: ranges, durations, sizes, near names, and that no text makes the reader fall.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networksOf, parseRange, relation, sizeOf as sizeOfRange } from '../../src/config/address-range.ts'
import { readConfiguration } from '../../src/config/load.ts'
import { nearest } from '../../src/config/nearest.ts'
import { ConfigurationError, pathText } from '../../src/config/problem.ts'
import { DURATION, durationOf, durationText, SIZE, sizeOf, sizeText } from '../../src/config/quantity.ts'
import { inNetwork, parseAddress } from '../../src/names/address.ts'
import { good } from '../support/configured-house.ts'

const range = (text: string) => {
  const parsed = parseRange(text)
  if (!parsed.ok) throw new Error(parsed.why)
  return parsed.range
}

describe('ranges of addresses', () => {
  it.each([
    ['192.0.2.5', ['192.0.2.5/32']],
    ['192.0.2.0/24', ['192.0.2.0/24']],
    ['::ffff:192.0.2.0/120', ['192.0.2.0/24']],
    ['2001:db8::/32', ['2001:db8::/32']],
    ['192.0.2.0-192.0.2.255', ['192.0.2.0/24']],
    ['0.0.0.1 - 0.0.0.2', ['0.0.0.1/32', '0.0.0.2/32']],
    ['2001:db8::1-2001:db8::2', ['2001:db8::1/128', '2001:db8::2/128']],
  ])('%s is %j', (text, networks) => {
    expect(networksOf(range(text))).toEqual(networks)
  })

  it.each([
    ['10.0.0.0/24', '10.0.0.0/16', 'inside'],
    ['10.0.0.0/16', '10.0.0.0/24', 'around'],
    ['10.0.0.0/24', '10.0.0.0-10.0.0.255', 'same'],
    ['10.0.0.0/24', '10.0.1.0/24', 'apart'],
    ['10.0.0.5-10.0.0.9', '10.0.0.9-10.0.0.12', 'across'],
    ['10.0.0.0/24', '::a00:0/120', 'apart'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(relation(range(a), range(b))).toBe(expected)
  })

  it('become networks that have just their addresses', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: 0, max: 4000 }),
        (a, b, probe) => {
          const text = (n: number) => `10.0.${n >> 8}.${n & 255}`
          const [first, last] = [Math.min(a, b), Math.max(a, b)]
          const made = range(`${text(first)}-${text(last)}`)
          const inside = networksOf(made).filter(network => {
            const [address, prefix] = network.split('/')
            return inNetwork(parseAddress(text(probe))!, parseAddress(address!)!, Number(prefix))
          })
          expect(inside).toHaveLength(probe >= first && probe <= last ? 1 : 0)
          expect(sizeOfRange(made)).toBe(BigInt(last - first + 1))
        },
      ),
    )
  })
})

describe('durations and sizes', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['72h', 259_200_000],
    ['500ms', 500],
    ['2w', 1_209_600_000],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(DURATION.test(text)).toBe(true)
    expect(durationOf(text)).toBe(milliseconds)
  })

  it.each(['', '1', 'h', '1 h', '-1h', '1.5h', '1H', '1h '])('"%s" is none', text => {
    expect(DURATION.test(text)).toBe(false)
  })

  it.each([
    ['36MB', 37_748_736],
    ['64KB', 65_536],
    ['1000', 1000],
  ])('%s are %i octets', (text, octets) => {
    expect(SIZE.test(text)).toBe(true)
    expect(sizeOf(text)).toBe(octets)
  })

  it('come back as they went', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e12 }), n => durationOf(durationText(n)) === n))
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e12 }), n => sizeOf(sizeText(n)) === n))
    expect([durationText(259_200_000), durationText(5_400_000), durationText(90_000)]).toEqual(['3d', '90m', '90s'])
  })
})

it.each([
  ['lisetners', 'listeners'],
  ['seen_as', 'seenAs'],
  ['hostnam', 'hostname'],
  ['zebra', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('near to %s stands %s', (text, name) => {
  expect(nearest(text, ['listeners', 'seenAs', 'hostname'])).toBe(name)
})

it('paths are written as JavaScript does', () => {
  expect(pathText(['clients', 1, 'match', 'ips', 0])).toBe('clients[1].match.ips[0]')
  expect(pathText(['gate', 'domains', 'a.b"c'])).toBe('gate.domains["a.b"c"]')
})

describe('whatever stands in the file', () => {
  const tried = (text: string): void => {
    try {
      readConfiguration(text, '/nowhere/mailworthy.yaml', { environment: {}, now: new Date() })
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      expect(error.problems.length).toBeGreaterThan(0)
    }
  }

  it('nothing is thrown but complaints', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), tried), { numRuns: 300 })
    fc.assert(fc.property(fc.json({ maxDepth: 4 }), tried), { numRuns: 200 })
  })

  it('nothing is thrown when one line of a good file is damaged', () => {
    const lines = good.split('\n')
    const damage = fc.constantFrom('', '[]', '{}', 'null', '- x', ': ', '"', 'x: [1, {a: ~}]', '*a', '\t', '&a')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: lines.length - 1 }), fc.nat(80), damage, (index, at, piece) => {
        const line = lines[index]!
        tried(lines.with(index, line.slice(0, at) + piece + line.slice(at + 3)).join('\n'))
      }),
      { numRuns: 500 },
    )
  })

  it('nothing is thrown for a wrong type of any setting', () => {
    for (const key of [
      'hostname',
      'resolver',
      'store',
      'control',
      'egress',
      'domains',
      'listeners',
      'clients',
      'routes',
      'gate',
      'retry',
      'log',
      'trust',
    ]) {
      for (const value of ['7', 'null', '[null]', '[[]]', '{ a: 1 }', '[{}]', 'true', '""']) tried(`${key}: ${value}\n`)
    }
  })

  it('does not take for ever, even of the largest files', () => {
    for (const piece of ['[', 'a: ', '- ', '{a: ', '"', '&a ', '? ', '*a ', 'x: 1\n', 'a:\n ', '%a\n']) {
      tried(piece.repeat(100_000 / piece.length))
    }
    tried(Array.from({ length: 80_000 }, (_, index) => `key${index}: 1`).join('\n'))
  })
})
