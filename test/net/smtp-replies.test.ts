import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplyReader, replyText } from '../../src/net/smtp-replies.ts'

function readAll(...pieces: readonly (string | Uint8Array)[]) {
  const reader = new ReplyReader()
  const heard = []
  for (const piece of pieces) {
    reader.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      heard.push(next)
      if ('fault' in next) break
    }
  }
  return { heard, reader }
}

describe('SMTP replies', () => {
  it('are read whole, whatever pieces they come in', () => {
    const text = '220-mx.example.org\r\n220 ready\r\n250 ok\r\n'
    const whole = [
      { code: 220, lines: ['mx.example.org', 'ready'] },
      { code: 250, lines: ['ok'] },
    ]
    expect(readAll(text).heard).toEqual(whole)
    expect(readAll(...text).heard).toEqual(whole)
  })

  it('may have no text, a bare LF, or a code that changes: clients go by the last line', () => {
    expect(readAll('220\r\n').heard).toEqual([{ code: 220, lines: [''] }])
    expect(readAll('250-a\n250 b\n').heard).toEqual([{ code: 250, lines: ['a', 'b'] }])
    expect(readAll('250-a\r\n550 b\r\n').heard).toEqual([{ code: 550, lines: ['a', 'b'] }])
  })

  it('are not there before their last line ends', () => {
    const { heard, reader } = readAll('220-mx\r\n220 ready')
    expect(heard).toEqual([])
    expect(reader.left).toBe('220-mx\r\n220 ready'.length)
    expect(reader.remains).toBe('mx 220 ready')
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', '"SSH-2.0-OpenSSH_9.2" is no SMTP reply'],
    ['an empty line', '\r\n', '"" is no SMTP reply'],
    ['two digits', '22 hello\r\n', '"22 hello" is no SMTP reply'],
    ['a line without end', '2'.repeat(5000), 'a line of more than 4096 octets'],
    ['a line that is too long', `220 ${'x'.repeat(5000)}\r\n`, 'a line of more than 4096 octets'],
    ['a reply without end', '220-and another\r\n'.repeat(1000), 'a reply of more than 200 lines'],
    ['a large reply', `220-${'x'.repeat(4000)}\r\n`.repeat(100), 'a reply of more than 65536 octets'],
  ])('%s is a fault, which stays', (_, text, fault) => {
    const { heard, reader } = readAll(text)
    expect(heard).toEqual([{ fault }])
    reader.push(Buffer.from('220 ok\r\n'))
    expect(reader.next()).toEqual({ fault })
  })

  it('never throw and never hang, whatever comes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('220 ', '250-', '\r\n', '\n', '\r', 'x'.repeat(3000)).map(text => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 40 }), pieces => {
        const { heard, reader } = readAll(...pieces)
        for (const one of heard) {
          if ('fault' in one) expect(one.fault.length).toBeLessThan(150)
          else expect(replyText(one)).toMatch(/^\d{3}/)
        }
        expect(reader.remains.length).toBeLessThanOrEqual(200)
      }),
    )
  })

  it('come out the same in any pieces', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const bytes = Buffer.from(`220-${text}\r\n220 end\r\n`)
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(readAll(...pieces).heard).toEqual(readAll(bytes).heard)
      }),
    )
  })
})
