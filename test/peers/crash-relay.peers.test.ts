// Every 250 arrives: the relay is killed at random moments under load, started again, and in the end nothing promised is missing.
//
// Twenty kills, or a hundred with PROOF=1. It stands with the peers for its length; it needs none of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { type MxServer, startMx, type TakenMail } from '../../src/lab/mx-server.ts'
import { usualLimits } from '../../src/relay/queue/ports.ts'
import { RawSmtp } from '../support/raw-smtp.ts'
import { mailworthy } from '../support/run-cli.ts'
import { makeServedHouse, type Served, type ServedHouse } from '../support/served-relay.ts'
import { startSink } from '../support/sink.ts'
import { startTirelessClient, type TirelessClient } from '../support/tireless-client.ts'

const KILLS = process.env.PROOF === '1' ? 100 : 20
const CONNECTIONS = 8
/** What a kill may leave delivered and not yet written down was delivered this shortly before. */
const IN_FLIGHT_MS = 1_500

let lab: Lab
let sink: MxServer
let house: ServedHouse
let client: TirelessClient | undefined
let arrivals: Map<string, number[]>
let odd: string[]

function arrive({ data }: TakenMail): void {
  const text = data.toString('latin1')
  const id = /^Message-ID: <([^>]+)>\r$/m.exec(text)?.[1] ?? 'none'
  if (!/^DKIM-Signature: /.test(text) || !text.endsWith('Good day.\r\n')) odd.push(id)
  arrivals.set(id, [...(arrivals.get(id) ?? []), Date.now()])
}

beforeEach(async () => {
  arrivals = new Map()
  odd = []
  lab = await startLab()
  sink = await startMx({ hostname: 'sink.example', onMail: arrive })
  house = await makeServedHouse(lab, sink.port)
})
afterEach(async () => {
  await client?.stop()
  client = undefined
  await house.remove()
  await sink.close()
  await lab.close()
})

async function stopped(served: Served): Promise<void> {
  const asked = Date.now()
  served.signal('SIGTERM')
  expect(await served.ended, served.output()).toEqual({ status: 0, signal: null })
  expect(Date.now() - asked).toBeLessThan(15_000)
}

it(`loses nothing that it has promised, killed ${KILLS} times`, async () => {
  const promises = join(house.folder, 'promises')
  const begun = startTirelessClient(house.port, CONNECTIONS, promises)
  client = begun
  const kills: number[] = []
  const promised = (): number => begun.acknowledged.length
  for (let round = 0; round < KILLS; round++) {
    const served = house.start()
    if (round % 5 === 4) {
      // Also while it starts.
      await wait(Math.random() * 1_500)
    } else {
      const before = promised()
      await served.says(/ listening /)
      await expect.poll(promised, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before)
      await wait(Math.random() * 1_000)
    }
    served.signal('SIGKILL')
    kills.push(Date.now())
    expect(await served.ended, served.output()).toEqual({ status: null, signal: 'SIGKILL' })
  }
  const last = house.start()
  await last.says(/ listening /)
  await begun.stop()
  const ids = readFileSync(promises, 'utf8').trimEnd().split('\n')
  expect(ids.length).toBeGreaterThan(KILLS * 20)
  await expect.poll(() => ids.filter(id => !arrivals.has(id)).length, { timeout: 60_000, interval: 200 }).toBe(0)
  await expect
    .poll(async () => (await mailworthy(['queue', 'list', '--config', house.file, '-q'])).stdout, { timeout: 30_000 })
    .toBe('Nothing is there.\n')
  await stopped(last)
  expect(last.output()).not.toContain(' fault ')
  expect(odd).toEqual([])
  expect(
    [...begun.refused.keys()].filter(reply => !reply.startsWith('451 4.7.1') && !reply.startsWith('451-4.7.1')),
  ).toEqual([])

  const twice = [...arrivals].filter(([, times]) => times.length > 1)
  const unexplained = twice.filter(([, times]) =>
    times.some((at, index) => {
      const next = times[index + 1]
      return next !== undefined && !kills.some(kill => kill >= at - 50 && kill <= next && kill - at < IN_FLIGHT_MS)
    }),
  )
  process.stdout.write(
    `${KILLS} kills: ${ids.length} promised, ${arrivals.size} arrived, ${twice.length} of them more than once\n`,
  )
  expect(unexplained).toEqual([])
  // What one kill catches between the remote 250 and our own commit: no more than is tried at one time.
  const caught = kills.map(
    kill => twice.filter(([, times]) => times.some((at, i) => at <= kill + 50 && kill <= (times[i + 1] ?? 0))).length,
  )
  expect(Math.max(...caught)).toBeLessThanOrEqual(usualLimits.perHop('sink'))
}, 600_000)

