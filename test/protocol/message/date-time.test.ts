// Dates of messages: the form of RFC 5322, the obsolete ones that are still met, and everything that is no date.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../src/protocol/message/date-time.ts'
import { leastTime } from '../../support/least-time.ts'

function moment(text: string): string {
  const read = readDate(text)
  return read.ok ? new Date(read.at).toISOString() : read.why
}

function faults(text: string): readonly string[] {
  const read = readDate(text)
  return read.ok ? read.faults : [read.why]
}

describe('a date', () => {
  it.each([
    ['Fri, 20 Nov 2026 08:00:00 +0000', '2026-11-20T08:00:00.000Z'],
    ['Fri, 20 Nov 2026 00:00:00 -0800 (PST)', '2026-11-20T08:00:00.000Z'],
    ['20 Nov 2026 08:00 -0000', '2026-11-20T08:00:00.000Z'],
    ['Fri,20 Nov 2026 13:30:00 +0530', '2026-11-20T08:00:00.000Z'],
    [' Fri , 20 Nov 2026 08:00:00 +0000 (a (nested) comment)', '2026-11-20T08:00:00.000Z'],
    // A leap second is told as 60.
    ['31 Dec 2016 23:59:60 +0000', '2017-01-01T00:00:00.000Z'],
    // RFC 5322 §4.3.
    ['20 Nov 26 08:00 GMT', '2026-11-20T08:00:00.000Z'],
    ['20 Nov 97 08:00 EST', '1997-11-20T13:00:00.000Z'],
    ['Fri, 20 Nov 126 08:00:00 UT', '2026-11-20T08:00:00.000Z'],
    ['Fri, 20 (day) Nov (month) 2026 08 : 00 : 00 +0000', '2026-11-20T08:00:00.000Z'],
  ])('%s is read', (text, when) => expect(moment(text)).toBe(when))

  it.each([
    ['', 'it is empty'],
    ['2026-11-20T08:00:00Z', 'it is not of the form'],
    ['Fri Nov 20 08:00:00 2026', 'it is not of the form'],
    ['Fr, 20 Nov. 2026 08:00:00 +0000', 'it is not of the form'],
    ['20 Nov 2026 08:00:00', 'it has no time zone'],
    ['20 Nov 2026 08:00:00 XYZ', 'XYZ is no time zone'],
    ['20 Nov 2026 08:00:00 +0060', '+0060 is no time zone'],
    ['30 Feb 2026 08:00:00 +0000', '30 Feb 2026 is no day'],
    ['20 Okt 2026 08:00:00 +0000', 'Okt is no month'],
    ['20 Nov 2026 24:00:00 +0000', '24:00:00 is no time of day'],
    ['20 Nov 2026 08:00:00 +0000 (open', 'a comment in it is not closed'],
  ])('%s is not', (text, why) => expect(moment(text)).toContain(why))

  it('tells what is odd about a date that it reads', () => {
    expect(faults('Fri, 20 Nov 2026 08:00:00 +0000')).toEqual([])
    expect(faults('Mon, 20 Nov 2026 08:00:00 +0000')).toEqual(['that day is no Mon'])
    expect(faults('20 Nov 26 08:00 +0000')[0]).toContain('2 digits')
    expect(faults('20 Nov 2026 08:00 GMT')[0]).toContain('obsolete')
  })

  it('is written and read again to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), seconds => {
        const [day, date, month, year, time] = new Date(seconds * 1000).toUTCString().split(/,? /)
        expect(moment(`${day}, ${date} ${month} ${year} ${time} +0000`)).toBe(new Date(seconds * 1000).toISOString())
      }),
    )
  })

  it('is read of any text without harm', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => void readDate(text)))
    for (const hostile of ['('.repeat(200_000), `20 ${' '.repeat(200_000)}Nov`]) {
      expect(leastTime(() => readDate(hostile))).toBeLessThan(100)
    }
  })
})
