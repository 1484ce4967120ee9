import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDmarc, repairedDmarc } from '../../../src/protocol/dmarc/record.ts'
import { readReportUris } from '../../../src/protocol/dmarc/report-uri.ts'
import { leastTime } from '../../support/least-time.ts'

function record(text: string) {
  const read = readDmarc(text)
  if (read.kind !== 'record') throw new Error(`not a record: ${read.resembles ? read.why : text}`)
  return read.record
}

function other(text: string) {
  const read = readDmarc(text)
  if (read.kind === 'record') throw new Error('it is a record')
  return read
}

describe('a DMARC record', () => {
  it('is read with all its tags', () => {
    const text =
      'v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; psd=n; t=y; fo=1:d:s; rua=mailto:a@example.org; ruf=mailto:b@example.org'
    expect(record(text)).toMatchObject({
      text,
      p: 'reject',
      sp: 'quarantine',
      np: 'none',
      adkim: 's',
      aspf: 'r',
      psd: 'n',
      testing: true,
      fo: '1:d:s',
      acts: 'as-written',
      removed: [],
      unknown: [],
      faults: [],
    })
  })

  it('has defaults', () => {
    expect(record('v=DMARC1; p=none')).toMatchObject({
      sp: undefined,
      np: undefined,
      adkim: 'r',
      aspf: 'r',
      psd: 'u',
      testing: false,
      fo: '0',
      rua: [],
    })
  })

  it.each([
    'v=DMARC1;p=reject',
    'v = DMARC1 ; p = reject ;',
    'v\t=\tDMARC1\t;\tp\t=\treject\t',
    'V=DMARC1; p=REJECT;',
    'v=DMARC1; P=reject',
    'v=DMARC1; aspf=r; p=reject',
  ])('may be written as "%s"', text => {
    expect(record(text)).toMatchObject({ p: 'reject', acts: 'as-written' })
  })

  it('is one even when it says nothing else', () => {
    expect(record('v=DMARC1').acts).toBe('not-at-all')
    expect(record('v=DMARC1;').acts).toBe('not-at-all')
  })

  it('has tags that RFC 9989 removed, and tags that nobody knows', () => {
    const read = record('v=DMARC1; p=reject; pct=50; rf=afrf; ri=3600; rau=mailto:a@example.org')
    expect(read.removed.map(tag => tag.name)).toEqual(['pct', 'rf', 'ri'])
    expect(read.unknown).toEqual([{ name: 'rau', value: 'mailto:a@example.org' }])
    expect(read.faults).toEqual([])
  })

  it('has no failure options without ruf=', () => {
    expect(record('v=DMARC1; p=none; fo=1').fo).toBe('0')
    expect(record('v=DMARC1; p=none; fo=d:1; ruf=mailto:a@example.org')).toMatchObject({ fo: 'd:1', faults: [] })
  })

  it.each([
    ['v=DMARC1; p=none; adkim=strict', 'adkim', '"strict" is none of r, s'],
    ['v=DMARC1; p=none; t=yes', 't', 'none of y, n'],
    ['v=DMARC1; p=none; psd=x', 'psd', 'none of y, n, u'],
    ['v=DMARC1; p=none; fo=0:1; ruf=mailto:a@b.example', 'fo', 'not made of'],
    ['v=DMARC1; p=none; fo=d:d; ruf=mailto:a@b.example', 'fo', 'not made of'],
    ['v=DMARC1; p=none;; sp=none', ';;', 'nothing stands'],
    ['v=DMARC1; p=none; hello', 'hello', 'no tag'],
    ['v=DMARC1; p=none; rua=', 'rua', 'it has no value'],
    ['v=DMARC1; p=none; fo=', 'fo', 'it has no value'],
    ['v=DMARC1; p=none; x=\xe9', 'x', 'no printable ASCII'],
    ['v=DMARC1; p=none; adkim=s\x00', 'adkim', 'no printable ASCII'],
    ['v=DMARC1; P=none', 'P', 'lower case: p'],
    ['v=DMARC1; rua=mailto:a@example.org', 'p', 'it is missing'],
  ])('%s: the fault is told and passed over', (text, tag, why) => {
    expect(record(text).faults).toEqual([{ tag, why: expect.stringContaining(why) }])
    expect(record(text).acts).not.toBe('not-at-all')
  })

  it.each([
    ['v=DMARC1; p=rejct; rua=mailto:a@example.org', 'as-none'],
    ['v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.org', 'as-none'],
    ['v=DMARC1; p=reject; np=bogus; rua=mailto:a@example.org', 'as-none'],
    ['v=DMARC1; rua=mailto:a@example.org', 'as-none'],
    ['v=DMARC1; p=rejct', 'not-at-all'],
    ['v=DMARC1; p=reject; sp=bogus', 'not-at-all'],
    ['v=DMARC1; p=rejct; rua=a@example.org', 'not-at-all'],
    ['v=DMARC1; p=rejct; ruf=mailto:a@example.org', 'not-at-all'],
    // A URI by its syntax, though nobody can write there.
    ['v=DMARC1; p=rejct; rua=mailto:', 'as-none'],
    ['v=DMARC1; p=rejct; rua=news:dmarc', 'as-none'],
    ['v=DMARC1; p=rejct; rua=mailto:a!b@example.org', 'not-at-all'],
    ['v=DMARC1; p=reject; sp=; rua=mailto:a@example.org', 'as-none'],
    ['v=DMARC1; p=reject; np=', 'not-at-all'],
    ['v=DMARC1; p=reject; adkim=x', 'as-written'],
  ])('%s acts %s (RFC 9989 §4.10.1)', (text, acts) => {
    expect(record(text).acts).toBe(acts)
  })

  it('notices a missing semicolon', () => {
    const read = record('v=DMARC1; p=reject rua=mailto:a@example.org')
    expect(read.faults).toEqual([{ tag: 'p', why: 'a semicolon is missing before rua=' }])
    expect(repairedDmarc(read)).toBe('v=DMARC1; p=reject; rua=mailto:a@example.org')
  })

  it.each([
    ['v=DMARC1; p=rejct; adkim=x; x=1', 'v=DMARC1; p=none; x=1'],
    ['v=DMARC1; p=none;; hello; P2=x', 'v=DMARC1; p=none; p2=x'],
    ['v=DMARC1; rua=mailto:a@example.org', 'v=DMARC1; p=none; rua=mailto:a@example.org'],
    ['v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.org', 'v=DMARC1; p=reject; rua=mailto:a@example.org'],
  ])('is repaired: %s', (text, repaired) => {
    expect(repairedDmarc(record(text))).toBe(repaired)
  })
})

