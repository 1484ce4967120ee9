// The store against the worst that can happen to it: kill -9 a hundred times, a power cut at any moment, a disk that fails or is full.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Envelope } from '../../src/relay/envelope.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { StoreFailure } from '../../src/store/store.ts'
import { audit, crashTrial, type Trial, wholeness, writer } from '../support/crash-trial.ts'
import { aMessage, anEnvelope, contentOf, delivered } from '../support/queue-messages.ts'
import { Disk, readTrace, straceArguments } from './support/power-cut.ts'
import { excused, mustRun, temporaryFolder } from './support/program.ts'

const proof = process.env.PROOF === '1'
const noTrial = (): Trial => ({ put: 0, delivered: 0, wrong: [] })

/** Random, but the same for the same seed, which a failing test shows. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** The writer under strace, until `over` says so; then both are killed. */
async function writeTraced(folder: string, args: readonly string[], over: (promises: string) => boolean) {
  const promises = join(folder, 'promises')
  writeFileSync(promises, '')
  const log = `${folder}.log`
  onTestFinished(() => rmSync(log, { force: true }))
  const child = spawn(
    'strace',
    [...args, '-o', log, process.execPath, writer, join(folder, 'mail.db'), promises, '1', '3'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    },
  )
  const exit = once(child, 'exit')
  for (let tries = 0; tries < 2000 && !over(readFileSync(promises, 'utf8')); tries++) await wait(10)
  process.kill(-child.pid!, 'SIGKILL')
  await exit
  return { log, lines: readFileSync(promises, 'utf8').split('\n').slice(0, -1) }
}

describe('kill -9', () => {
  it(`${proof ? 100 : 10} times at full speed loses nothing that was promised`, async () => {
    const path = join(temporaryFolder('kills'), 'mail.db')
    const trial = await crashTrial(path, proof ? 100 : 10, 500, Math.random)
    process.stderr.write(`store: ${trial.put} messages and ${trial.delivered} outcomes were promised\n`)
    expect(trial.wrong).toEqual([])
    expect(trial.put).toBeGreaterThan(500)
  }, 600_000)
})

describe.skipIf(excused('strace'))('a power cut', () => {
  it('at any moment leaves all that was promised, and nothing half', async () => {
    const folder = temporaryFolder('power')
    const { log } = await writeTraced(folder, straceArguments, said => said.split('\n').length > (proof ? 2500 : 800))
    const acts = await readTrace(log, folder, 'promises')
    const seed = Date.now() % 2 ** 31
    const random = randomFrom(seed)
    const cuts = new Set(Array.from({ length: proof ? 100 : 15 }, () => Math.floor(random() * acts.length)))
    const disk = new Disk()
    const lines: string[] = []
    for (const [index, act] of acts.entries()) {
      disk.do(act)
      if (act.kind === 'said') lines.push(act.line)
      if (!cuts.has(index)) continue
      for (const luck of ['none', 'all', 'any'] as const) {
        const place = join(folder, `cut-${index}-${luck}`)
        mkdirSync(place)
        for (const [name, octets] of disk.afterCut(luck, random)) writeFileSync(join(place, name), octets)
        const trial = noTrial()
        const store = await openSqliteStore({ path: join(place, 'mail.db'), recent: 0 })
        await audit(store.queue, lines, trial)
        await wholeness(store.queue, trial)
        await store.close()
        rmSync(place, { recursive: true })
        expect({ cut: index, luck, seed, wrong: trial.wrong }).toEqual({ cut: index, luck, seed, wrong: [] })
      }
    }
    expect(lines.length).toBeGreaterThan(500)
  }, 600_000)
})

