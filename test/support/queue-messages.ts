// Messages for tests of the store and the queue: whatever a test does not name is plausible.
import { createHash } from 'node:crypto'
import type { Content, Envelope, Message } from '../../src/relay/envelope.ts'
import type { NewEnvelope } from '../../src/store/store.ts'

/** 2026-11-20 08:00 UTC. */
export const MORNING = Date.UTC(2026, 10, 20, 8)

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export function aMessage(id: string, with_: Partial<Message> = {}): Message {
  return {
    id,
    takenAt: MORNING,
    client: 'erp',
    listener: 'submission',
    peer: { address: '192.0.2.7', ehlo: 'erp.example.org' },
    sender: 'billing@example.org',
    author: 'billing@example.org',
    messageId: `<${id}@example.org>`,
    subject: 'Invoice',
    size: 1234,
    smtpUtf8: false,
    dsn: { ret: undefined, envid: undefined },
    ...with_,
  }
}

export function anEnvelope(recipient = 'ann@example.net', with_: Partial<NewEnvelope> = {}): NewEnvelope {
  return {
    recipient,
    state: 'queued',
    dueAt: MORNING,
    attempts: 0,
    crashes: 0,
    firstTriedAt: undefined,
    lastTriedAt: undefined,
    expiresAt: MORNING + 2 * DAY,
    warnAt: undefined,
    lastReply: undefined,
    heldBecause: undefined,
    dsn: { notify: [], orcpt: undefined },
    ...with_,
  }
}

/** Octets that nobody can guess and everybody can make again from the id: half a content is seen. */
export function contentOf(id: string, octets = 600): Content {
  const message = Buffer.alloc(octets)
  let block = createHash('sha256').update(id).digest()
  for (let at = 0; at < octets; at += block.copy(message, at)) block = createHash('sha256').update(block).digest()
  return { signatures: Buffer.from(`DKIM-Signature: v=1; d=example.org; b=${id}\r\n`), message }
}

/** As an envelope is when it was delivered. */
export function delivered(envelope: Envelope, at = MORNING): Envelope {
  const lastReply = { code: 250, enhanced: '2.0.0', text: 'Ok', by: 'mx.example.net [192.0.2.1]' }
  return { ...envelope, state: 'delivered', attempts: envelope.attempts + 1, lastTriedAt: at, lastReply }
}
