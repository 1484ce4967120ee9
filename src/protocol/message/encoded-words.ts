// Encoded words (RFC 2047) as a person sees them: for the eye and for suspicion, never for what is sent.

const WORD = /=\?([^?\s]{1,60})\?([bq])\?([^?\s]*)\?=/gi

/** The text with its encoded words decoded; what cannot be decoded stays as it is. */
export function decodeEncodedWords(text: string): string {
  if (!text.includes('=?')) return text
  // §6.2: white space between two encoded words is not shown.
  const joined = text.replaceAll(/(\?=)[ \t\r\n]+(?==\?)/g, '$1')
  return joined.replaceAll(WORD, (word, charset: string, encoding: string, content: string) => {
    const octets = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : fromQ(content)
    return decode(octets, charset) ?? word
  })
}

// §4.2: like quoted-printable, with _ for the space.
function fromQ(content: string): Buffer {
  const octets = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(octets, 'latin1')
}

function decode(octets: Buffer, charset: string): string | undefined {
  try {
    // RFC 2231 §5: a language may follow the charset.
    return new TextDecoder(charset.replace(/\*.*$/, '')).decode(octets)
  } catch {
    return undefined
  }
}
