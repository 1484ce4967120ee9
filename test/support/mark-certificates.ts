// Makes mark certificates as an authority for BIMI would, with whatever is to be the matter with them.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { bits, integer, objectId, octets, sequence, set, tagged, time, utf8, yes } from '../../src/lab/der.ts'

export interface MarkWish {
  readonly names?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly logo?: string
  /** Instead of the digest of the logo. */
  readonly digest?: Uint8Array
  readonly digestId?: string
  readonly mediaType?: string
  readonly uri?: string
  readonly markType?: string
  readonly purposes?: readonly string[]
  readonly withoutLogotype?: true
  /** What the file holds behind the mark certificate. */
  readonly behind?: 'authority' | 'nothing' | 'stranger' | 'dead-authority' | 'no-authority'
}

const SHA256 = '2.16.840.1.101.3.4.2.1'
const ECDSA = sequence(objectId('1.2.840.10045.4.3.2'))

const ia5 = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'latin1')
  const length =
    bytes.length < 128 ? [bytes.length] : [0x83, bytes.length >> 16, (bytes.length >> 8) & 255, bytes.length & 255]
  return Buffer.concat([Buffer.from([0x16, ...length]), bytes])
}

interface Party {
  readonly name: Buffer
  readonly key: KeyObject
}

const party = (name: string): Party => ({
  name: sequence(set(sequence(objectId('2.5.4.3'), utf8(name)))),
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
})

const extension = (id: string, contents: Uint8Array): Buffer => sequence(objectId(id), octets(contents))

function encode(subject: Party, issuer: Party, from: string, to: string, extensions: readonly Buffer[]): string {
  const signed = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(randomBytes(8)),
    ECDSA,
    issuer.name,
    sequence(time(new Date(from)), time(new Date(to))),
    subject.name,
    createPublicKey(subject.key).export({ type: 'spki', format: 'der' }),
    tagged(3, true, sequence(...extensions)),
  )
  const der = sequence(signed, ECDSA, bits(sign('sha256', signed, issuer.key)))
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}

/** RFC 9399 §4.1. */
function logotype({ logo = '', digest, digestId = SHA256, mediaType = 'image/svg+xml', uri }: MarkWish): Buffer {
  const value = digest ?? createHash('sha256').update(logo).digest()
  const place = uri ?? `data:image/svg+xml;base64,${gzipSync(logo).toString('base64')}`
  const details = sequence(
    ia5(mediaType),
    sequence(sequence(sequence(objectId(digestId)), octets(value))),
    sequence(ia5(place)),
  )
  return sequence(tagged(2, true, tagged(0, true, sequence(sequence(details)))))
}

/** The PEM file that `a=` leads to. */
export function markFile(wish: MarkWish): string {
  const { names = ['example.org'], from = '2026-06-01', to = '2027-06-01', behind = 'authority' } = wish
  const { markType = 'Registered Mark', purposes = ['1.3.6.1.5.5.7.3.31'] } = wish
  const authority = party('A mark authority')
  const mark = party('Example')
  const subject = sequence(
    set(sequence(objectId('2.5.4.3'), utf8('Example'))),
    set(sequence(objectId('1.3.6.1.4.1.53087.1.13'), utf8(markType))),
  )
  const own = encode({ ...mark, name: subject }, authority, from, to, [
    extension('2.5.29.17', sequence(...names.map(name => tagged(2, false, Buffer.from(name))))),
    ...(purposes.length === 0 ? [] : [extension('2.5.29.37', sequence(...purposes.map(objectId)))]),
    ...(wish.withoutLogotype ? [] : [extension('1.3.6.1.5.5.7.1.12', logotype(wish))]),
  ])
  const ca = [extension('2.5.29.19', sequence(yes()))]
  switch (behind) {
    case 'nothing':
      return own
    case 'authority':
      return own + encode(authority, authority, '2020-01-01', '2040-01-01', ca)
    case 'dead-authority':
      return own + encode(authority, authority, '2020-01-01', '2025-01-01', ca)
    case 'no-authority':
      return own + encode(authority, authority, '2020-01-01', '2040-01-01', [extension('2.5.29.19', sequence())])
    case 'stranger': {
      const stranger = party('A stranger')
      return own + encode(stranger, stranger, '2020-01-01', '2040-01-01', ca)
    }
  }
}