describe.skipIf(excused('strace'))('a disk that fails', () => {
  it.each(['EIO', 'ENOSPC'])('at an fsync with %s is believed the first time, and asked nothing more', async error => {
    const folder = temporaryFolder('failing')
    const fault = ['-e', `inject=fsync,fdatasync:error=${error}:when=60`]
    const { log, lines } = await writeTraced(folder, [...straceArguments, ...fault], said => said.includes('refused'))
    const refusal = lines.filter(line => line.startsWith('refused'))
    expect(refusal[0]).toMatch(/^refused io failed .*mail\.db: writing failed \(SQLITE_IOERR/)
    const calls = readFileSync(log, 'latin1')
      .split('\n')
      .filter(line => / f(data)?sync\(/.test(line))
    const failed = calls.findIndex(line => line.includes('(INJECTED)'))
    expect(failed).toBeGreaterThan(10)
    // Another fsync would have said that all is well.
    expect(calls.slice(failed + 1)).toEqual([])
    // All that was promised before is there.
    const trial = noTrial()
    const store = await openSqliteStore({ path: join(folder, 'mail.db'), recent: 0 })
    await audit(
      store.queue,
      lines.filter(line => !line.startsWith('refused')),
      trial,
    )
    await wholeness(store.queue, trial)
    await store.close()
    expect(trial.wrong).toEqual([])
    expect(trial.put).toBeGreaterThan(5)
  })
})

describe.skipIf(excused('root'))('a disk that is full', () => {
  async function smallDisk(): Promise<string> {
    const folder = temporaryFolder('full')
    await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder])
    // Before the folder is taken away; lazily, because a test that failed left the store open.
    onTestFinished(() => void execFileSync('umount', ['-l', folder]))
    return folder
  }

  it('refuses mail with 452 in mind, loses none, and takes mail again when there is room', async () => {
    const folder = await smallDisk()
    const path = join(folder, 'mail.db')
    writeFileSync(join(folder, 'others'), Buffer.alloc(4_000_000))
    const store = await openSqliteStore({ path, reserve: 0, recent: 0 })
    const put = (id: string) => store.queue.put(aMessage(id), contentOf(id, 50_000), [anEnvelope()])
    const taken: Envelope[] = []
    let refused: StoreFailure | undefined
    for (let n = 0; refused === undefined; n++) {
      try {
        taken.push(...(await put(`A${n}`)))
      } catch (failure) {
        refused = failure as StoreFailure
      }
    }
    expect(refused).toMatchObject({ fault: 'full', message: `${path}: the disk is full` })
    expect(taken.length).toBeGreaterThan(20)
    await expect(put('B1')).rejects.toMatchObject({ fault: 'full' })
    expect(store.queue.health.kind).toBe('full')
    rmSync(join(folder, 'others'))
    for (let tries = 0; tries < 50 && store.queue.health.kind === 'full'; tries++) await wait(100)
    expect(store.queue.health.kind).toBe('healthy')
    await put('B2')
    await store.queue.record(taken.slice(0, 10).map(e => delivered(e)))
    await store.close()

    const again = await openSqliteStore({ path, reserve: 0, recent: 0 })
    for (const { message } of taken.slice(10)) {
      expect(Buffer.compare((await again.queue.content(message))!.message, contentOf(message, 50_000).message)).toBe(0)
    }
    expect((await again.queue.counts()).queued).toBe(taken.length - 10 + 1)
    await again.close()
  })

  it('can be opened after a crash, so that mail goes out and makes room', async () => {
    const folder = await smallDisk()
    const path = join(folder, 'mail.db')
    const promises = join(temporaryFolder('promises'), 'promises')
    writeFileSync(promises, '')
    const child = spawn(process.execPath, [writer, path, promises, '1', '20', '0'], { stdio: 'inherit' })
    const exit = once(child, 'exit')
    for (let tries = 0; tries < 1000 && statSync(promises).size < 5000; tries++) await wait(5)
    child.kill('SIGKILL')
    await exit
    // Others take what is left.
    const rest = openSync(join(folder, 'others'), 'w')
    try {
      for (;;) writeSync(rest, Buffer.alloc(4096))
    } catch {
      closeSync(rest)
    }
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
    const trial = noTrial()
    const store = await openSqliteStore({ path, reserve: 0, recent: 0 })
    const lines = readFileSync(promises, 'utf8').split('\n').slice(0, -1)
    await audit(
      store.queue,
      lines.filter(line => !line.startsWith('refused')),
      trial,
    )
    await wholeness(store.queue, trial)
    await store.close()
    expect(trial.wrong).toEqual([])
    expect(trial.put).toBeGreaterThan(50)
  })

  it('keeps room to write down what becomes of the mail that it has', async () => {
    const folder = await smallDisk()
    const path = join(folder, 'mail.db')
    const store = await openSqliteStore({ path, reserve: 3_000_000, recent: 0 })
    const taken: Envelope[] = []
    for (let full = false; !full; ) {
      const id = `A${taken.length}`
      const put = store.queue.put(aMessage(id), contentOf(id, 50_000), [anEnvelope()])
      const envelopes = await put.catch((failure: StoreFailure) => {
        expect(failure.fault).toBe('full')
        full = true
        return []
      })
      taken.push(...envelopes)
    }
    expect(taken.length).toBeGreaterThan(20)
    for (const envelope of taken) await store.queue.record([delivered(envelope)])
    expect(await store.queue.counts()).toEqual({ queued: 0, held: 0, oldestTakenAt: undefined })
    expect(statSync(path).size).toBeGreaterThan(0)
    await store.close()
  })
})
