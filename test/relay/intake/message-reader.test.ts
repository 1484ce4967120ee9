// The end of a message and its dots, in every cut: only CRLF.CRLF ends it, and bare endings are counted.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Content, type LineEndings, type Memory, MessageReader } from '../../../src/relay/intake/message-reader.ts'

interface Reading {
  /** Undefined while the message goes on. */
  readonly end: number | undefined
  readonly content: Content
}

function readIn(pieces: readonly Buffer[], limit = 1_000_000, memory: Memory = { used: 0, most: 10_000_000 }): Reading {
  const reader = new MessageReader(limit, memory, undefined)
  let before = 0
  for (const piece of pieces) {
    const end = reader.read(piece, 0)
    if (end >= 0) return { end: before + end, content: reader.content() }
    before += piece.length
  }
  return { end: undefined, content: reader.content() }
}

const text = (content: Content): string | undefined =>
  content.kind === 'complete' ? Buffer.from(content.raw).toString('latin1') : undefined
const endings = (content: Content): LineEndings | undefined =>
  content.kind === 'complete' ? content.lineEndings : undefined

/** All ways to cut a text in two, and one octet at a time. */
function cuts(octets: string): Buffer[][] {
  const all = Buffer.from(octets, 'latin1')
  const inTwo = [...all.keys()].map(i => [all.subarray(0, i), all.subarray(i)])
  return [...inTwo, [...all].map(octet => Buffer.from([octet]))]
}

/** RFC 5321 §4.5.2 and §2.3.8 on a whole text, slowly and plainly. */
function byTheBook(octets: string): { end: number | undefined; text: string; bareCr: number; bareLf: number } {
  const found = `\r\n${octets}`.indexOf('\r\n.\r\n')
  const body = found < 0 ? octets : octets.slice(0, found)
  const lines = body.split('\r\n').map(line => (line.startsWith('.') ? line.slice(1) : line))
  const content = lines.join('\r\n')
  return {
    end: found < 0 ? undefined : found + 3,
    text: content,
    bareCr: lines.join('').split('\r').length - 1,
    bareLf: lines.join('').split('\n').length - 1,
  }
}

describe('the end of a message', () => {
  /** What looks like an end to some, with what it becomes here. */
  const lookalikes: readonly (readonly [vector: string, content: string, bareCr: number, bareLf: number])[] = [
    ['\n.\n', '\n.\n', 0, 2],
    ['\n.\r\n', '\n.\r\n', 0, 1],
    ['\r\n.\n', '\r\n\n', 0, 1],
    ['\r.\r', '\r.\r', 2, 0],
    ['\r.\r\n', '\r.\r\n', 1, 0],
    ['\r\n.\r', '\r\n\r', 1, 0],
    ['\n.\r', '\n.\r', 1, 1],
    ['\r.\n', '\r.\n', 1, 1],
    ['\r\n.\r\r\n', '\r\n\r\r\n', 1, 0],
    ['\r\n\0.\r\n', '\r\n\0.\r\n', 0, 0],
    ['\r\n.\0\r\n', '\r\n\0\r\n', 0, 0],
    ['\n..x', '\n..x', 0, 1],
    ['\r..x', '\r..x', 1, 0],
  ]
  for (const [vector, content, bareCr, bareLf] of lookalikes) {
    it(`is not ${JSON.stringify(vector)}, wherever it is cut`, () => {
      const sent = `a${vector}MAIL FROM:<b@example.org>\r\n.\r\n`
      for (const pieces of cuts(sent)) {
        const reading = readIn(pieces)
        expect(reading.end).toBe(sent.length)
        expect(text(reading.content)).toBe(`a${content}MAIL FROM:<b@example.org>\r\n`)
        expect(endings(reading.content)).toEqual({ bareCr, bareLf })
      }
    })
  }

  it('is CRLF.CRLF, also behind a bare CR, which is told', () => {
    for (const pieces of cuts('a\r\r\n.\r\nNOOP\r\n')) {
      const reading = readIn(pieces)
      expect([reading.end, text(reading.content), endings(reading.content)]).toEqual([
        7,
        'a\r\r\n',
        { bareCr: 1, bareLf: 0 },
      ])
    }
  })

  it('is a dot at the very start, but not one of two', () => {
    for (const pieces of cuts('.\r\nQUIT\r\n'))
      expect([readIn(pieces).end, text(readIn(pieces).content)]).toEqual([3, ''])
    for (const pieces of cuts('..\r\n.\r\n'))
      expect([readIn(pieces).end, text(readIn(pieces).content)]).toEqual([7, '.\r\n'])
  })

  it('takes away one dot at the start of each line, as many as there are', () => {
    for (const pieces of cuts('..\r\n...\r\n.x\r\n..\r\n.\r\n'))
      expect(text(readIn(pieces).content)).toBe('.\r\n..\r\nx\r\n.\r\n')
  })

  it('is where the book says it is, for any octets in any pieces', () => {
    const octet = fc.constantFrom('\r', '\n', '.', '\0', 'a', '\r\n', '\r\n.', '\r\n.\r\n')
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 40 }), fc.array(fc.nat(6), { minLength: 1 }), (parts, sizes) => {
        const sent = parts.join('')
        const octets = Buffer.from(sent, 'latin1')
        const pieces: Buffer[] = []
        for (let at = 0, i = 0; at < octets.length; i++) {
          const size = 1 + sizes[i % sizes.length]!
          pieces.push(octets.subarray(at, at + size))
          at += size
        }
        const expected = byTheBook(sent)
        const reading = readIn(pieces)
        expect(reading.end).toBe(expected.end)
        if (expected.end === undefined) return
        expect(text(reading.content)).toBe(expected.text)
        expect(endings(reading.content)).toEqual({ bareCr: expected.bareCr, bareLf: expected.bareLf })
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('what is kept of a message', () => {
  it('is no more than the limit, counted without the dots that are taken away', () => {
    expect(readIn([Buffer.from('..234567\r\n.\r\n')], 9).content.kind).toBe('complete')
    expect(readIn([Buffer.from('..2345678\r\n.\r\n')], 9).content.kind).toBe('too-big')
  })

  it('is given back when the message is too big, and when there is no memory', () => {
    const memory = { used: 0, most: 40_000 }
    expect(readIn([Buffer.alloc(20_000, 'a'), Buffer.from('\r\n.\r\n')], 10_000, memory).content.kind).toBe('too-big')
    expect(memory.used).toBe(0)
    expect(readIn([Buffer.alloc(50_000, 'a'), Buffer.from('\r\n.\r\n')], 100_000, memory).content.kind).toBe(
      'no-memory',
    )
    expect(memory.used).toBe(0)
  })

  it('is released once', () => {
    const memory = { used: 0, most: 1_000_000 }
    const reader = new MessageReader(100_000, memory, 5_000)
    reader.read(Buffer.from('Subject: x\r\n.\r\n'), 0)
    expect(memory.used).toBeGreaterThan(0)
    reader.release()
    reader.release()
    expect(memory.used).toBe(0)
  })

  it('costs about the same for a body of dots as for one of text', () => {
    const dots = Buffer.from('..\r\n'.repeat(1_000_000))
    const took = (chunk: Buffer): number => {
      const start = performance.now()
      for (let i = 0; i < 4; i++) new MessageReader(1e9, { used: 0, most: 1e10 }, undefined).read(chunk, 0)
      return performance.now() - start
    }
    took(dots)
    // 16 MB. smtp-server's own stream takes some 12 seconds.
    expect(took(dots)).toBeLessThan(2_000)
  })
})
