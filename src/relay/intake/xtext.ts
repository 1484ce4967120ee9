// xtext: how SMTP parameters carry octets that have no place in a command (RFC 3461 §4).

/** The decoded text, or undefined when it is no xtext, or hides a control character. */
export function decodeXtext(text: string): string | undefined {
  // `+` only before two upper-case hex digits; no `=`, no space.
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return
  const decoded = text.replaceAll(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[^\x20-\x7e]/.test(decoded) ? undefined : decoded
}
