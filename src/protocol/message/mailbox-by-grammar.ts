// The first reading of the header From: recursive descent over the grammar of RFC 5322 §3.4, obsolete forms left out.
// One of them stays, for everyone writes it: a full stop in an unquoted display name ("John Q. Public", §4.1).
import type { Mailbox, MailboxReading } from './mailbox.ts'

/** §3.2.3 atext, with the UTF-8 of RFC 6532 §3.2. */
const ATEXT = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\uffff]/
const DEEPEST_COMMENT = 16

class NotInGrammar extends Error {}

interface Cursor {
  readonly text: string
  at: number
  readonly spoken: string[]
}

/** Reads a value with its folds in place. Never throws; takes time in proportion to the length. */
export function mailboxByGrammar(text: string): MailboxReading {
  const cursor: Cursor = { text, at: 0, spoken: [] }
  try {
    const mailbox = onlyMailbox(cursor)
    return { ok: true, mailbox, spoken: cursor.spoken }
  } catch (fault) {
    if (fault instanceof NotInGrammar) return { ok: false, why: fault.message }
    throw fault
  }
}

// mailbox = name-addr / addr-spec, and nothing behind it.
function onlyMailbox(cursor: Cursor): Mailbox {
  comments(cursor)
  if (ended(cursor)) throw new NotInGrammar('it names no address')
  const start = cursor.at
  const spoken = cursor.spoken.length
  const name = phrase(cursor)
  if (next(cursor) === ':') throw new NotInGrammar('it names a group')
  let mailbox: Mailbox
  if (next(cursor) === '<') {
    if (name !== '') cursor.spoken.push(name)
    cursor.at++
    mailbox = addressSpec(cursor)
    expect(cursor, '>')
  } else {
    // What looked like a name was the local part.
    cursor.at = start
    cursor.spoken.length = spoken
    mailbox = addressSpec(cursor)
  }
  comments(cursor)
  if (next(cursor) === ',') throw new NotInGrammar('it names more than one address')
  if (!ended(cursor)) throw new NotInGrammar('something stands behind the address')
  return mailbox
}

// phrase = 1*word; the words joined by one space, as they are shown. Empty when there is none.
function phrase(cursor: Cursor): string {
  const words: string[] = []
  for (;;) {
    const char = next(cursor)
    if (char === '"') words.push(quotedString(cursor))
    else if (char !== undefined && (ATEXT.test(char) || (char === '.' && words.length > 0))) words.push(atom(cursor))
    else return words.join(' ')
    comments(cursor)
  }
}

function atom(cursor: Cursor): string {
  const start = cursor.at
  for (let char = next(cursor); char !== undefined && (char === '.' || ATEXT.test(char)); char = next(cursor)) {
    cursor.at++
  }
  return cursor.text.slice(start, cursor.at)
}

// addr-spec = local-part "@" domain. The grammar lets comments and spaces stand around the @; nobody honest writes them.
function addressSpec(cursor: Cursor): Mailbox {
  if (next(cursor) === '@') throw new NotInGrammar('it has a source route or no local part')
  const local = next(cursor) === '"' ? quotedString(cursor) : dotAtom(cursor)
  expect(cursor, '@')
  if (next(cursor) === '[') throw new NotInGrammar('its domain is an address literal')
  return { local, domain: dotAtom(cursor) }
}

// dot-atom-text = 1*atext *("." 1*atext)
function dotAtom(cursor: Cursor): string {
  const text = atom(cursor)
  if (text.split('.').includes(''))
    throw new NotInGrammar(text === '' ? 'it names no address' : 'it has a stray full stop')
  return text
}

// quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE
function quotedString(cursor: Cursor): string {
  expect(cursor, '"')
  let content = ''
  for (;;) {
    content += space(cursor)
    const char = next(cursor)
    if (char === undefined) throw new NotInGrammar('a quotation mark is not closed')
    cursor.at++
    if (char === '"') return content
    content += char === '\\' ? escaped(cursor) : char
  }
}

// [CFWS]: white space, folds and comments.
function comments(cursor: Cursor): void {
  for (;;) {
    space(cursor)
    if (next(cursor) !== '(') return
    cursor.spoken.push(comment(cursor, 1))
  }
}

// comment = "(" *([FWS] ccontent) [FWS] ")"
function comment(cursor: Cursor, depth: number): string {
  if (depth > DEEPEST_COMMENT) throw new NotInGrammar('its comments are nested too deeply')
  expect(cursor, '(')
  let content = ''
  for (;;) {
    content += space(cursor)
    const char = next(cursor)
    if (char === undefined) throw new NotInGrammar('a comment is not closed')
    if (char === '(') {
      content += ` ${comment(cursor, depth + 1)} `
      continue
    }
    cursor.at++
    if (char === ')') return content
    content += char === '\\' ? escaped(cursor) : char
  }
}

// quoted-pair = "\" (VCHAR / WSP)
function escaped(cursor: Cursor): string {
  const char = next(cursor)
  if (char === undefined || char === '\r' || char === '\n') throw new NotInGrammar('a backslash stands at a line end')
  cursor.at++
  return char
}

// FWS = ([*WSP CRLF] 1*WSP): one fold at most, and not a line of nothing but white space (obs-FWS).
function space(cursor: Cursor): string {
  const start = cursor.at
  const blanks = (): void => {
    while (next(cursor) === ' ' || next(cursor) === '\t') cursor.at++
  }
  blanks()
  if (cursor.text.startsWith('\r\n', cursor.at)) {
    cursor.at += 2
    const fold = cursor.at
    blanks()
    const blank = cursor.text.startsWith('\r\n', cursor.at) || ended(cursor)
    if (cursor.at === fold || blank) throw new NotInGrammar('it is folded wrongly')
  }
  const char = next(cursor)
  if (char === '\r' || char === '\n') throw new NotInGrammar('it is folded wrongly')
  return cursor.text.slice(start, cursor.at).replace('\r\n', '')
}

function next(cursor: Cursor): string | undefined {
  return cursor.text[cursor.at]
}

function ended(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length
}

function expect(cursor: Cursor, char: string): void {
  if (next(cursor) !== char) throw new NotInGrammar(wants[char]!)
  cursor.at++
}

const wants: { readonly [char: string]: string } = {
  '@': 'it names no address: there is no @ behind the local part',
  '>': 'the angle brackets hold something other than one address',
  '"': 'a quotation mark is missing',
  '(': 'a parenthesis is missing',
}
