// Cuts a zone file (RFC 1035 §5.1) into entries and their fields: comments, quotes and parentheses over lines end here.
//
// The text is that of the octets, one code unit each (latin1), as TXT strings hold them. Escapes are left in the fields.

/** Where something stands in the file; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong with a zone file, and where. The only error that reading one throws. */
export class ZoneFileFault extends Error {
  override readonly name = 'ZoneFileFault'
  readonly place: Place

  constructor(reason: string, place: Place) {
    super(reason)
    this.place = place
  }
}

/** One field. `text` is as it was written, without the quotes, with its escapes. */
export interface Token extends Place {
  readonly text: string
  readonly quoted: boolean
}

/** One entry: a record, a directive, or what a `;- ` line takes away. */
export interface ZoneLine {
  readonly kind: 'entry' | 'removal'
  readonly tokens: readonly [Token, ...Token[]]
  /** It begins with a blank: the owner is that of the entry before. */
  readonly ownerless: boolean
}

const BLANK = /[ \t\r]/
/** Up to what cannot stand in a bare field, or must be looked at: an escape takes the next character along. */
const BARE = /(?:\\[^\n]|[^ ;"()\\\x00-\x1f\x7f])+/y
const QUOTED = /"((?:\\[^\n]|[^"\\\n])*)"/y

/** The entries of the file, in order. @throws ZoneFileFault */
export function* zoneLines(text: string): Generator<ZoneLine> {
  let at = 0
  let line = 1
  let begins = 0
  const columns = new Columns(text)
  const open: Place[] = []
  let tokens: Token[] = []
  let ownerless = false
  let kind: ZoneLine['kind'] = 'entry'
  const place = (): Place => ({ line, column: columns.at(begins, at) })
  const finished = (): readonly ZoneLine[] => {
    const [first, ...rest] = tokens
    const whole = first === undefined ? [] : [{ kind, tokens: [first, ...rest] as const, ownerless }]
    tokens = []
    ownerless = false
    kind = 'entry'
    return whole
  }
  while (at < text.length) {
    const character = text[at]!
    if (character === '\n') {
      if (open.length === 0) yield* finished()
      at++
      line++
      begins = at
    } else if (BLANK.test(character)) {
      if (at === begins && open.length === 0) ownerless = true
      at++
    } else if (character === ';') {
      // A removal is a comment to every name server, so that the same file can be pasted there.
      if (tokens.length === 0 && open.length === 0 && /^;-[ \t]/.test(text.slice(at, at + 3))) {
        kind = 'removal'
        at += 3
        continue
      }
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (character === '(') {
      if (tokens.length === 0 && kind === 'entry' && !ownerless)
        throw new ZoneFileFault('an entry cannot begin with "("', place())
      open.push(place())
      at++
    } else if (character === ')') {
      if (open.length === 0) throw new ZoneFileFault('")" closes no parenthesis', place())
      open.pop()
      at++
    } else {
      const pattern = character === '"' ? QUOTED : BARE
      pattern.lastIndex = at
      const match = pattern.exec(text)
      if (match === null) throw new ZoneFileFault(unreadable(character), place())
      tokens.push({ text: match[1] ?? match[0], quoted: character === '"', ...place() })
      at += match[0].length
    }
  }
  if (open.length > 0) throw new ZoneFileFault('this parenthesis is not closed', open.at(-1)!)
  yield* finished()
}

function unreadable(character: string): string {
  if (character === '"') return 'this quote is not closed on its line'
  if (character === '\\') return 'a backslash at the end of a line escapes nothing'
  return `a control character (${character.charCodeAt(0)}) cannot stand here: write \\${String(character.charCodeAt(0)).padStart(3, '0')}`
}

/** Columns in characters, as an editor counts them: the octets that continue one in UTF-8 are none of their own. */
class Columns {
  readonly #text: string
  #begins = 0
  #counted = 0
  #column = 1

  constructor(text: string) {
    this.#text = text
  }

  /** Asked from left to right; what was counted is not counted again. */
  at(begins: number, at: number): number {
    if (begins !== this.#begins) [this.#begins, this.#counted, this.#column] = [begins, begins, 1]
    this.#column += this.#text.slice(this.#counted, at).replace(/[\x80-\xbf]/g, '').length
    this.#counted = at
    return this.#column
  }
}

/** The octets that a field stands for: `\DDD` is an octet, `\X` is X (RFC 1035 §5.1). @throws ZoneFileFault */
export function unescaped({ text, line, column }: Token): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(\d{1,3}|.)/gs, (_, code: string) => {
    if (!/^\d/.test(code)) return code
    if (code.length < 3 || Number(code) > 255) {
      throw new ZoneFileFault(`"\\${code}" is no octet: it takes three digits, 000 to 255`, { line, column })
    }
    return String.fromCharCode(Number(code))
  })
}
