// Reads DNS messages as they come: the header, the question, and every record that can be told from its neighbors.
//
// Nothing here believes a message: counts may lie, names may loop, records may run over the end. What can be framed is
// handed on; where framing breaks, `broken` says in which section, since what followed is not known.
import { describeExtendedError } from './extended-errors.ts'
import { decodeName, skipName, Unreadable } from './wire-name.ts'

/** One record, framed but not yet read: its data are the octets from `start` to `end` of the message. */
export interface WireRecord {
  /** Undefined when the owner's name cannot be read. */
  readonly owner: string | undefined
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly start: number
  readonly end: number
}

export interface WireQuestion {
  readonly name: string
  readonly type: number
  readonly class: number
  /** Where the question section ends. */
  readonly end: number
}

/** What the EDNS record of a message tells (RFC 6891 §6.1). */
export interface Edns {
  readonly udpSize: number
  readonly version: number
  readonly dnssecOk: boolean
}

export interface WireMessage {
  readonly bytes: Buffer
  readonly id: number
  readonly response: boolean
  readonly opcode: number
  /** With the upper bits from EDNS. */
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly authentic: boolean
  readonly checkingDisabled: boolean
  readonly questions: number
  readonly question?: WireQuestion
  readonly answers: readonly WireRecord[]
  readonly authorities: readonly WireRecord[]
  readonly additionals: readonly WireRecord[]
  readonly edns?: Edns
  /** RFC 8914 errors in words, and their codes. */
  readonly extended?: string
  readonly extendedCodes: readonly number[]
  readonly broken?: 'question' | 'answer' | 'authority' | 'additional'
}

export const CLASS_IN = 1
const TYPE_OPT = 41
const OPTION_EXTENDED_ERROR = 15

/** The message in `bytes`, or undefined when they are too few for a header. Never throws. */
export function decodeMessage(bytes: Buffer): WireMessage | undefined {
  if (bytes.length < 12) return undefined
  const flags = bytes.readUInt16BE(2)
  const questions = bytes.readUInt16BE(4)
  const answers: WireRecord[] = []
  const authorities: WireRecord[] = []
  const additionals: WireRecord[] = []
  let question: WireQuestion | undefined
  let broken: WireMessage['broken'] = 'question'
  try {
    let at = 12
    for (let i = 0; i < questions; i++) {
      if (i === 0) question = readQuestion(bytes, at)
      at = skipName(bytes, at) + 4
    }
    broken = 'answer'
    at = frameRecords(bytes, at, bytes.readUInt16BE(6), answers)
    broken = 'authority'
    at = frameRecords(bytes, at, bytes.readUInt16BE(8), authorities)
    broken = 'additional'
    frameRecords(bytes, at, bytes.readUInt16BE(10), additionals)
    broken = undefined
  } catch (fault) {
    if (!(fault instanceof Unreadable)) throw fault
  }
  const opt = additionals.find(record => record.type === TYPE_OPT)
  const errors = opt === undefined ? [] : extendedErrors(bytes.subarray(opt.start, opt.end))
  return {
    bytes,
    id: bytes.readUInt16BE(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    // RFC 6891 §6.1.3: the upper eight bits of the code stand where other records have their TTL.
    rcode: (flags & 15) | (opt === undefined ? 0 : (opt.ttl >>> 24) << 4),
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authentic: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    questions,
    ...(question === undefined ? {} : { question }),
    answers,
    authorities,
    additionals,
    ...(opt === undefined
      ? {}
      : { edns: { udpSize: opt.class, version: (opt.ttl >>> 16) & 255, dnssecOk: (opt.ttl & 0x8000) !== 0 } }),
    ...(errors.length === 0 ? {} : { extended: errors.map(e => e.words).join('; ') }),
    extendedCodes: errors.map(e => e.code),
    ...(broken === undefined ? {} : { broken }),
  }
}

function readQuestion(bytes: Buffer, offset: number): WireQuestion {
  const { name, end } = decodeName(bytes, offset)
  if (end + 4 > bytes.length) throw new Unreadable('the question runs over the end of the message')
  return { name, type: bytes.readUInt16BE(end), class: bytes.readUInt16BE(end + 2), end: end + 4 }
}

/** Frames up to `count` records into `records`; each takes 11 octets or more, so the work is bounded by the message. */
function frameRecords(bytes: Buffer, offset: number, count: number, records: WireRecord[]): number {
  let at = offset
  for (let i = 0; i < count; i++) {
    const fixed = skipName(bytes, at)
    if (fixed + 10 > bytes.length) throw new Unreadable('a record runs over the end of the message')
    const start = fixed + 10
    const end = start + bytes.readUInt16BE(fixed + 8)
    if (end > bytes.length) throw new Unreadable('a record runs over the end of the message')
    records.push({
      owner: ownerAt(bytes, at),
      type: bytes.readUInt16BE(fixed),
      class: bytes.readUInt16BE(fixed + 2),
      ttl: bytes.readUInt32BE(fixed + 4),
      start,
      end,
    })
    at = end
  }
  return at
}

function ownerAt(bytes: Buffer, offset: number): string | undefined {
  try {
    return decodeName(bytes, offset).name
  } catch (fault) {
    if (fault instanceof Unreadable) return undefined
    throw fault
  }
}

function extendedErrors(options: Buffer): { readonly code: number; readonly words: string }[] {
  const errors = []
  for (let at = 0; at + 4 <= options.length; ) {
    const end = at + 4 + options.readUInt16BE(at + 2)
    if (end > options.length) break
    if (options.readUInt16BE(at) === OPTION_EXTENDED_ERROR && end - at >= 6) {
      const code = options.readUInt16BE(at + 4)
      errors.push({ code, words: describeExtendedError(code, options.subarray(at + 6, end)) })
    }
    at = end
  }
  return errors
}
