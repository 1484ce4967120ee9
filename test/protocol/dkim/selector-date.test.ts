import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectorDate } from '../../../src/protocol/dkim/selector-date.ts'

const now = new Date('2026-11-20T12:00:00Z')
const dated = (selector: string): string | undefined => selectorDate(selector, now)?.toISOString().slice(0, 10)

describe('the date in the name of a selector', () => {
  it.each([
    ['s2025a', '2025-12-31'],
    ['dkim2020', '2020-12-31'],
    ['cf2024-1', '2024-12-31'],
    ['202410', '2024-10-31'],
    ['s2024-02', '2024-02-29'],
    ['20230601', '2023-06-01'],
    ['mail-2023-06-01-rsa', '2023-06-01'],
    ['a.s20150108', '2015-01-08'],
  ])('%s is no older than %s', (selector, date) => {
    expect(dated(selector)).toBe(date)
  })

  it.each([
    ...['s1', 'google', 'selector1', 'dkim1024', 'rsa2048', 'dkim4096', 's2026a', '202613', '20261231', '1999', '2003'],
    ...['120230601', '202306011', '20', '2b43tckulbxzc2v4aqm57pomnc3q62un', ''],
  ])('%s tells none', selector => {
    expect(dated(selector)).toBeUndefined()
  })

  it('never lies ahead, whatever the name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{0,24}$/), selector => {
        const date = selectorDate(selector, now)
        if (date !== undefined) expect(date.getTime()).toBeLessThanOrEqual(now.getTime())
      }),
    )
  })
})
