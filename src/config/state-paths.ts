// Where the relay keeps what lasts: its database and its control socket, relative to the configuration file.
import { resolve } from 'node:path'
import type { Building } from './building.ts'
import { quoted } from './problem.ts'
import type { RawConfiguration } from './schema.ts'

/** The absolute path of the database. */
export function storePath(building: Building, raw: RawConfiguration['store'] = 'sqlite:var/mailworthy.db'): string {
  const texts = typeof raw === 'string' ? [raw] : raw
  if (texts.some(text => /^postgres(ql)?:/.test(text))) {
    building.fault(['store'], 'this version keeps its queue in SQLite only, not in PostgreSQL yet: sqlite:PATH')
    return ''
  }
  return typeof raw === 'string'
    ? pathOf(building, 'store', 'sqlite', raw)
    : refused(building, 'must be sqlite:PATH, not a list')
}

/** RFC-less but real: `sun_path` has 108 octets in Linux and 104 elsewhere, with the NUL at its end. */
const LONGEST_SOCKET = 103

/** The absolute path of the control socket. */
export function socketPath(building: Building, raw: RawConfiguration['control'] = 'unix:var/mailworthy.sock'): string {
  const path = pathOf(building, 'control', 'unix', raw)
  const length = Buffer.byteLength(path)
  if (length > LONGEST_SOCKET && process.platform !== 'win32') {
    const most = `a socket's path has at most ${LONGEST_SOCKET} octets, and this one ${length}`
    building.fault(['control'], `${most}: ${quoted(path).slice(1, -1)}`)
  }
  return path
}

function pathOf(building: Building, key: 'store' | 'control', scheme: string, text: string): string {
  const path = text.startsWith(`${scheme}:`) ? text.slice(scheme.length + 1) : ''
  if (path !== '' && !path.startsWith(':') && !path.includes('\0')) return resolve(building.folder, path)
  building.fault(
    [key],
    `${quoted(text)} must be ${scheme}: and a path, such as ${scheme}:var/mailworthy.${key === 'store' ? 'db' : 'sock'}`,
  )
  return ''
}

function refused(building: Building, says: string): string {
  building.fault(['store'], says)
  return ''
}
