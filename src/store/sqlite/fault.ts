// What SQLite's errors mean to those who use the store.
import { StoreFailure } from '../store.ts'

/** SQLite's own name of an error, such as `SQLITE_IOERR_FSYNC`; the system's, such as `EACCES`; empty for a bug of ours. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An order that is wrong in itself harms no other one. */
const refused = /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|ERROR|MISUSE)/

/** A write did not work. Whatever is not surely harmless counts as a failure of the disk. */
export function faultOfWrite(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error
  const code = codeOf(error)
  const cause = { cause: error }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new StoreFailure('full', `${path}: the disk is full`, cause)
  if (code === '' || refused.test(code)) return new StoreFailure('refused', `${path}: ${textOf(error)}`, cause)
  return new StoreFailure('io', `${path}: writing failed (${code}: ${textOf(error)})`, cause)
}

/** A read did not work: what was asked for is lost, the rest may be well. */
export function faultOfRead(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error
  const code = codeOf(error)
  const fault = code === '' || refused.test(code) ? 'refused' : 'damaged'
  return new StoreFailure(fault, `${path}: reading failed (${code}: ${textOf(error)})`, { cause: error })
}

/** It could not be opened. One line says why. */
export function faultOfOpening(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error
  const code = codeOf(error)
  const cause = { cause: error }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new StoreFailure('locked', `${path} is in use by another process: only one may have it open`, cause)
  }
  if (code === 'SQLITE_NOTADB') return new StoreFailure('foreign', `${path} is not a database of mailworthy`, cause)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new StoreFailure('full', `${path}: the disk is full`, cause)
  return new StoreFailure('unusable', `${path} cannot be opened (${code || 'fault'}: ${textOf(error)})`, cause)
}
