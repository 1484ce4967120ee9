// The signer, judged by mailauth: whatever is signed verifies, and nothing can be added in front or changed behind it.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyRecordText, publicKeyHash } from '../../../src/protocol/dkim/public-key.ts'
import { prepare } from '../../../src/relay/message/prepare.ts'
import { type Signed, type SigningDomain, signMessage } from '../../../src/relay/sign/sign.ts'
import { verifyOwn } from '../../../src/relay/sign/verify-own.ts'
import { rsaKey } from '../../support/dkim-keys.ts'
import { judgedByMailauth, type KeyRecords } from '../../support/dkim-records.ts'
import { submission } from '../../support/submission.ts'

const rsa = rsaKey(2048)
const ed25519 = generateKeyPairSync('ed25519').privateKey
const domain: SigningDomain = {
  name: 'example.org',
  dkim: [
    { selector: 's2026a', key: rsa },
    { selector: 'e2026a', key: ed25519 },
  ],
}
const records: KeyRecords = new Map(
  domain.dkim.map(({ selector, key }) => [`${selector}._domainkey.example.org`, keyRecordText(key)]),
)
const now = Date.UTC(2026, 10, 20, 8, 0, 0)
const times = { now, expiresAt: undefined }

async function signed(
  message: Buffer,
  by: SigningDomain = domain,
  at: Parameters<typeof signMessage>[2] = times,
): Promise<Signed> {
  const made = await signMessage(message, by, at)
  if (made.kind !== 'signed') throw new Error(made.says, { cause: made.cause })
  return made
}
const judged = (message: Buffer): Promise<readonly string[]> =>
  judgedByMailauth(message, records, new Date(now + 1_000))
const both = ['s2026a: pass', 'e2026a: pass']

const message = Buffer.from(
  'From: a@example.org\r\nTo: b@example.net\r\nSubject: Is dinner ready?\r\nMessage-ID: <1@example.org>\r\n\r\nHi.\r\n\r\nJoe. \r\n\r\n',
)

describe('a signature', () => {
  it('is made by each key, verifies, and is folded', async () => {
    const { signatures, made } = await signed(message)
    expect(await judged(Buffer.concat([signatures, message]))).toEqual(both)
    const text = signatures.toString()
    expect(text).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.org; s=s2026a;\r\n\tt=/)
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text).not.toMatch(/[;\s][lixz]=/)
    expect(Math.max(...text.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(78)
    expect(made).toMatchObject([
      { domain: 'example.org', selector: 's2026a', algorithm: 'rsa-sha256', keyHash: publicKeyHash(rsa) },
      { domain: 'example.org', selector: 'e2026a', algorithm: 'ed25519-sha256', keyHash: publicKeyHash(ed25519) },
    ])
  })

  it('is the same for the same time', async () => {
    expect((await signed(message)).signatures).toEqual((await signed(message)).signatures)
  })

  it('covers each instance and one more', async () => {
    const twice = Buffer.concat([Buffer.from('to: c@example.net\r\nList-Id: x\r\n'), message])
    const { signatures } = await signed(twice)
    const names = /\sh=([^;]+);/.exec(signatures.toString())![1]!.replaceAll(/\s/g, '').toLowerCase().split(':')
    const count = (name: string): number => names.filter(one => one === name).length
    expect([count('from'), count('to'), count('cc'), count('list-id'), count('sender')]).toEqual([2, 3, 1, 2, 0])
    expect(await judged(Buffer.concat([signatures, twice]))).toEqual(both)
  })

  it('expires when asked to', async () => {
    const { signatures } = await signed(message, domain, { now, expiresAt: now + 3_600_000 })
    expect(signatures.toString()).toContain(`t=${now / 1000}; x=${now / 1000 + 3600};`)
    const whole = Buffer.concat([signatures, message])
    expect(await judged(whole)).toEqual(both)
    expect(await judgedByMailauth(whole, records, new Date(now + 3_601_000))).not.toContain('s2026a: pass')
  })

  it.each([
    ['an empty body', 'From: a@example.org\r\n\r\n'],
    ['no body', 'From: a@example.org\r\n'],
    ['a body of empty lines', 'From: a@example.org\r\n\r\n\r\n \r\n\r\n'],
    ['a body without a last line end', 'From: a@example.org\r\n\r\nx'],
    ['folds and white space', 'From:\ta@example.org  \r\nSubject:  a \t\r\n\t b\r\n\r\n a\t \tb  \r\n'],
    ['an empty field', 'From: a@example.org\r\nSubject:\r\nCc: \r\n\r\nx\r\n'],
    ['8-bit octets', 'From: a@example.org\r\nSubject: \xc3\xa4\r\n\r\n\xe4\r\n'],
    [
      'a DKIM-Signature of others',
      'DKIM-Signature: v=1; a=rsa-sha256; d=x.example; b=\r\nFrom: a@example.org\r\n\r\nx\r\n',
    ],
    ['1,000 recipients', `From: a@example.org\r\nTo: a@example.net${',\r\n b@example.net'.repeat(90)}\r\n\r\nx\r\n`],
  ])('verifies over %s', async (_, text) => {
    const octets = Buffer.from(text, 'latin1')
    const { signatures } = await signed(octets)
    expect((await judged(Buffer.concat([signatures, octets]))).filter(one => one.endsWith('pass'))).toHaveLength(2)
  })
})

