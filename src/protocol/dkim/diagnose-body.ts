// What happened to a body after it was signed, where it can be told: changes that servers and lists make are undone one by one,
// until the hash is that of the signature. A match is a proof; without one nothing is claimed. The work is bounded.
import { createHash, type Hash } from 'node:crypto'
import { decodedTransfer } from '../message/transfer-decoding.ts'
import { base64Lines, quotedPrintable } from '../message/transfer-encoding.ts'
import { canonicalBody } from './canonical.ts'
import type { Signature } from './signature.ts'
import { isBodyHash, takeBody } from './verify.ts'
import { Work } from './work.ts'

/** `says` completes "the body was changed after it was signed: …". */
export interface BodyChange {
  readonly kind:
    | 'line-ends'
    | 'white-space'
    | 'dot-stuffing'
    | 'from-mangling'
    | 'long-lines'
    | 're-encoding'
    | 'characters'
    | 'footer'
    | 'banner'
    | 'insertion'
    | 'wrapping'
  readonly says: string
}

/** 64 MiB of hashing is a second at most; small bodies are done in milliseconds. */
const LIMITS = { octets: 64 * 1024 * 1024, tries: 40_000 } as const
const LONGEST_BODY = 16 * 1024 * 1024
const MOST_BOUNDARIES = 60
const MOST_INSERTED = 40
const MOST_BANNER = 100

/**
 * The first change that makes the body fit when it is undone.
 * @param body as it is now, with CRLF line ends; @param encoding the Content-Transfer-Encoding of the message, in lower case
 */
export function diagnoseBody(body: Buffer, signature: Signature, encoding: string): BodyChange | undefined {
  if (body.length > LONGEST_BODY) return undefined
  const work = new Work(LIMITS)
  const fits = (candidate: Buffer | undefined): boolean =>
    candidate !== undefined && work.take(candidate.length) && isBodyHash(signature, takeBody(candidate, signature).hash)
  for (const { kind, says, undone } of changes(body, signature, encoding)) {
    const candidate = undone()
    if (candidate !== undefined && !candidate.equals(body) && fits(candidate)) return { kind, says }
  }
  const canonical = canonicalBody(body, signature.bodyForm)
  if (hashedAs(signature, lineFeeds(canonical))) {
    return {
      kind: 'line-ends',
      says: 'it was hashed with LF line ends and sent with CRLF, so that no receiver can verify it',
    }
  }
  // l= says itself how far the body is signed: what follows broke nothing.
  if (signature.length !== undefined) return undefined
  return (
    footerOf(canonical, signature, work) ??
    bannerOf(canonical, signature, work) ??
    insertionOf(canonical, signature, work) ??
    wrappingOf(body, fits)
  )
}

interface Undoing {
  readonly kind: BodyChange['kind']
  readonly says: string
  readonly undone: () => Buffer | undefined
}

/** Changes of the whole body, each with the way back. Octets as latin1. Patterns begin where a run begins: their time is linear. */
function changes(body: Buffer, { bodyForm }: Signature, encoding: string): readonly Undoing[] {
  const text = body.toString('latin1')
  const replaced = (pattern: RegExp, by: string) => (): Buffer | undefined =>
    pattern.test(text) ? Buffer.from(text.replaceAll(pattern, by), 'latin1') : undefined
  const whiteSpace = 'white space at line ends was taken away or added on the way, which c=…/simple does not survive'
  return [
    {
      kind: 'line-ends',
      says: 'a CR that is no line end was added before line ends',
      undone: replaced(/(?<!\r)\r+\r\n/g, '\r\n'),
    },
    {
      kind: 'line-ends',
      says: 'lone CRs in it were line ends when it was signed',
      undone: replaced(/\r(?!\n)/g, '\r\n'),
    },
    ...(bodyForm === 'simple'
      ? ([
          { kind: 'white-space', says: whiteSpace, undone: replaced(/(?<![ \t])[ \t]+(?=\r\n)/g, '') },
          { kind: 'white-space', says: whiteSpace, undone: replaced(/(^|\r\n)--(?=\r\n)/g, '$1-- ') },
          {
            kind: 'white-space',
            says: 'empty lines with white space were added at its end',
            undone: replaced(/(?<![ \t\r\n])[ \t\r\n]+$/g, '\r\n'),
          },
        ] as const)
      : []),
    {
      kind: 'dot-stuffing',
      says: 'the full stops that SMTP doubles at line starts were not undone',
      undone: replaced(/(^|\r\n)\.\./g, '$1.'),
    },
    {
      kind: 'dot-stuffing',
      says: 'full stops at line starts were taken away, which SMTP undoes only where it doubled them',
      undone: replaced(/(^|\r\n)\./g, '$1..'),
    },
    {
      kind: 'from-mangling',
      says: 'a > was put before lines that begin with "From ", as mailboxes do',
      undone: replaced(/(^|\r\n)>From /g, '$1From '),
    },
    { kind: 'long-lines', says: 'long lines were broken with "!" at their ends', undone: replaced(/!\r\n /g, '') },
    { kind: 'long-lines', says: 'long lines were broken', undone: replaced(/(?<![^\r\n])([^\r\n]{900,})\r\n/g, '$1') },
    ...reEncodings(body, encoding),
    {
      kind: 'characters',
      says: 'its characters were encoded as UTF-8 once more',
      undone: () => (/[\x80-\xff]/.test(text) ? Buffer.from(body.toString('utf8'), 'latin1') : undefined),
    },
  ]
}

