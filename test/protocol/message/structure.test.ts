// A message octet by octet and part by part: what is wrong with its lines, and with its MIME structure.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { octetFaults } from '../../../src/protocol/message/header-octets.ts'
import { readMimeTree } from '../../../src/protocol/message/mime-tree.ts'
import { type MessageContent, readMessage } from '../../../src/protocol/message/read.ts'
import { leastTime } from '../../support/least-time.ts'

function content(text: string | Uint8Array): MessageContent {
  const read = readMessage(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  if (!read.ok) throw new Error(read.why)
  return read
}

describe('the octets of a message', () => {
  it('are without a fault in a good one', () => {
    const faults = octetFaults(content('From: a@example.org\r\nSubject: x\r\n y\r\n\r\nbody\r\n'))
    expect(Object.values(faults).flat()).toEqual([])
  })

  it.each<[keyof ReturnType<typeof octetFaults>, string, readonly string[]]>([
    ['tooLong', `Subject: ${'x '.repeat(500)}\r\n\r\n`, ['Subject']],
    ['tooLong', `A: b\r\n\r\n${'x'.repeat(999)}\r\n`, ['body']],
    ['wide', `Subject: ${'long words '.repeat(10)}\r\n\r\n`, ['Subject']],
    ['controls', 'Subject: a\x07b\r\n\r\n', ['Subject']],
    ['bareCr', 'Subject: a\rb\r\nA: b\r\n\r\nc\rd\r\n', ['Subject', 'body']],
    ['nul', 'Subject: a\0b\r\n\r\nc\0', ['Subject', 'body']],
    ['eightBit', 'Subject: K\xc3\xb6ln\r\n\r\n', ['Subject']],
    ['notUtf8', 'Subject: K\xf6ln\r\n\r\n', ['Subject']],
    ['blankFolds', 'Subject: a\r\n \r\n b\r\n\r\n', ['Subject']],
    ['spacedColons', 'Subject : a\r\n\r\n', ['Subject']],
  ])('%s is found', (kind, text, places) => expect(octetFaults(content(text))[kind]).toEqual(places))

  it('of 998 in a line are allowed', () => {
    expect(octetFaults(content(`A: ${'x'.repeat(995)}\r\n\r\n${'x'.repeat(998)}\r\n`)).tooLong).toEqual([])
  })
})

const multipart = (body: string, type = 'multipart/mixed; boundary=b') =>
  `MIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n${body}`
const part = (header: string, body: string) => `--b\r\n${header}\r\n\r\n${body}\r\n`

describe('the parts of a message', () => {
  it('are found by their boundaries, in each other too', () => {
    const inner =
      'Content-Type: multipart/alternative; boundary="b-1"\r\n\r\n--b-1\r\n\r\nplain\r\n--b-1\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b-1--'
    const text = multipart(
      `preamble\r\n--b\r\n${inner}\r\n${part('Content-Type: text/csv\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64', 'QUJD')}--b--\r\nepilogue\r\n`,
    )
    expect(readMimeTree(content(text))).toEqual({
      leaves: [
        { type: 'text/plain', octets: 5, attached: false },
        { type: 'text/html', octets: 8, attached: false },
        { type: 'text/csv', octets: 3, attached: true },
      ],
      faults: [],
    })
  })

  it.each([
    ['type-unreadable', 'Content-Type: text/plain; charset=a b c\r\n\r\nx'],
    ['boundary-missing', multipart('x', 'multipart/mixed')],
    ['boundary-malformed', multipart(`--${'b'.repeat(71)}--`, `multipart/mixed; boundary=${'b'.repeat(71)}`)],
    ['boundary-unused', multipart('--c\r\n\r\nx\r\n--c--\r\n')],
    ['boundary-open', multipart(part('', 'x'))],
    ['encoding-unknown', 'Content-Transfer-Encoding: utf-8\r\n\r\nx'],
    ['encoding-of-multipart', `Content-Transfer-Encoding: base64\r\n${multipart(`${part('', 'x')}--b--\r\n`)}`],
    ['eight-bit-undeclared', 'A: b\r\n\r\nK\xf6ln'],
    ['base64-broken', 'Content-Transfer-Encoding: base64\r\n\r\nnot base64!'],
  ])('%s is found', (kind, text) => expect(readMimeTree(content(text)).faults.map(fault => fault.kind)).toContain(kind))

  it('are few and shallow, or that is told', () => {
    const many = multipart(`${part('', 'x').repeat(600)}--b--\r\n`)
    expect(readMimeTree(content(many)).faults.map(fault => fault.detail)).toEqual(['more than 500 parts'])
    let deep = 'x'
    for (let depth = 0; depth < 30; depth++)
      deep = multipart(`--d${depth}\r\n${deep}\r\n--d${depth}--\r\n`, `multipart/mixed; boundary=d${depth}`)
    expect(readMimeTree(content(deep)).faults.map(fault => fault.detail)).toContain('deeper than 20')
  })

  it('are taken apart of any octets without harm, and fast', () => {
    const pieces = fc.constantFrom(
      '--b',
      '--',
      '\r\n',
      '\n',
      'Content-Type: multipart/mixed; boundary=b',
      ' ',
      'x',
      '\xff',
      ':',
      '=?',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), list => {
        const read = readMessage(
          Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${list.join('')}`, 'latin1'),
        )
        if (read.ok) {
          readMimeTree(read)
          octetFaults(read)
        }
      }),
    )
    for (const hostile of ['--b\r\n'.repeat(200_000), '--b'.repeat(300_000), '\r'.repeat(500_000)]) {
      const read = content(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${hostile}`)
      const work = (): void => {
        readMimeTree(read)
        octetFaults(read)
      }
      expect(leastTime(work)).toBeLessThan(500)
    }
  })
})
