// Content as it was before it was encoded for SMTP: quoted-printable and base64 undone (RFC 2045 §6.7, §6.8).

/** The octets; undefined when the text is not in that encoding. */
export function decodedTransfer(octets: Buffer, encoding: 'quoted-printable' | 'base64'): Buffer | undefined {
  const text = octets.toString('latin1')
  if (encoding === 'base64') {
    const bare = text.replaceAll(/[ \t\r\n]+/g, '')
    return /^[A-Za-z0-9+/]*={0,2}$/.test(bare) ? Buffer.from(bare, 'base64') : undefined
  }
  const decoded = text
    .replaceAll(/(?<![ \t])[ \t]+(?=\r\n|$)/g, '')
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(decoded, 'latin1')
}
