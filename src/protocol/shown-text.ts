// Text of a record as a sentence can show it: short, and every octet that is no printable ASCII as `\DDD`.

const MOST = 40

/** The beginning of the text, printable. */
export function shownText(text: string): string {
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text
  return short.replaceAll(/[^\x20-\x7e…]/g, octet => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`)
}
