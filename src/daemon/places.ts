// Looks whether the places that the daemon needs are free, before anything is made or opened: what cannot start leaves nothing behind.
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bindOptions } from '../relay/intake/listener.ts'
import type { ListenerSettings } from '../relay/settings.ts'

/** Two daemons that start in the same moment look at the same addresses: a look is over long before this. */
const AGAIN_MS = 100
const LOOKS = 3

/**
 * Every address of every listener at once, so that they cannot be in each other's way either.
 * @throws the error of the first that cannot be bound.
 */
export async function checkAddresses(listeners: readonly ListenerSettings[]): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      await bindAll(listeners)
      return
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EADDRINUSE' || look === LOOKS) throw fault
      await wait(AGAIN_MS * (1 + Math.random()))
    }
  }
}

async function bindAll(listeners: readonly ListenerSettings[]): Promise<void> {
  const servers: Server[] = []
  try {
    for (const { bind } of listeners) {
      for (const at of bind) {
        const server = createServer(socket => socket.destroy())
        servers.push(server)
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject).listen(bindOptions(at, bind), resolve)
        })
      }
    }
  } finally {
    await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  }
}

/**
 * A socket that a daemon left behind when it was killed is no obstacle; everything else at its place is.
 * @throws Error in one line when the socket cannot be made there.
 */
export async function checkControlPlace(path: string): Promise<void> {
  const there = existsSync(dirname(path)) ? lstatSync(path, { throwIfNoEntry: false }) : undefined
  if (there === undefined) {
    mayMakeIn(dirname(path))
    return
  }
  // A path with an error in it must never cost somebody a file.
  if (!there.isSocket()) throw new Error(`${path} is no socket: it is left as it is, and control cannot stand there`)
  const heard = await new Promise<string | undefined>(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('answers')
    })
    socket.once('error', (fault: NodeJS.ErrnoException) => resolve(fault.code))
  })
  if (heard === 'answers') throw new Error(`another mailworthy answers at ${path}`)
  if (heard !== 'ECONNREFUSED' && heard !== 'ENOENT')
    throw new Error(`whether another mailworthy answers at ${path} cannot be seen (${heard})`)
}

/** The folder, or the nearest one above it that is there: the others are made. */
function mayMakeIn(folder: string): void {
  const parent = dirname(folder)
  if (!existsSync(folder) && parent !== folder) {
    mayMakeIn(parent)
    return
  }
  if (!statSync(folder).isDirectory()) throw new Error(`the control socket cannot be made: ${folder} is no directory`)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch {
    throw new Error(`the control socket cannot be made: this user may not write in ${folder}`)
  }
}
