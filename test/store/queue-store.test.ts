// What every queue store promises, asked of the real one and of the one that tests of the queue use.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { QueueStore } from '../../src/store/store.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { aMessage, anEnvelope, contentOf, DAY, delivered, HOUR, MINUTE, MORNING } from '../support/queue-messages.ts'

interface Opened {
  readonly queue: QueueStore
  readonly close: () => Promise<void>
}

const now = (): number => MORNING + HOUR

async function sqlite(recent: number): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'mailworthy-store-'))
  const store = await openSqliteStore({ path: join(folder, 'mail.db'), recent, now })
  const close = async (): Promise<void> => {
    await store.close()
    rmSync(folder, { recursive: true })
  }
  return { queue: store.queue, close }
}

describe.each([
  ['SQLite', () => sqlite(1 << 20)],
  ['SQLite that remembers nothing', () => sqlite(0)],
  ['memory', async (): Promise<Opened> => ({ queue: new MemoryStore(now), close: async () => undefined })],
])('a queue store in %s', (_, open) => {
  let opened: Opened
  let store: QueueStore
  beforeEach(async () => {
    opened = await open()
    store = opened.queue
  })
  afterEach(() => opened.close())

  it('gives back a message, its octets and its envelopes, each with a number of its own', async () => {
    const message = aMessage('A1', { smtpUtf8: true, subject: 'Grüße\u0000\r\n', dsn: { ret: 'hdrs', envid: 'x1' } })
    const content = contentOf('A1', 3_000_000)
    const envelopes = [
      anEnvelope('ann@example.net', { warnAt: MORNING + HOUR, dsn: { notify: ['failure'], orcpt: 'rfc822;ann' } }),
      anEnvelope('bob@example.com', { state: 'held', heldBecause: 'the key of s1 is not published' }),
    ]
    const put = await store.put(message, content, envelopes)
    expect(put).toEqual(
      envelopes.map((e, i) => ({ ...e, id: expect.any(Number), message: 'A1', recipient: envelopes[i]!.recipient })),
    )
    expect(put[0]!.id).not.toBe(put[1]!.id)
    expect(await store.find('A1')).toEqual({ message, envelopes: put })
    const found = await store.content('A1')
    expect(Buffer.compare(found!.message, content.message)).toBe(0)
    expect(Buffer.compare(found!.signatures, content.signatures)).toBe(0)
    expect(await store.find('A2')).toBeUndefined()
    expect(await store.content('A2')).toBeUndefined()
  })

  it('takes a body of nothing, and octets that are a part of larger ones', async () => {
    const pool = Buffer.from('--before--THE MESSAGE--after--')
    await store.put(aMessage('A1'), { signatures: new Uint8Array(), message: new Uint8Array() }, [anEnvelope()])
    await store.put(aMessage('A2'), { signatures: pool.subarray(2, 8), message: pool.subarray(10, 21) }, [anEnvelope()])
    expect((await store.content('A1'))?.message).toHaveLength(0)
    const found = await store.content('A2')
    expect(Buffer.from(found!.message).toString()).toBe('THE MESSAGE')
    expect(Buffer.from(found!.signatures).toString()).toBe('before')
  })

  it('refuses the same message twice, and one without recipients, and goes on', async () => {
    await store.put(aMessage('A1'), contentOf('A1'), [anEnvelope()])
    const put = Promise.allSettled([
      store.put(aMessage('A2'), contentOf('A2'), [anEnvelope()]),
      store.put(aMessage('A1'), contentOf('other'), [anEnvelope()]),
      store.put(aMessage('A3'), contentOf('A3'), []),
      store.put(aMessage('A4'), contentOf('A4'), [anEnvelope()]),
    ])
    expect((await put).map(one => one.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    await expect(store.put(aMessage('A1'), contentOf('A1'), [anEnvelope()])).rejects.toMatchObject({ fault: 'refused' })
    expect((await store.list({}, 10)).map(s => s.message.id)).toEqual(['A1', 'A2', 'A4'])
    expect(Buffer.compare((await store.content('A1'))!.message, contentOf('A1').message)).toBe(0)
    expect(store.health).toEqual({ kind: 'healthy' })
  })

  it('records each recipient for itself, and drops the octets with the last one', async () => {
    const [ann, bob] = await store.put(aMessage('A1'), contentOf('A1'), [
      anEnvelope('ann@x.test'),
      anEnvelope('bob@y.test'),
    ])
    await store.record([delivered(ann!)])
    expect((await store.find('A1'))?.envelopes).toEqual([delivered(ann!), bob])
    expect(await store.content('A1')).toBeDefined()
    expect((await store.waiting(undefined, 10)).map(w => w.recipient)).toEqual(['bob@y.test'])

    const lastReply = { code: 450, enhanced: undefined, text: 'Later', by: undefined }
    const deferred = {
      ...bob!,
      attempts: 1,
      dueAt: MORNING + MINUTE,
      lastReply,
      firstTriedAt: MORNING,
      lastTriedAt: MORNING,
    }
    await store.record([deferred])
    expect((await store.find('A1'))?.envelopes[1]).toEqual(deferred)
    await store.record([{ ...deferred, state: 'failed', crashes: 2 }])
    expect(await store.content('A1')).toBeUndefined()
    expect(await store.waiting(undefined, 10)).toEqual([])
    expect((await store.find('A1'))?.envelopes.map(e => e.state)).toEqual(['delivered', 'failed'])
  })

  it('lets nothing come back that has ended', async () => {
    const [ann, bob] = await store.put(aMessage('A1'), contentOf('A1'), [
      anEnvelope('ann@x.test'),
      anEnvelope('bob@y.test'),
    ])
    await store.record([delivered(ann!)])
    await store.record([ann!, { ...ann!, state: 'dropped' }])
    expect((await store.find('A1'))?.envelopes[0]?.state).toBe('delivered')
    // Counted once: the other recipient still has its octets.
    expect(await store.content('A1')).toBeDefined()
    await store.record([delivered(bob!)])
    expect(await store.content('A1')).toBeUndefined()
  })

  it('records a failure and its bounce in one piece, or neither', async () => {
    const [ann] = await store.put(aMessage('A1'), contentOf('A1'), [anEnvelope()])
    const bounce = {
      message: aMessage('B1', { sender: '' }),
      content: contentOf('B1'),
      envelopes: [anEnvelope('billing@example.org')],
    }
    const impossible = { ...bounce, message: aMessage('A1') }
    await expect(store.record([{ ...ann!, state: 'failed' }], [impossible])).rejects.toMatchObject({ fault: 'refused' })
    expect((await store.find('A1'))?.envelopes[0]?.state).toBe('queued')
    const [put] = await store.record([{ ...ann!, state: 'failed' }], [bounce])
    expect(put).toMatchObject([{ message: 'B1', recipient: 'billing@example.org', id: expect.any(Number) }])
    expect((await store.waiting(undefined, 10)).map(w => w.message)).toEqual(['B1'])
    expect(Buffer.compare((await store.content('B1'))!.message, bounce.content.message)).toBe(0)
  })

  it('tells what waits by time, page by page, and never the same twice', async () => {
    const times = [5, 1, 1, 3, 1, 2]
    for (const [index, time] of times.entries()) {
      await store.put(aMessage(`A${index}`), contentOf('x'), [
        anEnvelope(`r${index}@x.test`, { dueAt: MORNING + time }),
      ])
    }
    const seen: string[] = []
    let page = await store.waiting(undefined, 2)
    while (page.length > 0) {
      seen.push(...page.map(w => w.recipient))
      page = await store.waiting(page.at(-1), 2)
    }
    expect(seen).toEqual(['r1@x.test', 'r2@x.test', 'r4@x.test', 'r5@x.test', 'r3@x.test', 'r0@x.test'])
  })

  it('finds held mail whose time is over', async () => {
    const held = (id: string, expiresAt: number) =>
      store.put(aMessage(id), contentOf(id), [
        anEnvelope('ann@x.test', { state: 'held', heldBecause: 'asked', expiresAt }),
      ])
    await held('A1', MORNING + DAY)
    await held('A2', MORNING + 2 * DAY)
    expect((await store.heldUntil(MORNING + DAY, 10)).map(w => w.message)).toEqual(['A1'])
  })

  it('takes new signatures without touching the message', async () => {
    const [ann] = await store.put(aMessage('A1'), contentOf('A1', 20_000), [anEnvelope()])
    await store.sign('A1', Buffer.from('DKIM-Signature: new\r\n'))
    const found = await store.content('A1')
    expect(Buffer.from(found!.signatures).toString()).toBe('DKIM-Signature: new\r\n')
    expect(Buffer.compare(found!.message, contentOf('A1', 20_000).message)).toBe(0)
    await store.record([delivered(ann!)])
    await expect(store.sign('A1', Buffer.from('x'))).rejects.toMatchObject({ fault: 'refused' })
  })

  it('lists by state and goes on after an id', async () => {
    for (const id of ['A1', 'A2', 'A3']) await store.put(aMessage(id), contentOf(id), [anEnvelope()])
    const [held] = await store.put(aMessage('A4'), contentOf('A4'), [anEnvelope('ann@x.test', { state: 'held' })])
    const [done] = (await store.find('A2'))!.envelopes
    await store.record([delivered(done!)])
    const ids = async (...call: Parameters<QueueStore['list']>) => (await store.list(...call)).map(s => s.message.id)
    expect(await ids({ state: 'queued' }, 10)).toEqual(['A1', 'A3'])
    expect(await ids({ state: 'held' }, 10)).toEqual(['A4'])
    expect(await ids({ state: 'delivered' }, 10)).toEqual(['A2'])
    expect(await ids({ after: 'A2' }, 1)).toEqual(['A3'])
    expect(await ids({ state: 'held', after: 'A4' }, 10)).toEqual([])
    expect((await store.list({ state: 'held' }, 1))[0]!.envelopes).toEqual([held])
    expect(await store.counts()).toEqual({ queued: 2, held: 1, oldestTakenAt: MORNING })
  })

  it('moves all times of what waits when the clock was set, and no others', async () => {
    const [ann] = await store.put(aMessage('A1'), contentOf('A1'), [
      anEnvelope('ann@x.test', { warnAt: MORNING + HOUR }),
    ])
    const [bob] = await store.put(aMessage('A2'), contentOf('A2'), [anEnvelope('bob@x.test')])
    await store.record([delivered(bob!)])
    await store.shift(DAY)
    expect((await store.find('A1'))?.envelopes).toEqual([
      { ...ann!, dueAt: MORNING + DAY, expiresAt: MORNING + 3 * DAY, warnAt: MORNING + DAY + HOUR },
    ])
    expect((await store.find('A2'))?.envelopes[0]?.expiresAt).toBe(bob!.expiresAt)
    expect(await store.newest()).toEqual({ message: 'A2', takenAt: MORNING + DAY })
  })

  it('forgets what ended long ago, and never the newest id', async () => {
    for (const id of ['A1', 'A2', 'A3']) {
      const [envelope] = await store.put(aMessage(id), contentOf(id), [anEnvelope()])
      if (id !== 'A1') await store.record([delivered(envelope!)])
    }
    expect(await store.forget(now())).toBe(0)
    expect(await store.forget(now() + 1)).toBe(1)
    expect((await store.list({}, 10)).map(s => s.message.id)).toEqual(['A1', 'A3'])
    expect((await store.newest())?.message).toBe('A3')
  })
})
