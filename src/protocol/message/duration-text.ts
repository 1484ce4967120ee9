// How long something took, for a person: two units at most.

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** `3 min 20 s`, `2 d 4 h`. Seconds, zero or more. */
export function durationText(seconds: number): string {
  const at = UNITS.findIndex(([, size]) => seconds >= size)
  if (at < 0) return '0 s'
  const [unit, size] = UNITS[at]!
  const rest = UNITS[at + 1]
  const more = rest === undefined ? 0 : Math.floor((seconds % size) / rest[1])
  return `${Math.floor(seconds / size)} ${unit}${rest === undefined || more === 0 ? '' : ` ${more} ${rest[0]}`}`
}