describe('a text that is no DMARC record', () => {
  it.each(['', 'v=spf1 -all', 'hello', 'google-site-verification=abc', 'v=DKIM1; p='])(
    'and not meant to be: "%s"',
    text => {
      expect(other(text)).toEqual({ kind: 'other', text, resembles: false })
    },
  )

  it.each([
    ['v=dmarc1; p=none', 'capitals'],
    ['v=DMARC1 p=none', 'a semicolon is missing after v=DMARC1'],
    [' v=DMARC1; p=none', 'white space stands before'],
    ['p=none; v=DMARC1', 'must be the very first'],
    ['nv=DMARC1; p=none', 'must be the very first'],
    ['"v=DMARC1; p=none"', 'quotation marks'],
    ['v=DMARC1\\; p=none', 'backslashes'],
    ['v="DMARC1"; p=none', 'quotation marks'],
    ['p=none', 'does not begin with v=DMARC1'],
    ['v=DMARC1; p=none; p=none', 'p= stands more than once'],
  ])('but meant to be: %s', (text, why) => {
    const read = other(text)
    if (!read.resembles) throw new Error('it does not resemble one')
    expect(read.why).toContain(why)
    expect(read.mended).toBe('v=DMARC1; p=none')
  })

  it('and of another version is not rewritten as if it were known', () => {
    expect(other('v=DMARC2; p=reject')).toMatchObject({ resembles: true, why: 'it does not begin with v=DMARC1' })
    expect(other('v=DMARC2; p=reject')).not.toHaveProperty('mended')
    expect(other('v=DMARC1; p=none; p=reject')).not.toHaveProperty('mended')
  })
})

