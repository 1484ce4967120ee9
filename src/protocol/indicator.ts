// The picture of a brand as it is served or embedded: gzip taken off within bounds, and compared with a digest.
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

/** Octets that a logo may have when it is unpacked: far more than any receiver takes, far less than a bomb. */
const MOST_UNPACKED = 512 * 1024

/** The octets of the SVG, whether they came packed (SVGZ), or why they cannot be had: a clause. */
export type Indicator =
  | { readonly ok: true; readonly octets: Uint8Array; readonly packed: boolean }
  | { readonly ok: false; readonly why: string }

/** Takes gzip off when it is there (RFC 6170 §5.2). Never throws. */
export function unpacked(octets: Uint8Array): Indicator {
  if (octets[0] !== 0x1f || octets[1] !== 0x8b) return { ok: true, octets, packed: false }
  try {
    return { ok: true, octets: gunzipSync(octets, { maxOutputLength: MOST_UNPACKED }), packed: true }
  } catch (fault) {
    const isLarge = (fault as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    const why = isLarge ? `it has more than ${MOST_UNPACKED / 1024} KB when it is unpacked` : 'its gzip cannot be read'
    return { ok: false, why }
  }
}

/** The octets in a `data:` URI in base64 (RFC 2397); undefined for any other. */
export function embedded(uri: string): Uint8Array | undefined {
  const [, encoded] = /^data:[^,]{0,200};base64,([A-Za-z0-9+/=]*)$/.exec(uri) ?? []
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64')
}

/**
 * Whether one of the digests is that of the octets. Issuers take it over the unpacked picture, RFC 9399 over what the place holds:
 * either counts. Undefined when none of the digests is by an algorithm that is known.
 */
export function hasDigest(
  picture: Uint8Array,
  digests: readonly { readonly algorithm: string | undefined; readonly value: Uint8Array }[],
): boolean | undefined {
  const plain = unpacked(picture)
  const forms = plain.ok && plain.packed ? [picture, plain.octets] : [picture]
  const known = digests.filter(({ algorithm }) => algorithm !== undefined)
  if (known.length === 0) return undefined
  return known.some(({ algorithm, value }) =>
    forms.some(form => createHash(algorithm!).update(form).digest().equals(value)),
  )
}
