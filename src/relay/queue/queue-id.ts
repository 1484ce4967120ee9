// Queue ids: ten characters that people can read out, sorted by time, never the same twice, after a restart neither.

/** Crockford's base 32: no I, L, O, U; in ASCII order, so that ids sort as their numbers do. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 10

/** 50 bits: 41 of milliseconds from here, until 2095, and 9 to count within one. */
const FIRST = Date.UTC(2026, 0, 1)
const PER_MILLISECOND = 512

/** The number that an id stands for: the same order, less memory. Undefined for what is no id. */
export function numberOfId(id: string): number | undefined {
  if (id.length !== LENGTH) return undefined
  let number = 0
  for (const character of id) {
    const digit = ALPHABET.indexOf(character)
    if (digit === -1) return undefined
    number = number * 32 + digit
  }
  return number
}

export function idOfNumber(number: number): string {
  let id = ''
  for (let rest = number; id.length < LENGTH; rest = Math.floor(rest / 32)) id = ALPHABET[rest % 32] + id
  return id
}

/**
 * Makes ids.
 * @param newest the newest one that was ever given: what follows is newer, even when the clock was set back.
 */
export function queueIds(newest?: string): (now: number) => string {
  let last = (newest === undefined ? undefined : numberOfId(newest)) ?? -1
  return now => {
    last = Math.max(last + 1, Math.max(0, now - FIRST) * PER_MILLISECOND)
    return idOfNumber(last)
  }
}
