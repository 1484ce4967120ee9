// A record as a line of a zone file (RFC 1035 §5.1): absolute names, TXT in strings that DNS can carry, any octet escaped.

import type { RecordChange } from './report.ts'
import { thousands } from './thousands.ts'
import { visible } from './visible.ts'

/** RFC 1035 §3.3: a character-string has at most 255 octets. */
const STRING_MOST = 255

/**
 * `example.org. TXT "v=spf1 …"`, ready to be copied. A value longer than `most` characters is no longer a record: the line
 * becomes a comment that says so.
 */
export function zoneLine({ name, type, value }: Omit<RecordChange, 'do'>, most = 16_384): string {
  const owner = absolute(name)
  const kind = typeWord(type)
  if (value.length <= most) return `${owner} ${kind} ${rdata(kind.toUpperCase(), value)}`
  const length = thousands(value.length)
  return `; ${owner} ${kind}, ${length} characters, too long to show. It begins: ${rdata('TXT', value.slice(0, 200))}`
}

/** A record as it stands in DNS: a TXT record keeps the character-strings that it has. */
export function standingLine(name: string, type: string, strings: readonly string[]): string {
  const kind = typeWord(type)
  if (kind.toUpperCase() !== 'TXT') return zoneLine({ name, type, value: strings.join('') }, Number.POSITIVE_INFINITY)
  return `${absolute(name)} ${kind} ${(strings.length === 0 ? [''] : strings).map(one => quotedStrings(one)).join(' ')}`
}

/** The line that takes a whole set away: a comment to every name server. */
export function removalLine(name: string, type: string): string {
  return `;- ${absolute(name)} ${typeWord(type)}`
}

function typeWord(type: string): string {
  return type.replace(/[^A-Za-z0-9-]/g, character => visible(character))
}

function rdata(type: string, value: string): string {
  switch (type) {
    case 'TXT':
    case 'SPF':
      return quotedStrings(value)
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return absolute(value)
    // The name is what follows the numbers: `10 mx.example.org`, `0 5 443 host.example.org`.
    case 'MX':
      return value.replace(/^(\d+ )?(.*)$/s, (_, number = '', name: string) => number + absolute(name))
    case 'SRV':
      return value.replace(/^((?:\d+ ){0,3})(.*)$/s, (_, numbers: string, name: string) => numbers + absolute(name))
    default:
      return visible(value)
  }
}

/** A name without trailing dot would be read as relative to the zone. Escapes of the name (`\.`, `\\`, `\DDD`) stay what they are. */
function absolute(name: string): string {
  const pieces = octets(name)
    .map(octet => String.fromCharCode(octet))
    .join('')
    .matchAll(/\\(?:[01]\d\d|2[0-4]\d|25[0-5]|[.\\])|./gs)
  const written = [...pieces].map(([piece]) =>
    /^(?:\\.+|[a-z0-9._*-])$/is.test(piece) ? piece : decimal(piece.charCodeAt(0)),
  )
  if (written.at(-1) === '.') written.pop()
  return `${written.join('')}.`
}

function quotedStrings(value: string): string {
  const all = octets(value)
  const parts: string[] = []
  for (let i = 0; i === 0 || i < all.length; i += STRING_MOST) {
    parts.push(
      `"${all
        .slice(i, i + STRING_MOST)
        .map(quoted)
        .join('')}"`,
    )
  }
  return parts.join(' ')
}

function quoted(octet: number): string {
  if (octet < 0x20 || octet > 0x7e) return decimal(octet)
  const character = String.fromCharCode(octet)
  return character === '"' || character === '\\' ? `\\${character}` : character
}

function decimal(octet: number): string {
  return `\\${String(octet).padStart(3, '0')}`
}

/** Values from DNS carry an octet in each character; text beyond that can only mean UTF-8. */
function octets(text: string): number[] {
  const codes = Array.from(text, character => character.codePointAt(0)!)
  return codes.some(code => code > 0xff) ? [...new TextEncoder().encode(text)] : codes
}
