// What came out for a message, by the names of RFC 8601: the typed results of a report, from the facts that the checks judge.
import { type Know, Unknowable } from '../audit/fact.ts'
import type { Target } from '../audit/scope.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'
import type { MessageResults } from '../report/report.ts'
import { messageArc } from './message-arc.ts'
import { messageDkim } from './message-dkim.ts'
import { dmarcAt, messageDmarc } from './message-dmarc.ts'
import { messageSpf } from './message-spf.ts'

/** Undefined when the target has no message. What no check asked for says so. */
export async function messageResults(target: Target, recall: Know, now: Date): Promise<MessageResults | undefined> {
  if (!target.message) return undefined
  const subject = { author: target.domain, message: target.message }
  const [spf, dkim, dmarc, arc] = await Promise.all([
    orReason(recall(messageSpf, subject)),
    orReason(recall(messageDkim, subject)),
    orReason(recall(messageDmarc, subject)),
    orReason(recall(messageArc, subject)),
  ])
  return {
    spf: spfResult(spf),
    dkim: 'unknown' in dkim ? [] : dkim.signatures.map(one => dkimResult(one, now)),
    dmarc:
      'unknown' in dmarc ? { result: null, policy: null, alignedBy: [], reason: dmarc.unknown } : dmarcAt(dmarc, now),
    arc:
      'unknown' in arc
        ? { result: null, sets: 0, oldestPass: null, reason: arc.unknown }
        : { result: arc.result, sets: arc.sets.length, oldestPass: arc.oldestPass ?? null, reason: arc.reason },
  }
}

type OrReason<V> = V | { readonly unknown: string }

async function orReason<V>(fact: Promise<V>): Promise<OrReason<V>> {
  try {
    return await fact
  } catch (failure) {
    if (failure instanceof Unknowable) return { unknown: failure.message }
    throw failure
  }
}

function spfResult(spf: OrReason<Awaited<ReturnType<typeof messageSpf.gather>>>): MessageResults['spf'] {
  const nothing = { result: null, identity: null, domain: null } as const
  if ('unknown' in spf) return { ...nothing, reason: spf.unknown }
  if (!spf.asked) return { ...nothing, reason: spf.reason }
  const { identity, domain, reason } = spf.evaluation
  return { result: knownResult(spf.evaluation), identity, domain, reason }
}

function dkimResult(
  { signature, verdict }: Awaited<ReturnType<typeof messageDkim.gather>>['signatures'][number],
  now: Date,
): MessageResults['dkim'][number] {
  const { result, reason } = verdictAt(verdict, signature, now)
  const { domain = null, selector = null, algorithm = null } = signature
  return { result, domain, selector, algorithm, reason }
}
