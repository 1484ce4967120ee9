// The parts of a message, taken apart by its boundaries (RFC 2046 §5.1), with what programs stumble over. Bounded in depth and number.
import { shownText } from '../shown-text.ts'
import { type ContentType, readContentType } from './content-type.ts'
import { type Field, valueText } from './field.ts'
import { readHeader } from './header.ts'
import type { MessageContent } from './read.ts'
import { decodedTransfer } from './transfer-decoding.ts'

/** A part that holds no others. `octets` counts what is left when its encoding is undone. */
export interface MimeLeaf {
  /** `text/html`; `text/plain` where nothing is said. */
  readonly type: string
  readonly octets: number
  /** Shown as an attachment: not a part of the text. */
  readonly attached: boolean
}

/** What is wrong with a part. `detail` completes the sentence of its kind. */
export interface MimeFault {
  readonly kind:
    | 'type-unreadable'
    | 'boundary-missing'
    | 'boundary-malformed'
    | 'boundary-unused'
    | 'boundary-open'
    | 'encoding-unknown'
    | 'encoding-of-multipart'
    | 'eight-bit-undeclared'
    | 'base64-broken'
    | 'too-deep'
  readonly detail: string
}

export interface MimeTree {
  readonly leaves: readonly MimeLeaf[]
  readonly faults: readonly MimeFault[]
}

const DEEPEST = 20
const MOST_PARTS = 500
const ENCODINGS: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64'])
/** RFC 2046 §5.1.1: 0 to 69 bchars and one that is no space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/

/** Takes the message apart. Never throws; time and memory are in proportion to the length, and to the depth at most. */
export function readMimeTree({
  octets,
  fields,
  bodyAt,
}: Pick<MessageContent, 'octets' | 'fields' | 'bodyAt'>): MimeTree {
  const leaves: MimeLeaf[] = []
  const faults: MimeFault[] = []
  const state = { leaves, faults, parts: 0 }
  takeApart({ octets, fields, bodyAt, end: octets.length }, 'text/plain', 0, state)
  return { leaves, faults: [...new Map(faults.map(fault => [`${fault.kind} ${fault.detail}`, fault])).values()] }
}

interface Part {
  readonly octets: Buffer
  readonly fields: readonly Field[]
  readonly bodyAt: number
  readonly end: number
}

interface State {
  readonly leaves: MimeLeaf[]
  readonly faults: MimeFault[]
  parts: number
}

function takeApart(part: Part, otherwise: string, depth: number, state: State): void {
  if (++state.parts > MOST_PARTS || depth > DEEPEST) {
    state.faults.push({
      kind: 'too-deep',
      detail: depth > DEEPEST ? `deeper than ${DEEPEST}` : `more than ${MOST_PARTS} parts`,
    })
    return
  }
  const value = textOf(part, 'content-type')
  const type = value === undefined ? undefined : readContentType(value)
  if (value !== undefined && type === undefined)
    state.faults.push({ kind: 'type-unreadable', detail: shownText(value) })
  const name = type?.type ?? (/^multipart\//i.test(value ?? '') ? 'multipart/mixed' : otherwise)
  const encoding = (textOf(part, 'content-transfer-encoding') ?? '7bit')
    .replaceAll(/\([^()]*\)/g, '')
    .trim()
    .toLowerCase()
  if (!ENCODINGS.has(encoding)) state.faults.push({ kind: 'encoding-unknown', detail: shownText(encoding) })
  const whole = name.startsWith('multipart/') || /^message\/(?:rfc822|partial|external-body)$/.test(name)
  // RFC 2045 §6.4: only 7bit, 8bit and binary.
  if (whole && /^(?:quoted-printable|base64)$/.test(encoding))
    state.faults.push({ kind: 'encoding-of-multipart', detail: `${name} in ${encoding}` })
  if (name.startsWith('multipart/')) {
    if (type !== undefined) takeMultipartApart(part, type, depth, state)
    return
  }
  const body = part.octets.subarray(part.bodyAt, part.end)
  // RFC 2045 §2.8: 7bit is the default, and promises that there are none.
  if (
    (encoding === '7bit' || encoding === 'quoted-printable' || encoding === 'base64') &&
    body.some(octet => octet > 127)
  ) {
    state.faults.push({ kind: 'eight-bit-undeclared', detail: `${name} in ${encoding}` })
  }
  const decoded = encoding === 'base64' || encoding === 'quoted-printable' ? decodedTransfer(body, encoding) : body
  if (decoded === undefined) state.faults.push({ kind: 'base64-broken', detail: name })
  const attached = /^attachment\b/i.test(textOf(part, 'content-disposition') ?? '')
  state.leaves.push({ type: name, octets: (decoded ?? body).length, attached })
}

function takeMultipartApart(part: Part, { type, boundary }: ContentType, depth: number, state: State): void {
  const fault = (kind: MimeFault['kind'], detail: string): void => {
    state.faults.push({ kind, detail })
  }
  if (boundary === undefined || boundary === '') {
    fault('boundary-missing', type)
    return
  }
  if (!BOUNDARY.test(boundary)) fault('boundary-malformed', shownText(boundary))
  const { parts, closed } = partsOf(part, boundary)
  if (parts.length === 0) {
    fault('boundary-unused', shownText(boundary))
    return
  }
  if (!closed) fault('boundary-open', shownText(boundary))
  // RFC 2046 §5.1.5.
  const otherwise = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  for (const { start, end } of parts) {
    const octets = part.octets.subarray(start, end)
    const header = readHeader(octets)
    if (!header.ok) continue
    takeApart({ octets, fields: header.fields, bodyAt: header.bodyAt, end: octets.length }, otherwise, depth + 1, state)
  }
}

/** The parts between the lines that begin with the boundary; the line end before such a line belongs to it. */
function partsOf({ octets, bodyAt, end }: Part, boundary: string) {
  const mark = Buffer.from(`--${boundary}`, 'latin1')
  const parts: { start: number; end: number }[] = []
  let open: number | undefined
  let closed = false
  for (let at = octets.indexOf(mark, bodyAt); at >= 0 && at < end && !closed; at = octets.indexOf(mark, at + 1)) {
    if (at !== bodyAt && octets[at - 1] !== 10) continue
    const behind = at + mark.length
    const feed = octets.indexOf(10, behind)
    const lineEnd = feed < 0 ? end : feed + 1
    const rest = octets.toString('latin1', behind, Math.min(lineEnd, behind + 200)).trimEnd()
    if (rest !== '' && rest !== '--' && !/^[ \t]*$/.test(rest)) continue
    if (open !== undefined) parts.push({ start: open, end: Math.max(open, at - 2) })
    closed = rest === '--'
    open = lineEnd
  }
  if (open !== undefined && !closed) parts.push({ start: open, end })
  return { parts: parts.slice(0, MOST_PARTS), closed }
}

function textOf({ octets, fields }: Part, key: string): string | undefined {
  const field = fields.find(one => one.key === key)
  return field === undefined ? undefined : valueText(octets, field)
}
