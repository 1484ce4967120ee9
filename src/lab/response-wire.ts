// Writes DNS responses, healthy and sick ones: what a name server of the lab sends.
import { parseAddress } from '../names/address.ts'
import { encodeName } from '../net/dns/wire-name.ts'
import { TYPE_RRSIG, typeNumbers } from '../net/dns/wire-records.ts'
import type { RecordType, Signature } from '../net/resolver.ts'
import type { ZoneRecord } from './zone.ts'

/** One record, its data as octets so that they can be anything. */
export interface DraftRecord {
  readonly name: string
  readonly type: RecordType | number
  readonly ttl: number
  readonly data: Uint8Array
}

/** An extended error (RFC 8914). */
export interface ExtendedError {
  readonly code: number
  readonly text?: string
}

/** A response before it is octets. The question is echoed as it came. */
export interface Draft {
  readonly id: number
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly authentic: boolean
  readonly question: Uint8Array
  readonly answers: readonly DraftRecord[]
  readonly authorities: readonly DraftRecord[]
  /** Beside EDNS. */
  readonly additionals?: readonly DraftRecord[]
  /** Undefined for a response without EDNS. */
  readonly edns?: { readonly udpSize: number; readonly dnssecOk: boolean; readonly extended?: ExtendedError }
}

const CLASS_IN = 1
const TYPE_OPT = 41

/** The record with its data as octets. @throws Error when the value cannot be put on the wire. */
export function draftRecord(name: string, record: ZoneRecord): DraftRecord {
  return { name, type: record.type, ttl: record.ttl, data: recordData(record) }
}

/** A signature as a record beside those that it is over (RFC 4034 §3.1); its own octets are nothing that could be verified. */
export function draftSignature(owner: string, type: RecordType, ttl: number, signature: Signature): DraftRecord {
  const { algorithm, keyTag, signer, from, until } = signature
  const labels = owner === '' ? 0 : owner.split('.').length
  const data = Buffer.concat([
    numbers(2, typeNumbers[type]),
    numbers(1, algorithm, labels),
    numbers(4, ttl, until, from),
    numbers(2, keyTag),
    wireName(signer),
    Buffer.alloc(64),
  ])
  return { name: owner, type: TYPE_RRSIG, ttl, data }
}

/** The response as octets, owner names compressed (RFC 1035 §4.1.4). */
export function encodeResponse(draft: Draft): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(draft.id, 0)
  const bits: readonly (readonly [boolean, number])[] = [
    [true, 0x8000],
    [draft.authoritative, 0x0400],
    [draft.truncated, 0x0200],
    [draft.recursionDesired, 0x0100],
    [draft.recursionAvailable, 0x0080],
    [draft.authentic, 0x0020],
  ]
  header.writeUInt16BE(
    bits.reduce((flags, [set, bit]) => (set ? flags | bit : flags), draft.rcode & 15),
    2,
  )
  header.writeUInt16BE(draft.question.length === 0 ? 0 : 1, 4)
  header.writeUInt16BE(draft.answers.length, 6)
  header.writeUInt16BE(draft.authorities.length, 8)
  const additionals = draft.additionals ?? []
  header.writeUInt16BE(additionals.length + (draft.edns === undefined ? 0 : 1), 10)
  const parts: Uint8Array[] = [header, draft.question]
  let length = 12 + draft.question.length
  const owners = new Map<string, number>()
  for (const record of [...draft.answers, ...draft.authorities, ...additionals]) {
    const pointer = owners.get(record.name)
    if (pointer === undefined && length < 0x4000) owners.set(record.name, length)
    const name = pointer === undefined ? wireName(record.name) : Buffer.of(0xc0 | (pointer >> 8), pointer & 255)
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(typeof record.type === 'number' ? record.type : typeNumbers[record.type], 0)
    fixed.writeUInt16BE(CLASS_IN, 2)
    fixed.writeUInt32BE(record.ttl, 4)
    fixed.writeUInt16BE(record.data.length, 8)
    parts.push(name, fixed, record.data)
    length += name.length + 10 + record.data.length
  }
  if (draft.edns) parts.push(ednsRecord(draft.edns, draft.rcode))
  return Buffer.concat(parts)
}

