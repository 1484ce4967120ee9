// Reads the little DER (ITU-T X.690) that Node does not tell of a certificate. Bounds are checked; what does not fit is undefined.

/** One value inside `bytes`: its tag, and where its contents stand. */
export interface DerValue {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** The value at an offset that ends by `limit`; undefined when none does. */
function valueAt(bytes: Uint8Array, at: number, limit: number): DerValue | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  // Tags above 30 take several octets; certificates have none.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const count = first & 0x80 ? first & 0x7f : 0
  if (count > 4 || first === 0x80) return undefined
  let length = count === 0 ? first : 0
  for (const octet of bytes.subarray(at + 2, at + 2 + count)) length = length * 256 + octet
  const start = at + 2 + count
  return start + length > limit ? undefined : { tag, start, end: start + length }
}

/** The values inside a constructed one, up to the first that cannot be read. */
export function derChildren(bytes: Uint8Array, { start, end }: Pick<DerValue, 'start' | 'end'>): readonly DerValue[] {
  const children: DerValue[] = []
  for (let at = start; at < end; ) {
    const child = valueAt(bytes, at, end)
    if (child === undefined) break
    children.push(child)
    at = child.end
  }
  return children
}

/** `1.2.840.113549`; undefined for what is no object identifier (X.690 §8.19). */
export function derObjectId(bytes: Uint8Array, value: DerValue | undefined): string | undefined {
  if (value?.tag !== 0x06 || value.end === value.start || value.end - value.start > 32) return undefined
  const arcs: number[] = []
  let arc = 0
  for (const octet of bytes.subarray(value.start, value.end)) {
    arc = arc * 128 + (octet & 0x7f)
    if (octet & 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...rest].join('.')
}
