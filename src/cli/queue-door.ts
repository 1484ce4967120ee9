// The way of commands to the queue: through the running daemon, else into the store itself, under the same lock.
import { existsSync } from 'node:fs'
import type { Configuration } from '../config/load.ts'
import type { Envelope } from '../relay/envelope.ts'
import { Queue } from '../relay/queue/queue.ts'
import { visible } from '../report/visible.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { type QueueStore, type Stored, StoreFailure } from '../store/store.ts'
import { askDaemon, type Told } from './ask-daemon.ts'
import { UsageError } from './failure.ts'

export type QueueAct = 'hold' | 'release' | 'retry' | 'drop'

/** What commands do with the queue. */
export interface QueueDoor {
  /** Messages in this state by queue id, those after one; a page of them, the last one empty. */
  list(state: string, after: string | undefined): Promise<readonly Stored[]>
  find(id: string): Promise<Stored | undefined>
  /** One message, or all. @returns how many envelopes were changed */
  act(act: QueueAct, id: string | undefined, because: string): Promise<number>
}

const PAGE = 1000

/** @throws UsageError when neither way leads there. */
export async function atQueue<R>(configuration: Configuration, use: (door: QueueDoor) => Promise<R>): Promise<R> {
  const greeted = await askDaemon(configuration, 'GET', '/api/v1/queue?most=1')
  if (greeted !== undefined) return use(daemonDoor(configuration))
  const { path } = configuration.store
  // To look is not to make: a store made here would belong to whoever looked.
  if (!existsSync(path)) {
    process.stderr.write(`mailworthy: no daemon runs, and ${visible(path)} is not there yet\n`)
    return use({ list: async () => [], find: async () => undefined, act: async () => 0 })
  }
  try {
    const store = await openSqliteStore({ path })
    try {
      return await use(storeDoor(store.queue, configuration))
    } finally {
      await store.close()
    }
  } catch (failure) {
    if (failure instanceof StoreFailure) throw new UsageError(visible(failure.message))
    throw failure
  }
}

function daemonDoor(configuration: Configuration): QueueDoor {
  const ask = async (method: 'GET' | 'POST', route: string, body?: object): Promise<Told> => {
    const told = await askDaemon(configuration, method, `/api/v1/queue${route}`, body)
    if (told === undefined) throw new UsageError('the daemon has just ended: ask again')
    return told
  }
  return {
    async list(state, after) {
      const { body } = await ask(
        'GET',
        `?${new URLSearchParams({ state, most: String(PAGE), ...(after && { after }) })}`,
      )
      return (body as { messages: readonly Stored[] }).messages
    },
    async find(id) {
      const { status, body } = await ask('GET', `/${encodeURIComponent(id)}`)
      return status === 200 ? (body as Stored) : undefined
    },
    async act(act, message, because) {
      const { body } = await ask('POST', `/${act}`, {
        ...(message === undefined ? {} : { message }),
        ...(act === 'hold' ? { because } : {}),
      })
      return (body as { changed: number }).changed
    },
  }
}

function storeDoor(store: QueueStore, { relay }: Configuration): QueueDoor {
  return {
    list: (state, after) =>
      store.list({ state: state as Envelope['state'], ...(after === undefined ? {} : { after }) }, PAGE),
    find: id => store.find(id),
    async act(act, message, because) {
      // Never started: nothing is tried.
      const queue = await Queue.open({
        store,
        retry: relay.retry,
        hopOf: () => '',
        attempt: async job => job.envelopes.map(() => ({ kind: 'held', because }) as const),
        onEvent: () => {},
      })
      const which = message === undefined ? {} : { message }
      return act === 'hold' ? queue.desk.hold(which, because) : queue.desk[act](which)
    },
  }
}
