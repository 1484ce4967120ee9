// The date that a selector's name tells, as many do (s2026a, 202410, 20230601): a hint at the age of its key, nothing more.

/** Years in which selectors can have been named: DKIM began in 2004 (its forerunner), and nobody dates far ahead. */
const FIRST_YEAR = 2004

/**
 * The last day that the name can mean: of a year its end, of a month its end. A key is never taken for older than it can be.
 * @returns undefined when the name tells no date, or one that lies ahead.
 */
export function selectorDate(selector: string, now: Date): Date | undefined {
  const found = /(?<![0-9])(20[0-9]{2})(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12][0-9]|3[01]))?)?(?![0-9])/.exec(selector)
  if (found === null) return undefined
  const [, year, month, day] = found.map(Number) as [number, number, number, number]
  if (year < FIRST_YEAR) return undefined
  const date = Number.isNaN(month)
    ? new Date(Date.UTC(year, 11, 31))
    : Number.isNaN(day)
      ? new Date(Date.UTC(year, month, 0))
      : new Date(Date.UTC(year, month - 1, day))
  return date <= now ? date : undefined
}
