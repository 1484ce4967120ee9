// What mailauth, in its strict mode and under our resolver, makes of the signatures and the ARC chain of a message.
import { defineFact } from '../audit/fact.ts'
import { nameFault } from '../names/domain.ts'
import type { Resolver } from '../net/resolver.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'
import { whyUnreachable } from './answers.ts'
import { messageContent } from './message-content.ts'

export interface MailauthVerdict {
  /** RFC 8601, as mailauth names it. */
  readonly result: string
  readonly comment: string | undefined
}

export interface MailauthVerdicts {
  /** One for each signature that was looked at, down the header. */
  readonly dkim: readonly MailauthVerdict[]
  readonly arc: MailauthVerdict
  /** The questions that DNS did not answer, each a clause: mailauth takes some of them for failures of the chain. */
  readonly unanswered: readonly string[]
}

/** Signatures that are looked at (RFC 6376 §6.1 lets a verifier limit them): each may cost a pass over the body and a lookup. */
export const MOST_SIGNATURES = 10

export const mailauthVerdicts = defineFact({
  name: 'mailauth-verdicts',
  scope: 'message',
  async gather(subject, { resolver, know }): Promise<MailauthVerdicts> {
    const content = await know(messageContent, subject)
    // Loaded with the first message: it is a fifth of what the program would load for an audit.
    const [{ arc }, { dkimVerify }] = await Promise.all([
      import('mailauth/lib/arc/index.js'),
      import('mailauth/lib/dkim/verify.js'),
    ])
    const unanswered: string[] = []
    const lookup = lookupOf(resolver, unanswered)
    // The clock is ours: whether a signature has expired is judged where the moment is known.
    const options = { resolver: lookup, strict: true, curTime: new Date(0) }
    const verified = await dkimVerify(withFewSignatures(content), options)
    const chain = verified.arc as Parameters<typeof arc>[0]
    const { status } = await arc(chain, { resolver: lookup, strict: true })
    return {
      dkim: verified.results.filter(one => one.status.result !== 'none').map(one => verdict(one.status)),
      arc: verdict(status),
      unanswered,
    }
  },
})

function verdict({ result, comment }: { readonly result: string; readonly comment?: unknown }): MailauthVerdict {
  return { result, comment: typeof comment === 'string' && comment !== '' ? comment : undefined }
}

/** Our answers in the shapes of `dns.promises`: what was not answered stays that, and never becomes a missing record. */
function lookupOf(resolver: Resolver, unanswered: string[]) {
  return async (name: string, type: string): Promise<string[][]> => {
    const trouble = (code: string): Error => Object.assign(new Error(`${code} ${name}`), { code })
    if (type !== 'TXT' || nameFault(name) !== undefined) throw trouble('ENODATA')
    const answer = await resolver.resolve(name, 'TXT')
    switch (answer.kind) {
      case 'records':
        return answer.records.map(strings => [...strings])
      case 'nodata':
        throw trouble('ENODATA')
      case 'nxdomain':
        throw trouble('ENOTFOUND')
      case 'unreachable':
        unanswered.push(whyUnreachable(answer, name, 'TXT'))
        throw trouble(answer.why === 'timeout' ? 'ETIMEOUT' : 'ESERVFAIL')
    }
  }
}

/** The message without the signatures beyond those that are looked at. */
function withFewSignatures(content: MessageContent): Buffer {
  const surplus = fieldsNamed(content, 'dkim-signature').slice(MOST_SIGNATURES)
  if (surplus.length === 0) return content.octets
  const kept: Buffer[] = []
  let from = 0
  for (const { start, end } of surplus) {
    kept.push(content.octets.subarray(from, start))
    from = end
  }
  return Buffer.concat([...kept, content.octets.subarray(from)])
}
