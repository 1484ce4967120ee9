// A list of addresses as it stands in From, To, Cc, Reply-To and the like (RFC 5322 §3.4): each mailbox with its name, groups, and faults.
import { nameFault, parseDomain } from '../../names/domain.ts'
import { shownText } from '../shown-text.ts'
import { decodeEncodedWords } from './encoded-words.ts'
import { type Token, tokensOf } from './tokens.ts'

export interface ListedMailbox {
  /** As a person sees it, encoded words decoded; empty when there is none. */
  readonly name: string
  /** A name was written, and it is empty: `"" <a@b>`. */
  readonly emptyName: boolean
  readonly local: string
  readonly domain: string
  /** In a group. */
  readonly grouped: boolean
}

export interface AddressList {
  readonly mailboxes: readonly ListedMailbox[]
  /** The names of the groups; `undisclosed-recipients:;` is one without mailboxes. */
  readonly groups: readonly string[]
  /** Clauses about the field. */
  readonly faults: readonly string[]
}

const MOST = 5000
const FAULTS_MOST = 20
const ATEXT =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+)*$/u

/** Reads an unfolded value. Never throws; takes time in proportion to the length. */
export function readAddressList(value: string): AddressList {
  const { tokens, open } = tokensOf(value)
  const faults = new Set<string>(open === undefined ? [] : [`${open} is not closed`])
  const mailboxes: ListedMailbox[] = []
  const groups: string[] = []
  let group = false
  let entry: Token[] = []
  let angled = false
  let empties = 0
  // The semicolon of a group was just read: a comma behind it is in its place.
  let ended = false
  const close = (): void => {
    const said = entry.filter(token => token.kind !== 'comment')
    if (said.length === 0) empties += ended ? 0 : 1
    else if (mailboxes.length < MOST) {
      const read = readMailbox(entry, value, group)
      if (read.fault !== undefined && faults.size < FAULTS_MOST) faults.add(read.fault)
      if (read.mailbox) mailboxes.push(read.mailbox)
    }
    entry = []
    angled = false
    ended = false
  }
  for (const token of tokens) {
    const mark = token.kind === 'special' ? token.text : ''
    if (mark === '<') angled = true
    if (mark === '>') angled = false
    if (mark === ',' && !angled) close()
    else if (mark === ':' && !angled) {
      if (group) faults.add('a group stands inside a group')
      groups.push(nameOf(entry))
      entry = []
      group = true
    } else if (mark === ';' && !angled) {
      if (!group) faults.add('a semicolon ends no group')
      if (entry.length > 0) close()
      group = false
      empties = 0
      ended = true
    } else entry.push(token)
  }
  const had = mailboxes.length > 0 || groups.length > 0
  if (entry.some(token => token.kind !== 'comment')) close()
  else if (had && tokens.at(-1)?.text === ',' && tokens.at(-1)?.kind === 'special') empties++
  if (group) faults.add('a group is not ended by a semicolon')
  if (empties > 0 && mailboxes.length > 0) faults.add('a comma has no address beside it')
  if (mailboxes.length === 0 && groups.length === 0 && faults.size === 0) faults.add('it names no address')
  return { mailboxes, groups, faults: [...faults] }
}

interface MailboxReading {
  readonly mailbox?: ListedMailbox
  readonly fault?: string
}

function readMailbox(entry: readonly Token[], value: string, grouped: boolean): MailboxReading {
  const said = entry.filter(token => token.kind !== 'comment')
  const opens = said.findIndex(token => token.kind === 'special' && token.text === '<')
  const closes = said.findIndex(token => token.kind === 'special' && token.text === '>')
  const shown = shownText(value.slice(entry[0]!.start, entry.at(-1)!.end))
  if (opens < 0) {
    const address = addressOf(said)
    if (address === undefined) return { fault: `"${shown}" is no address` }
    return { mailbox: { name: '', emptyName: false, ...address, grouped }, ...faultOf(address, shown) }
  }
  if (closes < opens) return { fault: `"${shown}" has an angle bracket that is not closed` }
  const named = said.slice(0, opens)
  const address = addressOf(said.slice(opens + 1, closes))
  if (address === undefined) return { fault: `"${shown}" has no address between the angle brackets` }
  const name = nameOf(named)
  const mailbox = { name, emptyName: named.length > 0 && name.trim() === '', ...address, grouped }
  if (closes < said.length - 1) return { mailbox, fault: `something stands behind the address in "${shown}"` }
  // A full stop in a name is obsolete and everywhere (§4.1); the others want quotes.
  const mark = named.find(token => token.kind === 'special' || token.kind === 'literal')
  if (mark) return { mailbox, fault: `the name in "${shown}" has ${markOf(mark)} and stands without quotes` }
  return { mailbox, ...faultOf(address, shown) }
}

function markOf({ kind, text }: Token): string {
  return kind === 'literal' ? 'brackets' : `"${text}"`
}

interface Address {
  readonly local: string
  readonly domain: string
  readonly spaced: boolean
  readonly quoted: boolean
  readonly literal: boolean
}

/** local "@" domain; what stands before the last @ is the local part. */
function addressOf(tokens: readonly Token[]): Address | undefined {
  const at = tokens.findLastIndex(token => token.kind === 'special' && token.text === '@')
  if (at < 1 || at === tokens.length - 1) return undefined
  const text = (part: readonly Token[]): string => part.map(token => token.text).join('')
  const spaced = tokens.some((token, index) => index > 0 && token.start !== tokens[index - 1]!.end)
  const [before, after] = [tokens.slice(0, at), tokens.slice(at + 1)]
  const literal = after[0]?.kind === 'literal'
  return {
    local: text(before),
    domain: literal ? `[${after[0]!.text}]` : text(after),
    spaced,
    quoted: before[0]?.kind === 'quoted',
    literal,
  }
}

function faultOf({ local, domain, spaced, quoted, literal }: Address, shown: string): { readonly fault?: string } {
  if (spaced) return { fault: `the address in "${shown}" has a space in it` }
  if (!quoted && !ATEXT.test(local))
    return { fault: `the local part in "${shown}" has a character that wants quotes, or a stray full stop` }
  if (literal) return {}
  const name = domain.replace(/\.$/, '')
  const parsed = parseDomain(name)
  if (parsed.ok) return {}
  return { fault: `the domain in "${shown}" cannot be used: ${nameFault(name) ?? parsed.reason}` }
}

function nameOf(tokens: readonly Token[]): string {
  const words = tokens.filter(token => token.kind !== 'comment').map(token => token.text)
  return decodeEncodedWords(words.join(' ')).trim()
}
