// The places that a List-Unsubscribe field names, and the post field of one-click unsubscription (RFC 2369 §2, RFC 8058 §3.1).

/** One place. `uri` is without the white space that RFC 2369 §2 lets stand in it. */
export interface UnsubscribePlace {
  readonly kind: 'https' | 'http' | 'mailto' | 'other'
  readonly uri: string
}

export interface UnsubscribeField {
  readonly places: readonly UnsubscribePlace[]
  /** Clauses about the field. */
  readonly faults: readonly string[]
}

const MOST_PLACES = 20

/** Reads an unfolded value. Never throws; takes time in proportion to the length. */
export function readUnsubscribe(value: string): UnsubscribeField {
  const text = value.slice(0, 64 * 1024)
  const places: UnsubscribePlace[] = []
  const faults = new Set<string>()
  let at = 0
  let comma = true
  while (at < text.length && places.length < MOST_PLACES) {
    const char = text[at]!
    if (/\s/.test(char)) at++
    else if (char === '(') at = commentEnd(text, at)
    else if (char === ',') {
      comma = true
      at++
    } else if (char === '<') {
      const end = text.indexOf('>', at)
      if (end < 0) {
        faults.add('an angle bracket is not closed')
        break
      }
      if (!comma) faults.add('there is no comma between two URIs')
      const place = placeOf(text.slice(at + 1, end), faults)
      if (place) places.push(place)
      comma = false
      at = end + 1
    } else {
      // §2: anything else ends what is looked at.
      const bare = /^[^\s,<]+/.exec(text.slice(at, at + 2000))?.[0] ?? char
      faults.add(
        /^(?:https?:|mailto:)/i.test(bare)
          ? 'a URI stands without angle brackets, and is not read'
          : 'text stands outside of the angle brackets',
      )
      at += bare.length
    }
  }
  if (places.length === 0 && faults.size === 0) faults.add('it names no place')
  return { places, faults: [...faults] }
}

function placeOf(inner: string, faults: Set<string>): UnsubscribePlace | undefined {
  // Folding may leave white space in a URI, which is ignored; within the line it is a fault that many stumble over.
  if (/\s/.test(inner)) faults.add('there is white space in a URI, which some programs do not take out')
  const uri = inner.replaceAll(/\s+/g, '')
  if (uri === '') {
    faults.add('a pair of angle brackets is empty')
    return undefined
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
  if (scheme === 'mailto') {
    if (/^mailto:[^?@]+@[^?@]+(?:\?|$)/i.test(uri)) return { kind: 'mailto', uri }
    faults.add('a mailto: URI has no address')
    return undefined
  }
  if (scheme === 'https' || scheme === 'http') {
    if (isWeb(uri)) return { kind: scheme, uri }
    faults.add(`an ${scheme}: URI cannot be read`)
    return undefined
  }
  if (scheme === undefined) {
    faults.add('what stands in angle brackets is no URI')
    return undefined
  }
  return { kind: 'other', uri }
}

function isWeb(uri: string): boolean {
  try {
    return /^https?:\/\/[^/]/i.test(uri) && new URL(uri).hostname !== ''
  } catch {
    return false
  }
}

function commentEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return text.length
}

/** §3.1: the value is exactly this, white space at its ends aside. */
export function isOneClick(value: string): boolean {
  return value.trim() === 'List-Unsubscribe=One-Click'
}
