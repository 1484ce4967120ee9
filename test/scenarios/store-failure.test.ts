// A store that fails for good, under the running relay: clients are told to come back, the relay ends with status 1, and a new start has everything.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { mailworthy } from '../support/run-cli.ts'
import { makeServedHouse, type Served, type ServedHouse, submit } from '../support/served-relay.ts'
import { type Sink, startSink } from '../support/sink.ts'

let lab: Lab
let house: ServedHouse
let sink: Sink
let file: string
let takes: boolean

beforeEach(async () => {
  takes = false
  lab = await startLab()
  sink = await startSink({ behavior: step => (step === 'RCPT' && !takes ? '451 4.2.1 come back later' : undefined) })
  house = await makeServedHouse(lab, sink.port)
  file = house.write('slow.yaml', house.text.replace('steps: [1s]', 'steps: [1h]'))
})
afterEach(async () => {
  await house.remove()
  await lab.close()
})

const path = (): string => join(house.folder, 'var/mailworthy.db')

async function start(): Promise<Served> {
  const served = house.start(file)
  await served.says(/ audited domain=healthy\.example /)
  return served
}

const send = (): Promise<string> => submit(house.port, 'app@healthy.example', 'ann@example.net')

async function oneWaits(served: Served): Promise<string> {
  const [, id] = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(await send()) ?? []
  await served.says(new RegExp(` deferred id=${id} `))
  return id!
}

/** It ends by itself, says why in one line, and leaves no socket. */
async function failed(served: Served, because: RegExp): Promise<void> {
  const ended = await Promise.race([served.ended, new Promise(resolve => setTimeout(resolve, 20_000, 'it runs'))])
  expect(ended, served.output()).toEqual({ status: 1, signal: null })
  const lines = served.output().trimEnd().split('\n')
  const told = lines.filter(line => line.includes(' store-failed '))
  expect(told, served.output()).toHaveLength(1)
  expect(told[0]).toMatch(/^20\S+Z error store-failed because=".+" status=1$/)
  expect(told[0]).toMatch(because)
  expect(lines.at(-1)).toMatch(/ info stopped$/)
  expect(served.output()).not.toContain(' stopping ')
  expect(readdirSync(join(house.folder, 'var'))).not.toContain('mailworthy.sock')
}

/** What a supervisor does, when the disk is well again. */
async function startedAnew(ids: readonly string[]): Promise<void> {
  takes = true
  const again = await start()
  expect((await mailworthy(['queue', 'retry', '--all', '--config', file, '-q'])).stdout).toMatch(/ to be tried now\n$/)
  await expect.poll(() => sink.mails.length, { timeout: 10_000 }).toBe(ids.length)
  for (const id of ids) await again.says(new RegExp(` delivered id=${id} `))
  again.signal('SIGTERM')
  expect(await again.ended, again.output()).toEqual({ status: 0, signal: null })
}

describe('a store that fails', () => {
  it('because the file is broken: 451, status 1, and a mended file goes on', async () => {
    const first = await start()
    const id = await oneWaits(first)
    first.signal('SIGTERM')
    await first.ended
    copyFileSync(path(), `${path()}.good`)
    const database = new Database(path())
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'content'").pluck().get() as number
    database.close()
    const octets = readFileSync(path())
    octets.fill(0xff, (root - 1) * 4096, root * 4096)
    writeFileSync(path(), octets)
    // Nothing that is read at the start stands there.
    const served = await start()
    expect(await send()).toMatch(/^451 4\.3\.0 /)
    await failed(served, /mailworthy\.db: writing failed \(SQLITE_CORRUPT/)
    copyFileSync(`${path()}.good`, path())
    expect(existsSync(`${path()}-wal`)).toBe(false)
    await startedAnew([id])
  }, 60_000)

  const limits = existsSync('/usr/bin/prlimit')
  it.skipIf(!limits)(
    'because the disk refuses to write (skipped where there is no prlimit)',
    async () => {
      const served = await start()
      const ids = [await oneWaits(served), await oneWaits(served)]
      // From here on every write to a file ends with EFBIG: no lack of room, but a failure.
      execFileSync('/usr/bin/prlimit', ['--pid', String(served.id), '--fsize=0'])
      const { status, stdout, stderr } = await mailworthy(['queue', 'hold', '--all', '--config', file, '-q'])
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^mailworthy: \S+mailworthy\.db: writing failed \(SQLITE_IOERR_WRITE: .*\)\n$/)
      await failed(served, /mailworthy\.db: writing failed \(SQLITE_IOERR_WRITE/)
      await startedAnew(ids)
    },
    60_000,
  )

  it.skipIf(!limits)(
    'while an outcome is written: it is not lost, but made again (skipped where there is no prlimit)',
    async () => {
      const served = await start()
      const id = await oneWaits(served)
      takes = true
      execFileSync('/usr/bin/prlimit', ['--pid', String(served.id), '--fsize=0'])
      expect(await send()).toMatch(/^451 4\.3\.0 /)
      await failed(served, /SQLITE_IOERR_WRITE/)
      expect(sink.mails).toEqual([])
      await startedAnew([id])
    },
    60_000,
  )
})
