// One field of a header: where it stands among the octets, and its value as text.

/** One header field: `octets.subarray(start, end)`, with its folds and its last CRLF. */
export interface Field {
  /** As written. */
  readonly name: string
  /** In lower case: what fields are found by (RFC 5322 §1.2.2). */
  readonly key: string
  readonly start: number
  /** Behind the colon. */
  readonly valueAt: number
  readonly end: number
  /** A continuation line in it is only white space, which some programs take for the end of the header. */
  readonly blankFold: boolean
}

/** The value with its folds undone (RFC 5322 §2.2.3) and without white space around it; octets read as UTF-8. */
export function valueText(octets: Buffer, field: Field): string {
  return octets
    .toString('utf8', field.valueAt, field.end)
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .replace(/\r\n$/, '')
    .trim()
}
