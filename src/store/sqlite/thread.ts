// The thread that owns the database: SQLite waits for the disk, and the event loop of the relay must not.
import { parentPort, workerData } from 'node:worker_threads'
import { StoreFailure } from '../store.ts'
import { BatchWriter } from './batch-writer.ts'
import { faultOfRead } from './fault.ts'
import { openDatabase } from './open-database.ts'
import type { Batch, Opened, Read, Reply, Result, ThreadSettings } from './orders.ts'
import { QueueTable } from './queue-table.ts'
import { ReportTable } from './report-table.ts'

const port = parentPort!
const settings = workerData as ThreadSettings

function serve(): void {
  const database = openDatabase(settings.path)
  const queue = new QueueTable(database)
  const reports = new ReportTable(database)
  const writer = new BatchWriter(database, queue, reports, settings)

  function answer(read: Read): unknown {
    switch (read.ask) {
      case 'waiting':
        return queue.waiting(read.after, read.most)
      case 'heldUntil':
        return queue.heldUntil(read.expiresBy, read.most)
      case 'find':
        return queue.find(read.message)
      case 'content':
        return queue.content(read.message)
      case 'list':
        return queue.list(read.selection, read.most)
      case 'counts':
        return queue.counts()
      case 'newest':
        return queue.newest()
      case 'last':
        return reports.last(read.domain, read.most)
      case 'all':
        return reports.all()
      case 'room':
        return writer.look()
    }
  }

  function resultOf(read: Read): Result {
    try {
      return { ok: true, value: answer(read) }
    } catch (error) {
      const { fault, message } = faultOfRead(error, settings.path)
      return { ok: false, fault, message }
    }
  }

  const reply = (of: Reply['of'], results: Result[], last: boolean): void =>
    port.postMessage({ of, results, health: writer.health, last } satisfies Reply)

  port.on('message', (batch: Batch | 'close') => {
    if (batch === 'close') {
      database.close()
      port.close()
      return
    }
    const { writes, reads } = batch
    if (writes.length > 0) reply('writes', writer.write(batch), reads.length === 0)
    if (reads.length > 0) reply('reads', reads.map(resultOf), true)
    writer.tidy()
  })

  port.postMessage({
    ok: true,
    newestEnvelope: queue.newestEnvelope(),
    health: writer.health,
  } satisfies Opened)
}

try {
  serve()
} catch (error) {
  if (!(error instanceof StoreFailure)) throw error
  port.postMessage({ ok: false, fault: error.fault, message: error.message } satisfies Opened)
}
