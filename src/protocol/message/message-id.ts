// The Message-ID of a message (RFC 5322 §3.6.4): what is wrong with its form, and which domain it was made under.
import { parseAddress } from '../../names/address.ts'
import { parseDomain } from '../../names/domain.ts'
import { tokensOf } from './tokens.ts'

export interface MessageIdReading {
  /** Without angle brackets; undefined when none could be read. */
  readonly id: string | undefined
  /** What stands on the right. */
  readonly right: string | undefined
  /** The right side is no name that could be looked up: identifiers of other machines may be the same. */
  readonly local: boolean
  /** The first thing that is wrong, a clause about the field. */
  readonly fault: string | undefined
}

const ATEXT = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\u0080-\\uffff]"
const DOT_ATOM = new RegExp(`^${ATEXT}+(?:\\.${ATEXT}+)*$`)

/** Reads an unfolded value. Never throws. */
export function readMessageId(value: string): MessageIdReading {
  const nothing = { id: undefined, right: undefined, local: false }
  const text = value.trim()
  if (text === '') return { ...nothing, fault: 'it is empty' }
  if (text.length > 995) return { ...nothing, fault: 'it is too long for a line of 998 octets' }
  const { tokens, open } = tokensOf(text)
  if (open !== undefined) return { ...nothing, fault: `${open} in it is not closed` }
  const said = tokens.filter(token => token.kind !== 'comment')
  const bare = text.slice(said[0]?.start ?? 0, said.at(-1)?.end ?? 0)
  const [, inner] = /^<([^<>]*)>$/.exec(bare) ?? []
  if (inner === undefined) {
    const fault = /^<.*>\s*</s.test(bare)
      ? 'it holds more than one identifier'
      : 'it is not enclosed in one pair of angle brackets'
    return { ...nothing, fault }
  }
  const at = inner.lastIndexOf('@')
  if (at < 1 || at === inner.length - 1) return { ...nothing, id: inner, fault: 'it is not of the form <left@right>' }
  const [left, right] = [inner.slice(0, at), inner.slice(at + 1)]
  const literal = /^\[[^[\]\\\s]*\]$/.test(right)
  const fault = /\s/.test(inner)
    ? 'it has white space in it'
    : !DOT_ATOM.test(left) && !/^"(?:[^"\\]|\\.)*"$/.test(left)
      ? 'its left side has a character that may not stand there, or a stray full stop'
      : !literal && !DOT_ATOM.test(right)
        ? 'its right side has a character that may not stand there, or a stray full stop'
        : undefined
  return { id: inner, right, local: isLocal(right, literal), fault }
}

function isLocal(right: string, literal: boolean): boolean {
  if (literal) return false
  if (parseAddress(right)) return false
  return !parseDomain(right).ok || /\.(?:local|localdomain|lan|internal|home\.arpa|invalid|test)$/i.test(right)
}
