// Zone-file notation that got into a record itself: quotes and backslashes that an administrator pasted into a web form.

/** What was found, in words, and the text as it was meant. */
export interface PastedText {
  readonly marks: string
  readonly meant: string
}

/**
 * The text without zone-file notation (RFC 1035 §5.1): `\;` and `\"` are unescaped; what stands inside quotation marks is joined with
 * nothing between, and a name, type or parentheses before them are left out. In DNS itself neither has a meaning, and readers of records fail
 * on both.
 * @returns undefined when there is no such notation.
 */
export function pastedText(text: string): PastedText | undefined {
  const unescaped = text.replaceAll(/\\([";\\])/g, '$1')
  const parts = unescaped.split('"')
  // Odd places of the split lie inside the quotes, when the quotes come in pairs.
  const inside = parts.filter((_, index) => index % 2 === 1)
  const outside = parts.filter((_, index) => index % 2 === 0).join('')
  const paired = parts.length > 2 && parts.length % 2 === 1 && !/[;=]/.test(outside)
  const meant = (paired ? inside : parts).join('').trim()
  const marks = [
    ...(text.includes('\\') && unescaped !== text ? ['backslashes'] : []),
    ...(text.includes('"') ? ['quotation marks'] : []),
  ]
  return marks.length === 0 ? undefined : { marks: marks.join(' and '), meant }
}
