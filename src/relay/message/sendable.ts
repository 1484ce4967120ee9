// Bodies made fit for every SMTP server before they are signed: 8-bit octets, NULs and lines over 998 octets are encoded, part
// by part, since a server on the way that had to do it would break the signature (RFC 6376 §5.3, RFC 6152 §3).
// What others have signed or encrypted stays octet for octet; so do forwarded messages that are merely 8-bit.
import { type ContentType, readContentType } from '../../protocol/message/content-type.ts'
import { type Field, valueText } from '../../protocol/message/field.ts'
import {
  base64Lines,
  base64Rewrapped,
  isMostlyEncoded,
  quotedPrintable,
} from '../../protocol/message/transfer-encoding.ts'
import { type Layout, readFields, withoutBlankFolds } from './fields.ts'
import { isSendable, LONGEST_LINE, type Survey, survey } from './octets.ts'
import { badContent, isRefusal, type Refusal } from './refusal.ts'

/** Header fields of a part to be set, by name; each replaces the one that stands there. */
export type FieldEdits = ReadonlyMap<string, string>

/** A body to be sent in place of another, and what its header must then say. */
export interface Rewritten {
  readonly kind: 'rewritten'
  readonly body: readonly Buffer[]
  readonly edits: FieldEdits
}

/** Deeper and wider than honest mail; each level costs one pass over its octets. */
const mimeCaps = { depth: 10, parts: 1_000 } as const

interface Walk {
  readonly octets: Buffer
  parts: number
}

const CRLF = Buffer.from('\r\n')

/**
 * The body behind these fields, or `undefined` when it can stay as it is.
 * @param end where the body ends in `octets`.
 */
export function sendableBody(
  octets: Buffer,
  layout: Layout,
  end: number = octets.length,
): Rewritten | Refusal | undefined {
  const rewritten = rewrite({ octets, parts: 0 }, layout, end, 0, 'text/plain')
  if (rewritten === undefined || isRefusal(rewritten)) return rewritten
  const last = rewritten.body.findLast(piece => piece.length > 0)
  return last?.at(-1) === 10 ? rewritten : { ...rewritten, body: [...rewritten.body, CRLF] }
}

/** A header with edits made: each in the place of the field that it replaces, else at the end. */
export function editedHeader(octets: Buffer, fields: readonly Field[], edits: FieldEdits): readonly Buffer[] {
  const left = new Map([...edits].map(([name, value]) => [name.toLowerCase(), `${name}: ${value}\r\n`]))
  const written = fields.map(field => {
    const edit = left.get(field.key)
    left.delete(field.key)
    if (edit !== undefined) return Buffer.from(edit)
    return field.blankFold ? withoutBlankFolds(octets, field) : octets.subarray(field.start, field.end)
  })
  return [...written, ...[...left.values()].map(line => Buffer.from(line))]
}

function rewrite(
  walk: Walk,
  layout: Layout,
  end: number,
  depth: number,
  standard: 'text/plain' | 'message/rfc822',
): Rewritten | Refusal | undefined {
  const found = survey(walk.octets, layout.bodyAt, end)
  if (isSendable(found)) return undefined
  const about = describe(walk.octets, layout.fields, standard)
  if (isRefusal(about)) return about
  const { content } = about
  const [kind] = content.type.split('/')
  if (content.type === 'multipart/signed' || content.type === 'multipart/encrypted') {
    return asItIs(found, `the part ${content.type} must not be changed`)
  }
  if (kind === 'multipart') return rewriteMultipart(walk, layout, end, depth, about)
  if (kind === 'message') {
    const whole = asItIs(found, `the part ${content.type} cannot be encoded`)
    if (whole === undefined || content.type !== 'message/rfc822') return whole
    return rewriteForwarded(walk, layout, end, depth, about)
  }
  return encodeLeaf(walk.octets.subarray(layout.bodyAt, end), found, about)
}

/** Eight bits may stay: servers without 8BITMIME get no such message. Long lines and NULs may not (RFC 5321 §4.5.2). */
function asItIs(found: Survey, because: string): Refusal | undefined {
  if (found.nul) return badContent(`The body holds NUL octets, and ${because}`)
  if (found.longestLine <= LONGEST_LINE) return undefined
  return badContent(
    `A line of the body is ${found.longestLine} octets long (${LONGEST_LINE} are allowed), and ${because}`,
  )
}

interface About {
  readonly content: ContentType
  readonly encoding: string
  /** A Content-Type stands in the header. */
  readonly typed: boolean
}

function describe(octets: Buffer, fields: readonly Field[], standard: string): About | Refusal {
  const one = (key: string): string | undefined | Refusal => {
    const found = fields.filter(field => field.key === key)
    if (found.length > 1) return badContent(`A body that must be encoded has ${found.length} ${found[0]!.name} fields`)
    return found[0] && valueText(octets, found[0])
  }
  const type = one('content-type')
  const encoding = one('content-transfer-encoding')
  if (isRefusal(type)) return type
  if (isRefusal(encoding)) return encoding
  const content =
    type === undefined ? { type: standard, boundary: undefined, charset: undefined } : readContentType(type)
  if (content === undefined) return badContent('A body that must be encoded has a Content-Type that cannot be read')
  const named = (encoding ?? '7bit').replace(/\s*\(.*$/s, '').toLowerCase()
  return { content, encoding: named, typed: type !== undefined }
}

const unencoded = (encoding: string): boolean => encoding === '7bit' || encoding === '8bit' || encoding === 'binary'

function encodeLeaf(body: Buffer, found: Survey, { content, encoding, typed }: About): Rewritten | Refusal {
  const done = (name: string, encoded: Buffer, more: readonly (readonly [string, string])[] = []): Rewritten => ({
    kind: 'rewritten',
    body: [encoded],
    edits: new Map([...more, ['Content-Transfer-Encoding', name]]),
  })
  if (encoding === 'quoted-printable') return done(encoding, quotedPrintable(body, true))
  if (encoding === 'base64') {
    const rewrapped = base64Rewrapped(body)
    return rewrapped ? done(encoding, rewrapped) : badContent('A part in base64 holds other characters than base64 has')
  }
  if (!unencoded(encoding)) return badContent(`A part in the encoding ${encoding} holds 8-bit octets or long lines`)
  if (!content.type.startsWith('text/')) return done('base64', base64Lines(body))
  // RFC 2045 §5.2: without a charset it would be US-ASCII, which 8-bit text is not.
  const typeless = content.type === 'text/plain' && content.charset === undefined && !typed && found.eightBit
  const more = typeless ? ([['Content-Type', `text/plain; charset=${charsetOf(body)}`]] as const) : []
  if (isMostlyEncoded(body)) return done('base64', base64Lines(body), more)
  return done('quoted-printable', quotedPrintable(body), more)
}

/** RFC 1428 §3 names the charset that nobody knows. */
function charsetOf(body: Buffer): string {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(body)
    return 'utf-8'
  } catch {
    return 'unknown-8bit'
  }
}