describe('report addresses', () => {
  it('are URIs with commas between them, of any scheme', () => {
    expect(readReportUris('mailto:a@Example.ORG , mailto:b%2Bc@example.net?subject=x,https://r.example/x,')).toEqual([
      { kind: 'mailto', text: 'mailto:a@Example.ORG', address: 'a@example.org', host: 'example.org', size: false },
      {
        kind: 'mailto',
        text: 'mailto:b%2Bc@example.net?subject=x',
        address: 'b+c@example.net',
        host: 'example.net',
        size: false,
      },
      { kind: 'other', text: 'https://r.example/x', scheme: 'https', host: 'r.example', size: false },
    ])
    expect(readReportUris('https://u@reports.example.org:8443/x')[0]).toMatchObject({ host: 'reports.example.org' })
  })

  it.each(['!10m', '!5', '!1G'])('may have an obsolete size limit %s', size => {
    expect(readReportUris(`mailto:a@example.org${size}`)).toMatchObject([
      { kind: 'mailto', text: 'mailto:a@example.org', size: true },
    ])
  })

  it.each([
    ['a@example.org', '"mailto:" before the address is missing', 'mailto:a@example.org'],
    ['mailto: a@example.org', 'a space', 'mailto:a@example.org'],
    ['mailto:', 'no mail address', undefined],
    ['mailto:a', 'no mail address', undefined],
    ['mailto:@example.org', 'no mail address', undefined],
    ['mailto:a@localhost', 'no mail address', undefined],
    ['mailto:a!b@example.org', 'must be encoded', undefined],
    ['mailto:%zz@example.org', 'must be encoded', undefined],
    ['mailto:%ff@example.org', 'no mail address', undefined],
    ['nobody', 'it is no URI', undefined],
    ['https:', 'nothing follows', undefined],
    ['mailto:a@example.org#b#c', 'it is no URI', undefined],
    ['https://[x', 'it is no URI', undefined],
    ['mailto:a;b', 'must be encoded', undefined],
  ])('that are none say why: %s', (text, why, meant) => {
    const [uri] = readReportUris(text)
    expect(uri).toMatchObject({ kind: 'invalid', text, why: expect.stringContaining(why) })
    expect(uri).toEqual(
      meant === undefined ? expect.not.objectContaining({ meant }) : expect.objectContaining({ meant }),
    )
  })
})

describe('hostile records', () => {
  const pieces = fc.constantFrom(
    'v=DMARC1',
    'p=reject',
    'rua=mailto:a@b.example',
    'rua=',
    'sp=x',
    'P=none',
    't=y',
    ';',
    '"',
    '\\;',
    ' ',
    '=',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(pieces, fc.string())).map(parts => `v=DMARC1;${parts.join(';')}`),
  )

  it('never throw, and what is mended or repaired is a record that acts', () => {
    fc.assert(
      fc.property(texts, text => {
        const read = readDmarc(text)
        if (read.kind === 'other') {
          if (read.resembles && read.mended !== undefined) expect(readDmarc(read.mended).kind).toBe('record')
          return
        }
        const again = readDmarc(repairedDmarc(read.record))
        if (again.kind === 'record') expect(again.record.p).toBeDefined()
      }),
    )
  })

  it('never throw as report addresses', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void readReportUris(`mailto:${text}`)))
  })

  it.each([
    ' ',
    '\t',
    ';',
    '"',
    '\\',
    '=',
    'v',
    'v=',
    ' p',
    'p=none ',
    '!1',
    ',',
    '@',
    '%41',
    'a@b.cc,',
    ';;',
    '//',
    'x=;',
  ])('take no time: 64 KiB of "%s"', unit => {
    const many = unit.repeat(65_000 / unit.length)
    for (const text of [many, `v=DMARC1${many}`, `v=DMARC1; rua=mailto:${many}`]) {
      expect(leastTime(() => readDmarc(text))).toBeLessThan(50)
      const read = readDmarc(text)
      if (read.kind === 'record') repairedDmarc(read.record)
    }
  })

  it('take no time: thousands of different tags', () => {
    const text = `v=DMARC1; ${Array.from({ length: 9_000 }, (_, i) => `a${i}=`).join(';')}`
    const started = process.cpuUsage()
    expect(readDmarc(text).kind).toBe('record')
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500)
  })
})
