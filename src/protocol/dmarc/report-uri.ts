// Where DMARC reports are to be sent: the URIs of rua= and ruf=, each understood or told why not (RFC 9989 §4.6, §4.8).
import { parseDomain } from '../../names/domain.ts'

/** One entry of the list, as it stands and without the obsolete size limit. */
export type ReportUri =
  | {
      readonly kind: 'mailto'
      readonly text: string
      readonly address: string
      readonly host: string
      readonly size: boolean
    }
  | {
      readonly kind: 'other'
      readonly text: string
      readonly scheme: string
      readonly host: string | undefined
      readonly size: boolean
    }
  /** Nothing can be sent there. `meant` is the URI that was probably meant; `wellFormed`: it is a URI by its syntax. */
  | {
      readonly kind: 'invalid'
      readonly text: string
      readonly why: string
      readonly meant?: string
      readonly wellFormed: boolean
    }

// RFC 3986 §3 and appendix A, less the "!" that §4.8 wants encoded; "," and ";" cannot come here.
const PLAIN = "[A-Za-z0-9\\-._~$&'()*+=]|%[0-9A-Fa-f]{2}"
const PCHAR = `(?:${PLAIN}|[:@])`
const AUTHORITY = `(?:(?:${PLAIN}|:)*@)?(?:\\[[0-9A-Za-z:.]+\\]|(?:${PLAIN})*)(?::[0-9]*)?`
const PATH = `//${AUTHORITY}(?:/${PCHAR}*)*|/(?:${PCHAR}+(?:/${PCHAR}*)*)?|(?:${PCHAR}+(?:/${PCHAR}*)*)?`
const URI = new RegExp(`^[A-Za-z][A-Za-z0-9+.-]*:(?:${PATH})(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?$`)

/** The entries of a dmarc-urilist. Empty ones (a comma at the end) are passed over. Never throws. */
export function readReportUris(value: string): readonly ReportUri[] {
  return entriesOf(value).map(readReportUri)
}

/** The list with what was meant in place of what is no URI; all else as it stands. */
export function guessedReportUris(value: string): string {
  const guessed = entriesOf(value).map(entry => {
    const uri = readReportUri(entry)
    return uri.kind === 'invalid' ? (uri.meant ?? entry) : entry
  })
  return guessed.join(',')
}

function entriesOf(value: string): readonly string[] {
  return value
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
}

function readReportUri(entry: string): ReportUri {
  // §4.8 obs-dmarc-report-size: a size limit after "!" is ignored; any other "!" had to be encoded.
  const text = entry.replace(/![0-9]+[kmgt]?$/i, '')
  const size = text !== entry
  const invalid = (why: string, meant?: string): ReportUri => ({
    kind: 'invalid',
    text: entry,
    why,
    wellFormed: URI.test(text),
    ...(meant === undefined ? {} : { meant }),
  })
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    return isAddress(text)
      ? invalid('the "mailto:" before the address is missing', `mailto:${text}`)
      : invalid('it is no URI')
  }
  if (/\s/.test(text)) {
    const several = text.split(/\s+/)
    if (several.every(one => /^mailto:/i.test(one) && isAddress(one.slice(7)))) {
      return invalid('a space stands between two addresses, where a comma belongs', several.join(','))
    }
    const joined = text.replaceAll(/\s+/g, '')
    const readable = /^mailto:/i.test(joined) && isAddress(joined.slice(7))
    return readable ? invalid('it contains a space', joined) : invalid('it contains a space')
  }
  if (!URI.test(text)) {
    return invalid(
      /[^A-Za-z0-9\-._~:/?#[\]@$&'()*+=%]|%(?![0-9A-Fa-f]{2})/.test(text)
        ? 'it contains a character that must be encoded in a URI'
        : 'it is no URI',
    )
  }
  const rest = text.slice(scheme.length + 1)
  if (scheme !== 'mailto') {
    if (rest === '') return invalid('nothing follows its scheme')
    const authority = /^\/\/(?:[^/?#@]*@)?([^/?#:[\]]+)/.exec(rest)?.[1]
    return { kind: 'other', text, scheme, host: hostName(authority), size }
  }
  const address = decoded(rest.split('?')[0]!)
  const at = address?.lastIndexOf('@') ?? -1
  const host = at > 0 ? hostName(address!.slice(at + 1)) : undefined
  if (host === undefined) return invalid('it holds no mail address')
  return { kind: 'mailto', text, address: `${address!.slice(0, at)}@${host}`, host, size }
}

function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  return at > 0 && !/[\s:]/.test(text) && hostName(text.slice(at + 1)) !== undefined
}

function hostName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const parsed = parseDomain(text)
  return parsed.ok ? parsed.name : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
