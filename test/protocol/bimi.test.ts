// BIMI records and selectors: the examples of the draft, faults, and any text.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listedLocalPart, localPartSelector, readBimiSelector, selectBimiRecords } from '../../src/protocol/bimi.ts'
import { leastTime } from '../support/least-time.ts'

function only(text: string) {
  const { records } = selectBimiRecords([text])
  return records[0]!
}

describe('a BIMI record', () => {
  it.each([
    'v=BIMI1; l=https://example.org/logo.svg',
    'v=BIMI1; l=https://example.org/logo.svg; a=https://example.org/vmc.pem; avp=personal;',
    'v = BIMI1 ; a= ; l=https://img.example.org/a/logo.SVGZ?x=1; lps=news, support; later=x',
    'v=BIMI1; l=; a=;',
  ])('%s is good', text => expect(only(text).faults).toEqual([]))

  it('tells its values', () => {
    expect(only('v=BIMI1; l=; a=')).toMatchObject({ declined: true, preference: 'brand' })
    expect(only('v=BIMI1; l=; a=; lps=News')).toMatchObject({ declined: true, localParts: ['news'] })
    expect(only('v=BIMI1; l=https://example.org/l.svg; avp=personal')).toMatchObject({
      declined: false,
      preference: 'personal',
    })
  })

  it.each([
    ['v=BIMI1', 'it has no l='],
    ['v=BIMI1; a=https://example.org/v.pem', 'it has no l='],
    ['v=BIMI1; l=http://example.org/l.svg', 'l= is no https: URI'],
    ['v=BIMI1; l=https://example.org/l.svg,https://example.org/m.svg', 'l= is not a single URI'],
    ['v=BIMI1; l=https://localhost/l.svg', 'l= has no full host name'],
    ['v=BIMI1; l=https://192.0.2.1/l.svg', 'l= has no full host name'],
    ['v=BIMI1; l=https://example.org/l.png', 'l= does not lead to a .svg file'],
    ['v=BIMI1; l=https://example.org/l.svg; a=example.org', 'a= is no https: URI'],
    ['v=BIMI1; l=; l=', 'l= stands more than once'],
    ['v=BIMI1; l=https://example.org/l.svg; avp=mine', 'avp= is "mine"'],
    ['v=BIMI1; l=https://example.org/l.svg; lps=a.b', 'lps= has "a.b"'],
    ['v=BIMI1; ; l=', 'nothing between two semicolons'],
    ['v=BIMI1; logo', '"logo" is no tag'],
  ])('%s has a fault: %s', (text, fault) => expect(only(text).faults.join('; ')).toContain(fault))

  it('is told from what is none', () => {
    const found = selectBimiRecords([
      'v=spf1 -all',
      'v=bimi1; l=',
      'l=https://example.org/l.svg; v=BIMI1',
      'v=BIMI10; l=',
      'v=BIMI1; l=',
    ])
    expect(found.records.map(({ text }) => text)).toEqual(['v=BIMI1; l='])
    expect(found.nearMisses).toEqual(['v=bimi1; l=', 'l=https://example.org/l.svg; v=BIMI1'])
  })

  it('withstands any text', () => {
    const pieces = fc.constantFrom('v=BIMI1', ';', 'l=', 'a=', 'https://', 'x', '.', ',', ' ', 'lps=', 'avp=')
    fc.assert(
      fc.property(
        fc.array(pieces).map(list => list.join('')),
        text => void selectBimiRecords([text, `v=BIMI1;${text}`]),
      ),
    )
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void selectBimiRecords([`v=BIMI1; l=${text}`])))
    for (const piece of [';', 'l=https://a.b/;', 'x', 'lps=a,', ',a', ' ', 'l=https://']) {
      const text = `v=BIMI1; lps=${piece.repeat(60_000 / piece.length)}`
      expect(
        leastTime(() => selectBimiRecords([text])),
        piece,
      ).toBeLessThan(50)
    }
  })
})

describe('a BIMI-Selector field', () => {
  it.each([
    ['v=BIMI1; s=brand1', 'brand1'],
    ['v=BIMI1; s=Brand.Two;', 'brand.two'],
    ['s=brand1; v=BIMI1', 'it does not begin with v=BIMI1'],
    ['v=BIMI1', 'it has no s='],
    ['v=BIMI1; s=a b', 's= is "a b"'],
    ['v=BIMI1; s=a; s=b', 'a tag stands more than once'],
    ['brand1', 'it is no list of tags'],
  ])('%s', (text, wanted) => {
    const read = readBimiSelector(text)
    expect(read.ok ? read.selector : read.why).toContain(wanted)
  })

  it('withstands any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void readBimiSelector(text)))
  })
})

describe('a local part', () => {
  it('becomes a selector, or none', () => {
    expect(localPartSelector('Jo.Doe_x+tag')).toBe('jo-doe-x')
    expect(localPartSelector('..a..')).toBe('a')
    expect(localPartSelector('jö')).toBeUndefined()
    expect(localPartSelector('+x')).toBeUndefined()
  })

  it('is found among the beginnings of a record', () => {
    const record = only('v=BIMI1; l=; lps=news,news-de')
    expect(listedLocalPart(record, 'news.de.1')).toBe('news-de')
    expect(listedLocalPart(record, 'newsletter')).toBe('news')
    expect(listedLocalPart(record, 'jo')).toBeUndefined()
  })
})
