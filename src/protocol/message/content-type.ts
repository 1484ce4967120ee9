// The Content-Type of a part, as far as its encoding needs it: the type, and the boundary of a multipart (RFC 2045 §5.1).

export interface ContentType {
  /** `text/plain`, in lower case. */
  readonly type: string
  readonly boundary: string | undefined
  readonly charset: string | undefined
}

const TOKEN = /^[^\x00-\x20\x7f()<>@,;:\\"/[\]?=]+/

/** Reads an unfolded value. Undefined when it is written so that programs may read it differently. */
export function readContentType(value: string): ContentType | undefined {
  const [, type, rest] = /^([^\s;()]+\/[^\s;()]+)\s*(.*)$/s.exec(value) ?? []
  if (type === undefined || rest === undefined) return undefined
  const parameters = readParameters(rest)
  if (parameters === undefined) return undefined
  // RFC 2231 parts and encodings of a boundary are read by some programs and not by others.
  if ([...parameters.keys()].some(name => name.startsWith('boundary*'))) return undefined
  return { type: type.toLowerCase(), boundary: parameters.get('boundary'), charset: parameters.get('charset') }
}

/** The parameters by their lower-case names; undefined when they cannot be read, or one stands twice. */
function readParameters(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  let rest = skipped(text)
  while (rest !== '') {
    if (!rest.startsWith(';')) return undefined
    rest = skipped(rest.slice(1))
    if (rest === '') break
    if (rest.startsWith(';')) continue
    const name = TOKEN.exec(rest)?.[0].toLowerCase()
    if (name === undefined || found.has(name)) return undefined
    rest = rest.slice(name.length).trimStart()
    if (!rest.startsWith('=')) return undefined
    rest = rest.slice(1).trimStart()
    const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(rest)
    // Unquoted values with characters that ask for quotes are everywhere; they end at the semicolon.
    const plain = /^[^\s;"()]+/.exec(rest)
    if (quoted) found.set(name, quoted[1]!.replaceAll(/\\(.)/gs, '$1'))
    else if (plain) found.set(name, plain[0])
    else return undefined
    rest = skipped(rest.slice((quoted ?? plain)![0].length))
  }
  return found
}

/** Without white space and comments at the start. */
function skipped(text: string): string {
  let rest = text.trimStart()
  for (let comment = /^\([^()\\]*\)/.exec(rest); comment; comment = /^\([^()\\]*\)/.exec(rest)) {
    rest = rest.slice(comment[0].length).trimStart()
  }
  return rest
}
