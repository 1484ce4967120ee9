// Reads a DKIM-Signature or ARC-Message-Signature field: its tags, and what makes it worthless before any hash is computed
// (RFC 6376 §3.5, §6.1.1; RFC 8617 §4.1.2).
import { canonicalName, isWithin, parseDomain } from '../../names/domain.ts'
import { shownText } from '../shown-text.ts'
import { repeatedNames, splitTagList, type Tag, tagsOf } from '../tag-list.ts'
import type { Canonicalization } from './canonical.ts'

/** Why a signature cannot be verified: a clause, and where it is said. */
export interface SignatureFault {
  readonly why: string
  readonly clause: string
  /** RFC 8601 §2.7.1: what cannot be processed is neutral; what we do not accept is policy. */
  readonly result: 'neutral' | 'policy'
}

export interface Signature {
  /** a= as written, and its parts when it is one that is known. */
  readonly algorithm: string | undefined
  readonly keyType: 'rsa' | 'ed25519' | undefined
  readonly hash: 'sha256' | 'sha1' | undefined
  /** d= and s= as written. */
  readonly domain: string | undefined
  readonly selector: string | undefined
  /** The domain of i=, decoded; that of d= without i=. */
  readonly identityDomain: string | undefined
  /** The names of h=, in their order. */
  readonly names: readonly string[]
  readonly headerForm: Canonicalization
  readonly bodyForm: Canonicalization
  /** bh= and b= without white space. */
  readonly bodyHash: string
  readonly signature: Buffer
  /** l=, in octets; Infinity for a number that nobody can count to. */
  readonly length: number | undefined
  /** t= and x=, seconds since the epoch. */
  readonly signedAt: number | undefined
  readonly expiresAt: number | undefined
  /** The first thing that is wrong; undefined when it can be verified. */
  readonly fault: SignatureFault | undefined
  /** The field with the value of b= taken out (RFC 6376 §3.7), latin1, without its last CRLF. */
  readonly unsigned: string
}

/** Honest signatures have some 1,000 characters and 30 names. */
export const signatureLimits = { octets: 64 * 1024, names: 500 } as const

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`)
const SELECTOR = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
/** RFC 5321 §4.1.2, with the UTF-8 of RFC 6531; empty is allowed here. */
const LOCAL_PART =
  /^(?:[\w!#$%&'*+\-/=?^`{|}~\x80-\xff]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\x80-\xff]+)*|"(?:[^"\\\r\n]|\\.)*")?$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** RFC 5322 §3.6.8, without the semicolon that would end the tag. */
const FIELD_NAME = /^[\x21-\x39\x3c-\x7e]+$/

