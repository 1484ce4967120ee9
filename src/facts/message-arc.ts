// Whether the chain of ARC sets of a message holds (RFC 8617 §5.2), and since which hop the message is unchanged.
import { defineFact } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { findKey, keyObject } from '../protocol/dkim/find-key.ts'
import { judgeSignature } from '../protocol/dkim/judge.ts'
import { readSignature } from '../protocol/dkim/signature.ts'
import { fitsHeader, isBodyHash, selectedTexts, signedHeader, takeBody } from '../protocol/dkim/verify.ts'
import { type ArcSet, arcSets, hasArc } from '../protocol/message/arc-chain.ts'
import type { MessageContent } from '../protocol/message/read.ts'
import { mailauthVerdicts } from './mailauth-verdicts.ts'
import { messageContent } from './message-content.ts'

export interface MessageArc {
  readonly result: 'none' | 'pass' | 'fail' | 'temperror'
  /** A clause. */
  readonly reason: string
  readonly sets: readonly Pick<ArcSet, 'instance' | 'domain' | 'chain'>[]
  /** §5.2, step 5: the lowest instance whose message signature still verifies; 0 when all do. Undefined unless it passes. */
  readonly oldestPass: number | undefined
}

export const messageArc = defineFact({
  name: 'message-arc',
  scope: 'message',
  async gather(subject, { resolver, know }): Promise<MessageArc> {
    const content = await know(messageContent, subject)
    const found = arcSets(content.octets, content.fields)
    const sets = found.map(({ instance, domain, chain }) => ({ instance, domain, chain }))
    if (!hasArc(content.fields)) {
      return { result: 'none', reason: 'the message has no ARC set', sets, oldestPass: undefined }
    }
    const { arc, unanswered } = await know(mailauthVerdicts, subject)
    if (arc.result === 'pass') {
      const oldestPass = await oldestPassOf(content, found, resolver)
      const reason = `every seal verifies, and so does the newest message signature (i=${sets.length})`
      return { result: 'pass', reason, sets, oldestPass }
    }
    // A chain that fails while DNS was silent may be a good one.
    const [silent] = unanswered
    if (silent !== undefined && !isStructural(arc.comment)) {
      return { result: 'temperror', reason: silent, sets, oldestPass: undefined }
    }
    return { result: 'fail', reason: inWords(arc.comment), sets, oldestPass: undefined }
  },
})

/** Faults that are found before any key is asked for: no answer of DNS would change them. */
function isStructural(comment: string | undefined): boolean {
  return comment !== undefined && /^(i=\d+ (expected|no arc|multiple|cv|as |ams )|chain-length|invalid )/.test(comment)
}

function inWords(comment: string | undefined): string {
  if (comment === undefined) return 'a set of the chain cannot be read'
  const [, instance, rest] = /^i=(\d+) (.*)$/.exec(comment) ?? []
  if (rest === undefined) return comment
  if (rest === 'seal signature validation failed') return `the seal of set ${instance} does not verify`
  if (rest === 'no valid signature') return `the message signature of the newest set (i=${instance}) does not verify`
  if (rest.startsWith('cv='))
    return `the seal of set ${instance} says ${rest === 'cv=' ? 'nothing of' : `${rest} for`} the chain before it`
  return `set ${instance}: ${rest}`
}

async function oldestPassOf(content: MessageContent, sets: readonly ArcSet[], resolver: Resolver): Promise<number> {
  // The newest one verifies; the first that does not, going down, ends the unchanged part.
  for (let at = sets.length - 2; at >= 0; at--) {
    if (!(await verifies(content, sets[at]!, resolver))) return sets[at + 1]!.instance
  }
  return 0
}

async function verifies(content: MessageContent, { messageSignature }: ArcSet, resolver: Resolver): Promise<boolean> {
  if (!messageSignature) return false
  const field = content.octets.toString('latin1', messageSignature.start, messageSignature.end)
  const signature = readSignature(field, 'arc')
  if (signature.fault) return false
  const body = takeBody(content.octets.subarray(content.bodyAt), signature)
  if (!isBodyHash(signature, body.hash)) return false
  const key = await findKey(resolver, signature.selector!, signature.domain!)
  const usable = key.kind === 'record' && key.record.state === 'valid' ? keyObject(key.record) : undefined
  const selected = selectedTexts(content.octets, content.fields, signature)
  const header = usable !== undefined && fitsHeader(signature, signedHeader(selected, signature), usable)
  const computed = { body: true, tooLong: body.missing > 0, header }
  return judgeSignature(signature, key, computed, undefined).result === 'pass'
}
