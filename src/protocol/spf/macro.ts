// Macros of SPF (RFC 7208 §7): reading them with the place of each fault, and expanding them.

/** The letters that stand for a value. `c`, `r` and `t` only have a meaning in explanations (§7.2). */
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'v' | 'h' | 'c' | 'r' | 't'

/** One `%{…}`, read. */
export interface Macro {
  readonly letter: MacroLetter
  /** How many right-hand parts are kept; all when absent. */
  readonly keep: number | undefined
  readonly reverse: boolean
  /** What separates the parts; a dot unless said otherwise. */
  readonly delimiters: string
  /** An upper-case letter: the value is URL-escaped. */
  readonly urlEscaped: boolean
}

/** Text with macros in it, read. */
export interface MacroText {
  readonly source: string
  readonly parts: readonly (string | Macro)[]
}

/** What is wrong in a text with macros; `at` counts from 0 at its beginning. */
export interface MacroFault {
  readonly at: number
  readonly reason: string
}

export type ParsedMacros = { readonly ok: true; readonly macros: MacroText } | ({ readonly ok: false } & MacroFault)

const MACRO = /^%\{([a-z])([0-9]*)(r?)([-.+,/_=]*)\}/i
const LETTERS = 'slodipvhcrt'
const ESCAPES: { readonly [text: string]: string } = { '%%': '%', '%_': ' ', '%-': '%20' }

/**
 * Reads a macro-string (RFC 7208 §7.1).
 * @param where `domain`: a domain-spec, in which c, r and t are forbidden (§7.2); `modifier`: the value of an unknown
 * modifier; `explanation`: the text behind exp=, in which spaces may stand (§6.2).
 */
export function parseMacros(source: string, where: 'domain' | 'modifier' | 'explanation'): ParsedMacros {
  const parts: (string | Macro)[] = []
  for (let at = 0; at < source.length; ) {
    const character = source[at]!
    if (character !== '%') {
      if (!/[\x21-\x7e]/.test(character) && !(character === ' ' && where === 'explanation')) {
        return { ok: false, at, reason: notAllowed(character) }
      }
      let end = at + 1
      while (
        end < source.length &&
        (/[\x21-\x24\x26-\x7e]/.test(source[end]!) || (source[end] === ' ' && where === 'explanation'))
      )
        end++
      parts.push(source.slice(at, end))
      at = end
      continue
    }
    const escaped = ESCAPES[source.slice(at, at + 2)]
    if (escaped !== undefined) {
      parts.push(escaped)
      at += 2
      continue
    }
    const read = readMacro(source.slice(at, at + 300), where)
    if (typeof read === 'string') return { ok: false, at, reason: read }
    parts.push(read.macro)
    at += read.length
  }
  return { ok: true, macros: { source, parts } }
}

function readMacro(text: string, where: string): { readonly macro: Macro; readonly length: number } | string {
  if (!text.startsWith('%{')) return 'a "%" must be followed by "{", "%", "_" or "-"'
  const match = MACRO.exec(text)
  if (!match) {
    return text.includes('}')
      ? `"${text.slice(0, text.indexOf('}') + 1)}" is not a macro`
      : 'a macro begins with "%{" and its "}" is missing'
  }
  const [whole, name = '', digits = '', reverse, delimiters = ''] = match
  const letter = name.toLowerCase() as MacroLetter
  if (!LETTERS.includes(letter)) return `"${whole}" is no macro: there is no macro letter "${name}"`
  if (where === 'domain' && 'crt'.includes(letter)) return `"${whole}" may only stand in the text of an explanation`
  // RFC 7208 §7.3: a digit transformer is not zero. Anything beyond 128 keeps all that there is.
  if (/^0+$/.test(digits)) return `"${whole}" keeps zero parts of its value`
  const keep = digits === '' ? undefined : Number(digits.slice(0, 9))
  return {
    macro: { letter, keep, reverse: reverse !== '', delimiters, urlEscaped: name !== letter },
    length: whole.length,
  }
}

/** The letters of all macros in a text, each once. */
export function macroLetters({ parts }: MacroText): readonly MacroLetter[] {
  return [...new Set(parts.flatMap(part => (typeof part === 'string' ? [] : [part.letter])))]
}

/** The text with every macro replaced by what `value` says of its letter. */
export function expandMacros({ parts }: MacroText, value: (letter: MacroLetter) => string): string {
  return parts.map(part => (typeof part === 'string' ? part : expandOne(part, value(part.letter)))).join('')
}

/** RFC 7208 §7.3: split, reverse, keep the right-hand parts, join with dots; then escape (§7.3, upper-case letters). */
function expandOne({ keep, reverse, delimiters, urlEscaped }: Macro, value: string): string {
  let text = value
  if (keep !== undefined || reverse || delimiters !== '') {
    const split = delimiters === '' ? '.' : delimiters
    let parts: string[] = ['']
    for (const character of value) {
      if (split.includes(character)) parts.push('')
      else parts[parts.length - 1] += character
    }
    if (reverse) parts = parts.reverse()
    text = parts.slice(keep === undefined ? 0 : Math.max(0, parts.length - keep)).join('.')
  }
  return urlEscaped ? urlEscape(text) : text
}

/** Everything but the unreserved set of RFC 3986 §2.3. */
function urlEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * An expanded name as it is asked for: without trailing dot, and cut from the left, label by label, to 253 octets
 * (RFC 7208 §7.3).
 */
export function askedName(expanded: string): string {
  const name = (expanded.endsWith('.') ? expanded.slice(0, -1) : expanded).toLowerCase()
  if (name.length <= 253) return name
  const dot = name.indexOf('.', name.length - 254)
  return name.slice((dot < 0 ? name.lastIndexOf('.') : dot) + 1)
}

function notAllowed(character: string): string {
  const code = character.charCodeAt(0)
  if (code > 0x7e || code < 0x20) {
    return `it contains a character outside visible ASCII (octet ${code})`
  }
  return `"${character}" may not stand here`
}
