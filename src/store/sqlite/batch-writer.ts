// Group commit: all writes of a batch in one transaction and one sync, each with its own answer.
import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { StoreFailure, type StoreHealth } from '../store.ts'
import { DiskRoom } from './disk-room.ts'
import { faultOfWrite } from './fault.ts'
import type { Batch, Result, Slice, ThreadSettings, Write } from './orders.ts'
import type { QueueTable } from './queue-table.ts'
import type { ReportTable } from './report-table.ts'

/** The log is brought home when it has about this many octets: long enough that most mail ends before, and is never copied. */
const LOG_OCTETS = 16 * 1024 * 1024
/** Earlier on a small disk: bringing it home takes as much room again. But not for less than this. */
const SHORT_LOG_OCTETS = 256 * 1024
/** About what an envelope or a message adds to the log beyond its octets: pages of tables and indexes. */
const PAGES_PER_ROW = 4 * 4096
/** About what each transaction adds to it. */
const PAGES_PER_COMMIT = 6 * 4096

type Octets = (slice: Slice) => Uint8Array

export class BatchWriter {
  readonly #database: Database.Database
  readonly #queue: QueueTable
  readonly #reports: ReportTable
  readonly #path: string
  readonly #reserve: number
  readonly #room: DiskRoom
  #full: StoreFailure | undefined
  #failed: StoreFailure | undefined
  #log = 0

  constructor(database: Database.Database, queue: QueueTable, reports: ReportTable, settings: ThreadSettings) {
    this.#database = database
    this.#queue = queue
    this.#reports = reports
    this.#path = settings.path
    this.#reserve = settings.reserve
    this.#room = new DiskRoom(settings.path, settings.reserve)
    // Not empty when there was no room to bring it home.
    this.#log = statSync(`${settings.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
    this.look()
  }

  get health(): StoreHealth {
    if (this.#failed) return { kind: 'failed', because: this.#failed.message }
    if (this.#full) return { kind: 'full', because: this.#full.message }
    return { kind: 'healthy' }
  }

  /** Looks whether there is room for mail. */
  look(): void {
    if (!this.#room.look()) this.#full = undefined
    else
      this.#full ??= new StoreFailure(
        'full',
        `${this.#path}: the disk is full (less than ${this.#reserve} octets free)`,
      )
  }

  /** One transaction for all, as long as none of them is wrong; answers in the order of the writes. */
  write({ writes, octets }: Batch): Result[] {
    const octetsOf: Octets = slice => Buffer.from(octets.buffer, octets.byteOffset + slice.from, slice.length)
    const results = new Map<Write, Result>()
    this.look()
    this.#commit(this.#full ? refuse(writes, this.#full, results) : writes, octetsOf, results)
    this.#log += octets.byteLength
    return writes.map(write => results.get(write)!)
  }

  #commit(writes: readonly Write[], octetsOf: Octets, results: Map<Write, Result>): void {
    if (writes.length === 0) return
    if (this.#failed) {
      for (const write of writes) results.set(write, no(this.#failed))
      return
    }
    try {
      const values = this.#transact(writes, octetsOf)
      for (const [index, write] of writes.entries()) results.set(write, { ok: true, value: values[index] })
    } catch (error) {
      const failure = faultOfWrite(error, this.#path)
      if (failure.fault === 'full') {
        if (this.#room.ranOut()) this.#full = failure
        const small = refuse(writes, failure, results)
        // What became of mail may fit where mail does not, and in a log that begins anew.
        this.#bringHome()
        if (small.length < writes.length) this.#commit(small, octetsOf, results)
        else for (const write of writes) results.set(write, no(failure))
      } else if (failure.fault === 'io') {
        // No second try: fsync tells a failure once, and then holds for clean what never came to the disk.
        this.#failed = failure
        for (const write of writes) results.set(write, no(failure))
      } else if (writes.length === 1) {
        results.set(writes[0]!, no(failure))
      } else {
        // One of them is wrong in itself; the others shall not suffer for it.
        for (const write of writes) this.#commit([write], octetsOf, results)
      }
    }
  }

  #transact(writes: readonly Write[], octetsOf: Octets): unknown[] {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const values = writes.map(write => this.#apply(write, octetsOf))
      this.#database.exec('COMMIT')
      this.#log += PAGES_PER_COMMIT
      return values
    } catch (error) {
      // SQLite itself takes back what met a full or failing disk.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #apply(write: Write, octetsOf: Octets): unknown {
    this.#log += PAGES_PER_ROW
    switch (write.do) {
      case 'put':
        return this.#queue.put(write, octetsOf)
      case 'record':
        for (const one of write.brought) this.#queue.put(one, octetsOf)
        this.#log += PAGES_PER_ROW * (write.envelopes.length + write.brought.length)
        return this.#queue.record(write.envelopes, write.at)
      case 'sign':
        return this.#queue.sign(write.message, octetsOf(write.signatures))
      case 'shift':
        return this.#queue.shift(write.by)
      case 'forget':
        return this.#queue.forget(write.before)
      case 'keep':
        return this.#reports.keep(write.domain, write.at, write.words)
    }
  }

  /** Brings a long log home into the tables. Comes after the answers: nobody waits for it. */
  tidy(): void {
    const crowded = this.#log * 2 > this.#room.free
    if (this.#log >= (crowded ? SHORT_LOG_OCTETS : LOG_OCTETS)) this.#bringHome()
  }

  #bringHome(): void {
    if (this.#failed) return
    try {
      this.#database.pragma('wal_checkpoint(PASSIVE)')
      this.#log = 0
    } catch (error) {
      const failure = faultOfWrite(error, this.#path)
      if (failure.fault !== 'full') this.#failed = failure
      else if (this.#room.ranOut()) this.#full = failure
    }
  }
}

/** Writes that bring something new; the others make room, or need next to none. */
function takesRoom(write: Write): boolean {
  return write.do === 'put' || write.do === 'keep'
}

/** Refuses what takes room; gives back the rest. */
function refuse(writes: readonly Write[], failure: StoreFailure, results: Map<Write, Result>): Write[] {
  for (const write of writes) if (takesRoom(write)) results.set(write, no(failure))
  return writes.filter(write => !takesRoom(write))
}

function no(failure: StoreFailure): Result {
  return { ok: false, fault: failure.fault, message: failure.message }
}
