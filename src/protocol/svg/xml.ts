// Reads a small XML document strictly, in one pass and with bounds: no document type, no entities of its own, nothing fetched.
//
// It is for documents of strangers. Whatever could make a reader do more than read (DOCTYPE, entities, processing instructions)
// ends it, with the reason.

/** An attribute as it was written, its references resolved. */
export interface XmlAttribute {
  readonly name: string
  readonly value: string
}

export interface XmlElement {
  /** With its prefix, as written. */
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** The text directly in it. */
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

/** `why` is a clause about the document. */
export type XmlDocument =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly why: string; readonly line: number }

const MOST_ELEMENTS = 20_000
const DEEPEST = 100
const MOST_ATTRIBUTES = 200

// XML 1.0 §2.3, without the colon, which parts a prefix from the rest (Namespaces in XML §4), and without the planes above the
// first, in which no name of SVG is.
const START =
  'A-Za-z_\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef'
const PART = `[${START}][${START}0-9.\\-\\u00b7\\u0300-\\u036f\\u203f\\u2040]*`
const NAME = new RegExp(`${PART}(?::${PART})?`, 'y')
const SPACE = /[ \t\r\n]*/y
// XML 1.0 §2.2: these characters stand in no document.
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

class Fault extends Error {}

interface Open {
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: XmlElement[]
  readonly texts: string[]
  readonly line: number
}

/** Reads a document. Never throws; its work is bounded by the length of the text. */
export function readXml(text: string): XmlDocument {
  const reader = new Reader(text)
  try {
    return { ok: true, root: reader.document() }
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, why: fault.message, line: reader.line }
    throw fault
  }
}

class Reader {
  readonly #text: string
  #at = 0
  #counted = 0
  #lines = 1
  #elements = 0

  constructor(text: string) {
    // §2.11
    this.#text = text.replace(/\r\n?/g, '\n')
  }

