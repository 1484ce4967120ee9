// The queue at work: who is tried when, with whom together, and what is written down of it.
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/relay/envelope.ts'
import { StoreFailure } from '../../../src/store/store.ts'
import { settled } from '../../support/fake-clock.ts'
import { all, later, never, ok, queueAtWork } from '../../support/queue-at-work.ts'
import { aMessage, anEnvelope, contentOf, DAY, HOUR, MINUTE, MORNING } from '../../support/queue-messages.ts'

const recipients = (job: { readonly envelopes: readonly { readonly recipient: string }[] }): string[] =>
  job.envelopes.map(e => e.recipient)

/** An answer that comes when the test says so. */
function answerLater() {
  const waiting: (() => void)[] = []
  return {
    answer: async (job: { readonly envelopes: readonly unknown[] }, outcome: Outcome = ok) => {
      await new Promise<void>(resolve => waiting.push(resolve))
      return job.envelopes.map(() => outcome)
    },
    go: async () => {
      for (const next of waiting.splice(0)) next()
      await settled()
    },
    waiting,
  }
}

describe('an attempt', () => {
  it('has all recipients of a message at one next hop, and the octets', async () => {
    const { send, jobs, store, events } = await queueAtWork()
    const id = await send(['ann@a.test', 'bob@b.test', 'cid@a.test'])
    expect(jobs.map(recipients)).toEqual([['ann@a.test', 'cid@a.test'], ['bob@b.test']])
    expect(jobs[0]!.message.id).toBe(id)
    expect(store.envelopes.map(e => e.state)).toEqual(['delivered', 'delivered', 'delivered'])
    expect(events).toMatchObject([
      {
        kind: 'delivered',
        message: { id },
        envelope: { recipient: 'ann@a.test', attempts: 1 },
        reply: ok.reply,
      },
      { kind: 'delivered', envelope: { recipient: 'cid@a.test' } },
      { kind: 'delivered', envelope: { recipient: 'bob@b.test' } },
    ])
  })

  it('reads the octets when it asks for them', async () => {
    const work = await queueAtWork()
    const seen: string[] = []
    work.answer(async job => {
      seen.push(Buffer.from((await job.content()).message).toString('hex'))
      return [ok]
    })
    const id = await work.send(['ann@a.test'])
    expect(seen).toEqual([Buffer.from(contentOf(id).message).toString('hex')])
  })

  it('gives each recipient its own outcome', async () => {
    const work = await queueAtWork()
    work.answer(() => [later, never, ok])
    await work.send(['ann@a.test', 'bob@a.test', 'cid@a.test'])
    expect(work.store.envelopes.map(e => e.state)).toEqual(['queued', 'failed', 'delivered'])
    expect(work.kinds()).toEqual(['deferred', 'failed', 'delivered'])
    work.answer(all(ok))
    await work.clock.pass(MINUTE)
    expect(work.jobs.map(recipients)).toEqual([['ann@a.test', 'bob@a.test', 'cid@a.test'], ['ann@a.test']])
    expect(work.store.envelopes.map(e => e.attempts)).toEqual([2, 1, 1])
  })

  it('is held back by the gate without counting as one', async () => {
    const work = await queueAtWork()
    work.answer(all({ kind: 'held', because: 'the key of s1 is gone' }))
    const id = await work.send(['ann@a.test'])
    expect(work.store.envelopes[0]).toMatchObject({ state: 'held', attempts: 0, heldBecause: 'the key of s1 is gone' })
    work.answer(all(ok))
    await work.clock.pass(HOUR)
    expect(work.jobs).toHaveLength(1)
    expect(await work.queue.desk.release({ message: id })).toBe(1)
    await settled()
    expect(work.store.envelopes[0]?.state).toBe('delivered')
    expect(work.kinds()).toEqual(['held', 'released', 'delivered'])
  })

  it('does not take more recipients than a transaction may have, and then the rest', async () => {
    const work = await queueAtWork({ limits: { recipients: 3 } })
    await work.send(Array.from({ length: 7 }, (_, n) => `r${n}@a.test`))
    expect(work.jobs.map(job => job.envelopes.length)).toEqual([3, 3, 1])
    expect(new Set(work.jobs.flatMap(recipients)).size).toBe(7)
  })
})

