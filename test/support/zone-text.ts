// Writes names and records that exist as data as the zone text that Zone reads.

/** One record: `MX` values are `[preference, host]`, `TXT` values one text or its strings. */
export type ZoneValue = string | readonly string[] | readonly [number, string]

/** A line of zone text; any octet may stand in names and texts. */
export function zoneLine(owner: string, type: string, value: ZoneValue): string {
  const fields = Array.isArray(value) ? value : [value as string]
  switch (type) {
    case 'MX':
      return `${quote(owner)} MX ${fields[0]} ${quote(absolute(String(fields[1])))}`
    case 'TXT':
      return `${quote(owner)} TXT ${fields.map(text => quote(String(text))).join(' ')}`
    default:
      return `${quote(owner)} ${type} ${quote(absolute(String(fields[0])))}`
  }
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

function quote(text: string): string {
  const octets = [...text].some(c => c.codePointAt(0)! > 0xff)
    ? [...Buffer.from(text, 'utf8')]
    : [...Buffer.from(text, 'latin1')]
  const escaped = octets.map(octet => {
    const character = String.fromCharCode(octet)
    if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`
    return character === '"' || character === '\\' ? `\\${character}` : character
  })
  return `"${escaped.join('')}"`
}
