// How options of the command line are read, and how help shows examples.
import { InvalidArgumentError } from 'commander'

/** The examples at the end of a help text. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

/** Reads `a,b,c`; given several times, the lists are joined. */
export function list(value: string, previous: readonly string[] | undefined): readonly string[] {
  const items = value.split(',').map(item => item.trim())
  if (items.includes('')) throw new InvalidArgumentError('It has an empty item.')
  return [...(previous ?? []), ...items]
}

/** Reads a whole number within limits, both included. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return value => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return number
  }
}

/** Reads a number of seconds, at most a day. */
export function seconds(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 86_400) {
    throw new InvalidArgumentError('It must be a number of seconds, more than 0.')
  }
  return number
}
