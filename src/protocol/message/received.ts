// One Received field (RFC 5321 §4.4) as servers really write it: Postfix, Exim, Exchange, Gmail, sendmail, qmail and others.
import { type IpAddress, isPublic, parseAddress } from '../../names/address.ts'
import { readDate } from './date-time.ts'
import { type Token, tokensOf } from './tokens.ts'

/** What was TLS: `local` where nothing went over a network that it could have protected, `unknown` where the field does not say. */
export type HopTls = 'yes' | 'no' | 'local' | 'unknown'

/** What one server wrote when it took the message. Undefined: not told, or not readable. */
export interface Received {
  /** The name that the client gave. */
  readonly from: string | undefined
  readonly address: IpAddress | undefined
  readonly by: string | undefined
  /** RFC 3848: `ESMTPS`; or what stands there instead. */
  readonly protocol: string | undefined
  readonly tls: HopTls
  /** `TLSv1.3`. */
  readonly tlsVersion: string | undefined
  readonly cipher: string | undefined
  /** The client logged in (RFC 3848). */
  readonly authenticated: boolean
  /** RFC 6531: the message came with SMTPUTF8. */
  readonly utf8: boolean
  readonly id: string | undefined
  readonly recipient: string | undefined
  /** Milliseconds since the epoch. */
  readonly at: number | undefined
  /** Why the date cannot be read. */
  readonly dateFault: string | undefined
}

type Clause = 'from' | 'by' | 'via' | 'with' | 'id' | 'for' | 'tls'
const CLAUSES: ReadonlySet<string> = new Set(['from', 'by', 'via', 'with', 'id', 'for', 'tls'])
const COMMENT_MOST = 2000
const TEXT_MOST = 255

/** Reads an unfolded value. Never throws; takes time in proportion to the length. */
export function readReceived(value: string): Received {
  const { tokens } = tokensOf(value)
  const semicolon = tokens.findLast(token => token.kind === 'special' && token.text === ';')
  const date = semicolon === undefined ? undefined : readDate(value.slice(semicolon.end))
  const trace = semicolon === undefined ? tokens : tokens.filter(token => token.end <= semicolon.start)
  const clauses = clausesOf(trace)
  const comments = trace.filter(token => token.kind === 'comment').map(token => token.text.slice(0, COMMENT_MOST))
  const protocol = protocolOf(clauses.get('with'))
  const address = addressOf(clauses.get('from'))
  const from = wordOf(clauses.get('from'))
  const tlsVersion = firstMatch(comments, /\bTLS ?(?:v|_|version=)?_?(1(?:[._][0-3])?)\b/i)
  const oldVersion = firstMatch(comments, /\b(SSLv[23])\b/i)
  const cipher = wordOf(clauses.get('tls')) ?? cipherOf(comments)
  return {
    from,
    address,
    by: wordOf(clauses.get('by')),
    protocol,
    tls: tlsOf(clauses, protocol, address, from, comments, tlsVersion ?? oldVersion ?? cipher),
    tlsVersion: tlsVersion === undefined ? oldVersion : `TLSv${tlsVersion.replace('_', '.')}`,
    cipher,
    authenticated: /^(?:UTF8)?(?:E?SMTP|LMTP)S?A$/i.test(protocol ?? ''),
    utf8: /^UTF8/i.test(protocol ?? ''),
    id: wordOf(clauses.get('id')),
    recipient: recipientOf(clauses.get('for')),
    at: date?.ok ? date.at : undefined,
    dateFault: date === undefined ? 'it has no date' : date.ok ? undefined : date.why,
  }
}

type Clauses = ReadonlyMap<Clause, readonly Token[]>

/** The tokens behind each word of the grammar; where one stands twice, the first counts. */
function clausesOf(tokens: readonly Token[]): Clauses {
  const clauses = new Map<Clause, Token[]>()
  let open: Token[] | undefined
  for (const token of tokens) {
    const word = token.kind === 'word' ? token.text.toLowerCase() : ''
    if (CLAUSES.has(word)) {
      open = []
      if (!clauses.has(word as Clause)) clauses.set(word as Clause, open)
    } else open?.push(token)
  }
  return clauses
}

