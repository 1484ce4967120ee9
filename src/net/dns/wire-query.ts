// Makes questions and tells whether a message that came is about them.
import { CHECKING_DISABLED, DNSSEC_OK, encode, RECURSION_DESIRED } from 'dns-packet'
import type { RecordType } from '../resolver.ts'

/** One question: the canonical name, its wire form, and the type. */
export interface Question {
  readonly name: string
  readonly wire: Buffer
  readonly type: RecordType
  /** Asked for what the server knows of itself. */
  readonly direct?: true
  /** Asked for also when its signatures are broken (CD, RFC 4035 §3.2.2). */
  readonly unchecked?: true
}

/** What we say we can take over UDP: it passes every path without being cut to pieces (DNS flag day 2020). */
const UDP_SIZE = 1232

const templates = new Map<string, Buffer>()

/**
 * The query as octets: recursion wanted unless it is direct, and with EDNS and the DO bit unless the server cannot have them.
 * `padded` is for what is sent encrypted.
 * dns-packet makes all but the name, since it neither validates names nor can carry a dot inside a label.
 */
export function encodeQuery(question: Question, id: number, edns: boolean, padded = false): Buffer {
  const template = templateFor(question, edns)
  const length = template.length - 1 + question.wire.length
  // RFC 8467 §4.1: encrypted queries fill whole blocks, so that their length does not tell the name.
  const whole = padded && edns ? Math.ceil((length + OPTION_HEADER) / BLOCK) * BLOCK : length
  const query = Buffer.alloc(whole)
  template.copy(query, 0, 0, 12)
  question.wire.copy(query, 12)
  template.copy(query, 12 + question.wire.length, 13)
  query.writeUInt16BE(id, 0)
  if (whole > length) {
    // The OPT record stands last, and has no options of its own.
    query.writeUInt16BE(whole - length, length - 2)
    query.writeUInt16BE(OPTION_PADDING, length)
    query.writeUInt16BE(whole - length - OPTION_HEADER, length + 2)
  }
  return query
}

/** RFC 7830 §3, RFC 8467 §4.1. */
const OPTION_PADDING = 12
const OPTION_HEADER = 4
const BLOCK = 128

/** A query for the root, whose name is the one octet after the header. */
function templateFor({ type, direct, unchecked }: Question, edns: boolean): Buffer {
  const key = `${type} ${edns} ${direct ?? false} ${unchecked ?? false}`
  const known = templates.get(key)
  if (known) return known
  const template = encode({
    type: 'query',
    id: 0,
    flags: (direct ? 0 : RECURSION_DESIRED) | (unchecked ? CHECKING_DISABLED : 0),
    questions: [{ name: '.', type, class: 'IN' }],
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: UDP_SIZE,
            flags: DNSSEC_OK,
            flag_do: true,
            extendedRcode: 0,
            ednsVersion: 0,
            options: [],
          },
        ]
      : [],
  })
  templates.set(key, template)
  return template
}

/**
 * True when the message is a response to this very question. Letters may have changed case (RFC 4343). A server that
 * could not read the query may leave the question out, but then it can only report a failure.
 */
export function answersQuestion(message: Buffer, question: Question, query: Buffer): boolean {
  if (message.length < 12) return false
  if (message.readUInt16BE(0) !== query.readUInt16BE(0)) return false
  const flags = message.readUInt16BE(2)
  if ((flags & 0xf800) !== 0x8000) return false
  const questions = message.readUInt16BE(4)
  const rcode = flags & 15
  if (questions === 0) return rcode !== 0 && rcode !== 3
  const end = 12 + question.wire.length + 4
  if (questions !== 1 || message.length < end) return false
  for (let i = 12; i < end; i++) {
    // Only letters are folded: the lengths of labels, and the octets of the types we ask and of the class, are all below `A`.
    if (lower(message[i]!) !== lower(query[i]!)) return false
  }
  return true
}

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet
}
