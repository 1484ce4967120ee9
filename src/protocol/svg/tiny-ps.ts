// Is a document a logo as BIMI wants it: SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman), with nothing in it that does,
// fetches or hides something?
import {
  commonAttributes,
  elements,
  excludedElements,
  fixedAttributes,
  fontElements,
  LARGEST_LOGO,
  LONGEST_TITLE,
  SMALLEST_LOGO,
} from '../../rules/svg-tiny-ps.ts'
import { shownText } from '../shown-text.ts'
import { readXml, type XmlElement } from './xml.ts'

const SVG = 'http://www.w3.org/2000/svg'
const XLINK = 'http://www.w3.org/1999/xlink'
const XML = 'http://www.w3.org/XML/1998/namespace'

/** Clauses, each once, with the line where it was first seen. */
export interface LogoJudgment {
  /** What keeps receivers from showing it. */
  readonly faults: readonly string[]
  /** What it should have otherwise, by the drafts or by what large receivers say. */
  readonly advice: readonly string[]
  readonly title: string | undefined
}

/** Judges the octets of a logo, not compressed. Never throws. */
export function judgeLogo(octets: Uint8Array): LogoJudgment {
  const text = decoded(octets)
  if (text === undefined) return { faults: ['it is no text in UTF-8'], advice: [], title: undefined }
  const document = readXml(text)
  if (!document.ok) {
    return { faults: [`${document.why} (line ${document.line})`], advice: [], title: undefined }
  }
  const judge = new Judge()
  judge.root(document.root)
  if (octets.length > LARGEST_LOGO) {
    judge.advise(`it has ${octets.length} octets, and should have ${LARGEST_LOGO} at most`)
  }
  const title = document.root.children.find(child => localName(child.name) === 'title')?.text.trim()
  return { faults: judge.faults(), advice: judge.advice(), title: title || undefined }
}

function decoded(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    return undefined
  }
}

/** Prefix → namespace, as far as it was declared around an element. */
type Namespaces = ReadonlyMap<string, string>

class Judge {
  readonly #faults = new Map<string, number>()
  readonly #advice = new Map<string, number>()

  faults = (): readonly string[] => inWords(this.#faults)
  advice = (): readonly string[] => inWords(this.#advice)

  #fault(what: string, line: number): void {
    if (!this.#faults.has(what)) this.#faults.set(what, line)
  }

  advise(what: string, line = 0): void {
    if (!this.#advice.has(what)) this.#advice.set(what, line)
  }

  root(root: XmlElement): void {
    const namespaces = declared(root, new Map([['xml', XML]]))
    const isSvg = localName(root.name) === 'svg' && namespaceOf(root.name, namespaces) === SVG
    if (!isSvg) {
      this.#fault(`its root is no svg element of ${SVG}`, root.line)
      return
    }
    this.#rootAttributes(root)
    this.#titles(root)
    this.#element(root, namespaces, undefined)
  }

  #rootAttributes(root: XmlElement): void {
    const value = (name: string): string | undefined => root.attributes.find(one => one.name === name)?.value
    // §2.1
    for (const [name, wanted] of [
      ['version', '1.2'],
      ['baseProfile', 'tiny-ps'],
    ] as const) {
      const found = value(name)
      if (found !== wanted) {
        const instead = found === undefined ? 'is missing' : `is "${shownText(found)}"`
        this.#fault(`${name} ${instead}, and must be "${wanted}"`, root.line)
      }
    }
    for (const [name, wanted] of Object.entries(fixedAttributes)) {
      const found = value(name)
      if (found !== undefined && found !== wanted) this.#fault(`${name} must be "${wanted}" or left out`, root.line)
    }
    this.#viewBox(value('viewBox'), root.line)
    for (const name of ['width', 'height']) {
      const found = value(name)
      if (found === undefined) continue
      // What Gmail and Apple say of it.
      if (found.includes('%')) this.advise(`${name} is "${shownText(found)}", and should be in pixels`, root.line)
      else if (Number.parseFloat(found) < SMALLEST_LOGO) {
        this.advise(`${name} is "${shownText(found)}": Gmail wants ${SMALLEST_LOGO} pixels at least`, root.line)
      }
    }
  }

  #viewBox(viewBox: string | undefined, line: number): void {
    if (viewBox === undefined) {
      this.#fault('viewBox is missing', line)
      return
    }
    const numbers = viewBox.trim().split(/[ ,]+/).map(Number)
    const [, , width = 0, height = 0] = numbers
    if (numbers.length !== 4 || numbers.some(Number.isNaN) || width <= 0 || height <= 0) {
      this.#fault(`viewBox is "${shownText(viewBox)}", which is no area`, line)
    } else if (width !== height) {
      this.advise(`it is not square: viewBox is ${width} by ${height}`, line)
    }
  }

  // §2.1: one title with text directly in the root; the schema wants it first.
  #titles(root: XmlElement): void {
    const titles = root.children.filter(child => localName(child.name) === 'title')
    const [title] = titles
    if (title === undefined) {
      this.#fault('it has no title', root.line)
      return
    }
    if (titles.length > 1) this.#fault('it has several titles', titles[1]!.line)
    if (title.text.trim() === '') this.#fault('its title is empty', title.line)
    if ([...title.text.trim()].length > LONGEST_TITLE) {
      this.advise(`its title is longer than ${LONGEST_TITLE} characters`, title.line)
    }
    if (root.children[0] !== title) this.advise('its title is not its first element', title.line)
  }

