// Finds and reads the configuration file, and the files it names: plain files of bounded size, decoded as UTF-8.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** Where the configuration is looked for when nothing names it. */
export const USUAL_PLACES: readonly string[] = ['./mailworthy.yaml', '/etc/mailworthy/mailworthy.yaml']

/** The file to read, or the places where none was. */
export type Found =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly tried: readonly string[] }

/**
 * The configuration file: what `--config` says, else `$MAILWORTHY_CONFIG`, else the first of the usual places that exists.
 * A file that was named is not replaced by another when it is missing.
 */
export function findConfiguration(
  named: string | undefined,
  environment: { readonly [name: string]: string | undefined },
  places = USUAL_PLACES,
): Found {
  const said = named ?? (environment.MAILWORTHY_CONFIG || undefined)
  if (said !== undefined) return { ok: true, file: said }
  const there = places.find(place => statSync(resolve(place), { throwIfNoEntry: false }) !== undefined)
  if (there === undefined) return { ok: false, tried: places }
  return { ok: true, file: there.replace(/^\.\//, '') }
}

/** What a file holds, or a clause that says why it cannot be had. `mode` are the permission bits. */
export type FileText =
  | { readonly ok: true; readonly text: string; readonly mode: number; readonly changed: Date }
  | { readonly ok: false; readonly why: string }

/** Reads a plain file of at most `most` octets. Waits for nothing: a pipe or a device is refused. */
export function readPlainFile(file: string, most: number): FileText {
  let handle: number | undefined
  try {
    // Without O_NONBLOCK, a named pipe that nobody writes to would hold us here.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const about = fstatSync(handle)
    if (about.isDirectory()) return { ok: false, why: 'it is a directory' }
    if (!about.isFile()) return { ok: false, why: 'it is no plain file' }
    // What the kernel makes up (/proc) has no size.
    const bytes = Buffer.alloc((about.size === 0 ? most : Math.min(about.size, most)) + 1)
    let length = 0
    for (let got = 1; got > 0 && length < bytes.length; length += got) {
      got = readSync(handle, bytes, length, bytes.length - length, null)
    }
    if (length > most) return { ok: false, why: `it is larger than ${most.toLocaleString('en-US')} octets` }
    const text = decoded(bytes.subarray(0, length))
    if (text === undefined) return { ok: false, why: 'it is not UTF-8 text' }
    return { ok: true, text, mode: about.mode & 0o777, changed: about.mtime }
  } catch (error) {
    return { ok: false, why: troubleOf(error) }
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

/** UTF-8, or what a byte order mark says: Windows PowerShell writes UTF-16. */
function decoded(bytes: Uint8Array): string | undefined {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function troubleOf(error: unknown): string {
  const words: { readonly [code: string]: string } = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    ENOTDIR: 'a part of the path is not a directory',
    ENAMETOOLONG: 'the path is too long',
    ELOOP: 'its symbolic links go in a circle',
  }
  const { code, message } = error as NodeJS.ErrnoException
  return words[code ?? ''] ?? message
}
