// The lexical tokens of a structured field (RFC 5322 §3.2): words, quotations, comments and single characters. Linear, never throws.

/** `text` is without quotes, parentheses, brackets and backslashes; `start` and `end` are places in the value. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'comment' | 'literal' | 'special'
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Tokens {
  readonly tokens: readonly Token[]
  /** What is begun and not ended, to complete "… is not closed"; it reaches to the end of the value. */
  readonly open: 'a quotation' | 'a comment' | 'a bracket' | undefined
}

/** What is read of a value; honest ones are far shorter. */
export const VALUE_MOST = 64 * 1024

const OUTSIDE = '()<>[]:;@\\,"'

/** Cuts an unfolded value. A word holds full stops too, so that `mail.example.org` is one. */
export function tokensOf(value: string): Tokens {
  const text = value.length > VALUE_MOST ? value.slice(0, VALUE_MOST) : value
  const tokens: Token[] = []
  let open: Tokens['open']
  for (let at = 0; at < text.length; ) {
    const char = text[at]!
    if (isSpace(char)) {
      at++
      continue
    }
    const enclosed = enclosures[char]
    if (enclosed !== undefined) {
      const { kind, name } = enclosed
      const found = enclosedText(text, at, enclosed)
      if (!found.closed) open = name
      tokens.push({ kind, text: found.inner, start: at, end: found.end })
      at = found.end
      continue
    }
    let end = at + 1
    if (!OUTSIDE.includes(char)) {
      while (end < text.length && !isSpace(text[end]!) && !OUTSIDE.includes(text[end]!)) end++
    }
    const kind = OUTSIDE.includes(char) ? 'special' : 'word'
    tokens.push({ kind, text: text.slice(at, end), start: at, end })
    at = end
  }
  return { tokens, open }
}

interface Enclosure {
  readonly kind: Token['kind']
  readonly ends: string
  readonly nests: boolean
  readonly name: Exclude<Tokens['open'], undefined>
}

const enclosures: { readonly [char: string]: Enclosure | undefined } = {
  '"': { kind: 'quoted', ends: '"', nests: false, name: 'a quotation' },
  '(': { kind: 'comment', ends: ')', nests: true, name: 'a comment' },
  '[': { kind: 'literal', ends: ']', nests: false, name: 'a bracket' },
}

function enclosedText(text: string, start: number, { ends, nests }: Enclosure) {
  let inner = ''
  let depth = 1
  let at = start + 1
  for (; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\' && at + 1 < text.length) inner += text[++at]
    else if (nests && char === text[start]) {
      depth++
      inner += char
    } else if (char === ends && --depth === 0) return { inner, end: at + 1, closed: true }
    else inner += char
  }
  return { inner, end: at, closed: false }
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}