/** The first thing said, put together up to the next white space: names with a port, addresses without brackets. */
function wordOf(tokens: readonly Token[] | undefined): string | undefined {
  const said = (tokens ?? []).filter(token => token.kind !== 'comment')
  const [first] = said
  if (first === undefined) return undefined
  let text = first.kind === 'literal' ? `[${first.text}]` : first.text
  let end = first.end
  for (const token of said.slice(1)) {
    if (token.start !== end || text.length > TEXT_MOST) break
    text += token.kind === 'literal' ? `[${token.text}]` : token.text
    end = token.end
  }
  return text.slice(0, TEXT_MOST)
}

// Microsoft says two words; qmail puts a comment in front.
function protocolOf(tokens: readonly Token[] | undefined): string | undefined {
  const words = (tokens ?? []).filter(token => token.kind === 'word').map(token => token.text)
  if (/^microsoft$/i.test(words[0] ?? '')) return words.slice(0, 3).join(' ')
  return words[0]?.slice(0, 40)
}

function recipientOf(tokens: readonly Token[] | undefined): string | undefined {
  const text = (tokens ?? [])
    .filter(token => token.kind !== 'comment' && token.text !== '<' && token.text !== '>')
    .map(token => token.text)
    .join('')
  return text === '' ? undefined : text.slice(0, TEXT_MOST)
}

/** What stands in brackets was seen by the server; a literal in place of the name is what the client said of itself. */
function addressOf(tokens: readonly Token[] | undefined): IpAddress | undefined {
  const comments = (tokens ?? [])
    .filter(token => token.kind === 'comment')
    .map(token => token.text.slice(0, COMMENT_MOST))
  for (const comment of comments) {
    for (const [, inside] of comment.matchAll(/\[([0-9A-Fa-f:.]{2,45}|IPv6:[0-9A-Fa-f:.]{2,45})\]/gi)) {
      const address = parseAddress(inside!.replace(/^IPv6:/i, ''))
      if (address) return address
    }
    const bare = comment
      .split(/[\s,;=[\]]+/)
      .flatMap(word => parseAddress(word.replace(/^.*@/, '').replace(/^IPv6:/i, '')) ?? [])
    if (bare[0]) return bare[0]
  }
  const said = wordOf(tokens) ?? ''
  return parseAddress(said.replaceAll(/^\[(?:IPv6:)?|\]$/gi, ''))
}

function cipherOf(comments: readonly string[]): string | undefined {
  return (
    firstMatch(comments, /\bcipher[= ]([A-Za-z0-9_-]{4,80})/i) ??
    firstMatch(comments, /\bTLSv?1(?:[._]\d)?[: ]((?:TLS_)?[A-Z0-9][A-Za-z0-9_-]{6,80})/)
  )
}

function firstMatch(texts: readonly string[], pattern: RegExp): string | undefined {
  for (const text of texts) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return found
  }
  return undefined
}

function tlsOf(
  clauses: Clauses,
  protocol: string | undefined,
  address: IpAddress | undefined,
  from: string | undefined,
  comments: readonly string[],
  seen: string | undefined,
): HopTls {
  // RFC 3848, RFC 6531 §4.3: S is STARTTLS.
  if (/^(?:UTF8)?(?:E?SMTP|LMTP)SA?$/i.test(protocol ?? '') || /^HTTPS/i.test(protocol ?? '')) return 'yes'
  if (
    seen !== undefined ||
    comments.some(comment => /\bencrypted\b/i.test(comment) && !/\bunencrypted\b/i.test(comment))
  )
    return 'yes'
  if (!clauses.has('from') || isOwn(address, from)) return 'local'
  if (/^(?:local|mapi|http|uucp|qmqp|internal)/i.test(protocol ?? '')) return 'local'
  if (/^(?:UTF8)?(?:E?SMTP|LMTP)A?$/i.test(protocol ?? '')) return 'no'
  return 'unknown'
}

function isOwn(address: IpAddress | undefined, from: string | undefined): boolean {
  if (address) return address.text === '::1' || (address.family === 4 && address.bytes[0] === 127)
  return /^localhost(?:\.localdomain)?$/i.test(from ?? '')
}

/** True where the client is in the same house: no wire of others lies between. */
export function isInside({ tls, address }: Received): boolean {
  return tls === 'local' || (address !== undefined && !isPublic(address))
}
