// Reads a DKIM key record, the TXT at selector._domainkey.domain: what it is worth, and when nothing, why (RFC 6376 §3.6.1).
import { pastedText } from '../pasted-text.ts'
import { shownText } from '../shown-text.ts'
import { type Piece, repeatedNames, splitTagList, type Tag, tagsOf, writeTagList } from '../tag-list.ts'
import { bareEd25519, type DkimPublicKey, readEd25519Key, readRsaKey, rsaSpki } from './public-key.ts'

interface Told {
  readonly text: string
  /** t=y: verifiers treat the mail as if it were unsigned. */
  readonly testing: boolean
  /** t=s: the domain of i= must be that of d=, no subdomain. */
  readonly exactDomain: boolean
  /** h=: the only hashes that may be used with the key; undefined allows all. */
  readonly hashes: readonly string[] | undefined
  /** What verifiers take differently, though the key can be read: each a clause without a full stop. */
  readonly remarks: readonly string[]
}

/** A key record. `why` completes "The record cannot be used: …". `mended` is the record that was meant, where that is plain. */
export type DkimKeyRecord =
  | ({ readonly state: 'valid'; readonly key: DkimPublicKey; readonly mended?: string } & Told)
  | ({ readonly state: 'revoked' } & Told)
  | {
      readonly state: 'invalid'
      readonly text: string
      readonly why: string
      readonly mended?: string
      /** The host name that stands there in place of a key, and was meant for a CNAME. */
      readonly alias?: string
    }

/** Keys are at most some 16,000 bits long; what is far longer is no key, and is not decoded. */
const LONGEST_KEY = 20_000

/** Reads the text of one TXT record, its strings already joined. Never throws. */
export function readDkimKey(text: string): DkimKeyRecord {
  const record = read(text)
  if (record.state === 'revoked') return record
  if (record.state === 'valid') {
    const tidy = record.remarks.length > 0 ? mend(text) : undefined
    return tidy === undefined ? record : { ...record, mended: tidy }
  }
  const alias = hostName(text)
  if (alias !== undefined) {
    return {
      ...record,
      alias,
      why: `it is the name of a host, ${alias}; a provider that gives a name wants a CNAME, not TXT`,
    }
  }
  const pasted = pastedText(text)
  const mended = mend(pasted?.meant ?? text)
  if (mended === undefined) return record
  // Quotation marks in a note are no fault: then another one is the cause.
  const cause = pasted === undefined ? undefined : read(pasted.meant)
  if (pasted === undefined || (cause!.state === 'invalid' && cause!.why === record.why)) return { ...record, mended }
  return { ...record, mended, why: pasted.why }
}

/** True when a key may verify rsa-sha256 or ed25519-sha256 signatures (RFC 6376 §3.6.1 h=, RFC 8301 §3.1). */
export function allowsSha256(record: { readonly hashes: readonly string[] | undefined }): boolean {
  return record.hashes === undefined || record.hashes.includes('sha256')
}

function read(text: string): DkimKeyRecord {
  const invalid = (why: string): DkimKeyRecord => ({ state: 'invalid', text, why })
  const pieces = splitTagList(text)
  const tags = tagsOf(pieces)
  const value = (name: string): string | undefined => tags.find(tag => tag.name === name)?.value

  const fault = listFault(text, pieces, tags)
  if (fault !== undefined) return invalid(fault)

  const type = value('k') ?? 'rsa'
  const kind = type.toLowerCase()
  // §3.6.1 k=: unrecognized key types must be ignored, which leaves no key.
  if (kind !== 'rsa' && kind !== 'ed25519') {
    return invalid(`k=${shownText(type)} is no key type of DKIM (rsa and ed25519 are)`)
  }

  const flags = listed(value('t')) ?? []
  const told: Told = {
    text,
    testing: flags.includes('y'),
    exactDomain: flags.includes('s'),
    hashes: listed(value('h')),
    remarks: [
      ...(pieces.some(piece => piece.kind === 'empty') ? ['two semicolons stand with nothing between them'] : []),
      ...misspelled(tags),
      ...lists(tags),
      ...(/[^\x00-\x7f]/.test(text) ? ['characters beyond ASCII stand in it (RFC 6376 §3.2)'] : []),
      ...(type !== kind ? [`k=${type} should be k=${kind}: values are case-sensitive (RFC 6376 §3.2)`] : []),
    ],
  }

  const published = value('p')!.replaceAll(/[ \t\r\n]+/g, '')
  if (published === '') return { state: 'revoked', ...told }

  const services = listed(value('s')) ?? ['*']
  // §3.6.1 s=: a verifier for mail must ignore a record that names only other services.
  if (!services.includes('*') && !services.includes('email')) {
    return invalid(`s=${shownText(value('s')!)} keeps the key from being used for mail`)
  }

  const decoded = decode(published, position => columnOf(text, position))
  if (typeof decoded === 'string') return invalid(decoded)
  const found = kind === 'rsa' ? readRsaKey(decoded.octets) : readEd25519Key(decoded.octets)
  if (!found.ok) return invalid(found.why)
  const remarks = [...told.remarks, ...decoded.remarks, ...(found.remark === undefined ? [] : [found.remark])]
  return { state: 'valid', key: found.key, ...told, remarks }
}

