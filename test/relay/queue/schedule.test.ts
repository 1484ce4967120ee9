// Order and places, against the simplest thing that could be right; and ids, which must sort and never repeat.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueHeap } from '../../../src/relay/queue/due-heap.ts'
import { idOfNumber, numberOfId, queueIds } from '../../../src/relay/queue/queue-id.ts'
import { Schedule } from '../../../src/relay/queue/schedule.ts'

describe('the heap', () => {
  it('gives back everything in its order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), times => {
        const heap = new DueHeap<number>()
        for (const [index, time] of times.entries()) heap.add(time, index)
        const out = Array.from({ length: times.length }, () => heap.take()!)
        expect(out.map(o => o.due)).toEqual(times.toSorted((a, b) => a - b))
        expect(out.map(o => times[o.what])).toEqual(out.map(o => o.due))
        expect(heap.take()).toBeUndefined()
      }),
    )
  })
})

describe('the schedule', () => {
  const hop = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), hop, due: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ kind: fc.constant('pass' as const), by: fc.integer({ min: 0, max: 10 }) }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('done' as const), which: fc.nat(10) }),
    fc.record({ kind: fc.constant('clear' as const) }),
  )

  it('gives a turn whenever something is due and has a place, and only then', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, total) => {
        const perHop = (name: string): number => (name === 'a' ? 1 : 3)
        const schedule = new Schedule({ total, perHop })
        let waiting: { hop: string; due: number; message: number }[] = []
        const turns: { hop: string; done: () => void }[] = []
        let now = 0
        for (const [number, one] of steps.entries()) {
          if (one.kind === 'add') {
            schedule.add(one.hop, one.due, number)
            waiting.push({ hop: one.hop, due: one.due, message: number })
          } else if (one.kind === 'pass') now += one.by
          else if (one.kind === 'clear') {
            schedule.clear()
            waiting = []
          } else if (one.kind === 'done') turns.splice(one.which % (turns.length + 1), 1)[0]?.done()
          else {
            const active = (name: string): number => turns.filter(t => t.hop === name).length
            const may = waiting.filter(w => w.due <= now && turns.length < total && active(w.hop) < perHop(w.hop))
            const turn = schedule.next(now)
            expect(turn !== undefined).toBe(may.length > 0)
            if (turn) {
              const first = Math.min(...may.filter(w => w.hop === turn.hop).map(w => w.due))
              expect(may.find(w => w.message === turn.message)).toMatchObject({ hop: turn.hop, due: first })
              waiting = waiting.filter(w => w.message !== turn.message)
              turns.push(turn)
            }
          }
          expect(schedule.size).toBe(waiting.length)
          expect(schedule.active).toBe(turns.length)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('says when it is worth asking again', () => {
    const schedule = new Schedule({ total: 5, perHop: () => 5 })
    expect(schedule.wakesAt()).toBeUndefined()
    schedule.add('a', 70, 1)
    schedule.add('b', 50, 2)
    expect(schedule.next(10)).toBeUndefined()
    expect(schedule.wakesAt()).toBe(50)
  })

  it('keeps one entry for a message that is announced for each of its recipients', () => {
    const schedule = new Schedule({ total: 5, perHop: () => 5 })
    for (let n = 0; n < 100; n++) schedule.add('a', 10, 1)
    expect(schedule.size).toBe(1)
  })
})

describe('queue ids', () => {
  const now = Date.UTC(2026, 10, 20, 8)

  it('are ten characters that nobody mixes up, and sort by time', () => {
    const next = queueIds()
    const ids = [next(now), next(now), next(now + 1), next(now + 86_400_000)]
    for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(4)
  })

  it('never repeat: not in one millisecond, not when the clock goes back, not after a restart', () => {
    const next = queueIds()
    const many = Array.from({ length: 5000 }, (_, n) => next(now - n))
    expect(new Set(many).size).toBe(5000)
    expect(queueIds(many.at(-1))(now - 86_400_000) > many.at(-1)!).toBe(true)
  })

  it('stand for numbers, and back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 2 ** 18 }), (low, high) => {
        const number = high * 2 ** 31 + low
        expect(numberOfId(idOfNumber(number))).toBe(number)
      }),
    )
    for (const other of ['', 'A1', 'OOOOOOOOOO', '01234567890', 'lowercase1']) expect(numberOfId(other)).toBeUndefined()
  })

  it('last until 2095', () => {
    expect(queueIds()(Date.UTC(2095, 0, 1))).toHaveLength(10)
    expect(numberOfId(queueIds()(Date.UTC(2095, 0, 1)))).toBeLessThan(32 ** 10)
  })
})
