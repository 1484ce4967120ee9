// Can every program take the message apart: its MIME fields, its boundaries, its encodings?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { valueText } from '../protocol/message/field.ts'
import { type MimeFault, readMimeTree } from '../protocol/message/mime-tree.ts'
import { fieldsNamed } from '../protocol/message/read.ts'
import { shownText } from '../protocol/shown-text.ts'
import { gmailClipOctets, messageLimitsAsOf } from '../rules/message-limits.ts'

type Outcome = MimeFault['kind'] | 'readable' | 'version-absent' | 'version-odd' | 'clipped' | 'html-alone'

export default defineCheck({
  id: 'message-mime',
  group: 'message',
  scope: 'message',
  title: 'The message can be taken apart',
  why: 'Where the MIME structure is broken, one program shows an empty message and another shows code; virus filters refuse what they cannot take apart.',
  refs: ['RFC 2045 §4', 'RFC 2045 §5.1', 'RFC 2045 §6.4', 'RFC 2046 §5.1.1'],
  needs: { content: messageContent },
  outcomes: {
    readable: { level: 'pass', says: 'The message can be taken apart: {parts}.' },
    'version-absent': {
      level: 'warn',
      says: 'The message has {fields} and no MIME-Version field: programs may show its code as text.',
      fix: 'Add: MIME-Version: 1.0',
    },
    'version-odd': {
      level: 'warn',
      says: 'MIME-Version is "{text}"; 1.0 is the only one there is.',
      fix: 'Write: MIME-Version: 1.0',
    },
    'type-unreadable': {
      level: 'warn',
      says: 'A Content-Type cannot be read: "{detail}".',
      fix: 'Write it as type/subtype; name=value, with values in quotation marks that have special characters.',
    },
    'boundary-missing': {
      level: 'fail',
      says: 'The Content-Type says {detail} and names no boundary: no program can take the message apart.',
      fix: 'Let a library make the message: the boundary in Content-Type and the lines between the parts must be the same.',
    },
    'boundary-malformed': {
      level: 'warn',
      says: 'The boundary "{detail}" is longer than 70 characters, or has some that may not stand there.',
      fix: 'Use letters, digits and hyphens, 70 at most.',
    },
    'boundary-unused': {
      level: 'fail',
      says: 'The boundary "{detail}" stands in Content-Type and never in the body: people see an empty message or its code.',
      fix: 'Let a library make the message: the boundary in Content-Type and the lines between the parts must be the same.',
    },
    'boundary-open': {
      level: 'warn',
      says: 'The boundary "{detail}" is not closed at the end: the message was cut off, or made by hand.',
      fix: 'End the last part with the boundary and two hyphens behind it. If the end is lost, look for where the message is cut: size limits, a line with a single full stop.',
    },
    'encoding-unknown': {
      level: 'warn',
      says: 'The Content-Transfer-Encoding "{detail}" is none that programs know.',
      fix: 'Use 7bit, 8bit, quoted-printable or base64.',
    },
    'encoding-of-multipart': {
      level: 'warn',
      says: 'A part that holds others is itself encoded ({detail}), which is forbidden: many programs cannot open it.',
      fix: 'Encode the inner parts, and leave the outer one in 7bit or 8bit.',
    },
    'eight-bit-undeclared': {
      level: 'warn',
      says: 'There are 8-bit octets in a part that promises none: {detail}.',
      fix: 'Encode the part in quoted-printable or base64, or declare 8bit and a character set.',
    },
    'base64-broken': {
      level: 'warn',
      says: 'A part ({detail}) says base64 and is not: what is attached cannot be opened.',
      fix: 'Encode it again; look for what changed it on the way: added text at the end, a cut line.',
    },
    'too-deep': {
      level: 'warn',
      says: 'The parts of the message are nested or numbered beyond what is looked at ({detail}); virus filters refuse such mail.',
      fix: 'Send attached messages one by one.',
    },
    clipped: {
      level: 'info',
      says: 'The HTML of the message has {size} KB; Gmail shows the first {most} and hides the rest, with the link to unsubscribe in it (as of {asOf}).',
    },
    'html-alone': {
      level: 'info',
      says: 'The text is there in HTML alone: some programs and filters want a plain text beside it.',
    },
  },
  evaluate({ content }) {
    const { leaves, faults } = readMimeTree(content)
    const found: Ruling<Outcome>[] = []
    const mime = content.fields.filter(({ key }) => key === 'content-type' || key === 'content-transfer-encoding')
    const version = fieldsNamed(content, 'mime-version')[0]
    const text = version === undefined ? undefined : valueText(content.octets, version)
    if (text === undefined) {
      if (mime.length > 0) {
        found.push({ outcome: 'version-absent', data: { fields: [...new Set(mime.map(({ name }) => name))] } })
      }
    } else if (text.replaceAll(/\([^()]*\)/g, '').replaceAll(/\s/g, '') !== '1.0') {
      found.push({ outcome: 'version-odd', data: { text: shownText(text) } })
    }
    found.push(...faults.map(({ kind, detail }) => ({ outcome: kind, data: { detail } })))
    const broken = found.length > 0
    const shown = leaves.filter(({ attached }) => !attached)
    const html = Math.max(0, ...shown.filter(({ type }) => type === 'text/html').map(({ octets }) => octets))
    if (html > gmailClipOctets) {
      found.push({
        outcome: 'clipped',
        data: { size: Math.round(html / 1024), most: gmailClipOctets / 1024, asOf: messageLimitsAsOf },
      })
    }
    if (html > 0 && !shown.some(({ type }) => type === 'text/plain')) found.push({ outcome: 'html-alone' })
    const parts = [...Map.groupBy(leaves, ({ type }) => type)].map(([type, same]) =>
      same.length > 1 ? `${type.slice(0, 60)} ×${same.length}` : type.slice(0, 60),
    )
    return broken
      ? (found as [Ruling<Outcome>, ...Ruling<Outcome>[]])
      : [{ outcome: 'readable', data: { parts } }, ...found]
  },
})
