// What our own verifier says of each signature of a message, over any resolver, without the second opinion of mailauth.
import type { Resolver } from '../../src/net/resolver.ts'
import { findKey, keyObject } from '../../src/protocol/dkim/find-key.ts'
import { judgeSignature, type SignatureVerdict } from '../../src/protocol/dkim/judge.ts'
import { readSignature } from '../../src/protocol/dkim/signature.ts'
import { fitsHeader, isBodyHash, selectedTexts, signedHeader, takeBody } from '../../src/protocol/dkim/verify.ts'
import { fieldsNamed, readMessage } from '../../src/protocol/message/read.ts'

export interface OwnVerdict extends Pick<SignatureVerdict, 'result' | 'reason' | 'clause'> {
  readonly selector: string | undefined
}

/** Down the header; undefined when the octets are no message. */
export async function ownVerdicts(file: Uint8Array, resolver: Resolver): Promise<readonly OwnVerdict[] | undefined> {
  const content = readMessage(file)
  if (!content.ok) return undefined
  const fields = fieldsNamed(content, 'dkim-signature')
  return Promise.all(
    fields.map(async field => {
      const signature = readSignature(content.octets.toString('latin1', field.start, field.end), 'dkim')
      const { selector } = signature
      if (signature.fault) return { selector, ...judgeSignature(signature, undefined, undefined, undefined) }
      const found = await findKey(resolver, selector!, signature.domain!)
      const key = found.kind === 'record' && found.record.state === 'valid' ? keyObject(found.record) : undefined
      const body = takeBody(content.octets.subarray(content.bodyAt), signature)
      const octets = signedHeader(selectedTexts(content.octets, content.fields, signature), signature)
      const computed = {
        body: isBodyHash(signature, body.hash),
        tooLong: body.missing > 0,
        header: key === undefined ? undefined : fitsHeader(signature, octets, key),
      }
      return { selector, ...judgeSignature(signature, found, computed, undefined) }
    }),
  )
}
