// A message as everything that judges it sees it: its wire form, its fields, where its body is, and whose it says it is.
import type { Field } from './field.ts'
import { type FromReading, readFrom } from './from.ts'
import { readHeader, type StrayLine } from './header.ts'
import { type StoredLines, wireForm } from './wire-form.ts'

export interface MessageContent {
  readonly ok: true
  /** The wire form: CRLF line ends. Fields and `bodyAt` are places in it. */
  readonly octets: Buffer
  /** How the lines ended in the file. */
  readonly lines: StoredLines
  /** The file began with the `From ` line of a mailbox. */
  readonly mailbox: boolean
  readonly fields: readonly Field[]
  readonly stray: readonly StrayLine[]
  readonly bodyAt: number
  readonly separated: boolean
  readonly from: FromReading
}

/** The content, or why the octets are no message: a clause about the file. */
export type MessageReading = MessageContent | { readonly ok: false; readonly why: string }

/** Reads a file. Never throws; takes time in proportion to the length. */
export function readMessage(file: Uint8Array): MessageReading {
  const wire = wireForm(file)
  if (!wire.ok) return wire
  const header = readHeader(wire.octets)
  if (!header.ok) return header
  const { fields, stray, bodyAt, separated } = header
  // An empty line at the very beginning is an empty header.
  if (fields.length === 0 && (stray.length > 0 || !separated))
    return { ok: false, why: 'it does not begin with a header: no line of it is a header field' }
  const { octets, lines, mailbox } = wire
  return { ok: true, octets, lines, mailbox, fields, stray, bodyAt, separated, from: readFrom(octets, fields) }
}

/** The fields of a name, in their order. */
export function fieldsNamed({ fields }: MessageContent, name: string): readonly Field[] {
  const key = name.toLowerCase()
  return fields.filter(field => field.key === key)
}

const storedWords = {
  lf: 'its lines end with LF in the file and were read with CRLF',
  cr: 'its lines end with CR in the file and were read with CRLF',
  mixed: 'some of its lines end with LF in the file and were read with CRLF',
} as const

/** What had to be done to get from the file to the message, each a clause. */
export function readingNotes({ lines, mailbox }: MessageContent): readonly string[] {
  return [
    ...(lines === 'crlf' || lines === 'none' ? [] : [storedWords[lines]]),
    ...(mailbox ? ['the "From " line of a mailbox was left out'] : []),
  ]
}
