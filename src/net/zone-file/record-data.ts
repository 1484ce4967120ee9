// The data of a record as a zone file writes it, for each type that audits ask for and those that are only carried along.
import { isIPv4, isIPv6 } from 'node:net'
import { parseAddress } from '../../names/address.ts'
import { encodeName, Unreadable } from '../dns/wire-name.ts'
import { decodeRecord, typeNumbers } from '../dns/wire-records.ts'
import type { RecordType, RecordTypes } from '../resolver.ts'
import { type Token, unescaped, ZoneFileFault } from './tokens.ts'

/** What one record says: read, where the type can be asked for, else only written down. */
export type ZoneData =
  | { readonly [T in RecordType]: { readonly type: T; readonly value: RecordTypes[T] } }[RecordType]
  | { readonly type: string; readonly value: undefined; readonly text: string }

/** Types that no audit asks for; their data are not looked into. */
const CARRIED: { readonly [type: string]: number } = {
  HINFO: 13,
  RP: 17,
  AFSDB: 18,
  LOC: 29,
  NAPTR: 35,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  NSEC3: 50,
  NSEC3PARAM: 51,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  URI: 256,
}

/** The fields after the type, with the name's origin, and where the type stands when they are too few. */
export interface DataFields {
  readonly type: Token
  readonly fields: readonly Token[]
  readonly name: (token: Token) => string
}

/** The type's own name, also of `TYPE52` (RFC 3597 §5); undefined for one that is not known. */
export function typeNamed(text: string): string | undefined {
  const name = text.toUpperCase()
  if (Object.hasOwn(typeNumbers, name) || Object.hasOwn(CARRIED, name)) return name
  const number = /^TYPE(\d{1,5})$/.exec(name)?.[1]
  if (number === undefined || Number(number) > 65_535) return undefined
  const known = [...Object.entries(typeNumbers), ...Object.entries(CARRIED)].find(([, code]) => code === Number(number))
  return known?.[0] ?? `TYPE${Number(number)}`
}

/** One record's data. @throws ZoneFileFault */
export function readData(type: string, given: DataFields): ZoneData {
  const generic = given.fields[0]?.text === '\\#' && !given.fields[0].quoted
  const reading = new Fields(given)
  const isAsked = Object.hasOwn(readers, type)
  const text = given.fields.map(field => (field.quoted ? `"${field.text}"` : field.text)).join(' ')
  if (generic) {
    const octets = reading.genericOctets()
    if (!isAsked) return { type, value: undefined, text }
    try {
      return { type, value: decodeRecord(type as RecordType, octets, 0, octets.length) } as ZoneData
    } catch (failure) {
      if (failure instanceof Unreadable) throw new ZoneFileFault(failure.message, given.type)
      throw failure
    }
  }
  if (isAsked) {
    const value = readers[type as RecordType](reading)
    reading.end()
    return { type, value } as ZoneData
  }
  if (type.startsWith('TYPE')) {
    throw new ZoneFileFault(`the data of ${type} are written as \\# LENGTH HEX (RFC 3597 §5)`, given.type)
  }
  reading.some()
  return { type, value: undefined, text }
}

class Fields {
  readonly #given: DataFields
  #at = 0

  constructor(given: DataFields) {
    this.#given = given
  }

  next(what: string): Token {
    const token = this.#given.fields[this.#at++]
    if (token === undefined) {
      throw new ZoneFileFault(
        `${this.#given.type.text} lacks its ${what}`,
        this.#given.fields.at(-1) ?? this.#given.type,
      )
    }
    return token
  }

  rest(): readonly Token[] {
    const rest = this.#given.fields.slice(this.#at)
    this.#at = this.#given.fields.length
    return rest
  }

