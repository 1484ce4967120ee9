// Fits text into the columns of a terminal: how wide it is there, where it breaks, how it is padded and cut.

/** How many columns a terminal gives a text: none for combining marks, two for wide characters (UAX #11). */
export function columns(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let sum = 0
  for (const character of text) sum += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return sum
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Lines of at most `width` columns, broken at spaces; a word that is wider than a line is broken inside. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter(part => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (columns(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = broken(word, width)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1)!
  }
  if (line !== '') lines.push(line)
  return lines
}

function broken(word: string, width: number): readonly string[] {
  const pieces = ['']
  let used = 0
  for (const character of word) {
    const wide = columns(character)
    if (used + wide > width && used > 0) {
      pieces.push('')
      used = 0
    }
    pieces[pieces.length - 1] += character
    used += wide
  }
  return pieces
}

/** The text in exactly `width` columns if it is narrower. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)))
}

/** The text in at most `width` columns, an ellipsis at its end when something was cut. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text
  return `${broken(text, Math.max(1, width - 1))[0]!.trimEnd()}…`
}
