// Finds what somebody probably meant when a name is not known.

/** The known name that is a few slips away, or differs only in case, hyphens and underscores; undefined for none. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 40) return undefined
  const plain = bare(name)
  const alike = known.find(one => bare(one) === plain)
  if (alike !== undefined) return alike
  const most = plain.length < 5 ? 1 : plain.length < 7 ? 2 : 3
  return known
    .map(one => ({ one, slips: slips(plain, bare(one)) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((a, b) => a.slips - b.slips)[0]?.one
}

const bare = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '')

/** Letters to add, drop, change, or swap with their neighbor (optimal string alignment). */
function slips(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i])
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : changed
      rows[i]![j] = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, changed, swapped)
    }
  }
  return rows[a.length]![b.length]!
}
