// Tag lists, the `name=value; name=value` of DKIM keys and DMARC records (RFC 6376 §3.2): split, kept in order, rewritten.

/** One tag as it stands; surrounding white space is no part of name or value. */
export interface Tag {
  readonly name: string
  readonly value: string
}

/** What stands between two semicolons: a tag, nothing, or text that is no tag. */
export type Piece =
  | ({ readonly kind: 'tag' } & Tag)
  | { readonly kind: 'empty' }
  | { readonly kind: 'broken'; readonly text: string }

const TAG = /^([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=(.*)$/s

/** The pieces in order. The list may end in a semicolon: that makes no empty piece. */
export function splitTagList(text: string): readonly Piece[] {
  const parts = text.split(';').map(trimSpace)
  if (parts.at(-1) === '') parts.pop()
  return parts.map(part => {
    if (part === '') return { kind: 'empty' }
    const match = TAG.exec(part)
    return match === null
      ? { kind: 'broken', text: part }
      : { kind: 'tag', name: match[1]!, value: trimSpace(match[2]!) }
  })
}

/** The tags among the pieces. */
export function tagsOf(pieces: readonly Piece[]): readonly Tag[] {
  return pieces.flatMap(piece => (piece.kind === 'tag' ? [{ name: piece.name, value: piece.value }] : []))
}

/** Names that stand more than once: such a list is invalid as a whole (RFC 6376 §3.2). */
export function repeatedNames(tags: readonly Tag[]): readonly string[] {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of tags) (seen.has(name) ? repeated : seen).add(name)
  return [...repeated]
}

/** The value of a tag in a list, by its exact name. */
export function tagValue(text: string, name: string): string | undefined {
  return tagsOf(splitTagList(text)).find(tag => tag.name === name)?.value
}

/** The list as it is best published: one space after each semicolon, none at the end. */
export function writeTagList(tags: readonly Tag[]): string {
  return tags.map(tag => `${tag.name}=${tag.value}`).join('; ')
}

/**
 * The same list with some tags changed; every other tag keeps its value and place. `undefined` takes a tag away, a new one
 * is put at the end. Pieces that are no tags are left out, since nobody reads them.
 */
export function editTagList(text: string, changes: { readonly [name: string]: string | undefined }): string {
  const kept = tagsOf(splitTagList(text)).flatMap(tag => {
    const name = tag.name.toLowerCase()
    if (!Object.hasOwn(changes, name)) return [tag]
    const value = changes[name]
    return value === undefined ? [] : [{ name, value }]
  })
  const present = new Set(kept.map(tag => tag.name.toLowerCase()))
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined || present.has(name) ? [] : [{ name, value }],
  )
  return writeTagList([...kept, ...added])
}

/** Without white space at the ends: FWS of RFC 6376 §2.8, and the WSP of DMARC. */
export function trimSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a
}
