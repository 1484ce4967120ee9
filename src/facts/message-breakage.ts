// What broke a signature of a message that does not verify, where it can be told: a change of the body, of a signed field, or the key.
import { defineFact } from '../audit/fact.ts'
import { type BodyChange, diagnoseBody } from '../protocol/dkim/diagnose-body.ts'
import { diagnoseHeader, type HeaderDiagnosis } from '../protocol/dkim/diagnose-header.ts'
import { keyObject } from '../protocol/dkim/find-key.ts'
import { fitsHeader, selectedTexts, signedHeader } from '../protocol/dkim/verify.ts'
import { valueText } from '../protocol/message/field.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'
import { messageContent } from './message-content.ts'
import { type JudgedSignature, messageDkim } from './message-dkim.ts'

/** Undefined where it is not broken, or where what was changed cannot be told. */
export interface Breakage {
  readonly judged: JudgedSignature
  readonly body: BodyChange | undefined
  /** Also looked at where the body is broken: both may have been changed. */
  readonly header: HeaderDiagnosis | undefined
}

export const messageBreakage = defineFact({
  name: 'message-breakage',
  scope: 'signature',
  async gather(subject, { know }): Promise<Breakage> {
    const [content, dkim] = await Promise.all([know(messageContent, subject), know(messageDkim, subject)])
    const judged = dkim.signatures[subject.number - 1]!
    const { signature, verdict } = judged
    if (verdict.broken === undefined) return { judged, body: undefined, header: undefined }
    const body = content.octets.subarray(content.bodyAt)
    return {
      judged,
      body: verdict.broken === 'body' ? diagnoseBody(body, signature, encodingOf(content)) : undefined,
      header: headerOf(content, judged),
    }
  },
})

function headerOf(content: MessageContent, { signature, key }: JudgedSignature): HeaderDiagnosis | undefined {
  if (key?.kind !== 'record' || key.record.state !== 'valid') return undefined
  const usable = keyObject(key.record)
  if (!usable || usable.asymmetricKeyType !== signature.keyType) return undefined
  const selected = selectedTexts(content.octets, content.fields, signature)
  if (fitsHeader(signature, signedHeader(selected, signature), usable)) return undefined
  return diagnoseHeader(content.octets, content.fields, signature, usable)
}

function encodingOf(content: MessageContent): string {
  const field = fieldsNamed(content, 'content-transfer-encoding').at(-1)
  return field === undefined ? '' : valueText(content.octets, field).toLowerCase()
}
