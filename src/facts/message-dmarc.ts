// What DMARC needs to judge a message: the policy of its author domain, and which of its identifiers are aligned with that domain.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { canonicalName } from '../names/domain.ts'
import type { Resolver } from '../net/resolver.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'
import { aligned, type Identifier, identify } from '../protocol/dmarc/alignment.ts'
import { type Authenticated, type DmarcInput, type DmarcVerdict, evaluateDmarc } from '../protocol/dmarc/evaluate.ts'
import { knownResult, type SpfResult } from '../protocol/spf/evaluate.ts'
import { dmarcPolicy } from './dmarc-policy.ts'
import { messageContent } from './message-content.ts'
import { type JudgedSignature, type MessageDkim, messageDkim } from './message-dkim.ts'
import { messageSpf } from './message-spf.ts'

export interface MessageDmarc {
  readonly from: DmarcInput['from']
  readonly policy: DmarcInput['policy']
  readonly spf: Authenticated<SpfResult> | undefined
  /** The alignment of each d= that can be read, by its lower-case name. */
  readonly alignments: ReadonlyMap<string, boolean | 'unknown'>
  readonly dkim: MessageDkim
}

export const messageDmarc = defineFact({
  name: 'message-dmarc',
  scope: 'message',
  async gather(subject, { resolver, know }): Promise<MessageDmarc> {
    const [{ from }, spf, dkim] = await Promise.all([
      know(messageContent, subject),
      know(messageSpf, subject),
      know(messageDkim, subject),
    ])
    const nothing = { from, policy: { kind: 'absent' }, spf: undefined, alignments: new Map(), dkim } as const
    if (from.kind !== 'author') return nothing
    const policy = await policyOf(know, from.domain)
    if (policy.kind !== 'policy') return { ...nothing, policy }
    const { adkim, aspf } = policy.record
    const author = await identify(resolver, from.domain)
    const alignment = (mode: 'r' | 's', domain: string) => alignmentOf(resolver, mode, author, domain)
    const domains = [...new Set(dkim.signatures.flatMap(one => domainOf(one) ?? []))]
    const [sender, ...signers] = await Promise.all([
      spf.asked ? alignment(aspf, spf.evaluation.domain) : false,
      ...domains.map(domain => alignment(adkim, domain)),
    ])
    return {
      from,
      policy,
      spf: spf.asked
        ? { result: knownResult(spf.evaluation), domain: spf.evaluation.domain, aligned: sender }
        : undefined,
      alignments: new Map(domains.map((domain, index) => [domain, signers[index]!])),
      dkim,
    }
  },
})

/** The result at a moment: signatures expire. */
export function dmarcAt({ from, policy, spf, alignments, dkim }: MessageDmarc, now: Date): DmarcVerdict {
  const signatures = dkim.signatures.map(one => ({
    result: verdictAt(one.verdict, one.signature, now).result,
    domain: domainOf(one) ?? 'an unreadable domain',
    aligned: alignments.get(domainOf(one) ?? '') ?? false,
  }))
  return evaluateDmarc({ from, policy, spf, dkim: signatures })
}

/** d= in lower case, of a signature that could be read. */
export function domainOf({ signature }: JudgedSignature): string | undefined {
  return signature.fault || signature.domain === undefined ? undefined : canonicalName(signature.domain)
}

async function policyOf(know: Know, domain: string): Promise<MessageDmarc['policy']> {
  try {
    return (await know(dmarcPolicy, { domain })).policy
  } catch (failure) {
    if (failure instanceof Unknowable) return { kind: 'unanswered', reason: failure.message }
    throw failure
  }
}

async function alignmentOf(
  resolver: Resolver,
  mode: 'r' | 's',
  author: Identifier,
  domain: string,
): Promise<boolean | 'unknown'> {
  const same = canonicalName(domain) === canonicalName(author.domain)
  // No walk where the name decides.
  if (same || mode === 's') return same
  return aligned(mode, author, await identify(resolver, domain))
}