function rewriteForwarded(walk: Walk, layout: Layout, end: number, depth: number, about: About): Rewritten | Refusal {
  if (!unencoded(about.encoding)) return badContent(`A forwarded message is in the encoding ${about.encoding}`)
  const inner = rewritePart(walk, layout.bodyAt, end, depth + 1, 'text/plain')
  return isRefusal(inner) ? inner : composed(inner, about)
}

// RFC 2046 §5.1.1. What stands before the first and behind the last delimiter is for nobody: it goes when it cannot be sent.
function rewriteMultipart(walk: Walk, layout: Layout, end: number, depth: number, about: About): Rewritten | Refusal {
  const { octets } = walk
  if (!unencoded(about.encoding)) return badContent(`A multipart is in the encoding ${about.encoding} (RFC 2045 6.4)`)
  const { boundary } = about.content
  if (boundary === undefined || boundary === '' || boundary.length > 200) {
    return badContent('A multipart that must be encoded has no usable boundary')
  }
  const delimiters = findDelimiters(octets, Buffer.from(`--${boundary}`), layout.bodyAt, end)
  if (delimiters.length === 0) return badContent('A multipart that must be encoded has no parts')
  const standard = about.content.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  const body: Buffer[] = [sendableOrNothing(octets, layout.bodyAt, delimiters[0]!.start)]
  for (const [index, delimiter] of delimiters.entries()) {
    const next = delimiters[index + 1]
    body.push(octets.subarray(delimiter.start, delimiter.end))
    if (delimiter.last) {
      body.push(sendableOrNothing(octets, delimiter.end, end))
      break
    }
    const part = rewritePart(walk, delimiter.end, next?.start ?? end, depth + 1, standard)
    if (isRefusal(part)) return part
    body.push(...part)
  }
  return composed(body, about)
}

/** A part, its own header included, as it is or rewritten. */
function rewritePart(
  walk: Walk,
  start: number,
  end: number,
  depth: number,
  standard: 'text/plain' | 'message/rfc822',
): readonly Buffer[] | Refusal {
  const { octets } = walk
  if (++walk.parts > mimeCaps.parts) return badContent(`The message has more than ${mimeCaps.parts} parts`)
  if (depth > mimeCaps.depth) return badContent(`The parts are nested more than ${mimeCaps.depth} deep`)
  const whole = [octets.subarray(start, end)]
  if (isSendable(survey(octets, start, end))) return whole
  const layout = readFields(octets, start, end)
  if (isRefusal(layout)) return badContent(`A part cannot be encoded: ${layout.says}`)
  const rewritten = rewrite(walk, layout, end, depth, standard)
  if (rewritten === undefined) return whole
  if (isRefusal(rewritten)) return rewritten
  return [...editedHeader(octets, layout.fields, rewritten.edits), CRLF, ...rewritten.body]
}

/** What holds other parts is never encoded itself; its label says what is left in it (RFC 2045 §6.4). */
function composed(body: readonly Buffer[], { encoding }: About): Rewritten {
  const left = body.some(piece => survey(piece).eightBit) ? '8bit' : '7bit'
  return { kind: 'rewritten', body, edits: new Map(encoding === left ? [] : [['Content-Transfer-Encoding', left]]) }
}

interface Delimiter {
  /** The CRLF before it belongs to it. */
  readonly start: number
  readonly end: number
  readonly last: boolean
}

function findDelimiters(octets: Buffer, mark: Buffer, start: number, end: number): readonly Delimiter[] {
  const found: Delimiter[] = []
  for (let at = octets.indexOf(mark, start); at !== -1 && at < end; at = octets.indexOf(mark, at + mark.length)) {
    const atLineStart = at === start || octets[at - 1] === 10
    if (!atLineStart) continue
    let behind = at + mark.length
    const last = octets[behind] === 45 && octets[behind + 1] === 45
    if (last) behind += 2
    while (octets[behind] === 32 || octets[behind] === 9) behind++
    const feed = octets[behind] === 13 && octets[behind + 1] === 10
    if (!feed && behind < end) continue
    // The CRLF before a delimiter may be the one that ended the delimiter before it: an empty part.
    const before = Math.max(found.at(-1)?.end ?? start, at > start ? at - 2 : at)
    found.push({ start: before, end: feed && !last ? behind + 2 : behind, last })
    if (last) break
  }
  return found
}

function sendableOrNothing(octets: Buffer, start: number, end: number): Buffer {
  return isSendable(survey(octets, start, end)) ? octets.subarray(start, end) : Buffer.alloc(0)
}
