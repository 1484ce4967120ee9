// What got into a record by pasting: the quotes and backslashes of a zone file, the typographic characters of a word processor.

/** What was found, as a clause, and the text as it was meant. */
export interface PastedText {
  readonly why: string
  readonly meant: string
}

/**
 * The text without zone-file notation (RFC 1035 §5.1) and without typographic characters: `\;` and `\"` are unescaped; what stands inside
 * quotation marks is joined with nothing between, and a name, type or parentheses before them are left out. In DNS itself none of them has
 * a meaning, and readers of records fail on all.
 * @returns undefined when there is nothing of the kind.
 */
export function pastedText(text: string): PastedText | undefined {
  const plain = plainText(text)
  const unescaped = plain.replaceAll(/\\([";\\])/g, '$1')
  const parts = unescaped.split('"')
  // Odd places of the split lie inside the quotes, when the quotes come in pairs.
  const inside = parts.filter((_, index) => index % 2 === 1)
  const outside = parts.filter((_, index) => index % 2 === 0).join('')
  const paired = parts.length > 2 && parts.length % 2 === 1 && !/[;=]/.test(outside)
  const meant = (paired ? inside : parts).join('').trim()
  if (plain !== text) {
    const marks = typographic.filter(({ found }) => text.search(found) >= 0).map(({ name }) => name)
    return { why: `it contains ${listed(marks)}, as word processors put them in; a record is plain ASCII`, meant }
  }
  const marks = [
    ...(text.includes('\\') && unescaped !== text ? ['backslashes'] : []),
    ...(text.includes('"') ? ['quotation marks'] : []),
  ]
  const why = `it contains ${listed(marks)}, as a zone file writes them; in DNS itself they do not belong`
  return marks.length === 0 ? undefined : { why, meant }
}

/** The same text with typographic characters as the ASCII ones that were meant. */
export function plainText(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  return typographic.reduce((plain, { found, meant }) => plain.replaceAll(found, meant), text)
}

/** As octets of UTF-8, which is how a TXT record holds them, and as those of Windows-1252. */
const typographic = [
  { name: 'an invisible mark', found: /\xef\xbb\xbf|\xe2\x80[\x8b-\x8f]|\ufeff/g, meant: '' },
  { name: 'no-break spaces', found: /\xc2\xa0|\xe2\x80\xaf|(?<![\x80-\xff])\xa0/g, meant: ' ' },
  {
    name: 'typographic quotation marks',
    found: /\xe2\x80[\x9c-\x9f]|\xc2[\xab\xbb]|(?<![\x80-\xff])[\x93\x94]/g,
    meant: '"',
  },
  {
    name: 'dashes in place of hyphens',
    found: /\xe2\x80[\x90-\x95]|\xe2\x88\x92|(?<![\x80-\xff])[\x96\x97]/g,
    meant: '-',
  },
] as const

function listed(marks: readonly string[]): string {
  return marks.join(' and ')
}
