import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pastedText } from '../../src/protocol/pasted-text.ts'
import { editTagList, repeatedNames, splitTagList, tagsOf, tagValue } from '../../src/protocol/tag-list.ts'

describe('a tag list', () => {
  it('is split at semicolons, white space around names and values dropped', () => {
    expect(splitTagList(' v = DKIM1 ;\tk=rsa; p=a b ; ')).toEqual([
      { kind: 'tag', name: 'v', value: 'DKIM1' },
      { kind: 'tag', name: 'k', value: 'rsa' },
      { kind: 'tag', name: 'p', value: 'a b' },
    ])
  })

  it('may end in a semicolon, but has no empty place elsewhere', () => {
    expect(splitTagList('a=1;').map(piece => piece.kind)).toEqual(['tag'])
    expect(splitTagList('a=1;;b=2').map(piece => piece.kind)).toEqual(['tag', 'empty', 'tag'])
  })

  it('keeps "=" in values, and text that is no tag as broken', () => {
    expect(tagValue('p=AA==', 'p')).toBe('AA==')
    expect(splitTagList('hello; =x; 1a=b').map(piece => piece.kind)).toEqual(['broken', 'broken', 'broken'])
  })

  it('knows names that are said twice', () => {
    expect(repeatedNames(tagsOf(splitTagList('a=1; b=2; a=3; a=4')))).toEqual(['a'])
  })

  it('is edited tag by tag, the others left where they are', () => {
    expect(editTagList('v=DMARC1;p=none ;pct=50; x=1', { pct: undefined, p: 'reject', t: 'y' })).toBe(
      'v=DMARC1; p=reject; x=1; t=y',
    )
    expect(editTagList('v=DMARC1; p=none', { constructor: undefined })).toBe('v=DMARC1; p=none')
  })

  it('survives any text, and what it writes reads back the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const tags = tagsOf(splitTagList(text))
        expect(tagsOf(splitTagList(editTagList(text, {})))).toEqual(tags)
      }),
    )
  })
})

describe('zone-file notation in a record', () => {
  it.each([
    ['v=DKIM1\\; p=AA\\;', 'v=DKIM1; p=AA;', 'contains backslashes, as a zone file'],
    ['"v=DKIM1; p=AA" "BB"', 'v=DKIM1; p=AABB', 'contains quotation marks, as a zone file'],
    ['\xe2\x80\x9cv=DKIM1; p=AA\xe2\x80\x9d', 'v=DKIM1; p=AA', 'typographic quotation marks, as word processors'],
    ['\xef\xbb\xbfv=DKIM1;\xc2\xa0p=AA', 'v=DKIM1; p=AA', 'an invisible mark and no-break spaces'],
    ['v=spf1 \xe2\x80\x93all \x96all', 'v=spf1 -all -all', 'dashes in place of hyphens'],
    ['\\"v=DMARC1; p=none\\"', 'v=DMARC1; p=none', 'backslashes and quotation marks'],
    ['( "v=DKIM1; " "p=AA" )', 'v=DKIM1; p=AA', 'quotation marks'],
    ['"v=DMARC1; p=none', 'v=DMARC1; p=none', 'quotation marks'],
  ])('%s', (text, meant, marks) => {
    expect(pastedText(text)).toEqual({ meant, why: expect.stringContaining(marks) })
  })

  it('is not seen where there is none', () => {
    expect(pastedText('v=DMARC1; p=none')).toBeUndefined()
  })
})
