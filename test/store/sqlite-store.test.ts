// What is the embedded store's own: its file, its lock, its commits, and how it says no.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { openSqliteStore, type SqliteSettings } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aMessage, anEnvelope, contentOf, delivered } from '../support/queue-messages.ts'
import { report as sampleReport } from '../support/sample-reports.ts'

const holder = fileURLToPath(new URL('../support/store-holder.ts', import.meta.url))

let folder: string
let path: string
const opened: Store[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-store-'))
  path = join(folder, 'mail.db')
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true })
})

async function open(settings: Partial<SqliteSettings> = {}) {
  const store = await openSqliteStore({ path, recent: 0, ...settings })
  opened.push(store)
  return store
}

const put = (store: Store, id: string) => store.queue.put(aMessage(id), contentOf(id), [anEnvelope()])

describe('the file', () => {
  it('is made with its folder, for its owner alone', async () => {
    path = join(folder, 'var/lib/mail.db')
    const store = await open()
    await put(store, 'A1')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'var/lib')).mode & 0o077).toBe(0)
  })

  it('is taken away from others when it was theirs to read', async () => {
    await (await open()).close()
    chmodSync(path, 0o644)
    await open()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('keeps everything from one opening to the next, and goes on counting', async () => {
    const first = await open()
    const [ann] = await put(first, 'A1')
    await first.close()
    const second = await open()
    expect(await second.queue.find('A1')).toMatchObject({ envelopes: [{ id: ann!.id, state: 'queued' }] })
    const [bob] = await put(second, 'A2')
    expect(bob!.id).toBeGreaterThan(ann!.id)
    expect((await second.queue.newest())?.message).toBe('A2')
  })

  it('does what was asked before it closes, and nothing after', async () => {
    const store = await open()
    const puts = Promise.all(['A1', 'A2', 'A3'].map(id => put(store, id)))
    const [one, two] = [store.close(), store.close()]
    await puts
    await Promise.all([one, two])
    await expect(put(store, 'A4')).rejects.toMatchObject({ fault: 'closed' })
    expect((await (await open()).queue.counts()).queued).toBe(3)
  })
})

