// What a client is told, as data, and how it goes over the wire: ASCII, lines of 512 octets at most, the status on each line.

/** A reply of ours (RFC 5321 §4.2), sent as it stands. `lines` may be longer than a reply line: they are folded. */
export interface Reply {
  readonly code: number
  /** RFC 3463, `5.7.1`; undefined in greetings and in replies to HELO and EHLO (RFC 2034 §4). */
  readonly enhanced: string | undefined
  readonly lines: readonly string[]
}

/** A reply of one or more lines with its status. */
export function reply(code: number, enhanced: string | undefined, ...lines: readonly string[]): Reply {
  return { code, enhanced, lines }
}

/** RFC 5321 §4.5.3.1.5: with code and CRLF. */
const LONGEST_LINE = 512

/** A hostile or mistaken caller cannot make a reply without end. */
const MOST_LINES = 100

/** The octets of a reply. Whatever stands in its lines, no line break and nothing outside ASCII comes through. */
export function renderReply({ code, enhanced, lines }: Reply): string {
  const status = enhanced === undefined ? '' : `${enhanced} `
  const room = LONGEST_LINE - 'nnn '.length - status.length - '\r\n'.length
  const pieces = (lines.length === 0 ? [''] : lines).flatMap(line => fold(ascii(line), room)).slice(0, MOST_LINES)
  return pieces
    .map((piece, i) => `${code}${i < pieces.length - 1 ? '-' : ' '}${status}${piece}`.trimEnd().concat('\r\n'))
    .join('')
    .replaceAll(/^(\d{3})\r\n/gm, '$1 \r\n') // RFC 5321 §4.2: the space stands even where no text does
}

function ascii(line: string): string {
  return line.replaceAll(/[^\x20-\x7e]/g, character => (/\s/.test(character) ? ' ' : '?'))
}

function fold(line: string, room: number): string[] {
  const pieces: string[] = []
  let rest = line
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room)
    const end = space > room / 2 ? space : room
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...pieces, rest]
}
