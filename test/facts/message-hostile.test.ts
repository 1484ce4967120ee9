// Messages made to hurt whoever reads them: nothing throws, nothing takes long, and each gets a report.
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnoseBody } from '../../src/protocol/dkim/diagnose-body.ts'
import { diagnoseHeader } from '../../src/protocol/dkim/diagnose-header.ts'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { readSignature } from '../../src/protocol/dkim/signature.ts'
import { readMessage } from '../../src/protocol/message/read.ts'
import { signedMessage } from '../support/dkim-signer.ts'
import { judgedMessage } from '../support/judged-message.ts'
import { leastTime } from '../support/least-time.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 1024 })
const zone = `
  s1._domainkey.example.org TXT "${keyRecordText(key.publicKey)}"
  _dmarc.example.org TXT "v=DMARC1; p=reject"
`

const pieces = fc.constantFrom(
  ...['DKIM-Signature:', 'ARC-Seal:', 'ARC-Message-Signature:', 'ARC-Authentication-Results:', 'From:', 'Subject:'],
  ...[
    ' v=1;',
    ' a=rsa-sha256;',
    ' d=example.org;',
    ' s=s1;',
    ' h=from;',
    ' h=',
    ' bh=',
    ' b=',
    ' i=1;',
    ' i=',
    ' cv=none;',
  ],
  ...[
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    ';',
    '=',
    ':',
    ' t=',
    ' x=9',
    ' l=0;',
    ' c=relaxed/simple;',
    'q=;',
  ],
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n ',
    '\t',
    ' ',
    'a@example.org',
    '<',
    '>',
    '"',
    '(',
    ')',
    ',',
    '\\',
    '\0',
    '\xff',
    '=?utf-8?q?=41?=',
  ],
)
const messages = fc
  .array(pieces, { maxLength: 120 })
  .map(parts => Buffer.from(`From: a@example.org\r\n${parts.join('')}`, 'latin1'))

describe('any message', () => {
  it('is judged', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async octets => {
        if (!readMessage(octets).ok) return
        const report = await judgedMessage(octets, { zone, came: '192.0.2.1 a@example.org x' })
        expect(report.findings.filter(finding => finding.outcome === 'error')).toEqual([])
        expect(report.dmarc).toBeDefined()
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  it('has signatures that are read in no time', () => {
    fc.assert(
      fc.property(messages, fc.constantFrom('dkim' as const, 'arc' as const), (octets, kind) => {
        expect(leastTime(() => readSignature(octets.toString('latin1'), kind))).toBeLessThan(50)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a small message that was changed', () => {
  it('is looked into in no time', () => {
    const bodies = fc.array(
      fc.constantFrom('--', 'a', ' ', '\r\n', '\r', '.', '>From ', '=41', '\xe9', '\t', '--b\r\n\r\n'),
      { maxLength: 200 },
    )
    const signed = signedMessage('From: a@example.org\nSubject: [x] y\nTo: b\n\nbody\n', {
      key: key.privateKey,
      form: 'simple/simple',
    })
    const content = readMessage(signed)
    if (!content.ok) throw new Error(content.why)
    const [field] = content.fields
    const signature = readSignature(signed.toString('latin1', field!.start, field!.end), 'dkim')
    const times: number[] = []
    fc.assert(
      fc.property(bodies, fc.constantFrom('', 'base64', 'quoted-printable'), (parts, encoding) => {
        const body = Buffer.from(parts.join(''), 'latin1')
        const started = performance.now()
        const found = diagnoseBody(body, signature, encoding)
        times.push(performance.now() - started)
        // The signed body cannot be made of these pieces: whatever is told of it would be untrue.
        expect(found).toBeUndefined()
      }),
      { numRuns: 300 },
    )
    const headers = ['Subject: [x] z', 'From: b', 'To: c'].map(line =>
      Buffer.from(signed.toString('latin1').replace(/Subject: .*/, line), 'latin1'),
    )
    for (const octets of headers) {
      const read = readMessage(octets)
      if (!read.ok) throw new Error(read.why)
      times.push(leastTime(() => diagnoseHeader(octets, read.fields, signature, key.publicKey)))
    }
    times.sort((a, b) => a - b)
    // Other programs share the machine: nearly all, and none for long.
    expect(times[Math.floor(times.length * 0.98)]).toBeLessThan(50)
    expect(times.at(-1)).toBeLessThan(1_000)
  })
})

describe('a large message that was changed', () => {
  const mebibyte = 1024 * 1024
  it.each([
    ['spaces', ' '.repeat(mebibyte)],
    ['CRs', '\r'.repeat(mebibyte)],
    ['empty lines', '\r\n'.repeat(mebibyte / 2)],
    ['short lines', 'a\r\n'.repeat(mebibyte / 3)],
    ['one long line', 'a'.repeat(mebibyte)],
    ['boundaries', '--b\r\n'.repeat(mebibyte / 5)],
    ['parts', '--b\r\n\r\n'.repeat(mebibyte / 7)],
    ['full stops', '\r\n..'.repeat(mebibyte / 4)],
    ['equals signs', '= '.repeat(mebibyte / 2)],
  ])(
    'of %s is judged in seconds',
    async (_, body) => {
      const signed = signedMessage('From: a@example.org\n\nbody\n', { key: key.privateKey, form: 'simple/simple' })
      const octets = Buffer.concat([signed.subarray(0, signed.indexOf('\r\n\r\n') + 4), Buffer.from(`${body}x`)])
      const started = performance.now()
      const report = await judgedMessage(octets, { zone })
      expect(report.dkim?.[0]?.result).toBe('fail')
      expect(performance.now() - started).toBeLessThan(6_000)
    },
    30_000,
  )

  it('with hundreds of signatures looks at ten', async () => {
    const text = 'From: a@example.org\n\nbody\n'
    const signature = signedMessage(text, { key: key.privateKey }).toString('latin1').split('\r\nFrom')[0]!
    const report = await judgedMessage(`${`${signature}\n`.repeat(400)}${text}`, { zone })
    expect(report.dkim).toHaveLength(10)
    expect(report.dkim!.every(one => one.result === 'pass')).toBe(true)
  })
})
