// The ways in which servers and lists change header fields, each with the way back to what may have been signed.
import { decodeEncodedWords } from '../message/encoded-words.ts'
import type { Field } from '../message/field.ts'
import type { Signature } from './signature.ts'

/** One field as it may have been. `at` is its place among the selected fields. */
export interface Undoing {
  readonly at: number
  readonly field: string
  /** The field as latin1 text with its last CRLF; undefined when it was not there. */
  readonly before: string | undefined
  /** Completes "what was changed: ". */
  readonly says: string
  /** Worth trying together with a change of another field. */
  readonly likely: boolean
}

interface Way {
  readonly value: string | undefined
  readonly says: string
  readonly likely?: boolean
}

const LONGEST_FIELD = 8 * 1024
const MOST_INSTANCES = 10

/** Everything that is tried, the likeliest first. */
export function undoings(
  octets: Buffer,
  fields: readonly Field[],
  selected: readonly string[],
  signature: Signature,
): readonly Undoing[] {
  const all = selected.flatMap((text, at) => {
    if (text.length > LONGEST_FIELD) return []
    const colon = text.indexOf(':')
    const name = text.slice(0, colon).trimEnd()
    const value = text.slice(colon + 1).replace(/\r\n$/, '')
    const ways = [
      ...byName(name.toLowerCase(), value, octets, fields),
      ...otherInstances(name, text, octets, fields),
      ...inGeneral(value),
      { value: undefined, says: `the field ${name} was added`, likely: true },
    ]
    const made = ways.flatMap(({ value: before, says, likely = false }) => {
      const whole = before === undefined ? undefined : `${name}:${before}\r\n`
      return whole === text ? [] : [{ at, field: name, before: whole, says, likely }]
    })
    return [...made, ...(signature.headerForm === 'simple' ? refoldings(at, name, value) : [])]
  })
  return all.toSorted((a, b) => Number(b.likely) - Number(a.likely))
}

/** What is done to this field in particular. */
function byName(key: string, value: string, octets: Buffer, fields: readonly Field[]): readonly Way[] {
  switch (key) {
    case 'subject':
      return subjects(value)
    case 'from':
      return ['reply-to', 'x-original-from', 'x-original-sender', 'x-mailfrom'].flatMap(other =>
        fields
          .filter(field => field.key === other)
          .map(field => ({
            value: valueText(octets, field),
            says: 'From was rewritten, as mailing lists do',
            likely: true,
          })),
      )
    case 'content-transfer-encoding':
      return ['7bit', '8bit', 'quoted-printable', 'base64', 'binary'].flatMap(encoding => [
        { value: ` ${encoding}`, says: `Content-Transfer-Encoding was ${encoding}`, likely: true },
        { value: ` ${encoding.toUpperCase()}`, says: `Content-Transfer-Encoding was ${encoding.toUpperCase()}` },
      ])
    case 'content-type':
      return partTypes(octets).map(type => ({ value: type, says: 'Content-Type is another now', likely: true }))
    default:
      return []
  }
}

function subjects(value: string): readonly Way[] {
  const without = (pattern: RegExp, says: string): Way => ({ value: value.replace(pattern, '$1'), says, likely: true })
  return [
    without(/^(\s*)\[[^\]]{1,80}\]\s*/, 'a tag was put before Subject'),
    without(/^(\s*(?:(?:re|aw|fwd?|wg|antw|sv|vs|tr)\s*:\s*){1,3})\[[^\]]{1,80}\]\s*/i, 'a tag was put into Subject'),
    without(/^(\s*)(?:\*+[^*]{1,40}\*+|\{[^}]{1,40}\}|[A-Z][A-Z -]{2,30}:)\s*/, 'a word was put before Subject'),
    without(/^(\s*)(?:re|fwd?)\s*:\s*/i, 'Re: or Fwd: was put before Subject'),
    without(/()\s*\([^)]{1,80}\)$/, 'words were put behind Subject'),
    without(/()\s*\[[^\]]{1,80}\]$/, 'a tag was put behind Subject'),
  ]
}

