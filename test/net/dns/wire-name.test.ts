import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeName, encodeName, liesWithin, skipName, Unreadable } from '../../../src/net/dns/wire-name.ts'

const label = fc.uint8Array({ minLength: 1, maxLength: 63 })
const labels = fc.array(label, { maxLength: 10 }).filter(list => list.reduce((sum, l) => sum + l.length + 1, 1) <= 255)
const wire = (list: readonly Uint8Array[]): Buffer =>
  Buffer.concat([...list.flatMap(l => [Buffer.of(l.length), l]), Buffer.of(0)])
const lower = (bytes: Buffer): Buffer => Buffer.from(bytes.map(o => (o >= 0x41 && o <= 0x5a ? o | 0x20 : o)))

describe('names on the wire', () => {
  it('come back as the octets they were, whatever their labels hold', () => {
    fc.assert(
      fc.property(labels, list => {
        const { name, end } = decodeName(wire(list), 0)
        const encoded = encodeName(name)
        expect(end).toBe(wire(list).length)
        // Lengths are below the letters, so folding the whole is folding the labels.
        expect(encoded.ok && encoded.wire).toEqual(lower(wire(list)))
        expect(encoded.ok && encoded.name).toBe(name)
      }),
    )
  })

  it('are never confused: a dot inside a label is not a dot between labels', () => {
    expect(decodeName(Buffer.from('\x03a.b\x03org\0', 'latin1'), 0).name).toBe('a\\.b.org')
    expect(decodeName(Buffer.from('\x01a\x01b\x03org\0', 'latin1'), 0).name).toBe('a.b.org')
    expect(decodeName(Buffer.from('\x03a\\b\x03Org\0', 'latin1'), 0).name).toBe('a\\\\b.org')
    expect(decodeName(Buffer.from('\x03a\xe9 \x03org\0', 'latin1'), 0).name).toBe('a\\233 .org')
  })

  it('take the root, trailing dots and capitals', () => {
    expect(encodeName('.')).toEqual({ ok: true, name: '', wire: Buffer.of(0) })
    expect(encodeName('')).toEqual({ ok: true, name: '', wire: Buffer.of(0) })
    expect(encodeName('Example.ORG.')).toMatchObject({ name: 'example.org' })
    expect(encodeName('A\\.B.Example.')).toMatchObject({ name: 'a\\.b.example' })
    expect(encodeName('a b.example')).toMatchObject({ name: 'a b.example' })
  })

  it('take a backslash that escapes nothing for itself', () => {
    expect(encodeName('a\\b.example')).toMatchObject({ name: 'a\\\\b.example' })
    expect(encodeName('a\\12.example')).toMatchObject({ name: 'a\\\\12.example' })
    expect(encodeName('a\\')).toMatchObject({ name: 'a\\\\' })
  })

  it.each([
    ['a..b', 'empty label'],
    ['.a', 'empty label'],
    ['a\\046..b', 'empty label'],
    [`${'a'.repeat(64)}.org`, 'longer than 63 octets'],
    [`\\001${'a'.repeat(63)}.org`, 'longer than 63 octets'],
    [Array(50).fill('abcdef').join('.'), 'longer than 253 octets'],
    [`${Array(50).fill('abcdef').join('.')}.\\001`, 'longer than 253 octets'],
    ['exämple.org', 'characters that a DNS name'],
    ['a\tb.org', 'characters that a DNS name'],
    ['ä\\.c.org', 'characters that a DNS name'],
    ['a\\256.org', 'no octet'],
  ])('that cannot be are refused: %s', (name, reason) => {
    expect(encodeName(name)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) })
  })

  it('never loop and never run over the end', () => {
    const self = Buffer.from([0xc0, 0])
    expect(() => decodeName(self, 0)).toThrow('does not lead back')
    const each = Buffer.from([1, 0x61, 0xc0, 4, 1, 0x62, 0xc0, 0])
    expect(() => decodeName(each, 4)).toThrow('does not lead back')
    expect(() => decodeName(Buffer.from([5, 0x61]), 0)).toThrow('over the end')
    expect(() => decodeName(Buffer.from([0x41, 0x61, 0]), 0)).toThrow('unknown kind')
    expect(skipName(self, 0)).toBe(2)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(600), (bytes, offset) => {
        try {
          decodeName(Buffer.from(bytes), offset)
        } catch (fault) {
          expect(fault).toBeInstanceOf(Unreadable)
        }
      }),
    )
  })

  it('lie within each other by labels', () => {
    expect(liesWithin('a.example.org', 'example.org')).toBe(true)
    expect(liesWithin('example.org', 'example.org')).toBe(true)
    expect(liesWithin('example.org', '')).toBe(true)
    expect(liesWithin('a\\.example.org', 'example.org')).toBe(false)
    expect(liesWithin('a\\\\.example.org', 'example.org')).toBe(true)
    expect(liesWithin('notexample.org', 'example.org')).toBe(false)
  })
})
