// TLS reporting (RFC 8460): the record that says where senders report what went wrong with TLS.
import { parseDomain } from '../names/domain.ts'
import { shownText } from './shown-text.ts'
import { splitTagList, tagsOf, trimSpace } from './tag-list.ts'

/** The records among the TXT records of `_smtp._tls`; the others are discarded (§3). */
export interface TlsRptRecords {
  readonly records: readonly TlsRptRecord[]
  /** Texts that were meant as such a record and are not read as one. */
  readonly nearMisses: readonly string[]
}

/** `faults` make senders ignore the record or an entry; each is a clause. */
export interface TlsRptRecord {
  readonly text: string
  readonly uris: readonly TlsRptUri[]
  readonly faults: readonly string[]
}

/** Where reports go: to a mailbox, or to a web server by POST. */
export type TlsRptUri =
  | { readonly kind: 'mailto'; readonly text: string; readonly address: string; readonly host: string }
  | { readonly kind: 'https'; readonly text: string; readonly host: string }

/** §3: records that do not begin with "v=TLSRPTv1;" are discarded; what is left must be exactly one. */
export function selectTlsRptRecords(texts: readonly string[]): TlsRptRecords {
  const isRecord = (text: string): boolean => /^v=TLSRPTv1[ \t]*;/.test(text)
  return {
    records: texts.filter(isRecord).map(readRecord),
    nearMisses: texts.filter(text => !isRecord(text) && /^["\s]*v\s*=\s*tls-?rpt/i.test(text)),
  }
}

function readRecord(text: string): TlsRptRecord {
  const pieces = splitTagList(text)
  const faults = pieces.flatMap(piece => (piece.kind === 'broken' ? [`"${shownText(piece.text)}" is no field`] : []))
  const lists = tagsOf(pieces).filter(tag => tag.name === 'rua')
  if (lists.length === 0) faults.push('it has no rua')
  if (lists.length > 1) faults.push('it has several rua fields')
  const uris: TlsRptUri[] = []
  for (const entry of (lists[0]?.value ?? '').split(',').map(trimSpace)) {
    if (entry === '' && lists.length === 0) continue
    const uri = readUri(entry)
    if (uri === undefined) faults.push(`"${shownText(entry)}" is neither a mailto: nor an https: URI`)
    else uris.push(uri)
  }
  return { text, uris, faults }
}

// RFC 8460 §3: "," and ";" and "!" must be encoded in the URIs, so that the list can be cut at its commas.
function readUri(text: string): TlsRptUri | undefined {
  if (!/^(?:[A-Za-z0-9\-._~:/?#[\]@$&'()*+=]|%[0-9A-Fa-f]{2})+$/.test(text)) return undefined
  const [, scheme, rest] = /^(mailto|https):(.+)$/i.exec(text) ?? []
  if (scheme === undefined || rest === undefined) return undefined
  if (scheme.toLowerCase() === 'https') {
    const host = hostName(/^\/\/([^/?#:@[\]]+)(?::[0-9]+)?(?:[/?#]|$)/.exec(rest)?.[1])
    return host === undefined ? undefined : { kind: 'https', text, host }
  }
  const address = decoded(rest.split('?')[0]!)
  const at = address?.lastIndexOf('@') ?? -1
  const host = at > 0 ? hostName(address!.slice(at + 1)) : undefined
  return host === undefined ? undefined : { kind: 'mailto', text, address: `${address!.slice(0, at)}@${host}`, host }
}

function hostName(text: string | undefined): string | undefined {
  const parsed = text === undefined ? undefined : parseDomain(text)
  return parsed?.ok ? parsed.name : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
