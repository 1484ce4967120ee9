// Durable puts a second of 10 KB messages, alone and together, and how many share a commit; then the same with outcomes.
// Beside them what the disk itself can do: figures of a store mean nothing without.
// With MANY=1000000 instead how long a start takes with so many messages waiting, and how much memory.
//   npm exec -c 'node bench/store.ts [folder]'
import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from '../src/relay/queue/queue.ts'
import { queueIds } from '../src/relay/queue/queue-id.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { aMessage, anEnvelope, contentOf, delivered } from '../test/support/queue-messages.ts'

const SECONDS = Number(process.env.SECONDS ?? 4)
const filling = process.argv[2] === '--fill'
const folder = filling ? '' : mkdtempSync(join(process.argv[2] ?? tmpdir(), 'mailworthy-bench-'))
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

const HOUR = 3_600_000

/** Puts many small messages that are due in an hour. */
async function fill(path: string, many: number): Promise<void> {
  const store = await openSqliteStore({ path, recent: 0 })
  const dueAt = Date.now() + HOUR
  const small = contentOf('small', 200)
  const nextId = queueIds()
  for (let done = 0; done < many; done += 1000) {
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) => {
        const envelope = anEnvelope(`someone@d${(done + n) % 5000}.example`, { dueAt, expiresAt: dueAt + HOUR })
        return store.queue.put(aMessage(nextId(Date.now())), small, [envelope])
      }),
    )
  }
  await store.close()
}

/** A start with that many. */
async function start(many: number): Promise<void> {
  const path = join(folder, 'many.db')
  // In a process of its own: memory is measured here.
  execFileSync(process.execPath, [import.meta.filename, '--fill', path, String(many)], { stdio: 'inherit' })
  const nextId = queueIds()
  const small = contentOf('small', 200)
  const before = process.memoryUsage().rss
  const started = performance.now()
  const store = await openSqliteStore({ path })
  const opened = performance.now()
  const queue = await Queue.open({
    store: store.queue,
    retry: { steps: [60_000], expiresAfter: 86_400_000, warnAfter: undefined },
    hopOf: recipient => recipient.slice(recipient.lastIndexOf('@') + 1),
    attempt: async () => [],
    onEvent: () => undefined,
  })
  queue.start()
  // Mail that comes meanwhile does not wait for it.
  const asked = performance.now()
  await store.queue.put(aMessage(nextId(Date.now())), small, [
    anEnvelope('someone@d1.example', { dueAt: Date.now() + HOUR }),
  ])
  const put = performance.now() - asked
  while (queue.figures.scheduled < many) await new Promise(resolve => setTimeout(resolve, 10))
  const known = performance.now()
  const rss = (process.memoryUsage().rss - before) / 1024 / 1024
  process.stdout.write(
    `${many} waiting: open after ${(opened - started).toFixed(0)} ms, a put meanwhile ${put.toFixed(0)} ms, all known after ${(known - started).toFixed(0)} ms, ${rss.toFixed(0)} MiB more\n`,
  )
  const [counted, counts] = [performance.now(), await store.queue.counts()]
  process.stdout.write(`counting ${counts.queued}: ${(performance.now() - counted).toFixed(0)} ms\n`)
  await queue.stop()
  await store.close()
}

if (filling) {
  await fill(process.argv[3]!, Number(process.argv[4]))
} else {
  const many = Number(process.env.MANY ?? 0)
  try {
    disk()
    if (many > 0) await start(many)
    else
      for (const withOutcomes of [false, true]) for (const together of [1, 20, 100]) await run(together, withOutcomes)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
