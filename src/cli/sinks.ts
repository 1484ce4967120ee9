// Where documents are written: standard output, or a file that stands in its place only when it is whole.
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { resolve } from 'node:path'
import { visible } from '../report/visible.ts'
import { Ended, fileTrouble, UsageError } from './failure.ts'

/** Takes one document, piece by piece. */
export interface Sink {
  /** The file, as the system knows it; undefined for what several documents may be written to. */
  readonly path?: string
  write(text: string): Promise<void>
  /** Called once after the last text. */
  done(): void
  /**
   * Takes back what an unfinished run left; nothing after `done`.
   * @returns where it stays, when it is kept for a run that goes on with it
   */
  abandon(): string | undefined
}

/** 128 and the number of SIGPIPE: what a shell shows of a program that wrote to nobody. */
export const NOBODY_READS = 141

/**
 * Standard output. What else stands on the terminal is asked to make room.
 * @param room told before and after each text
 */
export function standardOutput(room?: { clear(): void; show(): void }): Sink {
  return {
    async write(text) {
      if (text === '') return
      room?.clear()
      const failure = await new Promise<NodeJS.ErrnoException | null | undefined>(told =>
        process.stdout.write(text, told),
      )
      if (failure) throw new Ended(failure.code === 'EPIPE' ? NOBODY_READS : 2)
      room?.show()
    },
    done() {},
    abandon: () => undefined,
  }
}

/** The end of the name under which a file is written before it is whole. */
export const PART_SUFFIX = /^\.[0-9a-f]{8}\.part$/

/** How a file is written that a later run may go on with. */
export interface Continuing {
  /** What is written stays when the run comes to no end. */
  readonly kept: true
  /** What an earlier run wrote: so many octets of that file come first. */
  readonly after?: { readonly file: string; readonly octets: number }
}

/**
 * A file. It is written beside its place and renamed at the end: no reader sees a half, and when the run comes to no end,
 * the old file is still there. What is no plain file (a device, a pipe) is written to as it is.
 * @throws UsageError when it cannot be written
 */
export function fileSink(file: string, continuing?: Continuing): Sink {
  const old = tried(file, () => writable(file))
  const direct = old !== undefined && !old.isFile()
  const path = direct || old === undefined ? resolve(file) : tried(file, () => realpathSync(file))
  const after = direct ? undefined : continuing?.after
  const ownPart = direct ? path : `${path}.${randomBytes(4).toString('hex')}.part`
  // A part that a cut run left is gone on with where it is; the file itself stays whole until the new one is.
  const part = after && after.file !== path ? after.file : ownPart
  const handle = tried(file, () => {
    if (after === undefined) return openSync(part, direct ? 'w' : 'wx')
    if (part === ownPart) copyFileSync(after.file, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const opened = openSync(part, 'a')
    ftruncateSync(opened, after.octets)
    return opened
  })
  let written = (after?.octets ?? 0) > 0
  let open = true
  let finished = false
  const close = (): void => {
    if (open) closeSync(handle)
    open = false
  }
  if (old && !direct) keepOwner(handle, old)
  return {
    ...(direct ? {} : { path }),
    async write(text) {
      const bytes = Buffer.from(text)
      written ||= bytes.length > 0
      for (let at = 0; at < bytes.length; ) at += tried(file, () => writeSync(handle, bytes, at))
    },
    done() {
      tried(file, () => {
        close()
        if (!direct) renameSync(part, path)
        finished = true
      })
    },
    abandon() {
      try {
        close()
      } catch {
        // What was written is thrown away.
      }
      if (direct || finished) return undefined
      if (continuing && written) return part
      rmSync(part, { force: true })
      return undefined
    },
  }
}

/** What is there already; undefined when nothing is. Throws when it must not be written to. */
function writable(file: string): Stats | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (found.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
  accessSync(file, constants.W_OK)
  return found
}

/** Who could read the old file can read the new one, as far as we are allowed to see to that. */
function keepOwner(handle: number, { mode, uid, gid }: Stats): void {
  try {
    fchownSync(handle, uid, gid)
    fchmodSync(handle, mode & 0o7777)
  } catch {
    // It is ours then.
  }
}

function tried<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new UsageError(`cannot write ${visible(file) || '""'}: ${fileTrouble(error)}`)
  }
}
