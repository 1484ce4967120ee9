// Kills a process that fills a store, again and again, and holds what the store has against what it had promised.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { QueueStore } from '../../src/store/store.ts'
import { contentOf } from './queue-messages.ts'

export const writer = fileURLToPath(new URL('./store-writer.ts', import.meta.url))

/** What was promised, and what is wrong with it. */
export interface Trial {
  put: number
  delivered: number
  readonly wrong: string[]
}

/** One life of the writer, ended so long after its first promise, or after its start. @returns what it said before it died. */
async function oneLife(path: string, round: number, from: 'promise' | 'start', afterMs: number): Promise<string[]> {
  const promises = `${path}.${round}.promises`
  writeFileSync(promises, '')
  const child = spawn(process.execPath, [writer, path, promises, String(round)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>
  while (from === 'promise' && statSync(promises).size === 0 && child.exitCode === null) await wait(5)
  await wait(afterMs)
  child.kill('SIGKILL')
  const [, signal] = await exit
  if (signal !== 'SIGKILL') throw new Error('the writer did not live until it was killed')
  return readFileSync(promises, 'utf8').split('\n').slice(0, -1)
}

/** Holds what a store has against the lines that were said. */
export async function audit(queue: QueueStore, lines: readonly string[], trial: Trial): Promise<void> {
  const ids = (word: string): string[] => lines.filter(l => l.startsWith(`${word} `)).map(l => l.split(' ')[1]!)
  const delivered = new Set(ids('delivered'))
  const put = ids('put')
  trial.put += put.length
  trial.delivered += delivered.size
  trial.wrong.push(...lines.filter(line => line.startsWith('refused')))
  for (const id of put) {
    const stored = await queue.find(id)
    if (stored === undefined) trial.wrong.push(`${id} was promised and is missing`)
    else if (delivered.has(id) && stored.envelopes[0]!.state !== 'delivered') {
      trial.wrong.push(`${id} was delivered and would be again`)
    }
  }
}

/** Also what nobody was promised is whole, if it is there: message, envelopes, octets. */
export async function wholeness(queue: QueueStore, trial: Trial): Promise<void> {
  for (let after = ''; ; ) {
    const page = await queue.list({ after }, 500)
    for (const { message, envelopes } of page) {
      const number = Number(message.id.split('-')[1])
      if (envelopes.length !== (number % 3 === 0 ? 2 : 1)) trial.wrong.push(`${message.id} lacks a recipient`)
      const content = await queue.content(message.id)
      const open = envelopes.some(e => e.state === 'queued')
      if (!open && content === undefined) continue
      const meant = contentOf(message.id, number % 100 === 0 ? 300_000 : 2_000)
      const same =
        content !== undefined &&
        Buffer.compare(content.message, meant.message) === 0 &&
        Buffer.compare(content.signatures, meant.signatures) === 0
      if (!open || !same) trial.wrong.push(`${message.id} has not the octets that were put`)
    }
    if (page.length === 0) return
    after = page.at(-1)!.message.id
  }
}

/**
 * Kills the writer so often, each time between 0 and `longest` milliseconds after its first promise or its start, on one file.
 * @param random from 0 to 1.
 */
export async function crashTrial(path: string, kills: number, longest: number, random: () => number): Promise<Trial> {
  const trial: Trial = { put: 0, delivered: 0, wrong: [] }
  for (let round = 1; round <= kills; round++) {
    // From the start: so that it dies while it brings home what its predecessor left, too.
    const from = round % 4 === 0 ? 'start' : 'promise'
    const lines = await oneLife(path, round, from, random() * longest)
    const store = await openSqliteStore({ path, recent: 0 })
    await audit(store.queue, lines, trial)
    if (round === kills) await wholeness(store.queue, trial)
    await store.close()
  }
  return trial
}
