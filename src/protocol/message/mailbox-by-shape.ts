// The second reading of the header From, made another way than the first so that their faults differ: the text is cut into
// tokens, each becomes a letter, and the word of letters must have one of two shapes.
import type { MailboxReading } from './mailbox.ts'

interface Token {
  /** a: atoms and full stops, q: quoted, s: white space, c: comment; else the character itself. */
  readonly letter: string
  readonly text: string
}

const NAMED = /^[sc]*(?:[aq][aqsc]*)?<([aq])@a>[sc]*$/
const BARE = /^[sc]*([aq])@a[sc]*$/
const PLAIN = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\uffff]$/
const DOTTED = /^[^.]+(?:\.[^.]+)*$/

/** Reads a value with its folds in place. Never throws; takes time in proportion to the length. */
export function mailboxByShape(text: string): MailboxReading {
  const line = text.replaceAll(/\r\n(?=[ \t]+[^ \t\r\n])/g, '')
  if (/[\r\n]/.test(line)) return { ok: false, why: 'it is folded wrongly' }
  const tokens = cut(line)
  if (tokens === undefined) return { ok: false, why: 'a quotation mark or comment is not closed' }
  const shape = tokens.map(token => token.letter).join('')
  if (!NAMED.test(shape) && !BARE.test(shape)) return { ok: false, why: 'it is not of the form: name <address>' }
  const at = tokens.findIndex(token => token.letter === '@')
  const local = tokens[at - 1]!
  const domain = tokens[at + 1]!
  if ((local.letter === 'a' && !DOTTED.test(local.text)) || !DOTTED.test(domain.text)) {
    return { ok: false, why: 'it has a stray full stop' }
  }
  if (/^[sc]*a/.test(shape) && tokens.find(token => token.letter === 'a')!.text.startsWith('.')) {
    return { ok: false, why: 'it has a stray full stop' }
  }
  const named = tokens.slice(0, Math.max(shape.indexOf('<'), 0)).filter(token => 'aq'.includes(token.letter))
  return {
    ok: true,
    mailbox: { local: local.text, domain: domain.text },
    spoken: [
      ...(named.length > 0 ? [named.map(token => token.text).join(' ')] : []),
      ...tokens.filter(token => token.letter === 'c').map(token => token.text),
    ],
  }
}

/** Undefined when the text ends within a quotation or a comment. */
function cut(line: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  while (at < line.length) {
    const char = line[at]!
    let token: Token | undefined
    if (char === '"') {
      const end = closing(line, at + 1, '"')
      if (end === undefined) return undefined
      token = { letter: 'q', text: unescaped(line.slice(at + 1, end)) }
      at = end + 1
    } else if (char === '(') {
      const end = commentEnd(line, at)
      if (end === undefined) return undefined
      token = { letter: 'c', text: unescaped(line.slice(at + 1, end)) }
      at = end + 1
    } else {
      const [letter, member] =
        char === ' ' || char === '\t' ? ['s', /^[ \t]$/] : PLAIN.test(char) ? ['a', PLAIN] : [char, undefined]
      let end = at + 1
      while (member && end < line.length && member.test(line[end]!)) end++
      token = { letter, text: line.slice(at, end) }
      at = end
    }
    tokens.push(token)
  }
  return tokens
}

function closing(line: string, from: number, mark: string): number | undefined {
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (line[at] === mark) return at
  }
  return undefined
}

function commentEnd(line: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (line[at] === '(') depth++
    else if (line[at] === ')' && --depth === 0) return at
  }
  return undefined
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1')
}
