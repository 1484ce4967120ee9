// Reads YAML into plain data, and remembers where every value stands. Bounded: no alias multiplies, nothing nests for ever.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { visible } from '../report/visible.ts'
import { type Path, type Problem, quoted } from './problem.ts'

/** A place in the text; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What the file says. `data` is undefined when it could not be read; `faults` then say why. */
export interface YamlText {
  readonly data: unknown
  readonly faults: readonly Problem[]
  /** Where the value stands, or else what is nearest above it. */
  place(path: Path): Position
  /** Where the key of the value stands; in a list, the value itself. */
  placeOfKey(path: Path): Position
}

const DEEPEST = 32
const MOST_VALUES = 200_000
const MOST_SYNTAX_FAULTS = 5

/** Reads the text of a file. Never throws, whatever it holds. */
export function readYaml(text: string): YamlText {
  const counter = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(Math.min(offset, text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  // Keys are compared by ourselves: the parser takes quadratic time for it.
  const options = { lineCounter: counter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const
  const document = parseDocument(text, options)
  const faults: Problem[] = []
  const told = new Set<number>()
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const at = position(pos[0])
    // One slip makes the rest of its line unreadable, and often what follows.
    if (told.has(at.line) || told.size >= MOST_SYNTAX_FAULTS) continue
    told.add(at.line)
    faults.push({ level: 'fault', path: [], ...at, says: syntaxClause(code, message) })
  }
  const reader = new Reader(position)
  const data = faults.length > 0 ? undefined : reader.value(document.contents as Node | null, [], reader.root)
  const all = [...faults, ...reader.faults]
  const find = (path: Path): Place => {
    let place = reader.root
    for (const step of path) {
      const inner = place.inside.get(step)
      if (inner === undefined) break
      place = inner
    }
    return place
  }
  return {
    data: all.length > 0 ? undefined : data,
    faults: all,
    place: path => position(find(path).at),
    placeOfKey: path => position(find(path).key),
  }
}

/** Offsets of a value and of its key, and the places of what it contains. */
interface Place {
  at: number
  readonly key: number
  readonly inside: Map<string | number, Place>
}

class Reader {
  readonly root: Place = { at: 0, key: 0, inside: new Map() }
  readonly faults: Problem[] = []
  readonly #position: (offset: number) => Position
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  #aliasDepth = 0
  #values = 0

  constructor(position: (offset: number) => Position) {
    this.#position = position
  }

  value(node: Node | null, path: Path, place: Place): unknown {
    if (node === null) return null
    place.at = node.range?.[0] ?? place.at
    this.#values++
    if (this.#values === MOST_VALUES) {
      const most = MOST_VALUES.toLocaleString('en-US')
      this.#fault(
        path,
        place.at,
        `the file has more than ${most} values; mind that aliases (*) multiply what they name`,
      )
    }
    if (this.#values >= MOST_VALUES) return undefined
    if (path.length > DEEPEST) return this.#fault(path.slice(0, 3), place.at, `it is nested more than ${DEEPEST} deep`)
    if (isAlias(node)) return this.#alias(node.source, path, place)
    if (node.anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    this.#open.add(node)
    const value = isSeq(node)
      ? node.items.map((item, index) => this.#child(item as Node | null, [...path, index], place, undefined))
      : isMap(node)
        ? this.#map(node, path, place)
        : undefined
    this.#open.delete(node)
    return value
  }

  #map(node: YAMLMap, path: Path, place: Place): unknown {
    const values = new Map<string, unknown>()
    const lines = new Map<string, number>()
    for (const pair of node.items) {
      const key = pair.key as Node | null
      const at = key?.range?.[0] ?? place.at
      const name = isScalar(key) ? key.value : undefined
      if (typeof name !== 'string') {
        this.#fault(path, at, 'a key must be text: what stands in front of the colon here is none')
        continue
      }
      const line = lines.get(name)
      if (line !== undefined) {
        this.#fault([...path, name], at, `this key stands twice, for the first time in line ${line}`)
        continue
      }
      lines.set(name, this.#position(at).line)
      if (name === '<<') this.#fault(path, at, 'merge keys (<<) are not read here: write the settings out')
      else if (name === '__proto__') this.#fault(path, at, 'no setting is called "__proto__"')
      else values.set(name, this.#child(pair.value as Node | null, [...path, name], place, at))
    }
    return Object.fromEntries(values)
  }

  #child(node: Node | null, path: Path, parent: Place, keyAt: number | undefined): unknown {
    const at = node?.range?.[0] ?? keyAt ?? parent.at
    const place: Place = { at, key: keyAt ?? at, inside: new Map() }
    parent.inside.set(path.at(-1)!, place)
    return this.value(node, path, place)
  }

  #alias(name: string, path: Path, place: Place): unknown {
    const meant = this.#anchors.get(name)
    const shown = visible(name.slice(0, 40))
    if (meant === undefined) return this.#fault(path, place.at, `no anchor &${shown} stands before this alias`)
    if (this.#open.has(meant)) return this.#fault(path, place.at, `the alias *${shown} stands inside what it names`)
    const at = place.at
    this.#aliasDepth++
    const value = this.value(meant, path, place)
    this.#aliasDepth--
    place.at = at
    return value
  }

  #fault(path: Path, offset: number, says: string): undefined {
    this.faults.push({ level: 'fault', path, ...this.#position(offset), says })
  }
}

/** The parser's complaint in the words of somebody who edits the file. */
function syntaxClause(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab stands in the indentation: YAML takes spaces only'
    case 'MULTIPLE_DOCS':
      return 'a second document begins here (---): the file must be one'
    case 'RESOURCE_EXHAUSTION':
      return `it is nested more than ${DEEPEST} deep`
    case 'MISSING_CHAR':
      return message.includes('quote')
        ? 'a quoted text begins or ends here, and its other quote is missing'
        : `this is no YAML: ${clause(message)}`
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second "key:" stands in one value: put the value into quotes, or mind the indentation'
    case 'TAG_RESOLVE_FAILED':
      return `tags are not read here: ${quoted(message.replace(/^Unresolved tag: /, ''))}`
    default:
      return `this is no YAML: ${clause(message)}`
  }
}

function clause(message: string): string {
  return visible(message.charAt(0).toLowerCase() + message.slice(1))
}