describe('the ladder', () => {
  it('is climbed step by step, then stays on the last', async () => {
    const work = await queueAtWork()
    work.answer(all(later))
    await work.send(['ann@a.test'])
    const at: number[] = [0]
    for (let minutes = 1; minutes <= 60; minutes++) {
      await work.clock.pass(MINUTE)
      if (work.jobs.length > at.length) at.push(minutes)
    }
    expect(at).toEqual([0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54])
  })

  it('waits longer when the next hop asks for it, never shorter', async () => {
    const work = await queueAtWork()
    work.answer(all({ ...later, nextAt: MORNING + 30 * MINUTE }))
    await work.send(['ann@a.test'])
    expect(work.store.envelopes[0]?.dueAt).toBe(MORNING + 30 * MINUTE)
    work.answer(all({ ...later, nextAt: MORNING + 30 * MINUTE + 1 }))
    await work.clock.pass(30 * MINUTE)
    expect(work.store.envelopes[0]?.dueAt).toBe(MORNING + 31 * MINUTE)
  })

  it('ends with a last attempt when the time is over', async () => {
    const work = await queueAtWork()
    work.answer(all(later))
    await work.send(['ann@a.test'])
    await work.clock.pass(2 * DAY - 1)
    expect(work.store.envelopes[0]).toMatchObject({ state: 'queued', dueAt: MORNING + 2 * DAY })
    await work.clock.pass(1)
    expect(work.store.envelopes[0]).toMatchObject({ state: 'failed', lastReply: { code: 450, text: 'Greylisted' } })
    expect(work.events.at(-1)).toMatchObject({ kind: 'expired', reply: { text: 'Greylisted' } })
    expect(work.jobs.at(-1)!.envelopes[0]!.dueAt).toBe(MORNING + 2 * DAY)
  })

  it('gives what is old one attempt, when the relay was down for long', async () => {
    const work = await queueAtWork()
    work.answer(all(later))
    await work.send(['ann@a.test', 'bob@b.test'])
    await work.queue.stop()
    await work.clock.pass(5 * DAY)
    work.answer(job => [job.hop === 'a.test' ? ok : later])
    await work.restart()
    expect(work.store.envelopes.map(e => e.state)).toEqual(['delivered', 'failed'])
  })

  it('has the sender warned once', async () => {
    const work = await queueAtWork()
    work.answer(all(later))
    await work.send(['ann@a.test'])
    await work.clock.pass(12 * HOUR)
    const late = work.events.filter(e => e.kind === 'deferred' && e.late)
    expect(late).toHaveLength(1)
    expect(late[0]!.at).toBeGreaterThanOrEqual(MORNING + 4 * HOUR)
    expect(late[0]!.at).toBeLessThanOrEqual(MORNING + 4 * HOUR + 10 * MINUTE)
    expect(work.store.envelopes[0]?.warnAt).toBeUndefined()
  })

  it('returns held mail when its time is over', async () => {
    const work = await queueAtWork()
    await work.send(['ann@a.test'], { state: 'held', heldBecause: 'no report yet' })
    await work.clock.pass(2 * DAY + 2 * MINUTE)
    expect(work.events).toMatchObject([
      { kind: 'expired', reply: { code: 0, enhanced: '5.4.7', text: 'held until its time was over: no report yet' } },
    ])
    expect(work.store.envelopes[0]?.state).toBe('failed')
    expect(work.jobs).toEqual([])
  })

  it('forgets what ended days ago', async () => {
    const work = await queueAtWork()
    const [first, last] = [await work.send(['ann@a.test']), await work.send(['ann@a.test'])]
    await work.clock.pass(71 * HOUR)
    expect(await work.store.find(first)).toBeDefined()
    await work.clock.pass(2 * HOUR)
    expect(await work.store.find(first)).toBeUndefined()
    expect(await work.store.find(last)).toBeDefined()
  })
})

