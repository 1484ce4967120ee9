// A record as a line of a zone file (RFC 1035 §5.1): absolute names, TXT in strings that DNS can carry, any octet escaped.
import type { RecordChange } from './report.ts'
import { visible } from './visible.ts'

/** RFC 1035 §3.3: a character-string has at most 255 octets. */
const STRING_MOST = 255

/**
 * `example.org. TXT "v=spf1 …"`, ready to be copied. A value longer than `most` characters is no longer a record: the line
 * becomes a comment that says so.
 */
export function zoneLine({ name, type, value }: Omit<RecordChange, 'do'>, most = 16_384): string {
  const owner = absolute(name)
  const kind = type.replace(/[^A-Za-z0-9-]/g, character => visible(character))
  if (value.length <= most) return `${owner} ${kind} ${rdata(kind.toUpperCase(), value)}`
  const length = value.length.toLocaleString('en-US')
  return `; ${owner} ${kind}, ${length} characters, too long to show. It begins: ${rdata('TXT', value.slice(0, 200))}`
}

function rdata(type: string, value: string): string {
  switch (type) {
    case 'TXT':
    case 'SPF':
      return strings(value)
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return absolute(value.trim())
    // The name is the last field: `10 mx.example.org`, `0 5 443 host.example.org`.
    case 'MX':
    case 'SRV':
      return value.trim().replace(/\S+$/, absolute)
    default:
      return visible(value)
  }
}

/** A name without trailing dot would be read as relative to the zone. */
function absolute(name: string): string {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name
  return `${octets(bare)
    .map(octet => (/[a-z0-9._*-]/i.test(String.fromCharCode(octet)) ? String.fromCharCode(octet) : decimal(octet)))
    .join('')}.`
}

function strings(value: string): string {
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