function reEncodings(body: Buffer, encoding: string): readonly Undoing[] {
  const says = (before: string): string =>
    `it was encoded anew: from ${before} to ${encoding === '' ? '7bit' : encoding}`
  const plain = (): Buffer | undefined =>
    encoding === 'quoted-printable' || encoding === 'base64' ? decodedTransfer(body, encoding) : body
  const made = (before: string, encode: (octets: Buffer) => Buffer): Undoing => ({
    kind: 're-encoding',
    says: says(before),
    undone: () => {
      const octets = before === encoding ? undefined : plain()
      return octets && encode(octets)
    },
  })
  return [
    made('8bit', octets => octets),
    made('quoted-printable', octets => quotedPrintable(octets)),
    made('base64', octets => Buffer.concat([base64Lines(octets), Buffer.from('\r\n')])),
  ]
}

/** A match is a proof, whatever l= says. */
function hashedAs(signature: Signature, octets: Buffer): boolean {
  const hash = createHash(signature.hash ?? 'sha256').update(octets.subarray(0, signature.length))
  return isBodyHash(signature, hash.digest('base64'))
}

function lineFeeds(canonical: Buffer): Buffer {
  return Buffer.from(canonical.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

/** Where the lines of a canonical body end, behind their CRLF. */
function lineEnds(canonical: Buffer): readonly number[] {
  const ends: number[] = []
  for (let at = canonical.indexOf('\r\n'); at !== -1; at = canonical.indexOf('\r\n', at + 2)) ends.push(at + 2)
  return ends
}

/** The longest beginning that fits: what follows was appended. Every line end is tried, with one pass over the body. */
function footerOf(canonical: Buffer, signature: Signature, work: Work): BodyChange | undefined {
  const ends = lineEnds(canonical)
  const hash = createHash(signature.hash ?? 'sha256')
  const empty = signature.bodyForm === 'simple' ? '\r\n' : ''
  if (
    isBodyHash(
      signature,
      createHash(signature.hash ?? 'sha256')
        .update(empty)
        .digest('base64'),
    )
  ) {
    return { kind: 'footer', says: `it was empty when it was signed, and ${lines(ends.length)} added` }
  }
  let from = 0
  for (const [index, end] of ends.entries()) {
    if (!work.take(end - from)) return undefined
    hash.update(canonical.subarray(from, end))
    from = end
    if (digestIs(hash, signature)) {
      const added = canonical.subarray(end)
      return {
        kind: 'footer',
        says: `${lines(ends.length - index - 1)} appended to it, beginning ${firstLine(added)}`,
      }
    }
  }
  return undefined
}

/** The same from the front: a banner was put before it. */
function bannerOf(canonical: Buffer, signature: Signature, work: Work): BodyChange | undefined {
  for (const [index, end] of lineEnds(canonical).slice(0, MOST_BANNER).entries()) {
    const rest = canonical.subarray(end)
    if (!work.take(rest.length)) return undefined
    if (hashedAs(signature, rest)) {
      return { kind: 'banner', says: `${lines(index + 1)} put before it, beginning ${firstLine(canonical)}` }
    }
  }
  return undefined
}

/** Lines that were put in before a boundary of MIME parts, as footers of lists and gateways are. */
function insertionOf(canonical: Buffer, signature: Signature, work: Work): BodyChange | undefined {
  const starts = [0, ...lineEnds(canonical)]
  const boundaries = starts.flatMap((start, index) => (isBoundary(canonical, start) && index > 0 ? [index] : []))
  for (const index of boundaries.slice(0, MOST_BOUNDARIES)) {
    const boundary = starts[index]!
    for (let count = 1; count <= Math.min(MOST_INSERTED, index); count++) {
      const from = starts[index - count]!
      const candidate = [canonical.subarray(0, from), canonical.subarray(boundary)]
      if (!work.take(canonical.length)) return undefined
      const hash = createHash(signature.hash ?? 'sha256')
      for (const piece of candidate) hash.update(piece)
      if (isBodyHash(signature, hash.digest('base64'))) {
        const added = firstLine(canonical.subarray(from))
        return { kind: 'insertion', says: `${lines(count)} put into a part of it, beginning ${added}` }
      }
    }
  }
  return undefined
}

/** The whole body became a part of another: what stands between two boundaries, without the header of the part. */
function wrappingOf(body: Buffer, fits: (candidate: Buffer) => boolean): BodyChange | undefined {
  const starts = [0, ...lineEnds(body)].filter(start => isBoundary(body, start)).slice(0, MOST_BOUNDARIES)
  for (const [index, start] of starts.entries()) {
    const header = body.indexOf('\r\n\r\n', start)
    if (header === -1) continue
    for (const end of starts.slice(index + 1)) {
      if (end < header + 4) continue
      const part = body.subarray(header + 4, end)
      if (fits(part))
        return { kind: 'wrapping', says: 'it was made a part of a new multipart message, with other parts around it' }
    }
  }
  return undefined
}

function isBoundary(octets: Buffer, at: number): boolean {
  return octets[at] === 45 && octets[at + 1] === 45 && octets[at + 2] !== undefined && octets[at + 2]! > 32
}

function digestIs(hash: Hash, signature: Signature): boolean {
  return isBodyHash(signature, hash.copy().digest('base64'))
}

function lines(count: number): string {
  return count === 1 ? '1 line was' : `${count} lines were`
}

/** The first line that says something, in quotation marks. */
function firstLine(octets: Buffer): string {
  const text = octets.toString('utf8', 0, 2000)
  const line = text.split('\r\n').find(one => one.trim() !== '') ?? ''
  return `"${line.trim().slice(0, 60)}"`
}
