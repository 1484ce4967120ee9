// Messages from files: stored in any way, with headers in any state; the wire form must come out, and nothing may hang.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerLimits } from '../../../src/protocol/message/header.ts'
import { fieldsNamed, type MessageContent, readMessage } from '../../../src/protocol/message/read.ts'
import { leastTime } from '../../support/least-time.ts'

const wire = 'From: a@example.org\r\nSubject: x\r\n y\r\n\r\nOne.\r\nTwo.\r\n'

function read(text: string | Uint8Array): MessageContent {
  const reading = readMessage(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  if (!reading.ok) throw new Error(reading.why)
  return reading
}

function why(text: string | Uint8Array): string {
  const reading = readMessage(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  return reading.ok ? 'it was read' : reading.why
}

describe('the wire form of a file', () => {
  it.each([
    ['crlf', wire],
    ['lf', wire.replaceAll('\r\n', '\n')],
    ['cr', wire.replaceAll('\r\n', '\r')],
    ['mixed', wire.replace('One.\r\n', 'One.\n')],
  ])('is found again from %s', (lines, text) => {
    const content = read(text)
    expect(content.octets.toString('latin1')).toBe(wire)
    expect(content.lines).toBe(lines)
  })

  it('does not copy what is right already', () => {
    const octets = Buffer.from(wire)
    expect(read(octets).octets.buffer).toBe(octets.buffer)
  })

  it('keeps a CR within a line, which may have been sent', () => {
    expect(read('From: a@example.org\n\na\rb\r\r\n').octets.toString('latin1')).toBe(
      'From: a@example.org\r\n\r\na\rb\r\r\n',
    )
  })

  it('leaves out the first line of a mailbox and a byte order mark', () => {
    const content = read(`\xef\xbb\xbfFrom a@example.org Fri Nov 20 08:00:00 2026\n${wire}`)
    expect(content.mailbox).toBe(true)
    expect(content.octets.toString('latin1')).toBe(wire)
  })

  it('refuses what is no message, and says why', () => {
    expect(why('')).toBe('it is empty')
    expect(why('\xff\xfeF\0')).toContain('UTF-16')
    expect(why('no header\r\n\r\nbody')).toContain('does not begin with a header')
    expect(read('\r\nan empty header').fields).toEqual([])
    expect(why('\x7fELF\x02\x01\0\0\0\n\0\n')).toContain('no line of it is a header field')
    const box = `From a@b Fri Nov 20 08:00:00 2026\n${wire.replaceAll('\r\n', '\n')}\n`
    expect(why(box)).toBe('it was read')
    expect(why(box + box)).toBe('it is a mailbox of 2 messages: give one of them')
    expect(why(`A: b\n${' x\n'.repeat(headerLimits.lines)}`)).toContain('more than 10000 lines')
    expect(why(`A: ${'x'.repeat(headerLimits.octets)}`)).toContain('larger than 1024 KiB')
  })
})

describe('the header', () => {
  it('is read with obsolete names, folds, and lines that are none', () => {
    const content = read(
      'Subject : a\r\n b\r\nX\r\n : folded before the colon\r\nnot a field\r\n more\r\nTo:\r\n\r\nbody',
    )
    expect(content.fields.map(field => field.name)).toEqual(['Subject', 'X', 'To'])
    expect(content.stray).toEqual([{ line: 5, text: 'not a field' }])
    expect(content.octets.subarray(content.bodyAt).toString()).toBe('body')
    const [x] = fieldsNamed(content, 'x')
    expect(content.octets.toString('latin1', x!.valueAt, x!.end)).toContain('folded before the colon')
  })

  it('may be all there is', () => {
    const content = read('From: a@example.org')
    expect(content.separated).toBe(false)
    expect(content.bodyAt).toBe(content.octets.length)
  })
})

describe('any octets', () => {
  it('are read or refused, in no time', () => {
    const pieces = fc.constantFrom(
      'From',
      ':',
      ' ',
      '\t',
      '\r\n',
      '\n',
      '\r',
      '<',
      '>',
      '@',
      ',',
      ';',
      '"',
      '(',
      ')',
      '\\',
      'a.b',
      '\0',
      '\xff',
    )
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 200 }).map(parts => Buffer.from(`From: ${parts.join('')}`, 'latin1')),
      fc.uint8Array({ maxLength: 400 }).map(octets => Buffer.from(octets)),
    )
    fc.assert(
      fc.property(texts, octets => {
        expect(leastTime(() => readMessage(octets))).toBeLessThan(50)
        const reading = readMessage(octets)
        if (!reading.ok) {
          expect(reading.why).not.toBe('')
          return
        }
        for (const { start, valueAt, end } of reading.fields) {
          expect(start < valueAt && valueAt <= end && end <= reading.bodyAt).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