it('ends in order on SIGTERM under load: nothing lost, nothing twice', async () => {
  const promises = join(house.folder, 'promises')
  client = startTirelessClient(house.port, CONNECTIONS, promises)
  for (let round = 0; round < 3; round++) {
    const before = client.acknowledged.length
    const served = house.start()
    await served.says(/ listening /)
    await expect.poll(() => client!.acknowledged.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before + 50)
    await wait(Math.random() * 500)
    await stopped(served)
    expect(served.output()).toMatch(/ stopped\n$/)
  }
  await client.stop()
  const last = house.start()
  await last.says(/ listening /)
  const ids = readFileSync(promises, 'utf8').trimEnd().split('\n')
  await expect.poll(() => ids.filter(id => !arrivals.has(id)).length, { timeout: 60_000, interval: 100 }).toBe(0)
  await stopped(last)
  expect([...arrivals.values()].filter(times => times.length > 1)).toEqual([])
}, 120_000)

it('on SIGTERM takes the message that is being sent, waits for no host that is silent, and delivers both later', async () => {
  let silent = true
  const odd = await startSink({ behavior: step => (step === 'dot' && silent ? { do: 'silence' } : undefined) })
  const other = await makeServedHouse(lab, odd.port)
  const subjects = (): readonly string[] =>
    odd.mails.map(mail => /^Subject: (.*)\r$/m.exec(mail.data.toString('latin1'))?.[1] ?? '').sort()
  try {
    const served = other.start()
    await served.says(/ listening /)
    const begin = async (subject: string): Promise<RawSmtp> => {
      const smtp = await RawSmtp.connect({ port: other.port })
      await smtp.reply()
      await smtp.ask('EHLO client.example')
      await smtp.ask('MAIL FROM:<app@healthy.example>')
      await smtp.ask('RCPT TO:<someone@recipient.example>')
      expect(await smtp.ask('DATA')).toMatch(/^354/)
      smtp.send(`From: <app@healthy.example>\r\nSubject: ${subject}\r\n\r\nGood`)
      return smtp
    }
    await served.says(/ audited domain=healthy\.example /)
    const first = await begin('delivering')
    expect(await first.ask(' day.\r\n.')).toMatch(/^250 /)
    await expect.poll(() => odd.visits.length).toBe(1)
    const second = await begin('receiving')
    const idle = await RawSmtp.connect({ port: other.port })
    await idle.reply()
    const asked = Date.now()
    served.signal('SIGTERM')
    expect(await idle.reply()).toMatch(/^421 4\.3\.2 /)
    await idle.closed()
    await wait(300)
    expect(await second.ask(' day.\r\n.')).toMatch(/^250 2\.0\.0 Ok: queued as /)
    expect(await second.reply()).toMatch(/^421 4\.3\.2 /)
    expect(await served.ended, served.output()).toEqual({ status: 0, signal: null })
    expect(Date.now() - asked).toBeLessThan(20_000)
    expect(subjects()).toEqual([])
    silent = false
    const again = other.start()
    await expect.poll(subjects, { timeout: 20_000 }).toEqual(['delivering', 'receiving'])
    await again.says(/ delivered .* delivered /s)
    await stopped(again)
  } finally {
    await other.remove()
  }
}, 90_000)
