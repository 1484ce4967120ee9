// A queue on a store without a disk and a clock whose hands the test turns; what it does is written down.
import type { Outcome } from '../../src/relay/envelope.ts'
import type { QueueEvent } from '../../src/relay/queue/events.ts'
import type { QueueJob, QueuePorts } from '../../src/relay/queue/ports.ts'
import { Queue } from '../../src/relay/queue/queue.ts'
import type { RetrySettings } from '../../src/relay/settings.ts'
import type { NewEnvelope } from '../../src/store/store.ts'
import { FakeClock, settled } from './fake-clock.ts'
import { MemoryStore } from './memory-store.ts'
import { aMessage, anEnvelope, contentOf, DAY, HOUR, MINUTE } from './queue-messages.ts'

/** As the preset `exchange`. */
export const exchange: RetrySettings = {
  steps: [...Array<number>(4).fill(MINUTE), ...Array<number>(6).fill(5 * MINUTE), 10 * MINUTE],
  expiresAfter: 2 * DAY,
  warnAfter: 4 * HOUR,
}

export const ok: Outcome & { kind: 'delivered' } = {
  kind: 'delivered',
  reply: { code: 250, enhanced: '2.0.0', text: 'Ok', by: 'mx.example.net [192.0.2.1]' },
}
export const later: Outcome & { kind: 'deferred' } = {
  kind: 'deferred',
  reply: { code: 450, enhanced: '4.2.0', text: 'Greylisted', by: 'mx.example.net [192.0.2.1]' },
  nextAt: 0,
}
export const never: Outcome & { kind: 'failed' } = {
  kind: 'failed',
  reply: { code: 550, enhanced: '5.1.1', text: 'No such user', by: 'mx.example.net [192.0.2.1]' },
}

type Answer = (job: QueueJob) => readonly Outcome[] | Promise<readonly Outcome[]>

export interface QueueAtWork {
  readonly queue: Queue
  readonly store: MemoryStore
  readonly clock: FakeClock
  readonly jobs: QueueJob[]
  readonly events: QueueEvent[]
  /** What the next hop says from now on. */
  answer(with_: Answer): void
  /** Takes a message for these, and gives back its id. */
  send(recipients: readonly string[], with_?: Partial<NewEnvelope>): Promise<string>
  /** The queue as after a restart: another one on the same store. */
  restart(): Promise<void>
  /** Kinds of events, in order, without faults told twice. */
  kinds(): string[]
}

/** All of `job` get the same. */
export const all =
  (outcome: Outcome): Answer =>
  job =>
    job.envelopes.map(() => outcome)

export async function queueAtWork(with_: Partial<QueuePorts> = {}): Promise<QueueAtWork> {
  const clock = new FakeClock()
  const store = new MemoryStore(() => clock.wall())
  const jobs: QueueJob[] = []
  const events: QueueEvent[] = []
  let answer: Answer = all(ok)
  const ports: QueuePorts = {
    store,
    clock,
    retry: exchange,
    hopOf: recipient => recipient.slice(recipient.lastIndexOf('@') + 1),
    attempt: async job => {
      jobs.push(job)
      return answer(job)
    },
    onEvent: event => events.push(event),
    ...with_,
  }
  let queue = await Queue.open(ports)
  queue.start()
  return {
    get queue() {
      return queue
    },
    store,
    clock,
    jobs,
    events,
    answer: next => {
      answer = next
    },
    async send(recipients, given = {}) {
      const now = clock.wall()
      const id = queue.newId(now)
      const times = { dueAt: now, expiresAt: now + exchange.expiresAfter, warnAt: now + exchange.warnAfter!, ...given }
      const envelopes = recipients.map(recipient => anEnvelope(recipient, times))
      queue.add(await store.put(aMessage(id, { takenAt: now }), contentOf(id), envelopes))
      await settled()
      return id
    },
    async restart() {
      const stopped = queue.stop(0)
      await clock.pass(0)
      await stopped
      queue = await Queue.open(ports)
      queue.start()
      await settled()
    },
    kinds: () => events.map(event => event.kind),
  }
}