/** Content-Types of the first parts: that of the message may have moved there. */
function partTypes(octets: Buffer): readonly string[] {
  const text = octets.toString('latin1', 0, 256 * 1024)
  return [...text.matchAll(/\r\ncontent-type:((?:[^\r\n]|\r\n[ \t]){1,500})/gi)].slice(0, 6).map(match => match[1]!)
}

/** Another field of the same name, where several stand: the signed one may be the upper one. */
function otherInstances(name: string, text: string, octets: Buffer, fields: readonly Field[]): readonly Way[] {
  return fields
    .filter(field => field.key === name.toLowerCase())
    .slice(0, MOST_INSTANCES)
    .filter(field => octets.toString('latin1', field.start, field.end) !== text)
    .map(field => ({ value: valueText(octets, field), says: `a second field ${name} was added`, likely: true }))
}

/** What happens to any text on its way. */
function inGeneral(value: string): readonly Way[] {
  const decoded = Buffer.from(decodeEncodedWords(value), 'utf8').toString('latin1')
  return [
    { value: decoded, says: 'its characters were written as encoded words' },
    { value: value.replaceAll(/\r\n[ \t]+/g, ''), says: 'it was folded where no space was' },
    { value: value.replaceAll(/,(?=\S)/g, ', '), says: 'spaces behind its commas were taken away' },
    { value: value.replaceAll(/,\s+/g, ','), says: 'spaces were put behind its commas' },
    { value: value.replaceAll('"', ''), says: 'quotation marks were put around a name' },
    {
      value: value.replace(/^(\s*)([^"<]{1,200}?)(\s*<)/, '$1"$2"$3'),
      says: 'quotation marks around a name were taken away',
    },
    { value: value.replace(/<([^<>]{1,320})>/, '$1'), says: 'angle brackets were put around an address' },
    { value: ` <${value.trim()}>`, says: 'angle brackets around an address were taken away' },
    { value: value.toLowerCase(), says: 'capital letters in it are others now' },
  ]
}

/** Under simple, every octet counts: how it is folded, the space behind the colon, capitals in its name. */
function refoldings(at: number, name: string, value: string): readonly Undoing[] {
  const unfolded = value.replaceAll(/\r\n(?=[ \t])/g, '')
  const values = [
    unfolded,
    value.replaceAll(/\r\n[ \t]+/g, ' '),
    value.replaceAll(/\r\n[ \t]+/g, '\r\n\t'),
    value.replaceAll(/\r\n[ \t]+/g, '\r\n '),
    value.replaceAll(/([,;]) /g, '$1\r\n\t'),
    value.replaceAll(/([,;]) /g, '$1\r\n '),
    value.replaceAll(/(?<![ \t])[ \t]+$/g, ''),
    ` ${value.trimStart()}`,
    value.trimStart(),
    ` ${unfolded.trim()}`,
  ]
  const names = [
    name,
    titled(name),
    name.toLowerCase(),
    titled(name)
      .replace(/-Id$/, '-ID')
      .replace(/^Mime-/, 'MIME-'),
  ]
  const says = `it was folded or spaced anew, which c=simple does not survive`
  return [
    ...values.map(before => ({ at, field: name, before: `${name}:${before}\r\n`, says, likely: true })),
    ...names.slice(1).map(other => ({
      ...{ at, field: name, before: `${other}:${value}\r\n`, likely: true },
      says: 'its name was written with other capitals, which c=simple does not survive',
    })),
  ]
}

function titled(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}

function valueText(octets: Buffer, field: Field): string {
  const text = octets.toString('latin1', field.valueAt, Math.min(field.end, field.valueAt + LONGEST_FIELD))
  return text.replace(/\r\n$/, '')
}
