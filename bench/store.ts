// Durable puts a second of 10 KB messages, alone and together, and how many share a commit; then the same with outcomes.
// Beside them what the disk itself can do: figures of a store mean nothing without.
//   npm exec -c 'node bench/store.ts [folder]'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { aMessage, anEnvelope, contentOf, delivered } from '../test/support/queue-messages.ts'

const SECONDS = Number(process.env.SECONDS ?? 4)
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'mailworthy-bench-'))
const content = contentOf('bench', 10_240)

function print(what: string, count: number, seconds: number, more = ''): void {
  process.stdout.write(
    `${what.padEnd(44)} ${Math.round(count / seconds)
      .toString()
      .padStart(7)}/s  ${more}\n`,
  )
}

function disk(): void {
  const file = openSync(join(folder, 'disk'), 'w')
  const started = performance.now()
  let count = 0
  while (performance.now() - started < 1000) {
    writeSync(file, content.message)
    fdatasyncSync(file)
    count++
  }
  closeSync(file)
  print('the disk: append 10 KB and fdatasync', count, (performance.now() - started) / 1000)
}

async function run(together: number, withOutcomes: boolean): Promise<void> {
  const store = await openSqliteStore({ path: join(folder, `${together}-${withOutcomes}.db`), recent: 0 })
  const started = performance.now()
  const cpu = process.cpuUsage()
  let count = 0
  let slowest = 0
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (performance.now() - started < SECONDS * 1000) {
        const id = (++count).toString().padStart(11, '0')
        const asked = performance.now()
        const [envelope] = await store.queue.put(aMessage(id), content, [anEnvelope()])
        slowest = Math.max(slowest, performance.now() - asked)
        if (withOutcomes) await store.queue.record([delivered(envelope!)])
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  const used = process.cpuUsage(cpu)
  const { batches, writes } = store.figures
  print(
    `${together} together, ${withOutcomes ? 'put and delivered' : 'put'}`,
    count,
    seconds,
    `${(writes / batches).toFixed(1)} writes a commit, ${((used.user + used.system) / count).toFixed(0)} µs CPU each, slowest ${slowest.toFixed(0)} ms`,
  )
  await store.close()
}

try {
  disk()
  for (const withOutcomes of [false, true]) for (const together of [1, 20, 100]) await run(together, withOutcomes)
} finally {
  rmSync(folder, { recursive: true })
}
