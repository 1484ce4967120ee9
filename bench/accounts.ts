// Programs of a benchmark, with an account of their CPU time: all threads and all children, those that have ended too.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { delimiter } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const GROUPS = '/sys/fs/cgroup/cpuacct'
/** Of /proc/stat: USER_HZ is 100 on every Linux that Node runs on. */
const TICKS = 100

/** Debian keeps servers where an ordinary PATH does not look. */
const PATH = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].join(delimiter)

/** A control group whose CPU time is counted. */
export interface Account {
  /** Starts a program in it. */
  start(program: string, args: readonly string[], stdio?: 'ignore' | 'pipe'): ChildProcess
  /** Seconds of CPU so far. */
  seconds(): number
  /** Whether something runs in it. */
  busy(): boolean
  close(): void
}

/** Opens an account. Throws where control groups (version 1, cpuacct) cannot be written. */
export function openAccount(name: string): Account {
  const group = `${GROUPS}/mailworthy-bench-${process.pid}-${name}`
  mkdirSync(group)
  return {
    start(program, args, stdio = 'ignore') {
      // The shell enters the group, and then becomes the program: nothing of it runs outside.
      const child = spawn('sh', ['-c', `echo $$ > ${group}/tasks && exec "$0" "$@"`, program, ...args], {
        env: { ...process.env, PATH, LC_ALL: 'C' },
        stdio: ['ignore', stdio, stdio === 'pipe' ? 'pipe' : 'inherit'],
      })
      return child
    },
    seconds: () => Number(readFileSync(`${group}/cpuacct.usage`, 'utf8')) / 1e9,
    busy: () => readFileSync(`${group}/cgroup.procs`, 'utf8') !== '',
    close() {
      rmdirSync(group)
    },
  }
}

/** Puts this process into an account too, so that what it does is not taken for the load of strangers. */
export function enterGroup(name: string): () => number {
  const group = `${GROUPS}/mailworthy-bench-${process.pid}-${name}`
  writeFileSync(`${group}/cgroup.procs`, `${process.pid}`)
  return () => Number(readFileSync(`${group}/cpuacct.usage`, 'utf8')) / 1e9
}

/** Leaves it again: a group with a process in it cannot be removed. */
export function leaveGroup(): void {
  writeFileSync(`${GROUPS}/cgroup.procs`, `${process.pid}`)
}

/** Seconds of CPU that this machine has spent, whoever did. */
export function machineSeconds(): number {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number]
  return (user + nice + system + irq + softirq) / TICKS
}

/** Waits until others leave the machine alone, or for `most` milliseconds. */
export async function quiet(most: number): Promise<void> {
  const until = performance.now() + most
  while (performance.now() < until) {
    const before = machineSeconds()
    await wait(500)
    if ((machineSeconds() - before) / 0.5 < 0.15 * cpus().length) return
  }
}

/** Ends a program by its own id, at last by force. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(late)
}
