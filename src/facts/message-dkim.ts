// What each DKIM signature of a message is worth: judged by its own text, its key and what it was made over, with mailauth beside.
import { defineFact } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { type FoundKey, findKey, keyObject } from '../protocol/dkim/find-key.ts'
import { type Computed, judgeSignature, type SignatureVerdict } from '../protocol/dkim/judge.ts'
import { readSignature, type Signature } from '../protocol/dkim/signature.ts'
import { fitsHeader, isBodyHash, selectedTexts, signedHeader, takeBody } from '../protocol/dkim/verify.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'
import { MOST_SIGNATURES, mailauthVerdicts } from './mailauth-verdicts.ts'
import { messageContent } from './message-content.ts'

export interface JudgedSignature {
  /** Counted from 1 down the header. */
  readonly number: number
  readonly signature: Signature
  /** Undefined when the signature is at fault by itself: its key is not asked for then. */
  readonly key: FoundKey | undefined
  /** The verdict without a clock: `verdictAt` says whether it has expired. */
  readonly verdict: SignatureVerdict
  /** Octets of the body that l= leaves unsigned. */
  readonly unsigned: number
}

export interface MessageDkim {
  readonly signatures: readonly JudgedSignature[]
  /** Signatures beyond those that are looked at. */
  readonly left: number
}

export const messageDkim = defineFact({
  name: 'message-dkim',
  scope: 'message',
  async gather(subject, { resolver, know }): Promise<MessageDkim> {
    const content = await know(messageContent, subject)
    const signatures = signaturesOf(content)
    if (signatures.length === 0) return { signatures: [], left: 0 }
    const { dkim: others } = await know(mailauthVerdicts, subject)
    const judged = await Promise.all(
      signatures.map(async (signature, index) => ({
        number: index + 1,
        ...(await judgedSignature(signature, content, resolver, others[index])),
      })),
    )
    return { signatures: judged, left: fieldsNamed(content, 'dkim-signature').length - judged.length }
  },
})

/** The signatures that are looked at, down the header. */
export function signaturesOf(content: MessageContent): readonly Signature[] {
  return fieldsNamed(content, 'dkim-signature')
    .slice(0, MOST_SIGNATURES)
    .map(field => readSignature(content.octets.toString('latin1', field.start, field.end), 'dkim'))
}

/** How a person tells a signature from the others. */
export function signatureLabel({ domain, selector }: Signature, number: number): string {
  return domain === undefined || selector === undefined ? `signature ${number}` : `${domain} (${selector})`
}

type Other = Parameters<typeof judgeSignature>[3]

async function judgedSignature(
  signature: Signature,
  content: MessageContent,
  resolver: Resolver,
  other: Other,
): Promise<Omit<JudgedSignature, 'number'>> {
  if (signature.fault)
    return { signature, key: undefined, verdict: judgeSignature(signature, undefined, undefined, other), unsigned: 0 }
  const key = await findKey(resolver, signature.selector!, signature.domain!)
  const body = takeBody(content.octets.subarray(content.bodyAt), signature)
  const computed: Computed = {
    body: isBodyHash(signature, body.hash),
    authors: fieldsNamed(content, 'from').length,
    tooLong: body.missing > 0,
    header: headerFits(signature, content, key),
  }
  return { signature, key, verdict: judgeSignature(signature, key, computed, other), unsigned: body.unsigned }
}

function headerFits(signature: Signature, content: MessageContent, key: FoundKey): boolean | undefined {
  if (key.kind !== 'record' || key.record.state !== 'valid') return undefined
  const usable = keyObject(key.record)
  if (!usable) return undefined
  const selected = selectedTexts(content.octets, content.fields, signature)
  return fitsHeader(signature, signedHeader(selected, signature), usable)
}
