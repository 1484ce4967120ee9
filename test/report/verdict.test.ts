import { describe, expect, it } from 'vitest'
import type { Level } from '../../src/report/report.ts'
import { countRequired, verdictOf } from '../../src/report/verdict.ts'

const of = (...levels: (readonly [string, Level, boolean?])[]) =>
  levels.map(([check, level, required = true]) => ({ check, level, required }))

describe('the verdict', () => {
  it.each([
    ['pass', of(['a', 'pass'], ['b', 'info'])],
    ['warn', of(['a', 'pass'], ['b', 'warn'])],
    ['unknown', of(['a', 'warn'], ['b', 'unknown'])],
    ['warn', of(['a', 'warn'], ['b', 'unknown', false])],
    ['pass', of(['a', 'pass'], ['b', 'unknown', false])],
    ['fail', of(['a', 'unknown'], ['b', 'fail', false])],
  ] as const)('is %s', (verdict, findings) => {
    expect(verdictOf(findings)).toBe(verdict)
  })

  it('counts required checks by id, and only those that apply', () => {
    const findings = of(
      ['a', 'pass'],
      ['a', 'fail'],
      ['b', 'pass'],
      ['b', 'warn'],
      ['c', 'info'],
      ['d', 'pass', false],
      ['e', 'unknown'],
    )
    expect(countRequired(findings)).toEqual({ passed: 1, of: 3 })
  })
})
