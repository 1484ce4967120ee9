// What is wrong with the encoded words of a field (RFC 2047): too long, in a place where none may stand, or not to be decoded.

const CANDIDATE = /=\?[^\s]{0,2000}?\?=/g
const WORD = /^=\?([^?\s]{1,60})\?([^?\s])\?([^?\s]*)\?=$/
const LOOKED_AT = 500

/** Clauses about a field, each once; none when all is well. The value is unfolded. */
export function encodedWordFaults(value: string): readonly string[] {
  const faults = new Set<string>()
  const text = value.slice(0, 64 * 1024)
  if (!text.includes('=?')) return []
  for (const [index, match] of [...text.matchAll(CANDIDATE)].entries()) {
    if (index >= LOOKED_AT) break
    const whole = wholeWord(text, match.index, match[0])
    const parts = WORD.exec(whole)
    if (parts === null) {
      faults.add('an encoded word is not of the form =?charset?B or Q?text?=')
      continue
    }
    const [, charset, encoding, content] = parts
    for (const fault of wordFaults(whole, charset!, encoding!, content!)) faults.add(fault)
    // §5: white space, or the parenthesis of a comment, on both sides.
    const [before, after] = [text[match.index - 1] ?? ' ', text[match.index + whole.length] ?? ' ']
    if (before === '"' || after === '"')
      faults.add('an encoded word stands in quotation marks, where it is not decoded')
    else if (!/[\s(]/.test(before) || !/[\s),;]/.test(after)) {
      faults.add('an encoded word is not set apart from the text beside it by white space')
    }
  }
  if (faults.size === 0 && /=\?[^?\s]{1,60}\?[bBqQ]\?/.test(text.replaceAll(CANDIDATE, '')))
    faults.add('an encoded word is not ended by ?=')
  return [...faults]
}

/** `=?utf-8?q?=` ends a candidate too early where the text itself begins with an equals sign. */
function wholeWord(text: string, at: number, found: string): string {
  const exact = /^=\?[^?\s]{1,60}\?[^?\s]\?[^?\s]{0,2000}\?=/.exec(text.slice(at, at + 2100))
  return exact?.[0] ?? found
}

function wordFaults(whole: string, charset: string, encoding: string, content: string): readonly string[] {
  const name = charset.replace(/\*.*$/, '')
  const faults: string[] = []
  // §2: 75 characters with all its delimiters.
  if (whole.length > 75) faults.push(`an encoded word has ${whole.length} characters; 75 are allowed`)
  if (content === '') faults.push('an encoded word is empty')
  const octets =
    encoding.toLowerCase() === 'b' ? fromBase64(content) : encoding.toLowerCase() === 'q' ? fromQ(content) : undefined
  if (!/^[bq]$/i.test(encoding)) faults.push(`an encoded word has the encoding "${encoding}": B or Q is known`)
  else if (octets === undefined) faults.push(`an encoded word cannot be decoded (${encoding.toUpperCase()})`)
  const decoder = decoderOf(name)
  if (decoder === undefined)
    faults.push(`an encoded word has the character set "${name.slice(0, 40)}", which few programs know`)
  else if (octets !== undefined && !decodes(decoder, octets)) {
    faults.push(`an encoded word does not hold whole characters of ${name.slice(0, 40)}`)
  }
  return faults
}

function fromBase64(content: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(content) && content.length % 4 !== 1 ? Buffer.from(content, 'base64') : undefined
}

function fromQ(content: string): Buffer | undefined {
  if (/=(?![0-9A-Fa-f]{2})/.test(content) || /[^\x21-\x7e]/.test(content)) return undefined
  const text = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}

type Decoder = InstanceType<typeof TextDecoder>

function decoderOf(charset: string): Decoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    return undefined
  }
}

// §5, point 3: a character must not be cut between two words.
function decodes(decoder: Decoder, octets: Buffer): boolean {
  try {
    decoder.decode(octets)
    return true
  } catch {
    return false
  }
}