  some(): void {
    if (this.#given.fields.length === 0)
      throw new ZoneFileFault(`${this.#given.type.text} lacks its data`, this.#given.type)
  }

  end(): void {
    const [more] = this.rest()
    if (more !== undefined)
      throw new ZoneFileFault(`"${more.text}" is too much: the record is complete before it`, more)
  }

  name(what: string): string {
    return this.#given.name(this.next(what))
  }

  number(what: string, most: number): number {
    const token = this.next(what)
    const number = Number(token.text)
    if (!/^\d{1,10}$/.test(token.text) || number > most) {
      throw new ZoneFileFault(`the ${what} is a number from 0 to ${most}, not "${token.text}"`, token)
    }
    return number
  }

  seconds(what: string): number {
    const token = this.next(what)
    const seconds = ttlSeconds(token.text)
    if (seconds === undefined)
      throw new ZoneFileFault(`the ${what} is a time such as 3600 or 1h, not "${token.text}"`, token)
    return seconds
  }

  strings(): readonly string[] {
    return this.rest().map(token => {
      const octets = unescaped(token)
      // RFC 1035 §3.3.
      if (octets.length > 255) {
        throw new ZoneFileFault(
          `a string has at most 255 octets, this one ${octets.length}: cut it into "…" "…"`,
          token,
        )
      }
      return octets
    })
  }

  packed(what: string, pattern: RegExp): string {
    const first = this.next(what)
    const joined = [first, ...this.rest()].map(token => token.text).join('')
    if (!pattern.test(joined)) throw new ZoneFileFault(`the ${what} of ${this.#given.type.text} cannot be read`, first)
    return joined
  }

  genericOctets(): Buffer {
    this.next('\\#')
    const length = this.number('length', 65_535)
    const hex = this.rest()
    const joined = hex.map(token => token.text).join('')
    if (!/^([0-9a-f]{2})*$/i.test(joined) || joined.length !== 2 * length) {
      throw new ZoneFileFault(`after \\# ${length} stand ${length} octets in hex`, hex[0] ?? this.#given.type)
    }
    return Buffer.from(joined, 'hex')
  }
}

const HEX = /^([0-9a-f]{2})+$/i
const BASE64 = /^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$/i

const readers: { readonly [T in RecordType]: (fields: Fields) => RecordTypes[T] } = {
  A(fields) {
    const token = fields.next('address')
    if (!isIPv4(token.text)) throw new ZoneFileFault(`"${token.text}" is no IPv4 address`, token)
    return token.text
  },
  AAAA(fields) {
    const token = fields.next('address')
    if (!isIPv6(token.text) || token.text.includes('%'))
      throw new ZoneFileFault(`"${token.text}" is no IPv6 address`, token)
    const address = parseAddress(token.text)
    if (address === undefined) throw new ZoneFileFault(`"${token.text}" is no IPv6 address`, token)
    return address.family === 4 ? `::ffff:${address.text}` : address.text
  },
  CAA(fields) {
    const critical = fields.number('flags', 255) >= 128
    const tag = fields.next('tag')
    if (!/^[a-z0-9]{1,255}$/i.test(tag.text)) throw new ZoneFileFault(`"${tag.text}" is no CAA tag`, tag)
    return { critical, tag: tag.text.toLowerCase(), value: unescaped(fields.next('value')) }
  },
  CNAME: fields => fields.name('target'),
  DNSKEY: fields => ({
    flags: fields.number('flags', 65_535),
    protocol: fields.number('protocol', 255),
    algorithm: fields.number('algorithm', 255),
    key: fields.packed('key', BASE64),
  }),
  DS: fields => ({
    keyTag: fields.number('key tag', 65_535),
    algorithm: fields.number('algorithm', 255),
    digestType: fields.number('digest type', 255),
    digest: fields.packed('digest', HEX).toLowerCase(),
  }),
  MX: fields => ({ preference: fields.number('preference', 65_535), exchange: fields.name('host') }),
  NS: fields => fields.name('name server'),
  PTR: fields => fields.name('name'),
  SOA(fields) {
    const [mname, rname] = [fields.name('primary server'), fields.name('mailbox')]
    const serial = fields.number('serial', 4_294_967_295)
    const [refresh, retry, expire] = [fields.seconds('refresh'), fields.seconds('retry'), fields.seconds('expire')]
    return { mname, rname, serial, refresh, retry, expire, minimum: fields.seconds('minimum') }
  },
  SRV: fields => ({
    priority: fields.number('priority', 65_535),
    weight: fields.number('weight', 65_535),
    port: fields.number('port', 65_535),
    target: fields.name('target'),
  }),
  TLSA: fields => ({
    usage: fields.number('usage', 255),
    selector: fields.number('selector', 255),
    matchingType: fields.number('matching type', 255),
    data: fields.packed('data', HEX).toLowerCase(),
  }),
  TXT(fields) {
    fields.some()
    return fields.strings()
  },
}

/**
 * Seconds of a TTL: a number, or numbers with units as BIND writes them (`1h30m`, `2W`).
 * @returns undefined when it is neither, or over the 31 bits of RFC 2181 §8
 */
export function ttlSeconds(text: string): number | undefined {
  if (!/^(\d{1,10}|(\d{1,10}[smhdw])+)$/i.test(text)) return undefined
  const units: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, '': 1 }
  let seconds = 0
  for (const [, number, unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    seconds += Number(number) * units[unit.toLowerCase()]!
  }
  return seconds > 2_147_483_647 ? undefined : seconds
}

/** The octets of a field as a name, completed by the origin unless a dot ends it. @throws ZoneFileFault */
export function readName(token: Token, origin: string | undefined): string {
  if (token.quoted) throw new ZoneFileFault('a name stands without quotes', token)
  if (token.text === '@') {
    if (origin === undefined) throw new ZoneFileFault('"@" needs a $ORIGIN before it', token)
    return origin
  }
  const { name, absolute } = presented(token)
  if (absolute) return checked(name, token)
  if (origin !== undefined) return checked(origin === '' ? name : `${name}.${origin}`, token)
  // Without an origin people paste full names; one that can be no full name was meant to be completed.
  if (!name.includes('.') || /(^|\.)_[^.]*$/.test(name)) {
    throw new ZoneFileFault(
      `"${token.text}" is no full name: begin the file with $ORIGIN, or write it in full with a dot at the end`,
      token,
    )
  }
  return checked(name, token)
}

function checked(text: string, token: Token): string {
  const encoded = encodeName(text)
  if (encoded.ok) return encoded.name
  throw new ZoneFileFault(`"${token.text}" is no name: ${encoded.reason}`, token)
}

/** The name in the form that resolvers take, and whether an unescaped dot ends it. */
function presented(token: Token): { readonly name: string; readonly absolute: boolean } {
  let name = ''
  let absolute = false
  for (const [piece] of token.text.matchAll(/\\(?:\d{1,3}|.)|./gs)) {
    absolute = piece === '.'
    if (piece.length === 1 && /[\x80-\xff]/.test(piece)) {
      throw new ZoneFileFault('a name in a zone file is ASCII: write the A-label form (xn--…)', token)
    }
    name += piece.startsWith('\\') ? labelOctet(unescaped({ ...token, text: piece })) : piece
  }
  return { name: absolute ? name.slice(0, -1) : name, absolute }
}

function labelOctet(octet: string): string {
  if (octet === '.' || octet === '\\') return `\\${octet}`
  return /[\x20-\x7e]/.test(octet) ? octet : `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`
}
