// A DKIM signer that signs whatever it is told, faults and all: for tests of those who verify.
import { createHash, type KeyObject, sign } from 'node:crypto'
import { type Canonicalization, canonicalBody, canonicalField } from '../../src/protocol/dkim/canonical.ts'
import { selectFields } from '../../src/protocol/dkim/verify.ts'
import { readMessage } from '../../src/protocol/message/read.ts'

export interface SignWish {
  readonly key: KeyObject
  readonly domain?: string
  readonly selector?: string
  readonly form?: `${Canonicalization}/${Canonicalization}`
  /** h=, as it stands. */
  readonly names?: string
  /** More tags, or others in place of those that would be written; `undefined` leaves one out. */
  readonly tags?: { readonly [name: string]: string | undefined }
  /** How the tags are put together. */
  readonly join?: string
  /** The last word on the field before it is signed. */
  readonly edit?: (field: string) => string
}

/** The message with a DKIM-Signature in front. Lines of a text are ended by CRLF; octets are taken as they are. */
export function signedMessage(text: string | Buffer, wish: SignWish): Buffer {
  const wire = typeof text === 'string' ? Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'utf8') : text
  const content = readMessage(wire)
  if (!content.ok) throw new Error(content.why)
  const { key, form = 'relaxed/relaxed', names = 'from:to:subject:date:from', tags = {}, join = '; ' } = wish
  const [headerForm, bodyForm] = form.split('/') as [Canonicalization, Canonicalization]
  const type = key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa'
  const hash = (tags.a ?? '').endsWith('sha1') ? 'sha1' : 'sha256'
  const body = canonicalBody(content.octets.subarray(content.bodyAt), bodyForm)
  const reach = tags.l === undefined ? body.length : Math.min(Number(tags.l), body.length)
  const written: { [name: string]: string | undefined } = {
    ...{ v: '1', a: `${type}-sha256`, c: form },
    ...{ d: wish.domain ?? 'example.org', s: wish.selector ?? 's1', h: names },
    bh: createHash(hash).update(body.subarray(0, reach)).digest('base64'),
    ...tags,
    b: '',
  }
  const list = Object.entries(written).filter(([, value]) => value !== undefined)
  const plain = `DKIM-Signature: ${list.map(([name, value]) => `${name}=${value}`).join(join)}`
  const field = wish.edit?.(plain) ?? plain
  const selected = selectFields(
    content.fields,
    names.split(':').map(name => name.trim()),
  )
  const header = selected.map(
    one => `${canonicalField(content.octets.toString('latin1', one.start, one.end), headerForm)}\r\n`,
  )
  const octets = Buffer.from(header.join('') + canonicalField(field, headerForm), 'latin1')
  const signature =
    type === 'ed25519' ? sign(null, createHash('sha256').update(octets).digest(), key) : sign(hash, octets, key)
  const whole = `${field.replace(/b=$/, `b=${signature.toString('base64')}`)}\r\n`
  return Buffer.concat([Buffer.from(whole, 'latin1'), wire])
}
