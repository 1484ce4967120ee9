// Reads a zone file (RFC 1035 §5, RFC 2308 §4, RFC 3597 §5) into records with full names, and into what it takes away.
//
// Taken away is what stands on a line of its own as `;- name type`, or `;- name` for all types: a comment to every name server, so that the same
// file can be tried here and pasted there.
import { type DataFields, readData, readName, ttlSeconds, typeNamed, type ZoneData } from './record-data.ts'
import { type Place, type Token, ZoneFileFault, type ZoneLine, zoneLines } from './tokens.ts'

/** One record. Names are in the form that resolvers take; `ttl` is in seconds. */
export type ZoneFileRecord = ZoneData & { readonly owner: string; readonly ttl: number; readonly place: Place }

/** A set of records to take away; without a type, all of the name. */
export interface ZoneFileRemoval {
  readonly owner: string
  readonly type?: string
  readonly place: Place
}

/** A zone file, read. */
export interface ZoneFile {
  readonly records: readonly ZoneFileRecord[]
  readonly removals: readonly ZoneFileRemoval[]
}

/** A zone file, or the first thing in it that cannot be read. */
export type ParsedZoneFile =
  | { readonly ok: true; readonly zone: ZoneFile }
  | { readonly ok: false; readonly reason: string; readonly line: number; readonly column: number }

/** Records with a TTL nowhere before them; RFC 1035 leaves it to the SOA, which such files do not have. */
const DEFAULT_TTL = 3600

/**
 * Reads the octets of a zone file, as latin1 text or as they are. Before any `$ORIGIN`, a name without a dot at its end is a full
 * name. Never throws for anything that stands in the file.
 */
export function parseZoneFile(octets: string | Uint8Array): ParsedZoneFile {
  const text = typeof octets === 'string' ? octets : Buffer.from(octets).toString('latin1')
  try {
    if (/^(\xff\xfe|\xfe\xff)/.test(text)) {
      throw new ZoneFileFault('the file is UTF-16: save it as UTF-8 or ASCII', { line: 1, column: 1 })
    }
    const reading = new Reading()
    for (const line of zoneLines(text.replace(/^\xef\xbb\xbf/, ''))) reading.take(line)
    return { ok: true, zone: { records: reading.records, removals: reading.removals } }
  } catch (failure) {
    if (!(failure instanceof ZoneFileFault)) throw failure
    return { ok: false, reason: failure.message, ...failure.place }
  }
}

class Reading {
  readonly records: ZoneFileRecord[] = []
  readonly removals: ZoneFileRemoval[] = []
  #origin: string | undefined
  #owner: string | undefined
  /** Of $TTL; it beats the TTL of the record before (RFC 2308 §4). */
  #ttl: number | undefined
  #lastTtl: number | undefined

  take({ kind, tokens, ownerless }: ZoneLine): void {
    const [first, ...rest] = tokens
    if (kind === 'removal') this.#remove(first, rest)
    else if (first.text.startsWith('$') && !first.quoted && !ownerless) this.#direct(first, rest)
    else if (ownerless) this.#add(first, tokens)
    else {
      this.#owner = readName(first, this.#origin)
      this.#add(first, rest)
    }
  }

  #direct(directive: Token, [value, more]: readonly Token[]): void {
    const name = directive.text.toUpperCase()
    if (name === '$INCLUDE') {
      throw new ZoneFileFault(
        '$INCLUDE is not followed: this one file says what is proposed; paste the other one here',
        directive,
      )
    }
    if (name !== '$ORIGIN' && name !== '$TTL') {
      throw new ZoneFileFault(
        `"${directive.text}" is no directive of RFC 1035 or RFC 2308: write the records out`,
        directive,
      )
    }
    if (value === undefined) throw new ZoneFileFault(`${name} lacks its value`, directive)
    if (more !== undefined) throw new ZoneFileFault(`"${more.text}" is too much after ${name}`, more)
    if (name === '$ORIGIN') {
      this.#origin = readName(value, value.text === '.' ? '' : this.#origin)
      return
    }
    this.#ttl = ttlSeconds(value.text)
    if (this.#ttl === undefined)
      throw new ZoneFileFault(`$TTL takes a time such as 3600 or 1h, not "${value.text}"`, value)
  }

  #add(first: Token, tokens: readonly Token[]): void {
    if (this.#owner === undefined) throw new ZoneFileFault('no name stands before this record', first)
    const { ttl, rest } = classAndTtl(tokens)
    const [type, ...fields] = rest
    if (type === undefined) throw new ZoneFileFault('this record has no type', tokens.at(-1) ?? first)
    if (ttl !== undefined) this.#lastTtl = ttl
    const given: DataFields = { type, fields, name: token => readName(token, this.#origin) }
    const place = { line: first.line, column: first.column }
    const data = readData(typeOf(type), given)
    this.records.push({ ...data, owner: this.#owner, ttl: ttl ?? this.#ttl ?? this.#lastTtl ?? DEFAULT_TTL, place })
  }

  #remove(name: Token, tokens: readonly Token[]): void {
    const owner = readName(name, this.#origin)
    const { rest } = classAndTtl(tokens)
    const [type, more] = rest
    const place = { line: name.line, column: name.column }
    if (more !== undefined) {
      throw new ZoneFileFault(
        'a line that begins with ";- " takes whole sets away, as ";- name type" or ";- name": to keep some of a set, write those that stay',
        more,
      )
    }
    this.removals.push(type === undefined ? { owner, place } : { owner, type: typeOf(type), place })
  }
}

function typeOf(token: Token): string {
  const type = token.quoted ? undefined : typeNamed(token.text)
  // RFC 6672 §2: it would move every name below.
  if (/^(DNAME|TYPE39)$/i.test(token.text)) {
    throw new ZoneFileFault('a proposed DNAME is not followed: write the records that it would lead to', token)
  }
  if (type !== undefined) return type
  throw new ZoneFileFault(`"${token.text}" is no record type`, token)
}

/** RFC 1035 §5.1: TTL and class may stand in either order, and both may be left out. */
function classAndTtl(tokens: readonly Token[]): { readonly ttl?: number; readonly rest: readonly Token[] } {
  let ttl: number | undefined
  let classed = false
  let at = 0
  for (; at < tokens.length; at++) {
    const token = tokens[at]!
    const { text, quoted } = token
    if (quoted) break
    if (!classed && /^(IN|CS|CH|HS|ANY|NONE|CLASS\d+)$/i.test(text)) {
      if (!/^(IN|CLASS1)$/i.test(text)) throw new ZoneFileFault(`only the class IN is asked for, not ${text}`, token)
      classed = true
    } else if (ttl === undefined && /^\d/.test(text)) {
      ttl = ttlSeconds(text)
      if (ttl === undefined) throw new ZoneFileFault(`"${text}" is no TTL: it is a time such as 3600 or 1h`, token)
    } else break
  }
  return { ...(ttl === undefined ? {} : { ttl }), rest: tokens.slice(at) }
}