  /** The line of what is read now; each stretch is counted once. */
  get line(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text.charCodeAt(this.#counted) === 10) this.#lines++
    return this.#lines
  }

  document(): XmlElement {
    if (FORBIDDEN.test(this.#text)) throw new Fault('it has control characters in it')
    if (this.#has('\ufeff')) this.#at++
    if (/^<\?xml[ \t\r\n]/.test(this.#text.slice(this.#at, this.#at + 6))) this.#declaration()
    const open: Open[] = []
    let root: XmlElement | undefined
    while (this.#at < this.#text.length) {
      if (!this.#has('<')) this.#characters(open.at(-1))
      else if (this.#has('<!--')) this.#comment()
      else if (this.#has('<![CDATA[')) this.#section(open.at(-1))
      else if (this.#has('<!')) throw new Fault('it has a document type or another declaration (<!…>)')
      else if (this.#has('<?')) throw new Fault('it has a processing instruction (<?…?>)')
      else if (this.#has('</')) root = this.#close(open) ?? root
      else {
        if (open.length === 0 && root !== undefined) throw new Fault('it has more than one root element')
        const { element, isEmpty } = this.#open()
        if (open.length >= DEEPEST) throw new Fault(`its elements stand more than ${DEEPEST} deep in each other`)
        if (isEmpty) root = closed(element, open) ?? root
        else open.push(element)
      }
    }
    const last = open.at(-1)
    if (last !== undefined) throw new Fault(`the element ${last.name} does not end`)
    if (root === undefined) throw new Fault('it has no element')
    return root
  }

  #has(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at)
  }

  // A stretch up to a mark, which is passed.
  #upTo(mark: string, what: string): string {
    const end = this.#text.indexOf(mark, this.#at)
    if (end < 0) throw new Fault(`${what} does not end`)
    const stretch = this.#text.slice(this.#at, end)
    this.#at = end + mark.length
    return stretch
  }

  #declaration(): void {
    const said = this.#upTo('?>', 'the XML declaration')
    const encoding = /encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']/.exec(said)?.[1]
    if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
      throw new Fault('it says that it is not in UTF-8')
    }
  }

  #comment(): void {
    this.#at += 4
    if (/--|-$/.test(this.#upTo('-->', 'a comment'))) throw new Fault('a comment has -- in it')
  }

  #section(inside: Open | undefined): void {
    this.#at += 9
    const text = this.#upTo(']]>', 'a CDATA section')
    if (inside === undefined) throw new Fault('text stands outside its root element')
    inside.texts.push(text)
  }

  #characters(inside: Open | undefined): void {
    const end = this.#text.indexOf('<', this.#at)
    const raw = this.#text.slice(this.#at, end < 0 ? undefined : end)
    if (inside === undefined && raw.trim() !== '') throw new Fault('text stands outside its root element')
    if (raw.includes(']]>')) throw new Fault('a ]]> stands in its text')
    inside?.texts.push(resolved(raw))
    this.#at += raw.length
  }

  #close(open: Open[]): XmlElement | undefined {
    this.#at += 2
    const name = this.#name()
    this.#space()
    this.#expect('>')
    const element = open.pop()
    if (element?.name !== name) throw new Fault(`the end of ${name} does not belong to an element`)
    return closed(element, open)
  }

  #open(): { readonly element: Open; readonly isEmpty: boolean } {
    const { line } = this
    if (++this.#elements > MOST_ELEMENTS) throw new Fault(`it has more than ${MOST_ELEMENTS} elements`)
    this.#at++
    const name = this.#name()
    const attributes: XmlAttribute[] = []
    const names = new Set<string>()
    for (;;) {
      const spaced = this.#space()
      const isEmpty = this.#has('/>')
      if (isEmpty || this.#has('>')) {
        this.#at += isEmpty ? 2 : 1
        return { element: { name, attributes, children: [], texts: [], line }, isEmpty }
      }
      if (!spaced) throw new Fault(`the tag of ${name} cannot be read`)
      const attribute = this.#attribute()
      if (names.has(attribute.name)) throw new Fault(`${name} has the attribute ${attribute.name} twice`)
      names.add(attribute.name)
      attributes.push(attribute)
      if (attributes.length > MOST_ATTRIBUTES) throw new Fault(`${name} has more than ${MOST_ATTRIBUTES} attributes`)
    }
  }

  #attribute(): XmlAttribute {
    const name = this.#name()
    this.#space()
    this.#expect('=')
    this.#space()
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") throw new Fault(`the attribute ${name} has no quotes`)
    this.#at++
    const raw = this.#upTo(quote, `the attribute ${name}`)
    if (raw.includes('<')) throw new Fault(`the attribute ${name} has a < in it`)
    return { name, value: resolved(raw.replace(/[\t\n]/g, ' ')) }
  }

  #name(): string {
    NAME.lastIndex = this.#at
    const name = NAME.exec(this.#text)?.[0]
    if (name === undefined) throw new Fault('a name is missing')
    if (name.length > 200) throw new Fault('a name is too long')
    this.#at += name.length
    return name
  }

  #space(): boolean {
    SPACE.lastIndex = this.#at
    const { length } = SPACE.exec(this.#text)![0]
    this.#at += length
    return length > 0
  }

  #expect(mark: string): void {
    if (!this.#has(mark)) throw new Fault(`a ${mark} is missing`)
    this.#at += mark.length
  }
}

// What has ended goes into what is open around it; the root into nothing.
function closed({ name, attributes, children, texts, line }: Open, open: readonly Open[]): XmlElement | undefined {
  const element = { name, attributes, children, text: texts.join(''), line }
  const around = open.at(-1)
  if (around === undefined) return element
  around.children.push(element)
  return undefined
}

/** XML 1.0 §4.6: the five entities that need no declaration, and characters by number. */
function resolved(raw: string): string {
  return raw.replace(/&([^;&]{0,40});?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw new Fault('an & stands for itself')
    if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name]!
    const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name) ?? []
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16)
    if (Number.isNaN(code)) throw new Fault('it uses an entity of its own')
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || FORBIDDEN.test(String.fromCodePoint(code))) {
      throw new Fault('a character reference stands for no character')
    }
    return String.fromCodePoint(code)
  })
}