function ednsRecord({ udpSize, dnssecOk, extended }: NonNullable<Draft['edns']>, rcode: number): Buffer {
  const text = Buffer.from(extended?.text ?? '')
  const option = extended === undefined ? Buffer.alloc(0) : Buffer.alloc(6 + text.length)
  if (extended) {
    option.writeUInt16BE(15, 0)
    option.writeUInt16BE(2 + text.length, 2)
    option.writeUInt16BE(extended.code, 4)
    text.copy(option, 6)
  }
  const fixed = Buffer.alloc(11)
  fixed.writeUInt16BE(TYPE_OPT, 1)
  fixed.writeUInt16BE(udpSize, 3)
  fixed[5] = rcode >> 4
  fixed[7] = dnssecOk ? 0x80 : 0
  fixed.writeUInt16BE(option.length, 9)
  return Buffer.concat([fixed, option])
}

function recordData(record: ZoneRecord): Buffer {
  switch (record.type) {
    case 'A':
      return addressData(record.value, 4)
    case 'AAAA':
      return addressData(record.value, 6)
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return wireName(record.value)
    case 'MX':
      return Buffer.concat([numbers(2, record.value.preference), wireName(record.value.exchange)])
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.value
      return Buffer.concat([wireName(mname), wireName(rname), numbers(4, serial, refresh, retry, expire, minimum)])
    }
    case 'CAA': {
      const { critical, tag, value } = record.value
      return Buffer.concat([
        Buffer.of(critical ? 128 : 0, tag.length),
        Buffer.from(tag, 'latin1'),
        Buffer.from(value, 'latin1'),
      ])
    }
    case 'DNSKEY': {
      const { flags, protocol, algorithm, key } = record.value
      return Buffer.concat([numbers(2, flags), numbers(1, protocol, algorithm), Buffer.from(key, 'base64')])
    }
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = record.value
      return Buffer.concat([numbers(2, keyTag), numbers(1, algorithm, digestType), Buffer.from(digest, 'hex')])
    }
    case 'SRV': {
      const { priority, weight, port, target } = record.value
      return Buffer.concat([numbers(2, priority, weight, port), wireName(target)])
    }
    case 'TLSA': {
      const { usage, selector, matchingType, data } = record.value
      return Buffer.concat([numbers(1, usage, selector, matchingType), Buffer.from(data, 'hex')])
    }
    case 'TXT':
      return Buffer.concat(record.value.flatMap(characterStrings))
  }
}

/** A string of any length as character-strings of up to 255 octets; readers join them with nothing between. */
function characterStrings(text: string): Buffer[] {
  const octets = Buffer.from(text, 'latin1')
  const strings: Buffer[] = []
  for (let at = 0; at === 0 || at < octets.length; at += 255) {
    const part = octets.subarray(at, at + 255)
    strings.push(Buffer.of(part.length), part)
  }
  return strings
}

function addressData(text: string, family: 4 | 6): Buffer {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`"${text}" is no address`)
  const octets = Buffer.from(address.bytes)
  if (address.family === family) return octets
  if (family === 4) throw new Error(`"${text}" is no IPv4 address`)
  return Buffer.concat([Buffer.alloc(10), Buffer.of(255, 255), octets])
}

function numbers(octets: 1 | 2 | 4, ...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(octets * values.length)
  for (const [index, value] of values.entries()) buffer.writeUIntBE(value, index * octets, octets)
  return buffer
}

function wireName(text: string): Buffer {
  const encoded = encodeName(text)
  if (!encoded.ok) throw new Error(`"${text}" is no name for DNS: ${encoded.reason}`)
  return encoded.wire
}
