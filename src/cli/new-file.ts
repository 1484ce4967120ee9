// Writes a file that was not there: keys and configurations are never written over.
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

/**
 * Creates the file, and folders above it that only its owner may enter. Afterwards it is whole, or not there.
 * @param mode permission bits, as they are from the first octet on
 * @throws UsageError when it exists, or cannot be written
 */
export function writeNewFile(file: string, text: string, mode: number): void {
  let handle: number | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    handle = openSync(file, 'wx', mode)
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
    closeSync(handle)
  } catch (error) {
    if (handle !== undefined) {
      closeSync(handle)
      rmSync(file, { force: true })
    }
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const why = there ? 'it exists already, and is not written over' : fileTrouble(error)
    throw new UsageError(`cannot write ${visible(file) || '""'}: ${why}`)
  }
}
