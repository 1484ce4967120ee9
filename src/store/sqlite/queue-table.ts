// The queue's SQL: what is written inside a transaction, and what is asked.
import { crc32 } from 'node:zlib'
import type Database from 'better-sqlite3'
import type { Envelope, Message } from '../../relay/envelope.ts'
import { type Cursor, type QueueCounts, type Selection, type Stored, StoreFailure, type Waiting } from '../store.ts'
import { changing, changingColumns, type EnvelopeRow, envelopeOf, hasEnded } from './envelope-row.ts'
import type { Answers, PutOrder, Slice } from './orders.ts'

interface MessageRow {
  readonly number: number
  readonly id: string
  readonly words: string
}

/** Older than everything. */
const START: Cursor = { dueAt: Number.MIN_SAFE_INTEGER, envelope: 0 }

/** How many ended messages are forgotten in one transaction: enough to keep up, few enough to keep nobody waiting. */
const FORGET_AT_ONCE = 500

// The types of the statements follow from where they are made.
function statements(database: Database.Database) {
  const waiting =
    'SELECT m.id AS message, e.id AS envelope, e.recipient, e.due_at AS dueAt FROM envelope e JOIN message m ON m.number = e.message'
  return {
    putMessage: database.prepare<[string, number, number | null, number, string, Uint8Array]>(
      'INSERT INTO message (id, taken_at, ended_at, open, words, signatures) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    putContent: database.prepare<[number | bigint, Uint8Array, number]>(
      'INSERT INTO content (message, octets, crc) VALUES (?, ?, ?)',
    ),
    putEnvelope: database.prepare(
      `INSERT INTO envelope (id, message, recipient, dsn, ${changingColumns.join(', ')}) VALUES (${Array(14).fill('?').join(', ')})`,
    ),
    change: database.prepare(
      `UPDATE envelope SET ${changingColumns.map(c => `${c} = ?`).join(', ')} WHERE id = ? AND state IN ('queued', 'held')`,
    ),
    close: database.prepare<[number], { message: number; open: number }>(
      'UPDATE message SET open = open - 1 WHERE number = (SELECT message FROM envelope WHERE id = ?) RETURNING number AS message, open',
    ),
    end: database.prepare<[number, number]>('UPDATE message SET ended_at = ?, signatures = NULL WHERE number = ?'),
    dropContent: database.prepare<[number]>('DELETE FROM content WHERE message = ?'),
    sign: database.prepare<[Uint8Array, string]>('UPDATE message SET signatures = ? WHERE id = ? AND ended_at IS NULL'),
    shift: database.prepare<[number, number, number]>(
      "UPDATE envelope SET due_at = due_at + ?, expires_at = expires_at + ?, warn_at = warn_at + ? WHERE state IN ('queued', 'held')",
    ),
    // So that `newest` tells the time in the same measure.
    shiftTaken: database.prepare<[number]>(
      'UPDATE message SET taken_at = taken_at + ? WHERE ended_at IS NULL OR id = (SELECT max(id) FROM message)',
    ),
    // The newest is kept whatever its age: queue ids go on from it.
    ended: database
      .prepare<[number, number], number>(
        'SELECT number FROM message WHERE ended_at < ? AND id < (SELECT max(id) FROM message) ORDER BY ended_at LIMIT ?',
      )
      .pluck(),
    forgetEnvelopes: database.prepare<[number]>('DELETE FROM envelope WHERE message = ?'),
    forgetMessage: database.prepare<[number]>('DELETE FROM message WHERE number = ?'),
    // Two steps, because SQLite would read all of the same time again for each page of `(due_at, id) > (?, ?)`.
    waitingThen: database.prepare<[number, number, number], Waiting>(
      `${waiting} WHERE e.state = 'queued' AND e.due_at = ? AND e.id > ? ORDER BY e.id LIMIT ?`,
    ),
    waitingLater: database.prepare<[number, number], Waiting>(
      `${waiting} WHERE e.state = 'queued' AND e.due_at > ? ORDER BY e.due_at, e.id LIMIT ?`,
    ),
    held: database.prepare<[number, number], Waiting>(
      `${waiting} WHERE e.state = 'held' AND e.expires_at <= ? ORDER BY e.expires_at, e.id LIMIT ?`,
    ),
    message: database.prepare<[string], MessageRow>('SELECT number, id, words FROM message WHERE id = ?'),
    envelopes: database.prepare<[number], EnvelopeRow>(
      'SELECT *, NULL AS message_id FROM envelope WHERE message = ? ORDER BY id',
    ),
    content: database.prepare<[string], { octets: Buffer; crc: number; signatures: Buffer | null }>(
      'SELECT c.octets, c.crc, m.signatures FROM message m JOIN content c ON c.message = m.number WHERE m.id = ?',
    ),
    list: database.prepare<[string, number], MessageRow>(
      'SELECT number, id, words FROM message WHERE id > ? ORDER BY id LIMIT ?',
    ),
    listHeld: database.prepare<[string, number], MessageRow>(
      `SELECT number, id, words FROM message WHERE id > ?
       AND number IN (SELECT message FROM envelope WHERE state = 'held') ORDER BY id LIMIT ?`,
    ),
    listState: database.prepare<[string, string, number], MessageRow>(
      `SELECT number, id, words FROM message m WHERE id > ?
       AND EXISTS (SELECT 1 FROM envelope e WHERE e.message = m.number AND e.state = ?) ORDER BY id LIMIT ?`,
    ),
    queued: database.prepare<[], number>("SELECT count(*) FROM envelope WHERE state = 'queued'").pluck(),
    heldCount: database.prepare<[], number>("SELECT count(*) FROM envelope WHERE state = 'held'").pluck(),
    oldest: database
      .prepare<[], number>('SELECT taken_at FROM message WHERE ended_at IS NULL ORDER BY taken_at LIMIT 1')
      .pluck(),
    newest: database.prepare<[], { message: string; takenAt: number }>(
      'SELECT id AS message, taken_at AS takenAt FROM message WHERE id = (SELECT max(id) FROM message)',
    ),
    newestEnvelope: database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM envelope').pluck(),
  }
}

