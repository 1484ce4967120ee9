// Opens the database file so that a commit means "on the disk", for this process alone, with the tables of this version.
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { StoreFailure } from '../store.ts'
import { faultOfOpening } from './fault.ts'
import { APPLICATION_ID, steps } from './schema.ts'

/** How long another process, just about to end, is waited for. */
const PATIENCE_MS = 500

/** @throws StoreFailure `locked`, `newer`, `foreign`, `full` or `unusable`. */
export function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined
  try {
    makeFile(path)
    database = new Database(path, { timeout: PATIENCE_MS, fileMustExist: true })
    own(database, path)
    bringUpToDate(database, path)
    settle(database, path)
    return database
  } catch (error) {
    database?.close()
    throw faultOfOpening(error, path)
  }
}

/** Mail is nobody else's business: 0600 before the first octet is written; SQLite gives its other files the same mode. */
function makeFile(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // By its name: opening and closing it would drop the lock that this very process may have on it (fcntl(2)).
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
    return
  }
  // A file that was just made is there after a power cut only when its folder was synced too.
  if (process.platform === 'win32') return
  const entry = openSync(folder, 'r')
  try {
    fsyncSync(entry)
  } finally {
    closeSync(entry)
  }
}

/** From here on nobody else can open it, until this process ends in whatever way. */
function own(database: Database.Database, path: string): void {
  // Before the journal mode: the index of the log then lives in our memory, not in a shared file.
  database.pragma('locking_mode = EXCLUSIVE')
  const application = database.pragma('application_id', { simple: true })
  const empty = database.prepare('SELECT count(*) = 0 FROM sqlite_schema').pluck().get() === 1
  if (application !== APPLICATION_ID && !(application === 0 && empty)) {
    throw new StoreFailure('foreign', `${path} is a database of another program`)
  }
  if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw new StoreFailure('unusable', `${path}: this file system cannot keep a write-ahead log`)
  }
  // A commit returns after the log was synced. better-sqlite3 is built with NORMAL for logs: that would lose the last ones.
  database.pragma('synchronous = FULL')
  // On macOS an ordinary fsync stops at the drive's cache.
  database.pragma('fullfsync = ON')
  database.pragma('checkpoint_fullfsync = ON')
  // Done by hand, after the answers: inside a commit its errors would go unseen.
  database.pragma('wal_autocheckpoint = 0')
  database.pragma('temp_store = MEMORY')
  database.pragma('trusted_schema = OFF')
  if (database.pragma('synchronous', { simple: true }) !== 2) {
    throw new StoreFailure('unusable', `${path}: commits would not be synced`)
  }
}

function bringUpToDate(database: Database.Database, path: string): void {
  const here = steps.length
  database.exec('BEGIN IMMEDIATE')
  database.exec('CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT')
  const there = database.prepare<[], number>('SELECT coalesce(max(version), 0) FROM schema').pluck().get() ?? 0
  if (there > here) {
    throw new StoreFailure(
      'newer',
      `${path} was written by a newer mailworthy (schema ${there}, this one knows ${here}): run that one, or name another file`,
    )
  }
  if (there < here) {
    const note = database.prepare('INSERT INTO schema (version, at) VALUES (?, ?)')
    for (const [index, step] of steps.entries()) {
      if (index < there) continue
      database.exec(step)
      note.run(index + 1, Date.now())
    }
    database.pragma(`application_id = ${APPLICATION_ID}`)
  }
  database.exec('COMMIT')
}

/**
 * What a process that was killed left in the log is written to the database and synced before anything builds on it: after
 * an fsync that failed, the log may read well from memory and not be on the disk (https://lwn.net/Articles/752063/).
 */
function settle(database: Database.Database, path: string): void {
  try {
    const [told] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
    if (told.busy !== 0) throw new StoreFailure('locked', `${path}: the log is in use`)
  } catch (error) {
    // A full disk must not keep mail from being delivered, which makes room.
    if (faultOfOpening(error, path).fault !== 'full') throw error
    writeAgain(`${path}-wal`)
  }
}

/** The same octets in the same place: written anew, they are synced anew. */
function writeAgain(path: string): void {
  const octets = readFileSync(path)
  const file = openSync(path, 'r+')
  try {
    writeSync(file, octets, 0, octets.length, 0)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