  #element(element: XmlElement, namespaces: Namespaces, parent: string | undefined): void {
    const { line } = element
    const local = localName(element.name)
    const isSvg = namespaceOf(element.name, namespaces) === SVG
    if (parent === 'metadata' && !isSvg) {
      this.advise('its metadata holds more than text', line)
      return
    }
    const known = isSvg && (Object.hasOwn(elements, local) || fontElements.has(local))
    if (!known || (local === 'svg' && parent !== undefined)) {
      const reason = excludedElements.get(local.toLowerCase()) ?? 'SVG Tiny PS does not have it'
      this.#fault(`<${shownText(element.name)}> stands in it: ${reason}`, line)
      // What stands inside is as wrong as it is.
      return
    }
    if (fontElements.has(local)) this.advise('it embeds a font, for which the schema has no place', line)
    if (local === 'desc' && element.text.trim() === '') this.#fault('a desc in it is empty', line)
    for (const { name, value } of element.attributes) this.#attribute(local, name, value, namespaces, line)
    for (const child of element.children) this.#element(child, declared(child, namespaces), local)
  }

  #attribute(element: string, name: string, value: string, namespaces: Namespaces, line: number): void {
    if (name === 'xmlns' || name.startsWith('xmlns:')) return
    const known = nameOf(name, namespaces)
    if (known === 'xml:base') this.advise('it has xml:base, which makes references lead elsewhere', line)
    const fault = attributeFault(element, name, known, value)
    if (fault !== undefined) this.#fault(fault, line)
  }
}

function attributeFault(element: string, name: string, known: string, value: string): string | undefined {
  const isLink = known === 'href' || known === 'xlink:href'
  // A paint may be that of a gradient in the same document.
  const paints = [...value.matchAll(/url\(([^)]{0,200})/gi)].map(([, target]) => target!.replace(/^\s*["']?/, ''))
  const targets = isLink ? [value, ...paints] : paints
  if (targets.some(target => !target.trim().startsWith('#'))) {
    return `${shownText(name)} on <${element}> leads out of it: "${shownText(value)}"`
  }
  if (/^on[a-z]/i.test(name)) return `${shownText(name)} on <${element}> would run a script`
  if (known === 'style') return `style on <${element}>: attributes of their own say how things look (fill, stroke)`
  if (element === 'svg' && (known === 'x' || known === 'y')) {
    return `its root has ${known}, as some drawing programs write it`
  }
  // Of fonts the schema says nothing that could be held against them.
  const own = Object.hasOwn(elements, element) ? elements[element]! : undefined
  if (own === undefined || commonAttributes.has(known) || own.has(known)) return undefined
  return `${shownText(name)} stands on <${element}>, and SVG Tiny PS does not have it there`
}

function inWords(found: ReadonlyMap<string, number>): readonly string[] {
  return [...found].map(([what, line]) => (line === 0 ? what : `${what} (line ${line})`))
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function prefixOf(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? '' : name.slice(0, colon)
}

function namespaceOf(name: string, namespaces: Namespaces): string | undefined {
  return namespaces.get(prefixOf(name))
}

/** The name of an attribute as the profile writes it, whatever its prefix is called here; as written for any other namespace. */
function nameOf(name: string, namespaces: Namespaces): string {
  // An attribute without a prefix is in no namespace.
  if (prefixOf(name) === '') return name
  const namespace = namespaceOf(name, namespaces)
  if (namespace === XLINK) return `xlink:${localName(name)}`
  return namespace === XML ? `xml:${localName(name)}` : `{}${name}`
}

/** Prefixes that are kept; a document that declares more has none of use in the rest. */
const MOST_PREFIXES = 50

/** The namespaces that hold in an element. */
function declared({ attributes }: XmlElement, around: Namespaces): Namespaces {
  const own = attributes.flatMap(({ name, value }): [string, string][] => {
    if (name === 'xmlns') return [['', value]]
    return name.startsWith('xmlns:') ? [[name.slice(6), value]] : []
  })
  return own.length === 0 || around.size + own.length > MOST_PREFIXES ? around : new Map([...around, ...own])
}
