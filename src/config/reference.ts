// Secrets stand outside the configuration: `file:keys/s1.pem` and `env:TOKEN` are read when it is loaded.
import { resolve } from 'node:path'
import { readPlainFile } from './configuration-file.ts'
import { quoted } from './problem.ts'

/** What was read, with where from; or a clause that says why it could not be. */
export type Referred =
  | {
      readonly ok: true
      readonly text: string
      /** The file, absolute; undefined for the environment. */
      readonly file: string | undefined
      /** Last change of the file. */
      readonly changed: Date | undefined
      /** A remark on permissions, when others may read the file. */
      readonly remark: string | undefined
    }
  | { readonly ok: false; readonly why: string }

/** What references are read from. */
export interface Surroundings {
  /** Folder of the configuration file, absolute. */
  readonly folder: string
  readonly environment: { readonly [name: string]: string | undefined }
}

/** Keys, chains of certificates, passwords: all are far smaller. */
const LARGEST = 1_048_576

/** True for a text that names a file or a variable. */
export function isReference(text: string): boolean {
  return /^(file|env):/.test(text)
}

/**
 * Reads what a reference names.
 * @param secret whether others must not be able to read the file
 */
export function readReference(text: string, { folder, environment }: Surroundings, secret: boolean): Referred {
  if (text.startsWith('env:')) return fromEnvironment(text.slice(4), environment)
  const path = text.slice('file:'.length)
  if (path === '') return { ok: false, why: 'no path follows file:' }
  if (path.includes('\0')) return { ok: false, why: 'a NUL stands in the path' }
  const file = resolve(folder, path)
  const read = readPlainFile(file, LARGEST)
  if (!read.ok) return { ok: false, why: `cannot read ${quoted(file).slice(1, -1)}: ${read.why}` }
  if (read.text.trim() === '') return { ok: false, why: `${quoted(file).slice(1, -1)} is empty` }
  // Windows keeps permissions elsewhere, and shows 666.
  const open = secret && process.platform !== 'win32' && (read.mode & 0o077) !== 0
  const mode = read.mode.toString(8).padStart(3, '0')
  const remark = open
    ? `others than its owner may use ${quoted(file).slice(1, -1)} (mode ${mode}): chmod 600`
    : undefined
  return { ok: true, text: read.text, file, changed: read.changed, remark }
}

function fromEnvironment(name: string, environment: Surroundings['environment']): Referred {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return { ok: false, why: `${quoted(name)} is no name of an environment variable` }
  }
  const text = environment[name]
  if (text === undefined) return { ok: false, why: `the environment variable ${name} is not set` }
  if (text.trim() === '') return { ok: false, why: `the environment variable ${name} is empty` }
  return { ok: true, text, file: undefined, changed: undefined, remark: undefined }
}