/** Messages as clients submit them. */
const word = fc.constantFrom('dinner', 'a', '=?utf-8?q?=C3=A4?=', 'x'.repeat(60), ',', '  ', '\t', '.', ':')
const value = fc.array(word, { minLength: 1, maxLength: 6 }).map(words => words.join(' '))
const folded = fc.tuple(value, value).map(([a, b]) => `${a}\r\n\t${b}x`)
const name = fc.constantFrom(
  ...['To', 'Cc', 'Subject', 'Reply-To', 'In-Reply-To', 'References', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
  ...[
    'X-Mailer',
    'Sender',
    'List-Id',
    'subject',
    'TO',
    'Received',
    'Date',
    'Message-ID',
    'MIME-Version',
    'Content-Type',
  ],
)
const fields = fc.uniqueArray(fc.tuple(name, fc.oneof(value, folded)), {
  maxLength: 12,
  selector: ([n]) => n.toLowerCase(),
})
const line = fc.constantFrom(
  '',
  '',
  ' ',
  'text',
  ' text  more\t',
  'x'.repeat(998),
  '.',
  '..',
  '-- ',
  'From me',
  '\ttab',
)
const body = fc.array(line, { maxLength: 12 }).map(lines => lines.map(one => `${one}\r\n`).join(''))
const submitted = fc
  .tuple(fields, body)
  .map(([all, text]) => `From: A <a@example.org>\r\n${all.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${text}`)

function prepared(text: string): Buffer {
  const made = prepare(Buffer.from(text, 'latin1'), submission)
  if (made.kind === 'refused') throw new Error(made.says)
  return made.message
}

describe('whatever is prepared and signed', () => {
  it('verifies', async () => {
    await fc.assert(
      fc.asyncProperty(submitted, async text => {
        const octets = prepared(text)
        const made = await signed(octets)
        expect(await judged(Buffer.concat([made.signatures, octets]))).toEqual(both)
        expect((await verifyOwn(made, octets, () => undefined)).map(v => v.result)).toEqual(['no-key', 'no-key'])
      }),
      { numRuns: 120 },
    )
  })

  it('no longer verifies with a field in front that people or programs would read', async () => {
    const prepended = fc.constantFrom(
      ...[
        'From',
        'To',
        'Cc',
        'Subject',
        'Date',
        'Reply-To',
        'Message-ID',
        'MIME-Version',
        'Content-Type',
        'from',
        'SUBJECT',
      ],
      ...['Content-Transfer-Encoding', 'In-Reply-To', 'References', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
    )
    await fc.assert(
      fc.asyncProperty(submitted, prepended, async (text, field) => {
        const octets = prepared(text)
        const made = await signed(octets)
        const attacked = Buffer.concat([Buffer.from(`${field}: b@evil.example\r\n`), made.signatures, octets])
        expect((await judged(attacked)).filter(one => one.includes('pass'))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('no longer verifies with an octet of the body changed', async () => {
    await fc.assert(
      fc.asyncProperty(submitted, fc.nat(), fc.integer({ min: 1, max: 255 }), async (text, place, flip) => {
        const octets = prepared(text)
        const made = await signed(octets)
        const start = octets.indexOf('\r\n\r\n') + 4
        const at = start + (place % Math.max(1, octets.length - start))
        const before = octets[at]
        // White space and line ends are what the relaxed form lets go.
        if (before === undefined || before < 33) return
        const changed = Buffer.from(octets)
        changed[at] = before ^ flip
        expect((await judged(Buffer.concat([made.signatures, changed]))).filter(one => one.includes('pass'))).toEqual(
          [],
        )
        expect(await verifyOwn(made, changed, () => undefined)).toMatchObject([
          { result: 'broken' },
          { result: 'broken' },
        ])
      }),
      { numRuns: 100 },
    )
  })

  it('no longer verifies with a signed field changed or taken away', async () => {
    for (const [from, to] of [
      ['a@example.org', 'b@example.org'],
      ['dinner', 'supper'],
      ['To: b@example.net\r\n', ''],
    ] as const) {
      const { signatures } = await signed(message)
      const changed = Buffer.from(message.toString('latin1').replace(from, to), 'latin1')
      expect((await judged(Buffer.concat([signatures, changed]))).filter(one => one.includes('pass'))).toEqual([])
    }
  })
})

describe('what cannot be signed', () => {
  const failing = async (by: SigningDomain, at = times, octets = message): Promise<unknown> =>
    signMessage(octets, by, at)
  const one = (key: KeyObject): SigningDomain => ({
    name: 'example.org',
    dkim: [...domain.dkim, { selector: 's', key }],
  })
  const refusal = { kind: 'not-signed', code: 451, enhanced: '4.3.5' }

  it.each([
    ['no key', { name: 'example.org', dkim: [] }],
    ['a public key', one(generateKeyPairSync('ed25519').publicKey)],
    ['a short key', one(rsaKey(768))],
    ['a key of another kind', one(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['a selector that ends the line', { name: 'example.org', dkim: [{ selector: 's\r\nX: y', key: rsa }] }],
    ['a domain that is none', { name: 'example.org; l=0', dkim: domain.dkim }],
  ])('with %s is told, and none of the others signs alone', async (_, by) => {
    expect(await failing(by)).toMatchObject(refusal)
  })

  it('is told: a message without From, a header over the caps, a signature that has expired', async () => {
    expect(await failing(domain, times, Buffer.from('To: b@example.net\r\n\r\n'))).toMatchObject(refusal)
    expect(await failing(domain, times, Buffer.from(`A: b\r\n${' c\r\n'.repeat(200)}\r\n`))).toMatchObject(refusal)
    expect(await signMessage(message, domain, { now, expiresAt: now })).toMatchObject(refusal)
  })
})

describe('our own signatures', () => {
  const verdicts = async (published: (selector: string) => string | undefined): Promise<unknown> =>
    verifyOwn(await signed(message), message, published)

  it('pass with the published keys', async () => {
    const hashes = new Map(domain.dkim.map(({ selector, key }) => [selector, publicKeyHash(key)]))
    expect(await verdicts(selector => hashes.get(selector))).toEqual([
      { selector: 's2026a', domain: 'example.org', result: 'pass' },
      { selector: 'e2026a', domain: 'example.org', result: 'pass' },
    ])
  })

  it('say when another key is published, or none is known', async () => {
    expect(await verdicts(selector => (selector === 's2026a' ? 'sha256:00' : undefined))).toMatchObject([
      { result: 'other-key', published: 'sha256:00' },
      { result: 'no-key' },
    ])
  })

  it('are broken when they do not fit the message', async () => {
    const made = await signed(message)
    const other = Buffer.from(message.toString().replace('dinner', 'supper'))
    expect(await verifyOwn(made, other, () => undefined)).toMatchObject([{ result: 'broken' }, { result: 'broken' }])
    const spoilt = { ...made, signatures: Buffer.from(made.signatures.toString().replace(/b=.\S*/, 'b=AAAA')) }
    expect(await verifyOwn(spoilt, message, () => undefined)).toMatchObject([
      { result: 'broken' },
      { result: 'no-key' },
    ])
    const swapped = { ...made, made: [made.made[1]!, made.made[0]!] as const }
    expect(await verifyOwn(swapped, message, () => undefined)).toMatchObject([
      { result: 'broken' },
      { result: 'broken' },
    ])
    const gone = { ...made, signatures: Buffer.alloc(0) }
    expect(await verifyOwn(gone, message, () => undefined)).toMatchObject([{ result: 'broken' }, { result: 'broken' }])
  })
})
