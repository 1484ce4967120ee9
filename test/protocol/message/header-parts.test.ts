// The parts of a header that people and programs stumble over: addresses, identifiers, encoded words, places to leave a list.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAddressList } from '../../../src/protocol/message/address-list.ts'
import { encodedWordFaults } from '../../../src/protocol/message/encoded-word-faults.ts'
import { isOneClick, readUnsubscribe } from '../../../src/protocol/message/list-unsubscribe.ts'
import { readMessageId } from '../../../src/protocol/message/message-id.ts'
import { readRspamdVerdict } from '../../../src/protocol/message/rspamd-verdict.ts'
import { tokensOf } from '../../../src/protocol/message/tokens.ts'
import { leastTime } from '../../support/least-time.ts'

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...'a@<>,;:."()[]\\=?bq \t'), maxLength: 200 }),
)
const hostile = ['<', ',', '(', '"', ':', ';', '@', '\\', '[', '=?', '=?a?b?', 'a ', '<a@b>,', '<https:', '?=']

/** Neither throws nor takes long, whatever the text. */
function withstands(read: (text: string) => unknown): void {
  fc.assert(fc.property(anything, text => void read(text)))
  for (const piece of hostile) {
    const text = piece.repeat(60_000 / piece.length)
    expect(
      leastTime(() => read(text)),
      piece,
    ).toBeLessThan(300)
  }
}

describe('tokens', () => {
  it('hold all of a text but white space and escapes', () => {
    expect(tokensOf('a.b (c (d) \\) e) "f\\"g" [h] <i@j>').tokens.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      ...[
        'word a.b',
        'comment c (d) ) e',
        'quoted f"g',
        'literal h',
        'special <',
        'word i',
        'special @',
        'word j',
        'special >',
      ],
    ])
    expect(tokensOf('(a').open).toBe('a comment')
    withstands(tokensOf)
  })
})

describe('a list of addresses', () => {
  const read = (text: string) => {
    const { mailboxes, groups, faults } = readAddressList(text)
    return [mailboxes.map(({ name, local, domain }) => `${name}|${local}|${domain}`), groups, faults]
  }

  it.each<[string, readonly string[], readonly string[]]>([
    ['a@example.org', ['|a|example.org'], []],
    ['Jo Doe <jo@example.org>, "Doe, A." <a@example.org>', ['Jo Doe|jo|example.org', 'Doe, A.|a|example.org'], []],
    ['John Q. Public <j@example.org>', ['John Q. Public|j|example.org'], []],
    ['=?utf-8?Q?J=C3=B6?= <jo@example.org>', ['Jö|jo|example.org'], []],
    ['undisclosed-recipients:;', [], ['undisclosed-recipients']],
    [
      'Team: a@example.org, b@example.org;, c@example.org',
      ['|a|example.org', '|b|example.org', '|c|example.org'],
      ['Team'],
    ],
    ['"john doe"@example.org (home)', ['|john doe|example.org'], []],
    ['<a@[192.0.2.1]>', ['|a|[192.0.2.1]'], []],
    ['jö@bücher.example', ['|jö|bücher.example'], []],
  ])('%s is read', (text, mailboxes, groups) => expect(read(text)).toEqual([mailboxes, groups, []]))

  it.each([
    ['', 'it names no address'],
    ['undisclosed-recipients', '"undisclosed-recipients" is no address'],
    ['undisclosed-recipients:', 'a group is not ended by a semicolon'],
    ['a@example.org,, b@example.org', 'a comma has no address beside it'],
    ['a@example.org,', 'a comma has no address beside it'],
    ['a@example.org; b@example.org', 'a semicolon ends no group'],
    ['Doe, Jo <jo@example.org>', '"Doe" is no address'],
    ['jo@home <jo@example.org>', 'has "@" and stands without quotes'],
    ['Jo [x] <jo@example.org>', 'has brackets and stands without quotes'],
    ['Jo <>', 'has no address between the angle brackets'],
    ['Jo <jo@example.org', 'has an angle bracket that is not closed'],
    ['Jo <jo@example.org> jo', 'something stands behind the address'],
    ['a b@example.org', 'has a space in it'],
    ['jo..doe@example.org', 'a stray full stop'],
    ['root@localhost', 'it has no dot'],
    ['"Jo <jo@example.org>', 'a quotation is not closed'],
  ])('%s has a fault: %s', (text, fault) => expect(readAddressList(text).faults.join('; ')).toContain(fault))

  it('knows a name that is empty', () => {
    expect(readAddressList('"" <a@example.org>').mailboxes[0]!.emptyName).toBe(true)
    expect(readAddressList('<a@example.org>').mailboxes[0]!.emptyName).toBe(false)
  })

  it('withstands any text', () => withstands(readAddressList))
})