describe('opening', () => {
  it('is refused in one line while another process has it', async () => {
    const child = spawn(process.execPath, [holder, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const lines = createInterface(child.stdout)
      expect((await once(lines, 'line'))[0]).toBe('open')
      await expect(open()).rejects.toMatchObject({
        fault: 'locked',
        message: `${path} is in use by another process: only one may have it open`,
      })
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    // Its death is enough.
    await put(await open(), 'A1')
  })

  it('refuses another process while this one has it, even after trying twice itself', async () => {
    const store = await open()
    await expect(open()).rejects.toMatchObject({ fault: 'locked' })
    const child = spawn(process.execPath, [holder, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(child, 'exit')
    expect((await once(createInterface(child.stdout), 'line'))[0]).toMatch(/^locked: .* only one may have it open$/)
    await exit
    await put(store, 'A1')
  })

  it('refuses what a newer mailworthy wrote, and leaves it as it is', async () => {
    await (await open()).close()
    const database = new Database(path)
    database.exec('INSERT INTO schema VALUES (99, 0)')
    database.close()
    await expect(open()).rejects.toMatchObject({
      fault: 'newer',
      message: `${path} was written by a newer mailworthy (schema 99, this one knows 1): run that one, or name another file`,
    })
  })

  it.each([
    [
      'a file of something else',
      (at: string) => writeFileSync(at, 'this is a letter, not a database\n'.repeat(200)),
      'foreign',
      'is not a database of mailworthy',
    ],
    [
      'a database of another program',
      (at: string) => new Database(at).exec('CREATE TABLE mail (x)').close(),
      'foreign',
      'is a database of another program',
    ],
    ['a folder', (at: string) => mkdirSync(at), 'unusable', 'cannot be opened'],
  ])('refuses %s', async (_, make, fault, says) => {
    make(path)
    const before = statSync(path).isFile() ? readFileSync(path) : undefined
    await expect(open()).rejects.toMatchObject({ fault, message: expect.stringContaining(says) })
    if (before) expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('refuses a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'taken'), '')
    path = join(folder, 'taken/mail.db')
    await expect(open()).rejects.toMatchObject({ fault: 'unusable', message: expect.stringContaining(path) })
  })

  it('takes an empty file, as a half-finished first start leaves one', async () => {
    writeFileSync(path, '')
    await put(await open(), 'A1')
  })
})

describe('commits', () => {
  it('are shared by all that comes while one runs', async () => {
    const store = await open()
    const asked = Array.from({ length: 300 }, (_, n) => put(store, `A${n}`))
    // More come while those are being written.
    await asked[0]
    asked.push(...Array.from({ length: 300 }, (_, n) => put(store, `B${n}`)))
    await Promise.all(asked)
    expect(store.figures.writes).toBe(600)
    expect(store.figures.batches).toBeLessThanOrEqual(3)
    expect((await store.queue.counts()).queued).toBe(600)
  })

  it('bring the log home before it grows without end', async () => {
    const store = await open()
    const content = contentOf('large', 1_000_000)
    for (let round = 0; round < 6; round++) {
      const envelopes = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => {
          const [envelope] = await store.queue.put(aMessage(`${round}-${n}`), content, [anEnvelope()])
          return delivered(envelope!)
        }),
      )
      await store.queue.record(envelopes)
    }
    // 60 MB went through it.
    expect(statSync(`${path}-wal`).size).toBeLessThan(45_000_000)
    expect((await store.queue.counts()).queued).toBe(0)
  })
})

describe('trouble', () => {
  it('refuses mail while the disk has less than the reserve, and still records what becomes of it', async () => {
    const before = await open()
    const [ann] = await put(before, 'A1')
    await before.close()
    const store = await open({ reserve: Number.MAX_SAFE_INTEGER })
    expect(store.queue.health).toMatchObject({ kind: 'full', because: expect.stringContaining('the disk is full') })
    await expect(put(store, 'A2')).rejects.toMatchObject({ fault: 'full' })
    await store.queue.record([delivered(ann!)])
    expect(await store.queue.counts()).toMatchObject({ queued: 0 })
    expect(await store.queue.find('A2')).toBeUndefined()
  })

  it('tells a message whose octets are not those that were put, and delivers the others', async () => {
    const first = await open()
    await put(first, 'A1')
    await put(first, 'A2')
    await first.close()
    const database = new Database(path)
    const octets = Buffer.from(contentOf('A1').message)
    octets[300]! ^= 1
    database.prepare('UPDATE content SET octets = ? WHERE message = 1').run(octets)
    database.close()
    const store = await open()
    await expect(store.queue.content('A1')).rejects.toMatchObject({
      fault: 'damaged',
      message: 'the content of A1 is not what was taken: its checksum differs',
    })
    expect(await store.queue.content('A2')).toBeDefined()
    expect(store.queue.health.kind).toBe('healthy')
  })

  it('takes nothing more when the database is broken under it', async () => {
    const first = await open()
    await put(first, 'A1')
    await first.close()
    const database = new Database(path)
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").pluck().get() as number
    database.close()
    const octets = readFileSync(path)
    octets.fill(0xff, (root - 1) * 4096, root * 4096)
    writeFileSync(path, octets)
    const store = await open()
    await expect(put(store, 'A2')).rejects.toMatchObject({ fault: 'io' })
    expect(store.queue.health).toMatchObject({ kind: 'failed', because: expect.stringContaining('SQLITE_CORRUPT') })
    await expect(put(store, 'A3')).rejects.toMatchObject({ fault: 'io' })
  })
})

describe('reports', () => {
  const report = (domain: string, at: string, verdict: Report['verdict'] = 'pass'): Report =>
    sampleReport({ domain, at, verdict, findings: [] })

  it('are kept for each domain, the last ones, over openings', async () => {
    const first = await open()
    expect(await first.reports.last('example.org')).toBeUndefined()
    for (let hour = 10; hour < 23; hour++) await first.reports.keep(report('example.org', `2026-11-20T${hour}:00:00Z`))
    await first.reports.keep(report('bücher.example', '2026-11-20T08:00:00Z', 'fail'))
    await first.close()
    const { reports } = await open()
    expect(await reports.last('example.org')).toEqual({
      at: Date.UTC(2026, 10, 20, 22),
      report: report('example.org', '2026-11-20T22:00:00Z'),
    })
    expect((await reports.history('example.org', 100)).map(kept => kept.report.at)).toHaveLength(10)
    expect((await reports.history('example.org', 2)).map(kept => kept.report.at)).toEqual([
      '2026-11-20T22:00:00Z',
      '2026-11-20T21:00:00Z',
    ])
    expect((await reports.all()).map(kept => `${kept.report.domain} ${kept.report.verdict}`)).toEqual([
      'bücher.example fail',
      'example.org pass',
    ])
  })

  it('leave nothing beside the file after a good end', async () => {
    const store = await open()
    await store.reports.keep(report('example.org', '2026-11-20T08:00:00Z'))
    await store.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })
})
