// Reads Authentication-Results and ARC-Authentication-Results fields (RFC 8601 §2.2, RFC 8617 §4.1.1), as they are really written too.
import { canonicalName } from '../../names/domain.ts'
import { shownText } from '../shown-text.ts'
import { VALUE_MOST } from './tokens.ts'

/** `smtp.mailfrom=a@example.org`: type, property and value. */
export interface ResultProperty {
  readonly type: string
  readonly name: string
  readonly value: string
}

/** What a server says of one method. */
export interface MethodResult {
  /** In lower case, as the result. */
  readonly method: string
  readonly version: string | undefined
  readonly result: string
  readonly reason: string | undefined
  readonly properties: readonly ResultProperty[]
  readonly comments: readonly string[]
}

export interface AuthenticationResults {
  /** Whose words these are, in lower case; undefined where nobody is named (Exchange Online writes such fields). */
  readonly server: string | undefined
  /** i= of a field of ARC. */
  readonly instance: number | undefined
  readonly version: string | undefined
  /** None for `none`, which says that nothing was done (§2.2, no-result). */
  readonly results: readonly MethodResult[]
  /** Where it leaves the grammar: clauses. What could be read stands in `results`. */
  readonly faults: readonly string[]
}

const MOST_RESULTS = 100
/** RFC 5321 Keyword. */
const KEYWORD = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
/** RFC 2045 §5.1 token, with the UTF-8 of RFC 8601 §2.2. */
const TOKEN = /^[^\x00-\x20\x7f()<>@,;:\\"/[\]?=]+$/
const PVALUE = /^(?:[^\x00-\x20\x7f()<>@,;:\\"[\]]*@)?[^\x00-\x20\x7f()<>@,;:\\"/[\]?=]+$/

/** Reads an unfolded value. Never throws; takes time in proportion to the length. */
export function readAuthenticationResults(value: string, kind: 'plain' | 'arc' = 'plain'): AuthenticationResults {
  const reader = new Reader(value.slice(0, VALUE_MOST))
  const faults: string[] = []
  const parts = reader.parts(faults)
  const first = parts[0]?.words ?? []
  let at = 0
  let instance: number | undefined
  if (kind === 'arc') {
    const text = /^i=(\d{1,2})$/i.exec(first.map(({ text }) => text).join(''))?.[1]
    if (text === undefined) faults.push('it does not begin with i=')
    else {
      instance = Number(text)
      at = 1
    }
  }
  const { server, version } = serverOf(parts[at]?.words ?? [], faults)
  // A field that begins with a result names nobody.
  if (server !== undefined) at++
  const said = parts.slice(at)
  if (said.length === 0) faults.push('it says no result, not even "none"')
  const results: MethodResult[] = []
  for (const { words, comments } of said.slice(0, MOST_RESULTS)) {
    if (words.length === 0) {
      if (said.length > 1) faults.push('there is nothing between two semicolons')
      continue
    }
    if (words.length === 1 && /^none$/i.test(words[0]!.text)) continue
    const result = resultOf(words, comments, faults)
    if (result) results.push(result)
  }
  if (said.length > MOST_RESULTS) faults.push(`it has more than ${MOST_RESULTS} results`)
  return { server, instance, version, results, faults: [...new Set(faults)] }
}

interface Word {
  readonly text: string
  readonly quoted: boolean
}

interface Part {
  readonly words: readonly Word[]
  readonly comments: readonly string[]
}

// authserv-id = value, then perhaps a version.
function serverOf(words: readonly Word[], faults: string[]): { server?: string; version?: string } {
  if (words.some(({ text, quoted }) => text === '=' && !quoted)) {
    faults.push('it names no server that says it')
    return {}
  }
  const [id, version, ...rest] = words
  if (id === undefined) {
    faults.push('it names no server that says it')
    return { server: '' }
  }
  if (!id.quoted && !TOKEN.test(id.text)) faults.push(`"${shownText(id.text)}" is no name of a server unless quoted`)
  if (version !== undefined && !/^\d+$/.test(version.text)) faults.push(`"${shownText(version.text)}" is no version`)
  if (rest.length > 0) faults.push('more than a name and a version stand before the first semicolon')
  return { server: canonicalName(id.text), ...(version && { version: version.text }) }
}

function resultOf(words: readonly Word[], comments: readonly string[], faults: string[]): MethodResult | undefined {
  const pairs = pairsOf(words, faults)
  const [first, ...rest] = pairs
  if (first === undefined) return undefined
  const [method = '', version] = first.name.split('/')
  if (!KEYWORD.test(method)) {
    faults.push(`"${shownText(first.name)}" is no method`)
    return undefined
  }
  if (version !== undefined && !/^\d+$/.test(version)) faults.push(`"${shownText(version)}" is no version of a method`)
  if (!KEYWORD.test(first.value)) faults.push(`"${shownText(first.value)}" is no result`)
  let reason: string | undefined
  const properties: ResultProperty[] = []
  for (const { name, value, quoted } of rest) {
    const [, type, property] = /^([^.]+)\.(.+)$/.exec(name) ?? []
    if (/^reason$/i.test(name)) reason ??= value
    else if (type === undefined || property === undefined)
      faults.push(`"${shownText(name)}" is neither a property nor a reason`)
    else {
      if (!KEYWORD.test(type) || !KEYWORD.test(property)) faults.push(`"${shownText(name)}" is no property`)
      if (!quoted && !PVALUE.test(value)) faults.push(`the value of ${shownText(name)} should be quoted`)
      properties.push({ type: type.toLowerCase(), name: property.toLowerCase(), value })
    }
  }
  return { method: method.toLowerCase(), version, result: first.value.toLowerCase(), reason, properties, comments }
}

interface Pair {
  readonly name: string
  readonly value: string
  readonly quoted: boolean
}

/** `name = value` with any white space; the names of properties may be cut around their full stop. */
function pairsOf(words: readonly Word[], faults: string[]): readonly Pair[] {
  const pairs: Pair[] = []
  let name = ''
  for (let at = 0; at < words.length; at++) {
    const { text, quoted } = words[at]!
    if (text !== '=' || quoted) {
      const joins = name === '' || /[./]$/.test(name) || /^[./]/.test(text)
      if (!joins) faults.push(`"${shownText(name)}" has no value`)
      name = joins ? name + text : text
      continue
    }
    const value = words[at + 1]
    const isValue = value !== undefined && (value.text !== '=' || value.quoted)
    if (name === '' || !isValue)
      faults.push(name === '' ? 'an equals sign follows nothing' : `"${shownText(name)}" has no value`)
    if (name !== '') pairs.push({ name, value: isValue ? value.text : '', quoted: isValue && value.quoted })
    if (isValue) at++
    name = ''
  }
  if (name !== '') faults.push(`"${shownText(name)}" has no value`)
  return pairs
}

/** Cuts at semicolons, white space and equals signs, outside of quotations and comments. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  parts(faults: string[]): readonly Part[] {
    const parts: Part[] = []
    let words: Word[] = []
    let comments: string[] = []
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!
      if (/\s/.test(char)) this.#at++
      else if (char === ';') {
        parts.push({ words, comments })
        words = []
        comments = []
        this.#at++
      } else if (char === '(') comments.push(this.#enclosed('(', ')', faults))
      else if (char === '=') {
        words.push({ text: '=', quoted: false })
        this.#at++
      } else {
        // A value may have equals signs of its own: base64 in header.b.
        const isValue = words.at(-1)?.text === '=' && !words.at(-1)!.quoted
        words.push(char === '"' ? this.#quoted(faults) : { text: this.#word(isValue), quoted: false })
      }
    }
    if (words.length > 0 || comments.length > 0 || parts.length === 0) parts.push({ words, comments })
    return parts
  }

  // local-part "@" domain may have a quoted local part.
  #quoted(faults: string[]): Word {
    const inner = this.#enclosed('"', '"', faults)
    const domain = this.#text[this.#at] === '@' ? this.#word(true) : ''
    return { text: inner + domain, quoted: true }
  }

  #word(isValue: boolean): string {
    const start = this.#at
    const ends = isValue ? ' \t\r\n;("' : ' \t\r\n;("='
    while (this.#at < this.#text.length && !ends.includes(this.#text[this.#at]!)) this.#at++
    if (this.#at === start) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #enclosed(begins: string, ends: string, faults: string[]): string {
    let inner = ''
    let depth = 1
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === '\\' && this.#at + 1 < this.#text.length) {
        inner += this.#text[++this.#at]
        continue
      }
      if (char === begins && begins !== ends) depth++
      if (char === ends && --depth === 0) {
        this.#at++
        return inner
      }
      inner += char
    }
    faults.push(begins === '(' ? 'a comment is not closed' : 'a quotation is not closed')
    return inner
  }
}
