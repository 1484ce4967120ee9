// Programs that others wrote, run for a test: found or excused, started in the foreground, always bounded, ended by their own id.
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll } from 'vitest'

/** Debian keeps servers where an ordinary PATH does not look. */
const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'].join(delimiter)

/** What is to be taken away: servers that a failed test left running, and folders. */
const leftovers = new Set<() => void | Promise<void>>()
// Whoever imports this is a test file: this runs after its last test, whatever became of that.
afterAll(async () => {
  for (const take of [...leftovers].toReversed()) await take()
})

/** More output than this is not kept: a peer that floods must not fill the memory. */
const MOST_OUTPUT = 64 * 1024 * 1024

/**
 * Those of these that are not here: programs by their names, files by their paths. `root` is the right to change users,
 * which some servers want.
 */
function missing(wanted: readonly string[]): readonly string[] {
  return wanted.filter(what => {
    if (what === 'root') return process.getuid?.() !== 0
    if (what.startsWith('/')) return !existsSync(what)
    return !path.split(delimiter).some(folder => isExecutable(join(folder, what)))
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a test must be skipped because judges are missing; says which, once. On CI nothing is excused: there a test
 * whose judge is missing runs, and fails.
 */
export function excused(...wanted: readonly string[]): boolean {
  const absent = missing(wanted)
  if (absent.length === 0 || process.env.CI === 'true') return false
  process.stderr.write(`skipped, for want of: ${absent.join(', ')} (see .ci/run for the packages)\n`)
  return true
}

/** What a program that ended left behind; `text` is its output and its complaints in one, as they came. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly text: string
}

/** Runs a program to its end, which comes after `timeoutMs` at the latest. Its output is read as latin1: bytes are kept. */
export async function run(
  program: string,
  args: readonly string[],
  given: { input?: string; timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    env: { ...process.env, PATH: path, LC_ALL: 'C', ...given.env },
    timeout: given.timeoutMs ?? 30_000,
    killSignal: 'SIGKILL',
  })
  const kept = { stdout: '', stderr: '', text: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('latin1').on('data', (chunk: string) => {
      if (kept.text.length > MOST_OUTPUT) return
      kept[name] += chunk
      kept.text += chunk
    })
  }
  // A program may end without reading what it was given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(given.input ?? '')
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, ...kept }
}

/** As `run`, for a step without which the test cannot go on. */
export async function mustRun(...call: Parameters<typeof run>): Promise<Ended> {
  const ended = await run(...call)
  if (ended.status !== 0) throw new Error(`${call[0]} ${call[1].join(' ')} ended with ${ended.status}:\n${ended.text}`)
  return ended
}

/** A server of another's that runs until it is stopped. */
export interface Server {
  /** What it has printed so far. */
  output(): string
  stop(): Promise<void>
}

interface Starting {
  readonly ready: () => Promise<boolean>
  /** The process to end, when it is not the one that is started; may throw while there is none. */
  readonly serverId?: () => number
}

/** Starts a server in the foreground and waits until `ready` says so. Throws with its output when it does not come up. */
export async function startServer(program: string, args: readonly string[], given: Starting): Promise<Server> {
  const child = spawn(program, args, {
    env: { ...process.env, PATH: path, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-MOST_OUTPUT / 64)
    })
  }
  child.on('error', fault => {
    output += String(fault)
  })
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null) return
    if (given.serverId) send(given.serverId, name)
    else child.kill(name)
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    signal('SIGTERM')
    const late = setTimeout(() => {
      signal('SIGKILL')
      child.kill('SIGKILL')
    }, 5_000)
    await ended
    clearTimeout(late)
  }
  // A test that fails half-way stops nothing.
  leftovers.add(stop)
  child.once('exit', () => leftovers.delete(stop))
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null || child.pid === undefined) break
    if (await given.ready()) return { output: () => output, stop }
    await wait(50)
  }
  await stop()
  throw new Error(`${program} ${args.join(' ')} did not come up:\n${output}`)
}

function send(to: () => number, signal: NodeJS.Signals): void {
  try {
    process.kill(to(), signal)
  } catch {
    // It is not there yet, or not any more.
  }
}

/**
 * A port of 127.0.0.1 that is free for UDP and TCP. It lies below those that the system gives to clients: one time in some
 * ten thousand, dig would get the port of the server that it asks, and take its own question for the answer.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(15_000, 32_000)
    const tcp = createServer()
    const udp = createSocket('udp4')
    try {
      tcp.listen(port, '127.0.0.1')
      await once(tcp, 'listening')
      udp.bind(port, '127.0.0.1')
      await once(udp, 'listening')
      return port
    } catch {
      // Taken: another one.
    } finally {
      udp.close()
      tcp.close()
    }
  }
  throw new Error('no port is free for both UDP and TCP')
}

/** A folder of its own for a server, which other users may read: some peers give up root. Gone after the last test of the file. */
export function temporaryFolder(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mailworthy-${what}-`))
  chmodSync(folder, 0o755)
  leftovers.add(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
