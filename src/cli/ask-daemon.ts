// How commands ask the running daemon: over its control socket, with what it refuses turned into a line and status 2.
import type { Configuration } from '../config/load.ts'
import { askControl } from '../daemon/control.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

/** What it answered; the status is 200, or 404 where that was said to be an answer too. */
export interface Told {
  readonly status: number
  readonly body: unknown
}

/**
 * Asks it.
 * @returns undefined when no daemon answers
 * @throws UsageError when it refuses, when this user may not ask it, or when something else answers there.
 */
export async function askDaemon(
  { control: { path } }: Pick<Configuration, 'control'>,
  method: 'GET' | 'POST',
  route: string,
  body?: object,
): Promise<Told | undefined> {
  const told = await askControl(path, method, route, body).catch(fault => {
    throw new UsageError(`the daemon at ${visible(path)} cannot be asked: ${visible(fileTrouble(fault))}`)
  })
  if (told === undefined || told.status === 200 || told.status === 404) return told
  const { error = `status ${told.status}` } = told.body as { error?: string }
  throw new UsageError(visible(error))
}