export class QueueTable {
  readonly #do: ReturnType<typeof statements>

  constructor(database: Database.Database) {
    this.#do = statements(database)
  }

  newestEnvelope(): number {
    return this.#do.newestEnvelope.get() ?? 0
  }

  put(order: PutOrder, octetsOf: (slice: Slice) => Uint8Array): void {
    const { message, envelopes } = order
    const open = envelopes.filter(e => !hasEnded(e.state)).length
    if (open === 0) throw new StoreFailure('refused', `${message.id}: a message without a recipient to deliver to`)
    const signatures = octetsOf(order.signatures)
    const octets = octetsOf(order.octets)
    const words = JSON.stringify(message)
    const number = this.#do.putMessage.run(message.id, message.takenAt, null, open, words, signatures).lastInsertRowid
    this.#do.putContent.run(number, octets, crc32(octets))
    for (const e of envelopes) {
      this.#do.putEnvelope.run(e.id, number, e.recipient, JSON.stringify(e.dsn), ...changing(e))
    }
  }

  record(envelopes: readonly Envelope[], at: number): void {
    for (const envelope of envelopes) {
      const { changes } = this.#do.change.run(...changing(envelope), envelope.id)
      if (changes === 0 || !hasEnded(envelope.state)) continue
      const left = this.#do.close.get(envelope.id)
      if (left === undefined || left.open > 0) continue
      this.#do.end.run(at, left.message)
      this.#do.dropContent.run(left.message)
    }
  }

  sign(message: string, signatures: Uint8Array): void {
    if (this.#do.sign.run(signatures, message).changes === 0) {
      throw new StoreFailure('refused', `${message} is not in the queue`)
    }
  }

  shift(by: number): void {
    this.#do.shift.run(by, by, by)
    this.#do.shiftTaken.run(by)
  }

  forget(endedBefore: number): number {
    const numbers = this.#do.ended.all(endedBefore, FORGET_AT_ONCE)
    for (const number of numbers) {
      this.#do.forgetEnvelopes.run(number)
      this.#do.forgetMessage.run(number)
    }
    return numbers.length
  }

  waiting(after: Cursor = START, most: number): Waiting[] {
    const then = this.#do.waitingThen.all(after.dueAt, after.envelope, most)
    return then.length === most ? then : [...then, ...this.#do.waitingLater.all(after.dueAt, most - then.length)]
  }

  heldUntil(expiresBy: number, most: number): Waiting[] {
    return this.#do.held.all(expiresBy, most)
  }

  find(id: string): Stored | undefined {
    const row = this.#do.message.get(id)
    return row && this.#stored(row)
  }

  content(id: string): Answers['content'] {
    const row = this.#do.content.get(id)
    if (row === undefined) return undefined
    if (crc32(row.octets) !== row.crc) {
      throw new StoreFailure('damaged', `the content of ${id} is not what was taken: its checksum differs`)
    }
    return { signatures: row.signatures ?? new Uint8Array(), message: row.octets }
  }

  list({ state, after = '' }: Selection, most: number): Stored[] {
    if (state === undefined) return this.#do.list.all(after, most).map(row => this.#stored(row))
    const rows = state === 'held' ? this.#do.listHeld.all(after, most) : this.#do.listState.all(after, state, most)
    return rows.map(row => this.#stored(row))
  }

  counts(): QueueCounts {
    return {
      queued: this.#do.queued.get() ?? 0,
      held: this.#do.heldCount.get() ?? 0,
      oldestTakenAt: this.#do.oldest.get(),
    }
  }

  newest(): Answers['newest'] {
    return this.#do.newest.get()
  }

  #stored(row: MessageRow): Stored {
    const envelopes = this.#do.envelopes.all(row.number).map(e => envelopeOf({ ...e, message_id: row.id }))
    return { message: messageOf(row.words), envelopes }
  }
}

// JSON drops what is undefined; our words have it.
function messageOf(words: string): Message {
  const read = JSON.parse(words) as Message
  return { ...read, dsn: { ret: read.dsn.ret, envid: read.dsn.envid } }
}
