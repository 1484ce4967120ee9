// The DKIM-Signature field as text: written folded, and read back (RFC 6376 §3.5).
import { repeatedNames, splitTagList, tagsOf } from '../../protocol/tag-list.ts'

export type Algorithm = 'rsa-sha256' | 'ed25519-sha256'

export interface SignatureTags {
  readonly algorithm: Algorithm
  readonly domain: string
  readonly selector: string
  /** The names of h=, in their order. */
  readonly names: readonly string[]
  /** Base64. */
  readonly bodyHash: string
}

/** Seconds since the epoch; a signature without `expires` never expires. */
export interface SignatureTimes {
  readonly signed: number
  readonly expires: number | undefined
}

/** RFC 5322 §2.1.1: lines should have at most 78 characters. */
const LINE = 78

/**
 * The field up to and with `b=`, folded, without its value and CRLF: what the signature itself is made over. There is never
 * an l=, which would let anyone append to the body, and no i=, which would say no more than d=.
 */
export function unsignedField(tags: SignatureTags, times: SignatureTimes): string {
  const { algorithm, domain, selector, names, bodyHash } = tags
  const words = [
    ...['DKIM-Signature:', ' v=1;', ` a=${algorithm};`, ' c=relaxed/relaxed;', ` d=${domain};`, ` s=${selector};`],
    ` t=${times.signed};`,
    ...(times.expires === undefined ? [] : [` x=${times.expires};`]),
    ` bh=${bodyHash};`,
    ...names.map((name, index) => `${index === 0 ? ' h=' : ''}${name}${index === names.length - 1 ? ';' : ':'}`),
  ]
  const lines = ['']
  for (const word of words) {
    const line = lines.at(-1)!
    if (line.length + word.length <= LINE) lines[lines.length - 1] = line + word
    else lines.push(`\t${word.trimStart()}`)
  }
  return `${lines.join('\r\n')}\r\n\tb=`
}

/** The whole field: white space within b= does not count (§3.5). */
export function signedField(unsigned: string, signature: Buffer): string {
  return `${unsigned}${signature
    .toString('base64')
    .match(/.{1,72}/g)!
    .join('\r\n\t')}\r\n`
}

/** A signature as it can be read from its field. */
export interface ReadSignature extends SignatureTags {
  readonly signature: Buffer
  /** The field with the value of b= taken out (§3.7). */
  readonly unsigned: string
}

/** Reads a relaxed/relaxed signature with sha256; undefined for any other. */
export function readSignature(field: string): ReadSignature | undefined {
  const list = field.slice(field.indexOf(':') + 1).replaceAll('\r\n', '')
  const pieces = splitTagList(list)
  const tags = tagsOf(pieces)
  if (pieces.length !== tags.length || repeatedNames(tags).length > 0) return undefined
  const value = (name: string): string => tags.find(tag => tag.name === name)?.value ?? ''
  const bare = (name: string): string => value(name).replaceAll(/[ \t]+/g, '')
  const algorithm = value('a')
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return undefined
  if (value('v') !== '1' || value('c') !== 'relaxed/relaxed' || tags.some(tag => tag.name === 'l')) return undefined
  const names = value('h')
    .split(':')
    .map(name => name.trim())
  return {
    algorithm,
    domain: value('d'),
    selector: value('s'),
    names,
    bodyHash: bare('bh'),
    signature: Buffer.from(bare('b'), 'base64'),
    unsigned: field.replace(/(^|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1$2'),
  }
}
