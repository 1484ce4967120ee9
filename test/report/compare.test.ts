// What counts as a change between two reports, and what does not.
import { describe, expect, it } from 'vitest'
import { compareReports } from '../../src/report/compare.ts'
import type { Finding, Level } from '../../src/report/report.ts'
import { finding, report } from '../support/sample-reports.ts'

const said = (check: string, level: Level, outcome: string, says = 'Said.', subject = 'example.org'): Finding =>
  finding(check, level, says, { subject, outcome })

function changes(before: readonly Finding[], after: readonly Finding[]): string[] {
  const made = (findings: readonly Finding[]) => report({ domain: 'example.org', findings })
  return compareReports(made(before), made(after)).changes.map(
    ({ change, check, subject, before, after }) =>
      `${change} ${check} ${subject}: ${before?.outcome ?? 'nothing'} → ${after?.outcome ?? 'nothing'}`,
  )
}

describe('a change', () => {
  it.each<[string, Finding[], Finding[], string[]]>([
    ['heals', [said('a', 'fail', 'bad')], [said('a', 'pass', 'good')], ['heals a example.org: bad → good']],
    ['heals in part', [said('a', 'fail', 'bad')], [said('a', 'warn', 'poor')], ['heals a example.org: bad → poor']],
    ['breaks', [said('a', 'info', 'noted')], [said('a', 'warn', 'poor')], ['breaks a example.org: noted → poor']],
    ['differs', [said('a', 'pass', 'good')], [said('a', 'info', 'none')], ['differs a example.org: good → none']],
    ['is by level too', [said('a', 'warn', 'bad')], [said('a', 'fail', 'bad')], ['breaks a example.org: bad → bad']],
    [
      'does not break by silence',
      [said('a', 'pass', 'good')],
      [said('a', 'unknown', 'unknowable')],
      ['differs a example.org: good → unknowable'],
    ],
    [
      'does not heal by the end of a silence',
      [said('a', 'unknown', 'unknowable')],
      [said('a', 'pass', 'good')],
      ['differs a example.org: unknowable → good'],
    ],
    ['heals what is said no more', [said('a', 'fail', 'bad')], [], ['heals a example.org: bad → nothing']],
    ['breaks what is said anew', [], [said('a', 'warn', 'bad')], ['breaks a example.org: nothing → bad']],
    [
      'keeps subjects apart',
      [said('a', 'fail', 'bad', '', 'x')],
      [said('a', 'fail', 'bad', '', 'y')],
      ['breaks a y: nothing → bad', 'heals a x: bad → nothing'],
    ],
    [
      'sets several findings side by side',
      [said('a', 'warn', 'one'), said('a', 'fail', 'two'), said('a', 'warn', 'same')],
      [said('a', 'warn', 'same'), said('a', 'pass', 'good')],
      ['heals a example.org: two → good', 'heals a example.org: one → nothing'],
    ],
    [
      'is told in the order break, heal, differ',
      [said('a', 'pass', '1'), said('b', 'fail', '1'), said('c', 'pass', '1')],
      [said('a', 'info', '2'), said('b', 'pass', '2'), said('c', 'fail', '2')],
      ['breaks c example.org: 1 → 2', 'heals b example.org: 1 → 2', 'differs a example.org: 1 → 2'],
    ],
    // What changes by itself: days, counts, times.
    [
      'is none in the words alone',
      [said('a', 'warn', 'soon', 'In 9 days.')],
      [said('a', 'warn', 'soon', 'In 8 days.')],
      [],
    ],
    [
      'is none in the order',
      [said('a', 'pass', '1'), said('b', 'pass', '1')],
      [said('b', 'pass', '1'), said('a', 'pass', '1')],
      [],
    ],
  ])('%s', (_, before, after, told) => {
    expect(changes(before, after)).toEqual(told)
  })

  it('comes with both verdicts and both sentences', () => {
    const before = report({ domain: 'example.org', findings: [said('a', 'fail', 'bad', 'It is bad.')] })
    const after = report({ domain: 'example.org', findings: [said('a', 'pass', 'good', 'It is good.')] })
    expect(compareReports(before, after)).toEqual({
      verdict: { before: 'fail', after: 'pass' },
      changes: [
        {
          check: 'a',
          subject: 'example.org',
          change: 'heals',
          before: { outcome: 'bad', level: 'fail', says: 'It is bad.' },
          after: { outcome: 'good', level: 'pass', says: 'It is good.' },
        },
      ],
    })
    expect(compareReports(before, before).changes).toEqual([])
  })
})
