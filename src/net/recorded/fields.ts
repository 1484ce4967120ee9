// Reads the fields of an evidence line; what is not as it must be is told by the name of the field.

/** A line, or a whole file, that is no evidence. The message is a clause about the line. */
export class EvidenceFault extends Error {
  override readonly name = 'EvidenceFault'
  /** Counted from 1; 0 until it is known. */
  readonly line: number

  constructor(reason: string, line = 0) {
    super(reason)
    this.line = line
  }
}

export type Fields = { readonly [key: string]: unknown }

export function object(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new EvidenceFault(`${name} is no object`)
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new EvidenceFault(`${name} is no list`)
}

export function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new EvidenceFault(`${name} is no text`)
}

export function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, name)
}

/** A number as times, counts and ids are: finite, and not below nothing. */
export function number(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw new EvidenceFault(`${name} is no number`)
}

export function truth(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new EvidenceFault(`${name} is neither true nor false`)
}

export function oneOf<T extends string>(value: unknown, among: readonly T[], name: string): T {
  const found = among.find(one => one === value)
  if (found !== undefined) return found
  throw new EvidenceFault(`${name} is none of ${among.join(', ')}`)
}

export function texts(value: unknown, name: string): readonly string[] {
  return list(value, name).map(one => text(one, `an entry of ${name}`))
}

/** Octets in base64. */
export function octetsOf(value: unknown, name: string): Uint8Array {
  const written = text(value, name)
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(written) && written.length % 4 === 0) return Buffer.from(written, 'base64')
  throw new EvidenceFault(`${name} is no base64`)
}
