// What an outcome makes of an envelope: when it is tried again, when it is over. Pure: time is handed in.
import type { Envelope, Outcome, RemoteReply } from '../envelope.ts'
import type { RetrySettings } from '../settings.ts'

/** An envelope after something happened to it. */
export type Settled = { readonly envelope: Envelope } & (
  | { readonly kind: 'delivered'; readonly reply: RemoteReply; readonly relayed: boolean }
  | { readonly kind: 'failed' | 'expired'; readonly reply: RemoteReply }
  | { readonly kind: 'deferred'; readonly reply: RemoteReply; readonly late: boolean }
  | { readonly kind: 'held'; readonly because: string }
  | { readonly kind: 'released' | 'retried' | 'dropped' }
)

/** An attempt that ends so often by a fault of ours would do so again: a person has to look. */
const MOST_CRASHES = 3

/** When no steps are configured. */
const USUAL_STEP = 10 * 60_000

/** After one attempt. A hold by the gate is none. */
export function settle(before: Envelope, outcome: Outcome, now: number, retry: RetrySettings): Settled {
  if (outcome.kind === 'held') return hold(before, outcome.because, now)
  const { reply } = outcome
  const tried = {
    ...before,
    attempts: before.attempts + 1,
    firstTriedAt: before.firstTriedAt ?? now,
    lastTriedAt: now,
    lastReply: reply,
  }
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'delivered', envelope: { ...tried, state: 'delivered' }, reply, relayed: outcome.relayed ?? false }
    case 'failed':
      return { kind: 'failed', envelope: { ...tried, state: 'failed' }, reply }
    case 'deferred': {
      // Only here: after a relay that was down for days, everything gets one attempt before it is returned.
      if (now >= before.expiresAt) return { kind: 'expired', envelope: { ...tried, state: 'failed' }, reply }
      const next = Math.max(now + stepAfter(tried.attempts, retry), outcome.nextAt)
      const late = before.warnAt !== undefined && now >= before.warnAt
      const dueAt = Math.min(next, before.expiresAt)
      return {
        kind: 'deferred',
        envelope: { ...tried, dueAt, warnAt: late ? undefined : before.warnAt },
        reply,
        late,
      }
    }
  }
}

/** How long to wait after so many attempts: the last step is repeated. */
export function stepAfter(attempts: number, { steps }: RetrySettings): number {
  return steps[Math.min(attempts, steps.length) - 1] ?? USUAL_STEP
}

/** An attempt ended by a fault of ours: nothing is known about what became of it. */
export function crash(before: Envelope, fault: string, now: number, retry: RetrySettings): Settled {
  const envelope = { ...before, crashes: before.crashes + 1 }
  if (envelope.crashes >= MOST_CRASHES) {
    return hold(envelope, `its delivery ended ${envelope.crashes} times by a fault of the relay: ${fault}`, now)
  }
  const reply = ourReply('4.3.0', `a fault of the relay: ${fault}`)
  return settle(envelope, { kind: 'deferred', reply, nextAt: 0 }, now, retry)
}

export function hold(before: Envelope, because: string, now: number): Settled {
  return { kind: 'held', envelope: { ...before, state: 'held', dueAt: now, heldBecause: because }, because }
}

/** A held envelope's time is over: its sender must be told, as of any other that did not arrive. */
export function expireHeld(before: Envelope): Settled {
  const reply = ourReply('5.4.7', `held until its time was over: ${before.heldBecause ?? 'no reason is known'}`)
  return { kind: 'expired', envelope: { ...before, state: 'failed', lastReply: reply }, reply }
}

/** Out of the hold, to be tried at once; with time enough for more than one attempt. */
export function release(before: Envelope, now: number, retry: RetrySettings): Settled {
  const expiresAt = Math.max(before.expiresAt, now + retry.expiresAfter)
  const envelope: Envelope = { ...before, state: 'queued', dueAt: now, expiresAt, crashes: 0, heldBecause: undefined }
  return { kind: 'released', envelope }
}

/** Tried at once, whatever the ladder says. */
export function retryNow(before: Envelope, now: number): Settled {
  return { kind: 'retried', envelope: { ...before, dueAt: now } }
}

/** Ended by a person; nobody is told. */
export function drop(before: Envelope): Settled {
  return { kind: 'dropped', envelope: { ...before, state: 'dropped' } }
}

/** The clock was set: the same moments, as they are called now. */
export function moved(envelope: Envelope, by: number): Envelope {
  if (by === 0) return envelope
  const { dueAt, expiresAt, warnAt } = envelope
  return {
    ...envelope,
    dueAt: dueAt + by,
    expiresAt: expiresAt + by,
    warnAt: warnAt === undefined ? undefined : warnAt + by,
  }
}

function ourReply(enhanced: string, text: string): RemoteReply {
  return { code: 0, enhanced, text, by: undefined }
}
