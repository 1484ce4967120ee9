// Durations (`72h`) and sizes (`36MB`), as they are written in the configuration and shown again.

const MILLISECONDS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Exchange, Postfix and their administrators count octets in powers of two. */
const OCTETS: { readonly [unit: string]: number } = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** One or several numbers with units: `72h`, `1h30m`. */
export const DURATION = /^(?:[0-9]{1,9}(?:ms|s|m|h|d|w))+$/

/** A number with a unit, or of octets: `36MB`, `65536`. */
export const SIZE = /^[0-9]{1,12}(?:KB|MB|GB)?$/

/** Milliseconds of a text that `DURATION` matches. */
export function durationOf(text: string): number {
  return [...text.matchAll(/([0-9]+)([a-z]+)/g)].reduce(
    (sum, part) => sum + Number(part[1]) * MILLISECONDS[part[2]!]!,
    0,
  )
}

/** Octets of a text that `SIZE` matches. */
export function sizeOf(text: string): number {
  const [, number, unit] = /^([0-9]+)([A-Z]*)$/.exec(text)!
  return Number(number) * (unit === '' ? 1 : OCTETS[unit!]!)
}

/** `3d`, `1h30m`: the shortest text that means so many milliseconds. */
export function durationText(milliseconds: number): string {
  const whole = Object.entries(MILLISECONDS).findLast(([unit, ms]) => unit !== 'w' && milliseconds % ms === 0)
  if (whole !== undefined && milliseconds / whole[1] < 1000) return `${milliseconds / whole[1]}${whole[0]}`
  let left = milliseconds
  return Object.entries(MILLISECONDS)
    .toReversed()
    .flatMap(([unit, ms]) => {
      const count = Math.floor(left / ms)
      left -= count * ms
      return count > 0 ? [`${count}${unit}`] : []
    })
    .join('')
}

/** `36MB`: the shortest text that means so many octets. */
export function sizeText(octets: number): string {
  const whole = Object.entries(OCTETS).findLast(([, size]) => octets >= size && octets % size === 0)
  return whole === undefined ? String(octets) : `${octets / whole[1]}${whole[0]}`
}
