// The queue at work: what is due is grouped by message and next hop, tried, and what came of it is written down.
//
// It is the only one that claims envelopes of its store. An attempt whose outcome was not yet recorded when the process
// died is made again: mail may arrive twice then, but never not at all.
import { type Cursor, type QueueStore, type Stored, StoreFailure } from '../../store/store.ts'
import type { Envelope } from '../envelope.ts'
import { Attempts } from './attempts.ts'
import { Claims } from './claims.ts'
import { type Clock, SteadyTime, systemClock } from './clock.ts'
import { Desk } from './desk.ts'
import { Ledger } from './ledger.ts'
import { PatientStore } from './patient-store.ts'
import { type QueueJob, type QueueLimits, type QueuePorts, usualLimits } from './ports.ts'
import { idOfNumber, numberOfId, queueIds } from './queue-id.ts'
import { type Key, Schedule, type Turn } from './schedule.ts'

/** The clock is looked at this often. */
const HEARTBEAT_MS = 10_000
/** And what is not urgent is seen to this often. */
const HOUSEKEEPING_MS = 60_000
/** Entries in memory, some twenty octets each; what is due later than those waits in the store. */
const MOST_ENTRIES = 1_000_000
const PAGE = 2000
/** A clock that is so far behind the newest message was set while nobody ran. */
const SET_BACK_MS = 60_000
/** A stop does not wait longer for attempts. */
const GRACE_MS = 10_000

export class Queue {
  /** hold, release, retry, drop. */
  readonly desk: Desk
  /** Makes the id of a new message. */
  readonly newId: (now: number) => string
  readonly #ports: QueuePorts
  readonly #store: QueueStore
  readonly #clock: Clock
  readonly #limits: QueueLimits
  readonly #time: SteadyTime
  readonly #patient: PatientStore
  readonly #ledger: Ledger
  readonly #claims = new Claims()
  readonly #attempts: Attempts
  readonly #schedule: Schedule
  readonly #underWay = new Set<Promise<void>>()
  /** Messages that a lane has in hand, and whether there was another hint meanwhile. */
  readonly #inHand = new Map<string, boolean>()
  #running = false
  #octets = 0
  #crowded = false
  #unread: Cursor | 'all' | undefined
  #reading = false
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined
  #housekeepingAt = 0

  /** Takes over what a store has. Nothing is tried before `start`. */
  static async open(ports: QueuePorts): Promise<Queue> {
    const newest = await ports.store.newest()
    const queue = new Queue(ports, newest?.message)
    const behind = newest === undefined ? 0 : queue.#time.now() - newest.takenAt
    if (behind < -SET_BACK_MS) await queue.#ledger.shift(behind)
    return queue
  }

