// A process that puts messages into a store at full speed until it is killed, and says of each what it was promised.
//
// Lines in a file, one for each promise that was kept: `put ID`, `delivered ID`. Every third message has two recipients; of
// those only the first is delivered. Every hundredth is large.
import { openSync, writeSync } from 'node:fs'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { aMessage, anEnvelope, contentOf, delivered } from './queue-messages.ts'

const [path, promises, round, together = '20', reserve] = process.argv.slice(2)
const store = await openSqliteStore({ path: path!, ...(reserve === undefined ? {} : { reserve: Number(reserve) }) })

// What was written is the system's, whatever becomes of this process.
const file = openSync(promises!, 'a')
const say = (line: string): void => void writeSync(file, `${line}\n`)

let count = 0
async function write(): Promise<void> {
  for (;;) {
    const number = ++count
    const id = `${round}-${number}`
    const content = contentOf(id, number % 100 === 0 ? 300_000 : 2_000)
    const recipients = number % 3 === 0 ? ['ann@a.test', 'bob@b.test'] : ['ann@a.test']
    const [ann] = await store.queue.put(
      aMessage(id),
      content,
      recipients.map(r => anEnvelope(r)),
    )
    say(`put ${id}`)
    if (number % 2 === 0) continue
    await store.queue.record([delivered(ann!)])
    say(`delivered ${id}`)
  }
}

try {
  await Promise.all(Array.from({ length: Number(together) }, write))
} catch (error) {
  // Whoever runs this wants to know how a store says that it cannot.
  say(`refused ${(error as { fault?: string }).fault} ${store.queue.health.kind} ${(error as Error).message}`)
  // Not closed: only what was promised counts.
  setInterval(() => undefined, 1000)
}