/** What makes the whole list worthless, before any value is looked at. */
function listFault(text: string, pieces: readonly Piece[], tags: readonly Tag[]): string | undefined {
  const version = tags.find(tag => tag.name === 'v')
  const looksLikeKey = /v\s*=[\s"\\]*dkim/i.test(text) || tags.some(tag => tag.name.toLowerCase() === 'p')
  if (!looksLikeKey) return 'it is no key record: there is neither v=DKIM1 nor p= in it'
  const broken = pieces.find(piece => piece.kind === 'broken')
  if (version !== undefined && version.value !== 'DKIM1') {
    // §3.6.1 v=: any other value means that the record is discarded.
    return /^DKIM1\s/.test(version.value)
      ? 'a semicolon is missing after v=DKIM1'
      : `its version is "${shownText(version.value)}"; it must be exactly DKIM1`
  }
  if (broken !== undefined) return `"${shownText(broken.text)}" is no tag: a tag is written name=value`
  const repeated = repeatedNames(tags)
  // §3.2: "if a tag name does occur more than once, the entire tag-list is invalid".
  if (repeated.length > 0) return `the tag ${repeated.map(name => `${name}=`).join(', ')} stands more than once`
  if (version !== undefined && !isVersion(pieces[0])) return 'v=DKIM1 must be the first tag'
  if (!tags.some(tag => tag.name === 'p')) {
    return tags.some(tag => tag.name === 'P')
      ? 'P= must be written p=: tag names are case-sensitive'
      : 'it has no p= tag'
  }
  return undefined
}

function isVersion(piece: Piece | undefined): boolean {
  return piece?.kind === 'tag' && piece.name === 'v'
}

/** Names of the registry in capitals: other tags, which nobody reads. */
function misspelled(tags: readonly Tag[]): readonly string[] {
  return tags
    .filter(({ name }) => /^[VKHSTN]$/.test(name))
    .map(({ name }) => `${name}= must be written ${name.toLowerCase()}=, and is ignored: tag names are case-sensitive`)
}

/** Where in the record the character stands that is at `position` of p= without white space; counted from 1. */
function columnOf(text: string, position: number): number {
  let at = 0
  for (const part of text.split(';')) {
    const [name] = /^[ \t\r\n]*p[ \t\r\n]*=/.exec(part) ?? []
    if (name !== undefined) {
      const places = [...part.slice(name.length).matchAll(/[^ \t\r\n]/g)].map(({ index }) => index)
      return at + name.length + (places[position] ?? 0) + 1
    }
    at += part.length + 1
  }
  return at
}

/** What the text allows (RFC 6376 §3.6.1) and verifiers in wide use do not, as they were seen to do. */
function lists(tags: readonly Tag[]): readonly string[] {
  return tags.flatMap(({ name, value }) => {
    // Taken out of DKIM (RFC 6376 Appendix E), and still obeyed.
    if (name === 'g' && value !== '*')
      return [`g=${shownText(value)} makes Mail::DKIM refuse the key; DKIM has no such tag any more`]
    if ((name === 'h' || name === 's') && /[ \t\r\n]/.test(value)) {
      return [`white space stands in ${name}=${shownText(value)}, which Mail::DKIM does not expect`]
    }
    if (name === 's' && value.includes(':'))
      return [`s=${shownText(value)} names several services, which dkimpy does not expect`]
    return []
  })
}

/** The octets of p=, or why there are none. Line breaks and spaces in it were allowed and are already gone. */
function decode(
  base64: string,
  columnOf: (position: number) => number,
): { readonly octets: Buffer; readonly remarks: readonly string[] } | string {
  if (base64.includes('-----BEGIN'))
    return 'p= holds the BEGIN and END lines of a PEM file; only what stands between them belongs there'
  if (base64.length > LONGEST_KEY) return `p= is ${base64.length} characters long, which no key is`
  const body = base64.replace(/={1,2}$/, '')
  const stranger = /[^A-Za-z0-9+/]/.exec(body)
  if (stranger !== null) {
    const { index } = stranger
    return `p= is no base64: character ${index + 1} is "${shownText(stranger[0])}" (column ${columnOf(index)} of the record)`
  }
  if (body.length % 4 === 1) return 'p= is no base64: a character is missing or one too many'
  const padded = base64.length % 4 === 0
  return {
    octets: Buffer.from(body, 'base64'),
    remarks: padded ? [] : ['p= lacks the "=" signs at its end that base64 demands'],
  }
}

/** The record that was meant, when rewriting it by the rules makes it readable. */
function mend(text: string): string | undefined {
  const unseparated = /v[ \t]*=[ \t]*DKIM1[ \t]+[a-z]/i.test(text)
  const separated = unseparated ? text.replaceAll(/(?<![ \t])[ \t]+(?![ \t])(?=[vkhstnp][ \t]*=)/gi, ';') : text
  const tags: Tag[] = []
  for (const { name, value } of tagsOf(splitTagList(separated))) {
    // Nobody has read these; what they restrict begins to matter in small letters only.
    if (/^[HST]$/.test(name)) continue
    const tag = { name: name.length === 1 ? name.toLowerCase() : name, value }
    if (!tags.some(seen => seen.name === tag.name && seen.value === tag.value)) tags.push(tag)
  }
  const rest = tags.filter(({ name }) => !['v', 'k', 'p', 'g'].includes(name)).map(plainList)
  const published = tags.filter(tag => tag.name === 'p')
  if (published.length !== 1 || tags.filter(tag => tag.name === 'v').some(tag => !/^dkim1$/i.test(tag.value)))
    return undefined
  const base64 = bareBase64(published[0]!.value)
  if (base64 === undefined) return undefined
  const key = keyTags(base64, tags.find(tag => tag.name === 'k')?.value.toLowerCase())
  const rewritten = writeTagList([{ name: 'v', value: 'DKIM1' }, ...key.slice(0, -1), ...rest, key.at(-1)!])
  const result = read(rewritten)
  return result.state === 'invalid' || result.remarks.length > 0 ? undefined : rewritten
}

/** Without spaces, PEM lines and the alphabet of URLs (RFC 4648 §5); undefined when other characters are left. */
function bareBase64(value: string): string | undefined {
  const bare = value
    .replaceAll(/-----(BEGIN|END)[A-Z ]*-----/g, '')
    .replaceAll(/[ \t\r\n]+/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  return bare.length <= LONGEST_KEY && /^[A-Za-z0-9+/]*={0,2}$/.test(bare) ? bare : undefined
}

/** A list without white space; of services the one that matters. */
function plainList({ name, value }: Tag): Tag {
  const items = listed(value) ?? []
  const service = ['*', 'email'].find(one => items.includes(one))
  if (name === 's' && service !== undefined) return { name, value: service }
  return { name, value: name === 'h' ? items.join(':') : value }
}

/** k= and p= as they belong together. */
function keyTags(base64: string, type: string | undefined): readonly Tag[] {
  const octets = Buffer.from(base64, 'base64')
  const p = { name: 'p', value: octets.toString('base64') }
  const raw = bareEd25519(octets)
  // 0x30 begins a DER structure: such octets are rather the stump of an RSA key.
  if (raw !== undefined && (octets.length === 44 || type === 'ed25519' || octets[0] !== 0x30)) {
    return [
      { name: 'k', value: 'ed25519' },
      { name: 'p', value: raw.toString('base64') },
    ]
  }
  if (readRsaKey(octets).ok) {
    return [
      { name: 'k', value: 'rsa' },
      { name: 'p', value: rsaSpki(octets)!.toString('base64') },
    ]
  }
  return [...(type === undefined ? [] : [{ name: 'k', value: type }]), p]
}

/** The host name that is all of the text. */
function hostName(text: string): string | undefined {
  const name = text.trim().replace(/\.$/, '').toLowerCase()
  return name.length <= 253 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.){2,}[a-z]{2,}$/.test(name) ? name : undefined
}

function listed(value: string | undefined): readonly string[] | undefined {
  return value?.split(':').map(item => item.trim())
}
