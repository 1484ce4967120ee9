// Our own signatures, read back from the octets that will be sent and verified before the client hears 250: what is wrong
// with them must not be found out by receivers. Reads what the signer writes (relaxed/relaxed, sha256), and nothing else.
import { createHash, type KeyObject, verify } from 'node:crypto'
import { selectFields } from '../../protocol/dkim/verify.ts'
import type { Field } from '../../protocol/message/field.ts'
import { noCaps, readFields } from '../message/fields.ts'
import { isRefusal } from '../message/refusal.ts'
import { bodyHash } from './canonical.ts'
import { type MadeSignature, type Signed, signedOctets } from './sign.ts'
import { type ReadSignature, readSignature } from './signature-field.ts'

/** What the world would find. `no-key` is not proven: nothing is known of what is published there. */
export type OwnVerdict = {
  readonly selector: string
  readonly domain: string
} & (
  | { readonly result: 'pass' }
  /** The key published at the selector is another. */
  | { readonly result: 'other-key'; readonly published: string }
  | { readonly result: 'no-key' }
  /** The signature does not fit the message: a fault of ours. */
  | { readonly result: 'broken'; readonly why: string }
)

/** The hash of the key published at `selector` of `domain`, as the readings of a report have it; undefined when not known. */
export type PublishedKeys = (selector: string, domain: string) => string | undefined

/** One verdict for each signature, in their order. Takes nothing from the signer but its public keys. */
export async function verifyOwn(
  signed: Signed,
  message: Uint8Array,
  published: PublishedKeys,
): Promise<readonly OwnVerdict[]> {
  const content = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const read = readFields(content, 0, content.length, noCaps)
  const layout = isRefusal(read) ? undefined : read
  const hash = layout && (await bodyHash(content.subarray(layout.bodyAt)))
  const fields = fieldTexts(signed.signatures)
  return signed.made.map((made, index) => {
    const { selector, domain, keyHash } = made
    const why = faultOf(fields[index], content, layout?.fields ?? [], hash, made)
    if (why !== undefined) return { selector, domain, result: 'broken', why }
    const there = published(selector, domain)
    if (there === undefined) return { selector, domain, result: 'no-key' }
    if (there !== keyHash) return { selector, domain, result: 'other-key', published: there }
    return { selector, domain, result: 'pass' }
  })
}

/** Why a signature does not verify with a key for the message of these fields; undefined when it does. */
export function signatureFault(
  signature: ReadSignature,
  message: Buffer,
  fields: readonly Field[],
  hash: string | undefined,
  key: KeyObject,
): string | undefined {
  if (signature.bodyHash !== hash) return 'the body hash differs'
  const selected = selectFields(fields, signature.names)
  const octets = signedOctets(
    selected.map(field => message.toString('latin1', field.start, field.end)),
    signature.unsigned,
  )
  const good =
    signature.algorithm === 'ed25519-sha256'
      ? verify(null, createHash('sha256').update(octets).digest(), key, signature.signature)
      : verify('sha256', octets, key, signature.signature)
  return good ? undefined : 'the signature does not verify'
}

function faultOf(
  field: string | undefined,
  message: Buffer,
  fields: readonly Field[],
  hash: string | undefined,
  { selector, domain, publicKey }: MadeSignature,
): string | undefined {
  const signature = field === undefined ? undefined : readSignature(field)
  if (signature === undefined) return 'the signature field cannot be read'
  if (signature.selector !== selector || signature.domain !== domain) return 'the field is of another key'
  return signatureFault(signature, message, fields, hash, publicKey)
}

/** The fields one by one, without their last CRLF. */
function fieldTexts(signatures: Buffer): readonly string[] {
  const layout = readFields(signatures, 0, signatures.length, noCaps)
  if (isRefusal(layout)) return []
  return layout.fields
    .filter(field => field.key === 'dkim-signature')
    .map(field => signatures.toString('latin1', field.start, field.end).replace(/\r\n$/, ''))
}