  private constructor(ports: QueuePorts, newest: string | undefined) {
    this.#ports = ports
    this.#store = ports.store
    this.#clock = ports.clock ?? systemClock
    this.#limits = { ...usualLimits, ...ports.limits }
    this.#time = new SteadyTime(this.#clock)
    this.#schedule = new Schedule(this.#limits)
    const nextId = queueIds(newest)
    this.newId = now => {
      // A message is given its times after this: whatever was written before is moved first.
      if (this.#running) this.#lookAtClock()
      return nextId(now)
    }
    const paused = (because: string | undefined): void =>
      ports.onEvent({ kind: 'paused', at: this.#time.now(), because })
    this.#patient = new PatientStore(ports.store, this.#clock, paused)
    this.#ledger = new Ledger(ports, this.#patient, this.#time)
    this.#attempts = new Attempts(ports, this.#ledger, this.#claims, this.#time)
    this.desk = new Desk({
      store: ports.store,
      claims: this.#claims,
      ledger: this.#ledger,
      now: () => this.#time.now(),
      retry: ports.retry,
      jobOf: (stored, envelopes) => this.#jobOf(stored, envelopes),
      onQueued: envelopes => this.add(envelopes),
    })
  }

  /** Attempts under way, and messages that are known to wait. */
  get figures(): { readonly active: number; readonly scheduled: number } {
    return { active: this.#schedule.active, scheduled: this.#schedule.size }
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#unread = 'all'
    this.#beat()
  }

  /** Begins nothing more and waits for what is under way, for a while. The store stays open. */
  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#running = false
    this.#alarm?.cancel()
    this.#alarm = undefined
    const grace = Promise.withResolvers<void>()
    const cancel = this.#clock.after(graceMs, () => {
      this.#patient.giveUp()
      grace.resolve()
    })
    await Promise.race([Promise.allSettled([...this.#underWay]), grace.promise])
    cancel()
  }

  /** There are new envelopes in the store, or old ones that wait for another time. */
  add(envelopes: readonly Envelope[]): void {
    for (const { state, recipient, dueAt, message } of envelopes) {
      if (state === 'queued') this.#hint(recipient, dueAt, message)
    }
    this.#pump()
  }

  #hint(recipient: string, dueAt: number, message: string): void {
    this.#schedule.add(this.#ports.hopOf(recipient), dueAt, numberOfId(message) ?? message)
  }

  #pump(): void {
    if (!this.#running) return
    const now = this.#time.now()
    let next = now + HEARTBEAT_MS
    while (!this.#crowded && !this.#patient.blocked) {
      const turn = this.#schedule.next(now)
      if (turn === undefined) {
        next = Math.min(next, this.#schedule.wakesAt() ?? next)
        break
      }
      const work = this.#take(turn, now)
      this.#underWay.add(work)
      void work.finally(() => this.#underWay.delete(work))
    }
    this.#wake(next)
  }

  #wake(at: number): void {
    if (this.#alarm !== undefined && this.#alarm.at <= at) return
    this.#alarm?.cancel()
    const cancel = this.#clock.after(Math.max(1, at - this.#time.now()), () => {
      this.#alarm = undefined
      this.#beat()
    })
    this.#alarm = { at, cancel }
  }

  #beat(): void {
    if (!this.#running) return
    this.#lookAtClock()
    const now = this.#time.now()
    if (now >= this.#housekeepingAt) {
      this.#housekeepingAt = now + HOUSEKEEPING_MS
      void this.#housekeeping(now)
    }
    void this.#readOn()
    this.#pump()
  }

  /** What waits shall wait as long as it would have: no storm of attempts, and nothing returned early. */
  #lookAtClock(): void {
    const by = this.#time.jumped()
    if (by === 0) return
    this.#alarm?.cancel()
    this.#alarm = undefined
    this.#housekeepingAt += by
    this.#schedule.clear()
    this.#unread = undefined
    const told = this.#ledger.shift(by).catch(error => this.#ledger.fault('the times could not be moved', error))
    void told.then(() => {
      this.#unread = 'all'
      void this.#readOn()
    })
  }

  /** Learns what waits, page by page, so that mail is taken and delivered meanwhile. */
  async #readOn(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      while (this.#unread !== undefined && this.#running && this.#schedule.size < MOST_ENTRIES) {
        const from = this.#unread
        const page = await this.#store.waiting(from === 'all' ? undefined : from, PAGE)
        // The clock was set meanwhile: these times are old.
        if (this.#unread !== from) continue
        for (const { recipient, dueAt, message } of page) this.#hint(recipient, dueAt, message)
        this.#unread = page.length < PAGE ? undefined : page.at(-1)
        this.#pump()
      }
    } catch (error) {
      this.#ledger.fault('what waits could not be read', error)
    } finally {
      this.#reading = false
    }
  }

  async #housekeeping(now: number): Promise<void> {
    try {
      await this.desk.expireHeld()
      while (this.#running && (await this.#store.forget(now - this.#limits.keepEnded)) > 0);
    } catch (error) {
      // A full or failed disk tells of itself.
      if (!(error instanceof StoreFailure)) this.#ledger.fault('housekeeping failed', error)
    }
  }

  async #take(turn: Turn, at: number): Promise<void> {
    const id = idOf(turn.message)
    const key = `${id} ${turn.hop}`
    // One after the other: what the second would read might be what it was before the first.
    if (this.#inHand.has(key)) {
      this.#inHand.set(key, true)
      turn.done()
      return
    }
    this.#inHand.set(key, false)
    try {
      const stored = await this.#store.find(id)
      if (stored !== undefined) await this.#try(turn.hop, stored, at)
    } catch (error) {
      this.#ledger.fault(`${id}: ${error instanceof Error ? error.message : error}`, error)
    } finally {
      const again = this.#inHand.get(key)
      this.#inHand.delete(key)
      if (again) this.#schedule.add(turn.hop, at, turn.message)
      turn.done()
      this.#pump()
    }
  }

  async #try(hop: string, stored: Stored, at: number): Promise<void> {
    const mine = stored.envelopes.filter(
      e => e.state === 'queued' && !this.#claims.has(e.id) && this.#ports.hopOf(e.recipient) === hop,
    )
    const now = Math.max(at, this.#time.now())
    const due = mine.filter(e => e.dueAt <= now)
    const first = due[0] ?? mine.toSorted((a, b) => a.dueAt - b.dueAt)[0]
    if (first === undefined) return
    const { size } = stored.message
    const crowded = this.#octets > 0 && this.#octets + size > this.#limits.octets
    if (due.length === 0 || crowded) {
      this.#crowded = crowded
      this.#hint(first.recipient, first.dueAt, first.message)
      return
    }
    const job = this.#jobOf(stored, due.slice(0, this.#limits.recipients), hop)
    this.#octets += size
    try {
      const settled = await this.#claims.holding(job.envelopes, async () =>
        this.#ledger.write(job, await this.#attempts.run(job)),
      )
      this.add(settled)
    } finally {
      this.#octets -= size
      this.#crowded = false
    }
    const rest = due[this.#limits.recipients]
    if (rest !== undefined) this.#hint(rest.recipient, rest.dueAt, rest.message)
  }

  #jobOf({ message }: Stored, envelopes: readonly Envelope[], hop = ''): QueueJob {
    const content: QueueJob['content'] = async () => {
      const found = await this.#store.content(message.id)
      if (found === undefined) throw new StoreFailure('damaged', `the content of ${message.id} is missing`)
      return found
    }
    return { hop, message, envelopes, content }
  }
}

function idOf(key: Key): string {
  return typeof key === 'number' ? idOfNumber(key) : key
}
