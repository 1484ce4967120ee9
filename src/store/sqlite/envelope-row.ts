// An envelope as a row of its table, and back.
import type { Envelope, EnvelopeState } from '../../relay/envelope.ts'

/** A row, with the queue id of its message beside it. */
export interface EnvelopeRow {
  readonly id: number
  readonly message_id: string
  readonly recipient: string
  readonly state: string
  readonly due_at: number
  readonly expires_at: number
  readonly warn_at: number | null
  readonly attempts: number
  readonly crashes: number
  readonly first_tried_at: number | null
  readonly last_tried_at: number | null
  readonly last_reply: string | null
  readonly held_because: string | null
  readonly dsn: string
}

/** All columns that change while an envelope is on its way, in the order of `changing`. */
export const changingColumns = [
  'state',
  'due_at',
  'expires_at',
  'warn_at',
  'attempts',
  'crashes',
  'first_tried_at',
  'last_tried_at',
  'last_reply',
  'held_because',
] as const

export function changing(envelope: Envelope): (string | number | null)[] {
  return [
    envelope.state,
    envelope.dueAt,
    envelope.expiresAt,
    envelope.warnAt ?? null,
    envelope.attempts,
    envelope.crashes,
    envelope.firstTriedAt ?? null,
    envelope.lastTriedAt ?? null,
    envelope.lastReply === undefined ? null : JSON.stringify(envelope.lastReply),
    envelope.heldBecause ?? null,
  ]
}

export function envelopeOf(row: EnvelopeRow): Envelope {
  return {
    id: row.id,
    message: row.message_id,
    recipient: row.recipient,
    state: row.state as EnvelopeState,
    dueAt: row.due_at,
    expiresAt: row.expires_at,
    warnAt: row.warn_at ?? undefined,
    attempts: row.attempts,
    crashes: row.crashes,
    firstTriedAt: row.first_tried_at ?? undefined,
    lastTriedAt: row.last_tried_at ?? undefined,
    lastReply: row.last_reply === null ? undefined : withReply(row.last_reply),
    heldBecause: row.held_because ?? undefined,
    dsn: withDsn(row.dsn),
  }
}

// JSON drops what is undefined; our words have it.
function withReply(text: string): NonNullable<Envelope['lastReply']> {
  return { enhanced: undefined, by: undefined, ...JSON.parse(text) }
}

function withDsn(text: string): Envelope['dsn'] {
  return { orcpt: undefined, ...JSON.parse(text) }
}

/** Ended envelopes are history. */
export function hasEnded(state: EnvelopeState): boolean {
  return state !== 'queued' && state !== 'held'
}