describe('a Message-ID', () => {
  it.each([
    ['<1.a@mail.example.org>', undefined, false],
    [' <1.a@mail.example.org> (comment)', undefined, false],
    ['<a@[192.0.2.1]>', undefined, false],
    ['<a@localhost>', undefined, true],
    ['<a@printer.local>', undefined, true],
    ['<"a b"@example.org>', 'white space', false],
    ['', 'it is empty', false],
    ['a@example.org', 'not enclosed', false],
    ['<a@example.org> <b@example.org>', 'more than one', false],
    ['<example.org>', 'not of the form', false],
    ['<a..b@example.org>', 'its left side', false],
    ['<a@example..org>', 'its right side', true],
    ['<a@b@example.org>', 'its left side', false],
    [`<${'a'.repeat(1000)}@example.org>`, 'too long', false],
  ])('%s', (text, fault, local) => {
    const read = readMessageId(text)
    if (fault === undefined) expect(read.fault).toBeUndefined()
    else expect(read.fault).toContain(fault)
    expect(read.local).toBe(local)
  })

  it('withstands any text', () => withstands(readMessageId))
})

describe('encoded words', () => {
  it.each([
    ['no words at all', []],
    ['=?utf-8?Q?K=C3=B6ln?=', []],
    ['=?UTF-8?B?S8O2bG4=?= und =?iso-8859-1?q?K=F6ln?=', []],
    ['(=?utf-8?Q?a?=)', []],
    ['=?utf-8?q?=3D=3D?=', []],
    ['=?utf-8?q?=C3=B6=?=', ['cannot be decoded']],
    ['=?utf-8?Q?a b?=', ['not ended by ?=']],
    ['=?utf-8?Q?K=C3?= =?utf-8?Q?=B6ln?=', ['whole characters']],
    ['=?utf-8?B?S8O2bG4*?=', ['cannot be decoded (B)']],
    ['=?utf-8?X?abc?=', ['the encoding "X"']],
    ['=?klingon?Q?abc?=', ['the character set "klingon"']],
    [`=?utf-8?Q?${'a'.repeat(80)}?=`, ['75 are allowed']],
    ['"=?utf-8?Q?abc?=" <a@example.org>', ['in quotation marks']],
    ['x=?utf-8?Q?abc?=', ['white space']],
    ['=?utf-8?Q??=', ['is empty']],
    ['=?utf-8?Q?abc', ['not ended by ?=']],
  ])('%s', (text, wanted) => {
    const faults = encodedWordFaults(text)
    if (wanted.length === 0) expect(faults).toEqual([])
    for (const one of wanted) expect(faults.join('; ')).toContain(one)
  })

  it('withstand any text', () => withstands(encodedWordFaults))
})

describe('List-Unsubscribe', () => {
  const kinds = (text: string) => readUnsubscribe(text).places.map(({ kind }) => kind)

  it('names places in their order', () => {
    expect(kinds('<mailto:leave@example.org?subject=x>, <https://example.org/u?id=1> (comment)')).toEqual([
      'mailto',
      'https',
    ])
    expect(readUnsubscribe('<https://example.org/u?id=1,2>, <http://example.org/>').faults).toEqual([])
  })

  it.each([
    ['https://example.org/u', [], 'without angle brackets'],
    ['<https://example.org/ u>', ['https'], 'white space'],
    ['<https://example.org/u> <mailto:a@b.example>', ['https', 'mailto'], 'no comma'],
    ['<https://example.org/u', [], 'not closed'],
    ['<>', [], 'empty'],
    ['<example.org/u>', [], 'no URI'],
    ['<https://>', [], 'cannot be read'],
    ['<mailto:leave>', [], 'no address'],
    ['', [], 'names no place'],
  ])('%s', (text, places, fault) => {
    expect(kinds(text)).toEqual(places)
    expect(readUnsubscribe(text).faults.join('; ')).toContain(fault)
  })

  it('takes the post field to the letter', () => {
    expect(isOneClick(' List-Unsubscribe=One-Click ')).toBe(true)
    for (const other of ['list-unsubscribe=one-click', 'List-Unsubscribe = One-Click', 'One-Click', ''])
      expect(isOneClick(other)).toBe(false)
  })

  it('withstands any text', () => withstands(readUnsubscribe))
})

describe('an answer of rspamd', () => {
  it('is read, the heaviest symbols first', () => {
    const read = readRspamdVerdict(
      '{"is_skipped":false,"score":4.5,"required_score":15,"action":"no action","symbols":{"A":{"name":"A","score":0.5},"B":{"score":-3,"description":"b"},"C":1}}',
    )
    expect(read).toEqual({
      ok: true,
      verdict: {
        ...{ score: 4.5, required: 15, action: 'no action', skipped: false },
        symbols: [
          { name: 'B', score: -3, description: 'b' },
          { name: 'A', score: 0.5, description: undefined },
        ],
      },
    })
  })

  it.each([
    ['<html>', 'no JSON object'],
    ['[]', 'no JSON object'],
    ['{}', 'names no action'],
    ['{"action":"reject"}', 'no score'],
    ['{"action":"reject","score":1}', 'no required_score'],
    ['{"error":"unauthorized"}', 'unauthorized'],
  ])('%s is none: %s', (text, why) =>
    expect(readRspamdVerdict(text)).toMatchObject({ ok: false, why: expect.stringContaining(why) }),
  )

  it('withstands any JSON', () => {
    fc.assert(fc.property(fc.json(), text => void readRspamdVerdict(text)))
    withstands(readRspamdVerdict)
  })
})