describe('places', () => {
  it('are limited in all and for each next hop, and a slow one keeps nobody waiting', async () => {
    const work = await queueAtWork({ limits: { total: 5, perHop: hop => (hop === 'slow.test' ? 2 : 10) } })
    const slow = answerLater()
    work.answer(job => (job.hop === 'slow.test' ? slow.answer(job) : [ok]))
    for (let n = 0; n < 20; n++) await work.send([`r${n}@slow.test`])
    for (let n = 0; n < 20; n++) await work.send([`r${n}@quick.test`])
    expect(work.jobs.filter(job => job.hop === 'slow.test')).toHaveLength(2)
    expect(work.jobs.filter(job => job.hop === 'quick.test')).toHaveLength(20)
    expect(work.queue.figures).toEqual({ active: 2, scheduled: 18 })
    for (let n = 0; n < 10; n++) await slow.go()
    expect(work.store.envelopes.every(e => e.state === 'delivered')).toBe(true)
  })

  it('go round between next hops', async () => {
    const work = await queueAtWork({ limits: { total: 1 } })
    await work.queue.stop()
    for (const recipient of ['1@a.test', '2@a.test', '3@a.test', '4@b.test', '5@c.test']) await work.send([recipient])
    await work.restart()
    const hops = work.jobs.map(job => job.hop)
    expect(hops.slice(0, 3).toSorted()).toEqual(['a.test', 'b.test', 'c.test'])
    expect(hops.slice(3)).toEqual(['a.test', 'a.test'])
  })

  it('are limited by octets too, but one always goes', async () => {
    const work = await queueAtWork({ limits: { octets: 2000 } })
    const slow = answerLater()
    work.answer(slow.answer)
    // Each is 1234 octets large.
    for (let n = 0; n < 3; n++) await work.send([`r${n}@a.test`])
    expect(work.jobs).toHaveLength(1)
    await slow.go()
    expect(work.jobs).toHaveLength(2)
    await slow.go()
    await slow.go()
    expect(work.store.envelopes.every(e => e.state === 'delivered')).toBe(true)
  })

  it('are not given twice for one message at one hop, however often it is announced', async () => {
    const work = await queueAtWork()
    const slow = answerLater()
    work.answer(slow.answer)
    await work.send(['ann@a.test'])
    work.queue.add(work.store.envelopes)
    work.queue.add(work.store.envelopes)
    await settled()
    expect(work.jobs).toHaveLength(1)
    await slow.go()
    await work.clock.pass(HOUR)
    expect(work.jobs).toHaveLength(1)
  })
})

