import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { type Again, type Audited, Scheduler, type SchedulerPorts } from '../../src/schedule/scheduler.ts'

const MINUTE = 60_000

let asked: string[]
let ttl: number
let failing: boolean
let silent: boolean

/** What an audit learns; a silent name server leaves it open whether the domain exists. */
const readings = () => ({ exists: silent ? null : true, nullMx: false, spf: [], dkim: [], dmarc: { state: 'absent' } })

function scheduler(domains: readonly string[] = ['example.org'], kept = new Map()): Scheduler {
  const ports: SchedulerPorts = {
    async audit(domain: string, again: Again | undefined) {
      asked.push(`${domain} ${again?.groups.join('+') ?? 'all'}`)
      if (failing) throw new Error('the audit fell over')
      return { report: { domain, verdict: 'pass', readings: readings() } as unknown as Report, ttl }
    },
    async keep() {},
    onFault: domain => asked.push(`${domain} fault`),
    now: () => Date.now(),
  }
  return new Scheduler(domains, kept, ports)
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  asked = []
  ttl = 10 * MINUTE
  failing = false
  silent = false
})
afterEach(() => vi.useRealTimers())

describe('the scheduler', () => {
  it('audits every domain at once when it starts, and has its report', async () => {
    const one = scheduler(['a.example', 'b.example'])
    one.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(asked).toEqual(['a.example all', 'b.example all'])
    expect(one.report('a.example')?.verdict).toBe('pass')
    await one.stop()
  })

  it('asks for records by their TTL, for lists hourly, and never repeats the visits to hosts for that', async () => {
    const one = scheduler()
    one.start()
    await vi.advanceTimersByTimeAsync(61 * MINUTE)
    expect(asked.slice(0, 2)).toEqual(['example.org all', 'example.org dns+mx+spf+dkim+dmarc'])
    expect(asked.filter(a => a.includes('dnsbl'))).toHaveLength(1)
    expect(asked.filter(a => a.includes('tls') || a.includes('rdns'))).toEqual([])
    expect(asked.length).toBeLessThanOrEqual(8)
    await one.stop()
  })

  it('waits five minutes at least, and an hour at most, whatever the TTL', async () => {
    ttl = 1000
    const hasty = scheduler()
    hasty.start()
    await vi.advanceTimersByTimeAsync(4.9 * MINUTE)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(0.2 * MINUTE)
    expect(asked).toHaveLength(2)
    await hasty.stop()
    asked = []
    ttl = 86_400_000
    const slow = scheduler()
    slow.start()
    await vi.advanceTimersByTimeAsync(59 * MINUTE)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(asked.length).toBeGreaterThan(1)
    await slow.stop()
  })

  it('audits at once what the gate asks for, but a flood of mail is no flood of questions', async () => {
    const one = scheduler()
    one.start()
    await vi.advanceTimersByTimeAsync(MINUTE)
    for (let i = 0; i < 100; i++) one.request('example.org')
    await vi.advanceTimersByTimeAsync(100)
    expect(asked).toEqual(['example.org all', 'example.org dns+mx+spf+dkim+dmarc'])
    one.request('example.org')
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(6000)
    expect(asked).toHaveLength(3)
    one.request('stranger.example')
    await vi.advanceTimersByTimeAsync(20_000)
    expect(asked).toHaveLength(3)
    await one.stop()
  })

  it('tries again a minute after a fault, and keeps what it knew', async () => {
    const one = scheduler()
    failing = true
    one.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(asked).toEqual(['example.org all', 'example.org fault'])
    expect(one.report('example.org')).toBeUndefined()
    failing = false
    await vi.advanceTimersByTimeAsync(61_000)
    expect(one.report('example.org')).toBeDefined()
    await one.stop()
  })

  it('keeps the last report that left nothing open while DNS is silent', async () => {
    const one = scheduler()
    one.start()
    await vi.advanceTimersByTimeAsync(100)
    const { report, at } = one.complete('example.org')!
    silent = true
    await vi.advanceTimersByTimeAsync(30 * MINUTE)
    expect(one.report('example.org')?.readings.exists).toBeNull()
    expect(one.complete('example.org')).toEqual({ report, at })
    silent = false
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(one.complete('example.org')!.at).toBeGreaterThan(at)
    await one.stop()
  })

  it('stops at once, and forgets what audits under way find', async () => {
    let end = (_: Audited): void => {}
    let kept = 0
    const one = new Scheduler(['example.org'], new Map(), {
      audit: () => new Promise(resolve => (end = resolve)),
      keep: async () => void kept++,
      onFault: () => {},
      now: () => Date.now(),
    })
    one.start()
    await one.stop()
    end({ report: { readings: readings() } as unknown as Report, ttl: 0 })
    await vi.advanceTimersByTimeAsync(100)
    expect(kept).toBe(0)
    expect(one.report('example.org')).toBeUndefined()
  })

  it('has the reports of an earlier run at once, and asks for the records anew, since keys may have changed', async () => {
    const now = Date.now()
    const at = { records: now, blocklists: now, names: now, hosts: now }
    const one = scheduler(
      ['example.org'],
      new Map([['example.org', { report: { verdict: 'warn' }, asked: { at, ttl } }]]),
    )
    expect(one.report('example.org')?.verdict).toBe('warn')
    one.start()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(asked).toEqual(['example.org dns+mx+spf+dkim+dmarc'])
    await one.stop()
  })
})
