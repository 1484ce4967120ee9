// Writes the little DER (ITU-T X.690) that a certificate needs: each function gives one encoded value.

/** One value: tag, length in the shortest form (X.690 §10.1), contents. */
function value(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const length: number[] = []
  for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff)
  return Buffer.concat([
    Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x80 | length.length, ...length]),
    body,
  ])
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => value(0x30, ...items)
export const set = (...items: readonly Uint8Array[]): Buffer => value(0x31, ...items)
export const octets = (bytes: Uint8Array): Buffer => value(0x04, bytes)
export const bits = (bytes: Uint8Array, unused = 0): Buffer => value(0x03, Buffer.from([unused]), bytes)
export const utf8 = (text: string): Buffer => value(0x0c, Buffer.from(text))
export const yes = (): Buffer => value(0x01, Buffer.from([0xff]))
export const nothing = (): Buffer => value(0x05)

/** A whole number that is not negative, given as octets. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex(byte => byte !== 0)
  const short = first === -1 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first))
  // X.690 §8.3.3: a leading bit of one would make it negative.
  return value(0x02, ...(short[0]! & 0x80 ? [Buffer.from([0])] : []), short)
}

/** `[tag]` around or instead of a value (X.690 §8.14). */
export const tagged = (tag: number, constructed: boolean, contents: Uint8Array): Buffer =>
  value(0x80 | (constructed ? 0x20 : 0) | tag, contents)

/** `1.2.840.113549`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest].flatMap(arc => {
    const groups = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left & 0x7f))
    return groups
  })
  return value(0x06, Buffer.from(arcs))
}

/** A time to the second: UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  const year = date.getUTCFullYear()
  return year >= 1950 && year < 2050 ? value(0x17, Buffer.from(text.slice(2))) : value(0x18, Buffer.from(text))
}
