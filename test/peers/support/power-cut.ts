// A disk that loses its power, after Debian's strace has written down what a program did to its files: what was synced is
// there, of the rest anything may be, also half of it (no device-mapper needed).
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'

/** The arguments of strace with which the log can be read here. */
export const straceArguments = [
  ...['-f', '-qq', '-y', '-xx', '-s', '1000000'],
  ...['-e', 'trace=openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink'],
]

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly octets: Buffer }
  | { readonly kind: 'truncate'; readonly length: number }

/** What happened to the files of a folder, in order; `said` is a line that the program wrote to its file of promises. */
export type Act =
  | { readonly kind: 'make' | 'sync' | 'unlink'; readonly file: string }
  | { readonly kind: 'sync-folder' }
  | { readonly kind: 'change'; readonly file: string; readonly change: Change }
  | { readonly kind: 'said'; readonly line: string }

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex')

/** Reads a log of strace. @param promises the name of the file of promises. */
export async function readTrace(log: string, folder: string, promises: string): Promise<Act[]> {
  const acts: Act[] = []
  /** Calls of a thread that were interrupted in the log by another thread's. */
  const begun = new Map<string, string>()
  const name = (hexPath: string): string | undefined => {
    const path = unhex(hexPath).toString()
    return path.startsWith(`${folder}/`) ? basename(path) : path === folder ? '' : undefined
  }
  for await (const line of createInterface(createReadStream(log, 'latin1'))) {
    const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    if (thread === undefined || rest === undefined) continue
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length).trimEnd())
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    const call = resumed ? `${begun.get(thread)}${resumed[1]}` : rest
    const [, made] = /^openat\(.*O_CREAT.* = \d+<([^>]*)>/.exec(call) ?? []
    const [, synced] = /^f(?:data)?sync\(\d+<([^>]*)>\)\s+= 0/.exec(call) ?? []
    const [, gone] = /^unlink\("([^"]*)"\)\s+= 0/.exec(call) ?? []
    const [, written, octets, at] = /^pwrite64\(\d+<([^>]*)>, "([^"]*)", \d+, (\d+)\)\s+= \d+/.exec(call) ?? []
    const [, said, text] = /^write\(\d+<([^>]*)>, "([^"]*)", \d+\)\s+= \d+/.exec(call) ?? []
    const [, cut, length] = /^ftruncate\(\d+<([^>]*)>, (\d+)\)\s+= 0/.exec(call) ?? []
    const path = made ?? synced ?? gone ?? written ?? said ?? cut
    const file = path === undefined ? undefined : name(path)
    if (file === undefined) continue
    if (made !== undefined && file !== promises) acts.push({ kind: 'make', file })
    if (gone !== undefined) acts.push({ kind: 'unlink', file })
    if (synced !== undefined) acts.push(file === '' ? { kind: 'sync-folder' } : { kind: 'sync', file })
    if (written !== undefined) {
      acts.push({ kind: 'change', file, change: { kind: 'write', at: Number(at), octets: unhex(octets!) } })
    }
    if (cut !== undefined) acts.push({ kind: 'change', file, change: { kind: 'truncate', length: Number(length) } })
    if (said !== undefined && file === promises) acts.push({ kind: 'said', line: unhex(text!).toString().trim() })
  }
  return acts
}

interface File {
  /** What is surely on the disk. */
  synced: Buffer
  /** What may be. */
  open: Change[]
  /** Its name is surely in the folder. */
  named: boolean
}

/** A disk to which acts are done, and that can be cut off its power at any time. */
export class Disk {
  readonly #files = new Map<string, File>()

  do(act: Act): void {
    switch (act.kind) {
      case 'said':
        return
      case 'sync-folder':
        for (const file of this.#files.values()) file.named = true
        return
      case 'unlink':
        this.#files.delete(act.file)
        return
      case 'make':
        if (!this.#files.has(act.file)) this.#files.set(act.file, { synced: Buffer.alloc(0), open: [], named: false })
        return
      case 'sync': {
        const file = this.#files.get(act.file)
        if (file === undefined) return
        file.synced = changed(file.synced, file.open)
        file.open = []
        return
      }
      case 'change':
        this.#files.get(act.file)?.open.push(act.change)
    }
  }

  /**
   * What is found after the power came back.
   * @param luck how much of what was not synced is there: none, all, or any of it, half written too.
   */
  afterCut(luck: 'none' | 'all' | 'any', random: () => number): ReadonlyMap<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const [name, { synced, open, named }] of this.#files) {
      if (!named && luck !== 'all') continue
      const kept = luck === 'none' ? [] : luck === 'all' ? open : open.flatMap(change => torn(change, random))
      found.set(name, changed(synced, kept))
    }
    return found
  }
}

function torn(change: Change, random: () => number): Change[] {
  const chance = random()
  if (chance < 0.4) return []
  if (change.kind === 'truncate' || chance < 0.8) return [change]
  // Disks write sectors.
  const sectors = Math.floor((random() * change.octets.length) / 512)
  return [{ ...change, octets: change.octets.subarray(0, sectors * 512) }]
}

function changed(before: Buffer, changes: readonly Change[]): Buffer {
  let size = before.length
  let room = before.length
  for (const c of changes) room = Math.max(room, c.kind === 'write' ? c.at + c.octets.length : c.length)
  const octets = Buffer.alloc(room)
  before.copy(octets)
  for (const c of changes) {
    if (c.kind === 'write') {
      c.octets.copy(octets, c.at)
      size = Math.max(size, c.at + c.octets.length)
    } else {
      octets.fill(0, Math.min(c.length, size), Math.max(c.length, size))
      size = c.length
    }
  }
  return octets.subarray(0, size)
}
