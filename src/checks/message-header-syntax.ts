// Is the header written so that every program reads it alike: its lines, its folds, its characters, its encoded words?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { encodedWordFaults } from '../protocol/message/encoded-word-faults.ts'
import { valueText } from '../protocol/message/field.ts'
import { octetFaults } from '../protocol/message/header-octets.ts'
import type { MessageContent } from '../protocol/message/read.ts'
import { readTrace } from '../protocol/message/trace.ts'
import { shownText } from '../protocol/shown-text.ts'

type Outcome =
  | 'well-formed'
  | 'line-too-long'
  | 'stray-line'
  | 'bare-cr'
  | 'control-characters'
  | 'raw-utf8'
  | 'raw-8-bit'
  | 'folding'
  | 'encoded-words'
  | 'wide-lines'

/** Encoded words stand in text and names (RFC 2047 §5). */
const spoken: ReadonlySet<string> = new Set(['subject', 'comments', 'from', 'to', 'cc', 'bcc', 'reply-to', 'sender'])

export default defineCheck({
  id: 'message-header-syntax',
  group: 'message',
  scope: 'message',
  title: 'The header is written as every program reads it',
  why: 'What one program reads otherwise than the next is refused by careful servers, rewritten by others, and then breaks the signature.',
  refs: ['RFC 5322 §2.1.1', 'RFC 5322 §2.2', 'RFC 5322 §2.3', 'RFC 2047 §2', 'RFC 2047 §5', 'RFC 6532 §3'],
  needs: { content: messageContent },
  outcomes: {
    'well-formed': { level: 'pass', says: 'Lines, folds and characters of the header are as RFC 5322 has them.' },
    'line-too-long': {
      level: 'fail',
      says: 'Lines of more than 998 octets stand in: {places}. Some servers refuse them, and others break them, and with them the signature.',
      fix: 'Fold long header fields, and encode a body with long lines in quoted-printable or base64 before it is signed.',
    },
    'stray-line': {
      level: 'warn',
      says: 'Line {line} of the header is no header field: "{text}". Some programs take the body to begin there.',
      fix: 'Begin continuation lines with a space, and write one empty line between header and body.',
    },
    'bare-cr': {
      level: 'warn',
      says: 'A CR without LF, or a NUL, stands in: {places}. Careful servers refuse such mail.',
      fix: 'End lines with CRLF alone; encode binary content in base64.',
    },
    'control-characters': {
      level: 'warn',
      says: 'Control characters stand in the header: {places}.',
      fix: 'Take them out where the message is made; they often come from copied text or a database field.',
    },
    'raw-utf8': {
      level: 'warn',
      says: 'These fields have characters outside of ASCII as they are: {places}. Without SMTPUTF8 on the whole way, servers may refuse or garble them.',
      fix: 'Write such text in encoded words (RFC 2047): =?utf-8?Q?…?=',
    },
    'raw-8-bit': {
      level: 'warn',
      says: 'These fields have raw 8-bit octets that are no UTF-8 either: {places}. Nobody can know which characters are meant.',
      fix: 'Write such text in encoded words (RFC 2047) that name their character set: =?utf-8?Q?…?=',
    },
    folding: {
      level: 'warn',
      says: 'These fields are folded or begun in an obsolete way ({how}): {places}. Some programs take the header to end there.',
      fix: 'Let no continuation line be only white space, and put the colon right behind the name of the field.',
    },
    'encoded-words': {
      level: 'warn',
      says: 'In {field} {fault}: people may see the code instead of the text.',
      fix: 'Let a library encode the text (RFC 2047): words of 75 characters at most, whole characters in each, never inside quotation marks.',
    },
    'wide-lines': {
      level: 'info',
      says: 'Lines of more than 78 characters stand in: {places}. That is allowed; folded lines are shown and quoted better.',
    },
  },
  evaluate({ content }) {
    const faults = octetFaults(content)
    const found: Ruling<Outcome>[] = []
    const tell = (outcome: Outcome, places: readonly string[], more = {}): void => {
      if (places.length > 0) found.push({ outcome, data: { places, ...more } })
    }
    tell('line-too-long', faults.tooLong)
    const [stray] = content.stray
    if (stray) found.push({ outcome: 'stray-line', data: { line: stray.line, text: shownText(stray.text) } })
    tell('bare-cr', [...new Set([...faults.bareCr, ...faults.nul])])
    tell('control-characters', faults.controls)
    tell('raw-8-bit', faults.notUtf8)
    if (!cameAsUtf8(content)) {
      tell(
        'raw-utf8',
        faults.eightBit.filter(name => !faults.notUtf8.includes(name)),
      )
    }
    tell('folding', faults.blankFolds, { how: 'a line of white space alone' })
    tell('folding', faults.spacedColons, { how: 'white space before the colon' })
    for (const field of content.fields.filter(({ key }) => spoken.has(key)).slice(0, 50)) {
      const [fault] = encodedWordFaults(valueText(content.octets, field))
      if (fault !== undefined) found.push({ outcome: 'encoded-words', data: { field: field.name, fault } })
    }
    tell('wide-lines', faults.wide)
    const [first, ...others] = found
    if (first === undefined) return { outcome: 'well-formed' }
    return first.outcome === 'wide-lines' ? [{ outcome: 'well-formed' }, first] : [first, ...others]
  },
})

/** RFC 6531 §4.3: whoever took it with SMTPUTF8 says so. */
function cameAsUtf8({ octets, fields }: MessageContent): boolean {
  return readTrace(octets, fields).hops.at(-1)?.utf8 ?? false
}