describe('a restart', () => {
  it('goes on with what waits, and tries nobody again who was delivered', async () => {
    const work = await queueAtWork()
    work.answer(() => [ok, later, never])
    await work.send(['ann@a.test', 'bob@a.test', 'cid@a.test'])
    work.answer(all(ok))
    await work.restart()
    expect(work.jobs).toHaveLength(1)
    await work.clock.pass(MINUTE)
    expect(work.jobs.slice(1).map(recipients)).toEqual([['bob@a.test']])
  })

  it('tries again what was under way, because nobody knows what became of it', async () => {
    const work = await queueAtWork()
    const slow = answerLater()
    work.answer(slow.answer)
    await work.send(['ann@a.test'])
    work.answer(all(ok))
    await work.restart()
    expect(work.jobs.map(recipients)).toEqual([['ann@a.test'], ['ann@a.test']])
    // The old one ends after all: that changes nothing any more.
    await slow.go()
    expect(work.store.envelopes[0]).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  it('gives ids that were never given, even when the clock was set back', async () => {
    const work = await queueAtWork()
    const before = await work.send(['ann@a.test'])
    work.clock.set(-DAY)
    await work.restart()
    expect((await work.send(['ann@a.test'])) > before).toBe(true)
  })

  it('reads a long queue page by page', async () => {
    const work = await queueAtWork()
    await work.queue.stop()
    for (let n = 0; n < 4500; n++) {
      await work.store.put(aMessage(`M${n}`), contentOf('x', 10), [anEnvelope(`r@d${n % 50}.test`)])
    }
    await work.restart()
    for (let n = 0; n < 100 && work.jobs.length < 4500; n++) await settled()
    expect(new Set(work.jobs.map(job => job.message.id)).size).toBe(4500)
    expect(work.jobs).toHaveLength(4500)
  })
})

describe('a clock that is set', () => {
  it.each([DAY, -DAY])('by %i ms starts no storm, returns nothing early and forgets nobody', async by => {
    const work = await queueAtWork()
    work.answer(all(later))
    const id = await work.send(['ann@a.test'])
    await work.clock.pass(40 * MINUTE)
    const tried = work.jobs.length
    work.clock.set(by)
    await work.clock.pass(30 * MINUTE)
    // Every ten minutes, as before.
    expect(work.jobs.length - tried).toBe(3)
    expect(work.kinds()).toContain('clock-set')
    expect(work.store.envelopes[0]).toMatchObject({ state: 'queued', expiresAt: MORNING + 2 * DAY + by })
    await work.restart()
    await work.clock.pass(30 * MINUTE)
    expect(work.jobs.length - tried).toBe(6)
    const left = 2 * DAY - 100 * MINUTE
    await work.clock.pass(left - MINUTE)
    expect((await work.store.find(id))!.envelopes[0]!.state).toBe('queued')
    await work.clock.pass(MINUTE)
    expect((await work.store.find(id))!.envelopes[0]!.state).toBe('failed')
  })

  it('is seen before a message is given its times', async () => {
    const work = await queueAtWork()
    await work.clock.pass(MINUTE)
    work.clock.set(-DAY)
    // No heartbeat in between.
    const id = await work.send(['ann@a.test'])
    await work.clock.pass(HOUR)
    expect((await work.store.find(id))!.envelopes[0]!.expiresAt).toBe(MORNING + MINUTE - DAY + 2 * DAY)
  })

  it('while nobody runs, backwards, keeps nobody waiting for a day', async () => {
    const work = await queueAtWork()
    work.answer(all(later))
    await work.send(['ann@a.test'])
    await work.queue.stop()
    work.clock.set(-DAY)
    work.answer(all(ok))
    await work.restart()
    await work.restart()
    await work.clock.pass(2 * MINUTE)
    expect(work.store.envelopes[0]).toMatchObject({ state: 'delivered', expiresAt: MORNING + 2 * DAY - DAY })
  })

  it('is followed when it only drifts', async () => {
    const work = await queueAtWork()
    for (let n = 0; n < 20; n++) {
      work.clock.set(1000)
      await work.clock.pass(MINUTE)
    }
    expect(work.kinds()).toEqual([])
  })
})

describe('faults of ours', () => {
  it('are tried again, and the third puts the message aside', async () => {
    const work = await queueAtWork()
    work.answer(() => {
      throw new TypeError('x is not a function')
    })
    await work.send(['ann@a.test'])
    expect(work.store.envelopes[0]).toMatchObject({
      state: 'queued',
      crashes: 1,
      lastReply: { code: 0, enhanced: '4.3.0' },
    })
    await work.clock.pass(10 * MINUTE)
    expect(work.jobs).toHaveLength(3)
    expect(work.store.envelopes[0]).toMatchObject({
      state: 'held',
      crashes: 3,
      heldBecause: 'its delivery ended 3 times by a fault of the relay: x is not a function',
    })
    expect(work.kinds()).toEqual(['fault', 'deferred', 'fault', 'deferred', 'fault', 'held'])
    // A person looked, and lets it go: it starts anew.
    work.answer(all(later))
    await work.queue.desk.release({})
    await settled()
    expect(work.store.envelopes[0]).toMatchObject({ state: 'queued', crashes: 0 })
  })

  it('in one message harm no other', async () => {
    const work = await queueAtWork()
    work.answer(job => {
      if (job.envelopes.some(e => e.recipient.startsWith('poison'))) throw new Error('boom')
      return job.envelopes.map(() => ok)
    })
    await work.send(['poison@a.test'])
    await work.send(['ann@a.test'])
    expect(work.store.envelopes.map(e => e.state)).toEqual(['queued', 'delivered'])
  })

  it('include an outcome that is missing', async () => {
    const work = await queueAtWork()
    work.answer(() => [ok])
    await work.send(['ann@a.test', 'bob@a.test'])
    expect(work.store.envelopes).toMatchObject([{ state: 'delivered' }, { state: 'queued', crashes: 1 }])
  })

  it('do not include octets that the disk has spoiled: those are held at once', async () => {
    const work = await queueAtWork()
    work.answer(async () => {
      throw new StoreFailure('damaged', 'the content of A1 is not what was taken: its checksum differs')
    })
    await work.send(['ann@a.test'])
    expect(work.store.envelopes[0]).toMatchObject({ state: 'held', heldBecause: expect.stringContaining('checksum') })
  })
})

describe('a store that cannot write', () => {
  it('is waited for, with what was done in hand, and nothing new is begun', async () => {
    const work = await queueAtWork()
    const full = () => new StoreFailure('full', 'the disk is full')
    work.answer(job => {
      work.store.failures.push(full(), full())
      return job.envelopes.map(() => ok)
    })
    await work.send(['ann@a.test'])
    expect(work.events).toMatchObject([{ kind: 'paused', because: 'the disk is full' }])
    work.answer(all(ok))
    work.queue.add(await work.store.put(aMessage('M2'), contentOf('M2'), [anEnvelope('bob@b.test')]).catch(() => []))
    work.store.failures.length = 0
    work.store.failures.push(full())
    work.queue.add(await work.store.put(aMessage('M3'), contentOf('M3'), [anEnvelope('bob@b.test')]).catch(() => []))
    await settled()
    expect(work.jobs).toHaveLength(1)
    await work.clock.pass(10 * MINUTE)
    expect(work.jobs.filter(job => job.hop === 'a.test')).toHaveLength(1)
    expect(work.store.envelopes[0]?.state).toBe('delivered')
    expect(work.kinds().slice(0, 3)).toEqual(['paused', 'paused', 'delivered'])
    expect(work.events[1]).toMatchObject({ kind: 'paused', because: undefined })
  })

  it('for good stops the queue', async () => {
    const work = await queueAtWork()
    work.store.health = { kind: 'failed', because: 'SQLITE_IOERR_FSYNC' }
    await work.send(['ann@a.test'])
    await work.clock.pass(HOUR)
    expect(work.jobs).toEqual([])
  })

  it('does not keep a stop waiting for ever', async () => {
    const work = await queueAtWork()
    work.answer(job => {
      for (let n = 0; n < 1000; n++) work.store.failures.push(new StoreFailure('full', 'the disk is full'))
      return job.envelopes.map(() => ok)
    })
    await work.send(['ann@a.test'])
    const stopped = work.queue.stop(5000)
    await work.clock.pass(5000)
    await stopped
  })
})

describe('notices', () => {
  const bounce = (id: string) => ({
    message: aMessage(`B${id}`, { sender: '' }),
    content: contentOf('B'),
    envelopes: [anEnvelope('billing@example.org')],
  })

  it('are stored with what they are about, and sent', async () => {
    const asked: string[] = []
    const work = await queueAtWork({
      notices: async (job, happened) => {
        asked.push(happened.map(one => `${one.envelope.recipient} ${one.kind}`).join(', '))
        return happened.some(one => one.kind === 'failed') ? [bounce(job.message.id)] : []
      },
    })
    work.answer(job => (job.hop === 'a.test' ? [later, never] : [ok]))
    await work.send(['ann@a.test', 'bob@a.test'])
    expect(asked).toEqual(['bob@a.test failed', 'billing@example.org delivered'])
    expect(work.kinds()).toEqual(['deferred', 'failed', 'accepted', 'delivered'])
  })

  it('tell of delays and expiry, once each', async () => {
    const asked: string[] = []
    const work = await queueAtWork({
      notices: async (_, happened) => {
        asked.push(...happened.map(one => one.kind))
        return []
      },
    })
    work.answer(all(later))
    await work.send(['ann@a.test'])
    await work.clock.pass(3 * DAY)
    expect(asked).toEqual(['deferred', 'expired'])
  })

  it('that cannot be made or stored leave the mail with a person, not nowhere', async () => {
    for (const fault of ['made', 'stored']) {
      const work = await queueAtWork({
        notices: async job => {
          if (fault === 'made') throw new Error('no template')
          return [{ ...bounce(''), message: job.message }]
        },
      })
      work.answer(all(never))
      await work.send(['ann@a.test'])
      expect(work.store.envelopes[0]).toMatchObject({
        state: 'held',
        heldBecause: 'it failed (No such user), and its sender could not be told',
      })
      expect(work.kinds()).toEqual(['fault', 'held'])
    }
  })
})

describe('a person', () => {
  it('holds, releases, tries and drops', async () => {
    const work = await queueAtWork()
    const { desk } = work.queue
    work.answer(all(later))
    const [one, two] = [await work.send(['ann@a.test', 'bob@b.test']), await work.send(['cid@a.test'])]
    const states = () => work.store.envelopes.map(e => e.state)
    expect(await desk.hold({ message: one, where: (_, e) => e.recipient.startsWith('ann') }, 'asked by Eve')).toBe(1)
    expect(states()).toEqual(['held', 'queued', 'queued'])
    expect(await desk.hold({ where: (_, e) => e.recipient.endsWith('@a.test') }, 'asked by Eve')).toBe(1)
    expect(await desk.drop({ message: two })).toBe(1)
    expect(states()).toEqual(['held', 'queued', 'dropped'])
    const tried = work.jobs.length
    expect(await desk.retry({ message: one })).toBe(1)
    await settled()
    expect(work.jobs.slice(tried).map(recipients)).toEqual([['bob@b.test']])
    work.answer(all(ok))
    expect(await desk.release({})).toBe(1)
    await settled()
    expect(states()).toEqual(['delivered', 'queued', 'dropped'])
    expect(await desk.release({ message: 'NOSUCHTHING' })).toBe(0)
    await work.clock.pass(HOUR)
    expect(states()).toEqual(['delivered', 'delivered', 'dropped'])
  })

  it('is heard while an attempt is under way', async () => {
    const work = await queueAtWork()
    const { desk } = work.queue
    const slow = answerLater()
    const outcomes: { readonly [recipient: string]: Outcome } = {
      'ann@a.test': later,
      'bob@b.test': later,
      'cid@c.test': ok,
    }
    work.answer(job => slow.answer(job, outcomes[job.envelopes[0]!.recipient]))
    await work.send(['ann@a.test', 'bob@b.test', 'cid@c.test'])
    expect(await desk.retry({})).toBe(0)
    expect(await desk.drop({ where: (_, e) => e.recipient === 'ann@a.test' })).toBe(1)
    expect(await desk.hold({ where: (_, e) => e.recipient !== 'ann@a.test' }, 'asked by Eve')).toBe(2)
    await slow.go()
    // What is delivered is delivered.
    expect(work.store.envelopes.map(e => e.state)).toEqual(['dropped', 'held', 'delivered'])
  })

  it('gives released mail new time', async () => {
    const work = await queueAtWork()
    const id = await work.send(['ann@a.test'], { state: 'held', heldBecause: 'no report yet' })
    await work.clock.pass(47 * HOUR)
    work.answer(all(later))
    await work.queue.desk.release({ message: id })
    await settled()
    expect(work.store.envelopes[0]?.expiresAt).toBe(MORNING + 47 * HOUR + 2 * DAY)
  })

  it('may do that to thousands at once', async () => {
    const work = await queueAtWork()
    await work.queue.stop()
    for (let n = 0; n < 350; n++) await work.send(['ann@a.test'], { state: 'held', heldBecause: 'x' })
    expect(await work.queue.desk.release({})).toBe(350)
  })
})