/** Reads a field, name and last CRLF included, in latin1. Never throws. */
export function readSignature(field: string, kind: 'dkim' | 'arc'): Signature {
  const short = field.length > signatureLimits.octets ? field.slice(0, signatureLimits.octets) : field
  const list = short.slice(short.indexOf(':') + 1)
  const pieces = splitTagList(list)
  const tags = tagsOf(pieces)
  const value = (name: string): string | undefined => tags.find(tag => tag.name === name)?.value
  const bare = (name: string): string => value(name)?.replaceAll(/[ \t\r\n]+/g, '') ?? ''
  const algorithm = value('a')
  const [, keyType, hash] = /^(rsa|ed25519)-(sha256|sha1)$/.exec(algorithm?.toLowerCase() ?? '') ?? []
  const [headerForm = 'simple', bodyForm = 'simple'] = (value('c') ?? 'simple/simple').toLowerCase().split('/')
  const domain = asciiName(value('d'))
  const read: Omit<Signature, 'fault'> = {
    algorithm,
    keyType: keyType as Signature['keyType'],
    hash: hash as Signature['hash'],
    domain,
    selector: asciiName(value('s')),
    identityDomain: kind === 'dkim' && value('i') !== undefined ? identityDomain(value('i')!) : domain,
    names: (value('h') ?? '')
      .split(':')
      .map(name => name.replaceAll(/[ \t\r\n]+/g, ''))
      .filter(name => name !== '')
      .slice(0, signatureLimits.names + 1),
    headerForm: headerForm === 'relaxed' ? 'relaxed' : 'simple',
    bodyForm: bodyForm === 'relaxed' ? 'relaxed' : 'simple',
    bodyHash: bare('bh'),
    signature: Buffer.from(bare('b'), 'base64'),
    length: value('l') === undefined ? undefined : Number(value('l')),
    signedAt: numberOf(value('t')),
    expiresAt: numberOf(value('x')),
    unsigned: field.replace(/\r\n$/, '').replace(/(^[^:]*:|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1$2'),
  }
  const fault = field.length > short.length ? tooLong : faultOf(read, pieces, tags, kind)
  return { ...read, fault }
}

const neutral = (why: string, clause: string): SignatureFault => ({ why, clause, result: 'neutral' })

const tooLong = neutral(`it is longer than ${signatureLimits.octets / 1024} KiB`, 'RFC 6376 §6.1')

const required = { dkim: ['v', 'a', 'b', 'bh', 'd', 'h', 's'], arc: ['a', 'b', 'bh', 'd', 'h', 's'] } as const

function faultOf(
  read: Omit<Signature, 'fault'>,
  pieces: ReturnType<typeof splitTagList>,
  tags: readonly Tag[],
  kind: 'dkim' | 'arc',
): SignatureFault | undefined {
  const value = (name: string): string | undefined => tags.find(tag => tag.name === name)?.value
  const broken = pieces.find(piece => piece.kind === 'broken')
  if (broken) return neutral(`"${shownText(broken.text)}" in it is no tag`, 'RFC 6376 §3.2')
  if (pieces.some(piece => piece.kind === 'empty')) {
    return neutral('two semicolons stand in it with nothing between them', 'RFC 6376 §3.2')
  }
  const [repeated] = repeatedNames(tags)
  if (repeated !== undefined) return neutral(`the tag ${repeated}= stands in it more than once`, 'RFC 6376 §3.2')
  const missing = required[kind].find(name => value(name) === undefined)
  if (missing !== undefined) return neutral(`the tag ${missing}= is missing`, 'RFC 6376 §6.1.1')
  if (kind === 'dkim' && value('v') !== '1')
    return neutral(`its version is v=${shownText(value('v')!)}, not 1`, 'RFC 6376 §6.1.1')
  if (read.keyType === undefined || (read.keyType === 'ed25519' && read.hash === 'sha1')) {
    return neutral(`its algorithm a=${shownText(read.algorithm!)} is unknown`, 'RFC 6376 §3.5')
  }
  if (!/^(simple|relaxed)(\/(simple|relaxed))?$/i.test(value('c') ?? 'simple')) {
    return neutral(`its canonicalization c=${shownText(value('c')!)} is unknown`, 'RFC 6376 §3.5')
  }
  return faultOfNames(read, value, kind) ?? faultOfNumbers(read, value, kind)
}

type Value = (name: string) => string | undefined

function faultOfNames(
  { domain, selector, names, identityDomain }: Omit<Signature, 'fault'>,
  value: Value,
  kind: 'dkim' | 'arc',
): SignatureFault | undefined {
  if (!DOMAIN.test(domain!)) return neutral(`d=${shownText(domain!)} is no domain name`, 'RFC 6376 §3.5')
  if (!SELECTOR.test(selector!)) return neutral(`s=${shownText(selector!)} is no selector`, 'RFC 6376 §3.5')
  if (names.length > signatureLimits.names)
    return neutral(`h= has more than ${signatureLimits.names} names`, 'RFC 6376 §6.1')
  const odd = names.find(name => !FIELD_NAME.test(name))
  if (odd !== undefined || names.length === 0) {
    return neutral(`h= names "${shownText(odd ?? '')}", which is no header field`, 'RFC 6376 §3.5')
  }
  const keys = names.map(name => name.toLowerCase())
  if (!keys.includes('from'))
    return neutral('h= does not name From, so it says nothing about the author', 'RFC 6376 §6.1.1')
  // RFC 8617 §4.1.2: ARC-Seal must not be signed by it.
  if (kind === 'arc' && keys.includes('arc-seal')) return neutral('h= names ARC-Seal', 'RFC 8617 §4.1.2')
  if (kind === 'arc') return undefined
  const identity = value('i')
  if (identity !== undefined) {
    if (identityDomain === undefined) return neutral(`i=${shownText(identity)} is no identity`, 'RFC 6376 §3.5')
    if (!isWithin(canonicalName(identityDomain), canonicalName(domain!))) {
      return neutral(`i= names ${shownText(identityDomain)}, which is not within d=${domain}`, 'RFC 6376 §6.1.1')
    }
  }
  const methods = (value('q') ?? 'dns/txt').split(':').map(method => method.trim().toLowerCase())
  if (!methods.includes('dns/txt')) {
    return neutral(`q=${shownText(value('q')!)} names no way to get the key that is known`, 'RFC 6376 §3.5')
  }
  return undefined
}

function faultOfNumbers(
  { hash, bodyHash, signature, signedAt, expiresAt }: Omit<Signature, 'fault'>,
  value: Value,
  kind: 'dkim' | 'arc',
): SignatureFault | undefined {
  for (const [name, form] of [
    ['t', /^\d{1,12}$/],
    ['x', /^\d{1,12}$/],
    ['l', /^\d{1,76}$/],
  ] as const) {
    const text = value(name)
    if (text !== undefined && !form.test(text))
      return neutral(`${name}=${shownText(text)} is no number`, 'RFC 6376 §3.5')
  }
  const octets = hash === 'sha1' ? 20 : 32
  if (!BASE64.test(bodyHash) || Buffer.from(bodyHash, 'base64').length !== octets) {
    return neutral(`bh= is not the base64 of a hash of ${octets} octets`, 'RFC 6376 §3.5')
  }
  if (!BASE64.test((value('b') ?? '').replaceAll(/[ \t\r\n]+/g, '')) || signature.length === 0) {
    return neutral('b= is no base64', 'RFC 6376 §3.5')
  }
  if (expiresAt !== undefined && signedAt !== undefined && expiresAt <= signedAt) {
    return neutral('it expires (x=) no later than it was made (t=)', 'RFC 6376 §3.5')
  }
  if (hash === 'sha1') {
    const clause = kind === 'dkim' ? 'RFC 8301 §3.1' : 'RFC 8617 §4.1.2'
    return { why: 'it uses SHA-1, which must not be verified any more', clause, result: 'policy' }
  }
  return undefined
}

/** RFC 8616 §5: internationalized names may stand as U-labels, in UTF-8. */
function asciiName(name: string | undefined): string | undefined {
  if (name === undefined || !/[^\x00-\x7f]/.test(name)) return name
  return domainToAscii(Buffer.from(name, 'latin1').toString('utf8')) ?? name
}

function domainToAscii(name: string): string | undefined {
  const parsed = parseDomain(`${name}.example`)
  return parsed.ok ? parsed.name.slice(0, -'.example'.length) : undefined
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined
}

/** RFC 6376 §2.11: white space is nothing, and `=XX` an octet; the domain follows the last @. */
function identityDomain(text: string): string | undefined {
  const decoded = text
    .replaceAll(/[ \t\r\n]+/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const domain = asciiName(decoded.slice(decoded.lastIndexOf('@') + 1))!
  const local = decoded.slice(0, Math.max(0, decoded.lastIndexOf('@')))
  return decoded.includes('@') && LOCAL_PART.test(local) && DOMAIN.test(domain) ? domain : undefined
}
