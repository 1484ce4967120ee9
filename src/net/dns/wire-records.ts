// The data of each record type, from octets to what `RecordTypes` promises.
import { fromBytes } from '../../names/address.ts'
import type { RecordType, RecordTypes, Signature } from '../resolver.ts'
import { decodeName, Unreadable } from './wire-name.ts'

/** The number of each type on the wire (RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782, RFC 4034, RFC 6698 §7.1, RFC 8659 §4). */
export const typeNumbers: { readonly [T in RecordType]: number } = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  DNSKEY: 48,
  TLSA: 52,
  CAA: 257,
}

/** Neither has a place among the types that can be asked for, but both may stand in any answer (RFC 6672, RFC 4034 §3). */
export const TYPE_DNAME = 39
export const TYPE_RRSIG = 46

type Read<T extends RecordType> = (message: Buffer, start: number, end: number) => RecordTypes[T]

const readers: { readonly [T in RecordType]: Read<T> } = {
  A(message, start, end) {
    if (end - start !== 4) throw new Unreadable(`an A record has 4 octets, this one has ${end - start}`)
    return `${message[start]}.${message[start + 1]}.${message[start + 2]}.${message[start + 3]}`
  },
  AAAA(message, start, end) {
    if (end - start !== 16) throw new Unreadable(`an AAAA record has 16 octets, this one has ${end - start}`)
    const { family, text } = fromBytes([...message.subarray(start, end)])
    return family === 4 ? `::ffff:${text}` : text
  },
  CAA(message, start, end) {
    const value = start + 2 + (message[start + 1] ?? 0)
    if (end - start < 2 || value > end || value === start + 2) throw new Unreadable('a CAA record has no whole tag')
    return {
      critical: (message[start]! & 0x80) !== 0,
      tag: message.toString('latin1', start + 2, value).toLowerCase(),
      value: message.toString('latin1', value, end),
    }
  },
  CNAME: soleName,
  DNSKEY(message, start, end) {
    if (end - start < 5) throw new Unreadable(`a DNSKEY record has 5 octets or more, this one has ${end - start}`)
    return {
      flags: message.readUInt16BE(start),
      protocol: message[start + 2]!,
      algorithm: message[start + 3]!,
      key: message.toString('base64', start + 4, end),
    }
  },
  DS(message, start, end) {
    if (end - start < 5) throw new Unreadable(`a DS record has 5 octets or more, this one has ${end - start}`)
    return {
      keyTag: message.readUInt16BE(start),
      algorithm: message[start + 2]!,
      digestType: message[start + 3]!,
      digest: message.toString('hex', start + 4, end),
    }
  },
  NS: soleName,
  PTR: soleName,
  MX(message, start, end) {
    if (end - start < 3) throw new Unreadable(`an MX record has 3 octets or more, this one has ${end - start}`)
    return { preference: message.readUInt16BE(start), exchange: soleName(message, start + 2, end) }
  },
  SOA(message, start, end) {
    const mname = nameWithin(message, start, end)
    const rname = nameWithin(message, mname.end, end)
    if (end - rname.end !== 20) throw new Unreadable('an SOA record does not end with five numbers')
    return {
      mname: mname.name,
      rname: rname.name,
      serial: message.readUInt32BE(rname.end),
      refresh: message.readUInt32BE(rname.end + 4),
      retry: message.readUInt32BE(rname.end + 8),
      expire: message.readUInt32BE(rname.end + 12),
      minimum: message.readUInt32BE(rname.end + 16),
    }
  },
  SRV(message, start, end) {
    if (end - start < 7) throw new Unreadable(`an SRV record has 7 octets or more, this one has ${end - start}`)
    const [priority, weight, port] = [0, 2, 4].map(at => message.readUInt16BE(start + at)) as [number, number, number]
    return { priority, weight, port, target: soleName(message, start + 6, end) }
  },
  TLSA(message, start, end) {
    if (end - start < 4) throw new Unreadable(`a TLSA record has 4 octets or more, this one has ${end - start}`)
    const [usage, selector, matchingType] = message.subarray(start, start + 3) as unknown as [number, number, number]
    return { usage, selector, matchingType, data: message.toString('hex', start + 3, end) }
  },
  TXT(message, start, end) {
    const strings: string[] = []
    for (let at = start; at < end; ) {
      const next = at + 1 + message[at]!
      if (next > end) throw new Unreadable('a TXT record has a string that runs over its end')
      strings.push(message.toString('latin1', at + 1, next))
      at = next
    }
    return strings
  },
}

/** The data of one record. @throws Unreadable saying what is wrong with them. */
export function decodeRecord<T extends RecordType>(
  type: T,
  message: Buffer,
  start: number,
  end: number,
): RecordTypes[T] {
  return readers[type](message, start, end)
}

/** A signature, if it is one over records of the type (RFC 4034 §3.1). @throws Unreadable */
export function decodeSignature(type: RecordType, message: Buffer, start: number, end: number): Signature | undefined {
  if (end - start < 19) throw new Unreadable(`an RRSIG record has 19 octets or more, this one has ${end - start}`)
  if (message.readUInt16BE(start) !== typeNumbers[type]) return undefined
  return {
    algorithm: message[start + 2]!,
    keyTag: message.readUInt16BE(start + 16),
    signer: nameWithin(message, start + 18, end).name,
    from: message.readUInt32BE(start + 12),
    until: message.readUInt32BE(start + 8),
  }
}

/** A name that fills all of the data. Its pointers may lead anywhere back in the message. */
export function soleName(message: Buffer, start: number, end: number): string {
  const { name, end: after } = nameWithin(message, start, end)
  if (after !== end) throw new Unreadable('a record goes on after the name that should end it')
  return name
}

function nameWithin(message: Buffer, start: number, end: number): { readonly name: string; readonly end: number } {
  // Bounded by the record: octets of the next record must not be taken for labels.
  return decodeName(message.subarray(0, end), start)
}
